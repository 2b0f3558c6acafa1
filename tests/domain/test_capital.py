"""Amounts in capital characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.capital import capital_amount
from tests.support.domain_vectors import vector
from tests.support.properties import moderate

DIGITS = {character: value for value, character in enumerate("零壹贰叁肆伍陆柒捌玖")}
UNITS = {"拾": 10, "佰": 100, "仟": 1000}
MYRIADS = {"万": 10**4, "亿": 10**8}


@pytest.mark.parametrize(("amount_fen", "words"), list(vector("L1").items()))
def test_l1_amounts_in_capitals(amount_fen: str, words: str) -> None:
    assert capital_amount(int(amount_fen)) == words


@pytest.mark.parametrize(
    ("amount_fen", "words"),
    [
        (140950, "人民币壹仟肆佰零玖元伍角整"),
        (600714, "人民币陆仟零柒元壹角肆分"),
        (1640902, "人民币壹万陆仟肆佰零玖元零贰分"),
        (32504, "人民币叁佰贰拾伍元零肆分"),
    ],
)
def test_amounts_as_voucher_manuals_print_them(amount_fen: int, words: str) -> None:
    assert capital_amount(amount_fen) == words


def read_back(words: str) -> int:
    """Fen of an amount in capitals, by an independent reading of the characters."""
    rest = words.removeprefix("人民币")
    sign = -1 if rest.startswith("负") else 1
    yuan, section, digit, total_fen = 0, 0, 0, 0
    for character in rest.removeprefix("负").removesuffix("整"):
        if character in DIGITS:
            digit = DIGITS[character]
        elif character in UNITS:
            section, digit = section + digit * UNITS[character], 0
        elif character in MYRIADS:
            # a hundred-million scales everything said before it
            carried = yuan if character == "亿" else 0
            yuan = yuan - carried + (carried + section + digit) * MYRIADS[character]
            section, digit = 0, 0
        elif character == "元":
            total_fen, section, digit = (yuan + section + digit) * 100, 0, 0
        else:
            total_fen, digit = total_fen + digit * {"角": 10, "分": 1}[character], 0
    return sign * total_fen


@given(st.integers(-(10**12), 10**12))
@moderate
def test_capitals_say_the_amount_and_close_it_unless_it_has_fen(amount_fen: int) -> None:
    words = capital_amount(amount_fen)
    assert read_back(words) == amount_fen
    assert words.endswith("整") == (amount_fen % 10 == 0)
    assert "零零" not in words
