"""Pieces of lines as values: signs, points, check digits, words."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.profiles.profile import Check, Column, Sign, Value
from app.domain.profiles.values import Unfit, read_value, shown, write_value


def qty(**rules: Any) -> Column:
    return Column("qty", 1, **rules)


def code(**rules: Any) -> Column:
    return Column("code", 1, **rules)


def reason_of(column: Column, text: str) -> str:
    with pytest.raises(Unfit) as unfit:
        read_value(column, text)
    return unfit.value.reason


@pytest.mark.parametrize(
    ("column", "text", "expected"),
    [
        (qty(), "12", "12"),
        (qty(), " 0012 ", "12"),
        (qty(), "+12", "12"),
        (qty(), "-12", "-12"),
        (qty(), "- 12", "-12"),
        (qty(), "12.50", "12.5"),
        (qty(), ".5", "0.5"),
        (qty(), "-0", "0"),
        (qty(decimal=","), "12,5", "12.5"),
        (qty(decimal=",", thousands="."), "1.234.567,5", "1234567.5"),
        (qty(thousands=","), "12,000", "12000"),
        (qty(implied=2), "03200", "32"),
        (qty(implied=3), "5", "0.005"),
        # who writes the point says where the parts are
        (qty(implied=2), "32.5", "32.5"),
        (qty(sign=Sign.TRAILING), "12-", "-12"),
        (qty(sign=Sign.TRAILING), "12+", "12"),
        (qty(sign=Sign.TRAILING), "12", "12"),
        # IBM zoned decimal: { A..I are +0..+9, } J..R are -0..-9
        (qty(sign=Sign.OVERPUNCH), "0001{", "10"),
        (qty(sign=Sign.OVERPUNCH), "0001B", "12"),
        (qty(sign=Sign.OVERPUNCH), "0001I", "19"),
        (qty(sign=Sign.OVERPUNCH), "0001}", "-10"),
        (qty(sign=Sign.OVERPUNCH), "0001J", "-11"),
        (qty(sign=Sign.OVERPUNCH), "0001R", "-19"),
        (qty(sign=Sign.OVERPUNCH, implied=2), "0001R", "-0.19"),
        (qty(sign=Sign.OVERPUNCH), "00012", "12"),
        (qty(words={"one": "1"}), "one", "1"),
        (qty(default="1"), "", "1"),
    ],
)
def test_a_number_is_read_as_its_column_says(column: Column, text: str, expected: str) -> None:
    value = read_value(column, text)
    assert isinstance(value, Decimal)
    assert shown(value) == expected


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        (qty(), "", "empty"),
        (qty(), "   ", "empty"),
        (qty(), "1O", "number"),
        (qty(), "1,5", "number"),
        (qty(), "1.", "number"),
        (qty(), ".", "number"),
        (qty(), "-", "number"),
        (qty(), "--1", "number"),
        (qty(), "1e3", "number"),
        (qty(), "١٢", "number"),
        (qty(), "0x10", "number"),
        (qty(), "1 000", "number"),
        (qty(), "9" * 19, "number"),
        (qty(sign=Sign.NONE), "-1", "number"),
        (qty(sign=Sign.NONE), "+1", "number"),
        (qty(sign=Sign.TRAILING), "-1", "number"),
        (qty(sign=Sign.LEADING), "1-", "number"),
        (qty(sign=Sign.OVERPUNCH), "B", None),
        (qty(sign=Sign.OVERPUNCH), "0001?", "number"),
        (qty(sign=Sign.OVERPUNCH), "-0001", "number"),
        (qty(thousands=","), "1,00", "number"),
        (qty(thousands=","), "1,2345", "number"),
        (qty(thousands=","), ",123", "number"),
        (qty(decimal=",", thousands="."), "1.5", "number"),
    ],
)
def test_what_is_no_number_is_not_made_one(column: Column, text: str, reason: str | None) -> None:
    if reason is None:
        assert read_value(column, text) == Decimal(2)
    else:
        assert reason_of(column, text) == reason


# GS1 General Specifications, 7.9: 629104150021 has the check digit 3
@pytest.mark.parametrize("gtin", ["6291041500213", "96385074", "036000291452", "12900001000014"])
def test_check_digits_are_checked(gtin: str) -> None:
    assert read_value(code(check=Check.GTIN), gtin) == gtin
    assert read_value(code(check=Check.MOD10), gtin) == gtin
    assert read_value(code(check=Check.ADD_MOD10), gtin[:-1]) == gtin
    wrong = f"{gtin[:-1]}{(int(gtin[-1]) + 1) % 10}"
    assert reason_of(code(check=Check.GTIN), wrong) == "check_digit"
    assert reason_of(code(check=Check.MOD10), wrong) == "check_digit"


@pytest.mark.parametrize("text", ["HX500", "٦٢٩١٠٤١٥٠٠٢١٣", "1"])
def test_what_has_no_check_digit_fails_the_check(text: str) -> None:
    assert reason_of(code(check=Check.GTIN), text) == "check_digit"
    assert reason_of(code(check=Check.MOD10), text) == "check_digit"


def test_a_gtin_of_a_length_that_there_is_not() -> None:
    assert read_value(code(check=Check.MOD10), "17") == "17"
    assert reason_of(code(check=Check.GTIN), "17") == "check_digit"


def test_blanks_and_zeros_are_taken_off_as_said() -> None:
    assert read_value(code(), "  HX500 ") == "HX500"
    assert read_value(code(trim=False), " HX500 ") == " HX500 "
    assert read_value(code(strip_zeros=True), "0000690") == "690"
    assert read_value(code(strip_zeros=True), "0000") == "0"


def test_words_and_what_stands_for_nothing() -> None:
    condition = Column("condition", 1, words={"0": "good"})
    assert read_value(condition, "0") == "good"
    assert read_value(condition, "expired") == "expired"
    assert reason_of(condition, "soso") == "word"
    assert read_value(Column("lot", 1, optional=True), " ") is None
    assert reason_of(Column("lot", 1), " ") == "empty"
    assert reason_of(Column("", 1, literal=","), ";") == "literal"


def test_moments_by_kind() -> None:
    assert read_value(Column("day", 1, pattern="DD/MM/YYYY"), "01/06/2026") == date(2026, 6, 1)
    assert read_value(Column("time", 1), "10:15:00") == time(10, 15)
    assert read_value(Column("at", 1), "2026-06-01T10:15:00") == datetime.fromisoformat(
        "2026-06-01T10:15:00"
    )
    assert reason_of(Column("day", 1), "01/06/2026") == "date"


RULES = st.fixed_dictionaries(
    {
        "sign": st.sampled_from(Sign),
        "implied": st.integers(0, 4),
        "decimal": st.sampled_from([".", ",", ""]),
    }
)


@given(RULES, st.decimals(-(10**9), 10**9, places=2))
def test_a_number_that_can_be_written_is_read_as_itself(
    rules: dict[str, Any], number: Decimal
) -> None:
    column = qty(**rules)
    try:
        text = write_value(column, number + 0)
    except Unfit:
        return
    assert read_value(column, text) == number


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        (qty(sign=Sign.NONE), Decimal(-1), "number"),
        (qty(decimal=""), Decimal("0.5"), "number"),
        (qty(implied=1), Decimal("0.25"), "number"),
        (qty(), "12", "number"),
        (qty(), None, "empty"),
        (Column("day", 1), "2026-06-01", "date"),
        (Column("condition", 1), "soso", "word"),
        (code(check=Check.ADD_MOD10), "6291041500214", "check_digit"),
    ],
)
def test_what_a_column_cannot_say_is_not_written(
    column: Column, value: Value | None, reason: str
) -> None:
    with pytest.raises(Unfit) as unfit:
        write_value(column, value)
    assert unfit.value.reason == reason


@given(
    st.sampled_from(["qty", "code", "day", "time", "at", "condition"]),
    st.text(max_size=30),
    RULES,
)
def test_any_text_is_a_value_or_unfit(field: str, text: str, rules: dict[str, Any]) -> None:
    column = Column(field, 1, **(rules if field == "qty" else {}))
    reason = ""
    try:
        assert read_value(column, text) is not None
    except Unfit as unfit:
        reason = unfit.reason
    assert reason in ("", "empty", "number", "date", "word")
