"""GS1 check digits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.barcode import check_digit, gtin14, is_gtin
from app.errors import RuleBroken
from tests.support.domain_vectors import vector
from tests.support.properties import moderate


def test_n1_check_digits() -> None:
    n1 = vector("N1")
    assert check_digit(n1["gtin_example"]) == n1["cd"]
    assert check_digit(n1["demo_gtin13"]) == n1["demo_cd"]
    assert check_digit(n1["docdigits"]) == n1["doc_cd"]


def test_n2_case_number_of_an_article() -> None:
    n2 = vector("N2")
    assert gtin14(1, n2["gtin13"]) == n2["gtin14"]
    assert is_gtin(n2["gtin13"])
    assert is_gtin(n2["gtin14"])


@given(st.text("0123456789", min_size=12, max_size=12), st.integers(0, 11), st.integers(1, 9))
@moderate
def test_any_single_wrong_digit_is_noticed(digits: str, place: int, shift: int) -> None:
    gtin = f"{digits}{check_digit(digits)}"
    wrong = f"{gtin[:place]}{(int(gtin[place]) + shift) % 10}{gtin[place + 1 :]}"
    assert is_gtin(gtin)
    assert not is_gtin(wrong)


@pytest.mark.parametrize(
    "text", ["", "123", "290000100001X", "２９００００１００００１７", "2900001000018"]
)
def test_what_is_no_gtin(text: str) -> None:
    assert not is_gtin(text)


@pytest.mark.parametrize("text", ["", "12a", "１２"])
def test_check_digits_are_for_digits(text: str) -> None:
    with pytest.raises(RuleBroken, match="digits"):
        check_digit(text)


@pytest.mark.parametrize(
    ("indicator", "gtin13"), [(0, "2900001000017"), (9, "2900001000017"), (1, "96385074"), (1, "x")]
)
def test_case_numbers_are_made_of_gtin_13_only(indicator: int, gtin13: str) -> None:
    with pytest.raises(RuleBroken, match="gtin"):
        gtin14(indicator, gtin13)
