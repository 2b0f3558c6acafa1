"""Reading a body: every field of every type, right, missing, of the wrong kind, out of range."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.problems import Problem
from app.domain.records.catalogue import RECORD_TYPES, Field, FieldKind
from app.domain.records.identity import Ref
from app.domain.records.reading import Fix, read_record, unknown_fields
from tests.support.properties import moderate
from tests.support.records import FIX, TS_MS, body

EVERY_FIELD = [
    pytest.param(row.number, field, id=f"{row.name}.{field.name}")
    for row in RECORD_TYPES.values()
    for field in row.fields
]


def refusal(type_no: int, content: object) -> tuple[object, object]:
    found = read_record(type_no, content)
    assert isinstance(found, Problem)
    assert found.code == "E_FIELD"
    assert found.where == RECORD_TYPES[type_no].name
    return found.fields["field"], found.fields["reason"]


@pytest.mark.parametrize("type_no", RECORD_TYPES)
def test_a_full_body_is_read(type_no: int) -> None:
    fields = read_record(type_no, body(type_no))
    assert isinstance(fields, dict)
    assert list(fields) == [field.name for field in RECORD_TYPES[type_no].fields]
    assert None not in fields.values()


@pytest.mark.parametrize(("type_no", "field"), EVERY_FIELD)
def test_a_field_may_be_missing_only_if_the_table_says_so(type_no: int, field: Field) -> None:
    content = body(type_no, {field.key: None})
    if field.optional:
        fields = read_record(type_no, content)
        assert isinstance(fields, dict)
        assert fields[field.name] is None
    else:
        assert refusal(type_no, content) == (field.name, "missing")


@pytest.mark.parametrize(("type_no", "field"), EVERY_FIELD)
def test_a_field_of_another_kind_is_refused(type_no: int, field: Field) -> None:
    name, reason = refusal(type_no, body(type_no, {field.key: object()}))
    assert (name, reason) == (field.name, "type")


# Values just outside what a field allows, and the reason for which each is refused.
WRONG: dict[FieldKind, Callable[[Field], list[tuple[Any, str]]]] = {
    FieldKind.CODE: lambda field: [
        ("A" * (field.limit + 1), "length"),
        ("abc", "alphabet"),
        ("", "alphabet"),
    ],
    FieldKind.TEXT: lambda field: [
        ("酒" * (field.limit // 3 + 1), "length"),
        ("a\0b", "alphabet"),
    ],
    FieldKind.BYTES: lambda field: [(bytes(field.limit + 1), "length")],
    FieldKind.WHOLE: lambda field: [
        (field.limit + 1, "range"),
        (field.low - 1, "range"),
        (True, "type"),
    ],
    FieldKind.FLAG: lambda _: [(1, "type")],
    FieldKind.WORD: lambda field: [(len(field.words), "range"), (-1, "range"), (False, "type")],
    FieldKind.REF: lambda _: [([1], "length"), ([65_536, 1], "range"), ([1, -1], "range")],
    FieldKind.DAY: lambda _: [
        ("2026-02-30", "range"),
        ("20260618", "alphabet"),
        ("2026-06-018", "length"),
    ],
    FieldKind.TIME: lambda _: [(TS_MS // 1000, "range"), (4_102_444_800_001, "range")],
    FieldKind.FIX: lambda _: [
        (FIX[:5], "length"),
        ([TS_MS, 90_000_001, *FIX[2:]], "range"),
        ([*FIX[:4], 4, 3], "range"),
    ],
    FieldKind.WHOLES: lambda _: [([1] * 17, "length"), ([256], "range")],
    FieldKind.COUNTS: lambda _: [({256: 1}, "range"), ({1: -1}, "range"), ({"1": 1}, "type")],
    FieldKind.TEXTS: lambda _: [
        ({}, "alphabet"),
        ({"colour": "red"}, "alphabet"),
        ({"name": "酒" * 27}, "length"),
        ({"name": 7}, "type"),
    ],
}


@pytest.mark.parametrize(("type_no", "field"), EVERY_FIELD)
def test_a_field_out_of_its_limits_is_refused(type_no: int, field: Field) -> None:
    for value, reason in WRONG[field.kind](field):
        assert refusal(type_no, body(type_no, {field.key: value})) == (field.name, reason)


def test_values_are_read_as_what_they_mean() -> None:
    order = read_record(10, body(10))
    assert isinstance(order, dict)
    assert (order["origin"], order["fulfilment"], order["payment"]) == ("visit", "whs", "credit")
    assert order["wanted"] == date(2026, 6, 19)
    assert order["previous"] == Ref(1, 3)
    visit = read_record(20, body(20))
    assert isinstance(visit, dict)
    assert visit["check_in"] == Fix(TS_MS, 30_000_000, 120_000_000, 12, "wgs84", 3)
    end = read_record(69, body(69))
    assert isinstance(end, dict)
    assert end["counts"] == {10: 1, 11: 1}


@pytest.mark.parametrize(
    ("packs", "accepted"), [(0, False), (1, True), (9_999, True), (10_000, False)]
)
def test_an_order_line_has_1_to_9999_packs(packs: int, accepted: bool) -> None:
    assert isinstance(read_record(11, body(11, {5: packs})), dict) is accepted


def test_an_order_may_say_257_lines_so_that_it_is_refused_for_that() -> None:
    fields = read_record(10, body(10, {8: 257}))
    assert isinstance(fields, dict)
    assert fields["lines"] == 257


@pytest.mark.parametrize("content", [None, [], 7, "body"])
def test_a_body_is_a_map(content: object) -> None:
    assert refusal(10, content) == ("", "body")


def test_an_unknown_type_is_kept_and_said() -> None:
    found = read_record(199, {})
    assert isinstance(found, Problem)
    assert (found.code, found.fields) == ("E_UNKNOWN_TYPE", {"type": 199})
    assert unknown_fields(199, {1: 1}) == ()


def test_fields_of_a_newer_terminal_are_left_alone_and_listed() -> None:
    content: dict[Any, Any] = body(61, {9: "new"})
    assert read_record(61, content) == read_record(61, body(61))
    (found,) = unknown_fields(61, content)
    assert (found.code, found.fields) == ("W_UNKNOWN_FIELD", {"field": "9"})


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.binary(max_size=9),
    lambda inner: st.lists(inner, max_size=7) | st.dictionaries(st.integers(0, 99), inner),
    max_leaves=8,
)


@given(st.sampled_from(sorted(RECORD_TYPES)), st.dictionaries(st.integers(1, 12), anything))
@moderate
def test_no_body_whatever_breaks_the_reading(type_no: int, changes: dict[int, object]) -> None:
    found = read_record(type_no, body(type_no) | changes)
    assert isinstance(found, dict) or found.code == "E_FIELD"
