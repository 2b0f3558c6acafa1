"""Profiles for tests: a small one that can be changed, and rows that fit a profile."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from app.domain.barcode import check_digit
from app.domain.profiles.plain import from_plain
from app.domain.profiles.profile import (
    FIELDS,
    Check,
    Column,
    Lines,
    Profile,
    Value,
    ValueKind,
)

BEER = "6901234567892"
JUICE = "2900001000017"


def plain(kind: str = "count", **changes: Any) -> dict[str, Any]:
    """The plain values of a profile: barcode and quantity by comma."""
    constants = {
        "count": {"place": "warehouse"},
        "order": {"payment": "cash"},
        "return": {"mode": "return", "condition": "good"},
        "receipt": {},
    }
    start: dict[str, Any] = {
        "code": "sample",
        "title": "Sample",
        "source": "made up",
        "kind": kind,
        "encoding": "utf-8",
        "constants": constants[kind],
        "layout": {"delimiter": ","},
        "columns": [{"field": "code", "index": 1}, {"field": "qty", "index": 2}],
    }
    return start | changes


def delimited(kind: str = "count", *fields: str, **changes: Any) -> Profile:
    """A profile with these fields, in their order, by comma."""
    if fields:
        changes["columns"] = [
            {"field": name, "index": place, "optional": name not in ("code", "qty")}
            for place, name in enumerate(fields, start=1)
        ]
    return from_plain(plain(kind, **changes))


def fixed(*columns: Mapping[str, Any], **changes: Any) -> Profile:
    layout = {"form": "fixed"} | changes.pop("layout", {})
    return from_plain(plain(layout=layout, columns=list(columns), **changes))


def only_goods(profile: Profile) -> Profile:
    """The same profile for a file that has nothing but lines of goods, and loses none of them.

    A column with `cut` may shorten what it says; here it must leave the row out instead.
    """
    columns = tuple(replace(column, cut=False) for column in profile.columns)
    return replace(profile, columns=columns, head=None, lines=Lines(), constants={})


def rows_of(profile: Profile) -> st.SearchStrategy[dict[str, Value]]:
    """Rows with the fields of a profile's columns; not all of them can be written."""
    needed = {each.field: values_of(each) for each in profile.columns if each.field}
    optional = {
        each.field: needed.pop(each.field)
        for each in profile.columns
        if each.field and each.optional
    }
    return st.fixed_dictionaries(needed, optional=optional)


def values_of(column: Column) -> st.SearchStrategy[Value]:
    """Values of the column's kind, usual ones and such as nobody expects."""
    if column.kind is ValueKind.NUMBER:
        return st.one_of(
            st.integers(-999, 99_999).map(Decimal),
            st.decimals(-999, 9_999, places=2).map(lambda number: number + 0),
        )
    if column.kind is ValueKind.DAY:
        return st.dates(date(1999, 1, 1), date(2101, 1, 1))
    if column.kind is ValueKind.TIME:
        return st.times().map(_whole_seconds)
    if column.kind is ValueKind.STAMP:
        return st.datetimes(
            datetime.fromisoformat("1999-01-01T00:00:00"),
            datetime.fromisoformat("2101-01-01T00:00:00"),
        ).map(_without_parts)
    if column.kind is ValueKind.WORD:
        return st.sampled_from(FIELDS[column.field].words)
    if column.words:
        return st.sampled_from([*column.words, *column.words.values()])
    if column.check is not Check.NONE:
        digits = st.text("0123456789", min_size=12, max_size=12)
        return digits.map(lambda text: f"{text}{check_digit(text)}")
    return st.one_of(
        st.text("0123456789", min_size=1, max_size=13),
        st.text("ABCXYZ019-", min_size=1, max_size=12),
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=20),
    )


def _whole_seconds(moment: time) -> time:
    return moment.replace(microsecond=0)


def _without_parts(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
