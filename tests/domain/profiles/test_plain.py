"""Profiles from plain values: everything that is wrong is told at once, with its key."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.profiles.plain import from_plain, to_plain
from app.errors import ProfileError
from app.explain.profiles import PROFILE_FAULTS
from tests.support.profiles import plain


def faults_of(values: Mapping[str, object]) -> set[tuple[str, str]]:
    with pytest.raises(ProfileError) as error:
        from_plain(values)
    faults = error.value.fields["faults"]
    assert isinstance(faults, tuple)
    assert {each.reason for each in faults} <= set(PROFILE_FAULTS)
    return {(each.key, each.reason) for each in faults}


def column(**rules: Any) -> dict[str, Any]:
    return {"field": "code", "index": 1} | rules


def fixed(*columns: dict[str, Any], **layout: Any) -> dict[str, Any]:
    return plain(layout={"form": "fixed"} | layout, columns=list(columns))


FULL = plain(
    "order",
    encoding="gb18030",
    sum=True,
    group=["document"],
    layout={"form": "fixed", "record": 40, "unit": "characters", "line_end": "lf"},
    lines={
        "skip": 2,
        "tail_mark": "EOF",
        "comment": "#",
        "mark": "D",
        "closed": True,
        "count": {"in": "tail", "at": [4, 9], "extra": 1},
    },
    head={"mark": "H", "columns": [{"field": "document", "at": [2, 60]}]},
    columns=[
        {"at": [1, 1], "literal": "D"},
        {"field": "code", "at": [2, 14], "strip_zeros": True, "check": "gtin"},
        {
            "field": "qty",
            "at": [15, 20],
            "implied": 2,
            "sign": "overpunch",
            "align": "right",
            "fill": "0",
        },
        {"field": "price", "at": [21, 28], "decimal": ",", "thousands": ".", "optional": True},
        {"field": "wanted", "at": [29, 36], "pattern": "YYYYMMDD", "default": "20260601"},
        {"field": "origin", "at": [37, 38], "words": {"V": "visit"}, "skip": ["X"]},
    ],
    list={
        "what": "customers",
        "file": "CUST.TXT",
        "titles": "code,name",
        "layout": {"delimiter": ";", "quote": "", "pieces": [2, 3]},
        "columns": [{"field": "customer", "index": 1}, {"field": "name", "index": 2, "cut": True}],
    },
    samples=[
        {
            "file": "samples/one.txt",
            "lines": [{"code": "1"}],
            "bad": [{"line": 2, "reason": "date"}],
        },
        {"text": "D", "lines": []},
    ],
)


def test_all_that_can_be_said_comes_out_as_it_went_in() -> None:
    profile = from_plain(FULL)
    assert from_plain(to_plain(profile)) == profile
    assert profile.lines.count is not None
    assert profile.lines.count.extra == 1
    assert profile.listing is not None
    assert profile.listing.layout.delimiter == ";"
    assert profile.columns[2].width == 6


def test_every_fault_is_told_at_once() -> None:
    values = {
        "code": "Not A Code",
        "kind": "party",
        "encoding": "ebcdic",
        "sum": "yes",
        "nonsense": 1,
        "layout": {"delimiter": "", "pieces": [3, 1], "line_end": "none"},
        "lines": {"skip": -1, "count": {"in": "middle"}},
        "columns": [{"field": "sorrow"}, {"field": "qty", "index": "two"}, "text"],
    }
    assert faults_of(values) >= {
        ("code", "code"),
        ("title", "needed"),
        ("source", "needed"),
        ("kind", "choice"),
        ("encoding", "choice"),
        ("sum", "flag"),
        ("nonsense", "unknown"),
        ("layout.delimiter", "text"),
        ("layout.pieces", "range"),
        ("layout.line_end", "choice"),
        ("lines.skip", "range"),
        ("lines.count.in", "choice"),
        ("columns[1].field", "field"),
        ("columns[1].index", "needed"),
        ("columns[2].index", "whole"),
        ("columns[3]", "table"),
        ("columns", "no_code"),
    }


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        (plain(columns=[]), ("columns", "needed")),
        (plain(constants={}), ("constants.place", "needed")),
        (plain("order", constants={}), ("constants.payment", "needed")),
        (plain("return", constants={"mode": "return"}), ("constants.condition", "needed")),
        (plain(constants={"place": "moon"}), ("constants.place", "word")),
        (plain(constants={"place": "van", "gtin": "1"}), ("constants.gtin", "field")),
        (plain(group=["lot"]), ("group", "field")),
        (plain(layout={"delimiter": ",", "quote": ","}), ("layout.delimiter", "text")),
        (plain(layout={"delimiter": ",", "widths": [1]}), ("layout.widths", "unknown")),
        (plain(layout={"form": "fixed", "line_end": "none"}), ("layout.record", "needed")),
        (plain(columns=[column(), column(index=2)]), ("columns[2].field", "twice")),
        (plain(columns=[column(), {"index": 1}]), ("columns[2].index", "overlap")),
        (
            plain(columns=[column(), {"field": "at", "index": 2}, {"field": "day", "index": 3}]),
            ("columns", "twice"),
        ),
        (plain(columns=[column(), {"field": "time", "index": 2}]), ("columns", "no_day")),
        (plain(columns=[column(pattern="YYYY")]), ("columns[1].pattern", "pattern")),
        (
            plain(columns=[column(), {"field": "day", "index": 2, "pattern": "hh:mm"}]),
            ("columns[2].pattern", "pattern"),
        ),
        (plain(columns=[column(implied=2)]), ("columns[1].implied", "not_a_number")),
        (
            plain(columns=[column(), {"field": "qty", "index": 2, "check": "gtin"}]),
            ("columns[2].check", "not_a_text"),
        ),
        (
            plain(columns=[column(), {"field": "qty", "index": 2, "decimal": "x"}]),
            ("columns[2].decimal", "text"),
        ),
        (
            plain(columns=[column(), {"field": "qty", "index": 2, "thousands": "."}]),
            ("columns[2].thousands", "twice"),
        ),
        (
            plain(columns=[column(), {"field": "qty", "index": 2, "fill": "0"}]),
            ("columns[2].fill", "align"),
        ),
        (
            plain(columns=[column(), {"field": "qty", "index": 2, "default": "one"}]),
            ("columns[2].default", "number"),
        ),
        (
            plain(columns=[column(), {"field": "condition", "index": 2, "words": {"g": "fine"}}]),
            ("columns[2].words", "word"),
        ),
        (plain(columns=[column(literal="x")]), ("columns[1].literal", "one_of")),
        (plain(columns=[column(fill="é")]), ("columns[1].fill", "text")),
        (plain(columns=[column(keep="x")]), ("columns[1].keep", "texts")),
        (plain(columns=[column(words={"a": 1})]), ("columns[1].words", "words")),
        (plain(columns=[column(index=True)]), ("columns[1].index", "whole")),
        (fixed({"field": "code", "at": [5, 3]}), ("columns[1].at", "range")),
        (fixed({"field": "code", "at": [1, 2, 3]}), ("columns[1].at", "pair")),
        (fixed({"field": "code", "index": 1}), ("columns[1].index", "unknown")),
        (fixed({"field": "code", "at": [1, 9]}, record=8), ("columns[1].at", "range")),
        (
            fixed({"field": "code", "at": [1, 9]}, {"field": "qty", "at": [9, 12]}),
            ("columns[2].at", "overlap"),
        ),
        (plain(lines={"tail": 1, "tail_mark": "E"}), ("lines.tail", "twice")),
        (plain(lines={"count": {"in": "tail"}}), ("lines.count.in", "no_tail")),
        (plain(head={"mark": "H", "line": 1}), ("head.mark", "one_of")),
        (plain(head={"line": 3}, lines={"skip": 2}), ("head.line", "range")),
        (plain(list={"what": "products", "columns": []}), ("list.file", "needed")),
        (plain(list={"file": "../x", "columns": [column()]}), ("list.file", "file")),
        (
            plain(list={"file": "x", "columns": [{"field": "lot", "index": 1}]}),
            ("list.columns[1].field", "field"),
        ),
        (plain(samples=[{}]), ("samples[1].file", "one_of")),
        (plain(samples=[{"file": "../../key.pem"}]), ("samples[1].file", "file")),
        (plain(samples=[{"file": "/etc/passwd"}]), ("samples[1].file", "file")),
        (
            plain(samples=[{"text": "x", "lines": [{"code": 1.5}]}]),
            ("samples[1].lines[1].code", "text"),
        ),
        (plain(layout=7), ("layout", "table")),
        (plain(columns=7), ("columns", "tables")),
        (plain(title="x" * 201), ("title", "text")),
        (plain(title="a\0b"), ("title", "text")),
    ],
)
def test_what_is_wrong_is_named(values: dict[str, Any], fault: tuple[str, str]) -> None:
    assert fault in faults_of(values)


KEYS = ["code", "kind", "layout", "columns", "lines", "head", "list", "samples", "group", "sum"]
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*KEYS, "at", "index", "field", "form", "count", "mark", "file"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(KEYS), JUNK, max_size=5))
def test_rubbish_is_a_profile_error_and_nothing_else(changes: dict[str, Any]) -> None:
    try:
        profile = from_plain(plain() | changes)
    except ProfileError:
        return
    assert from_plain(to_plain(profile)) == profile
