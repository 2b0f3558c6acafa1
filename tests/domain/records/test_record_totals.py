"""Control totals of a day against what arrived."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.records.totals import Arrived, check_totals, measure, missing_seqs
from tests.support.properties import moderate
from tests.support.records import record


def arrivals() -> list[Arrived]:
    sent = [record(10, 10), record(11, 11), record(30, 12), record(17, 13), record(69, 14)]
    return [measure(r.type, r.key.seq, r.fields) for r in sent]


def declared(**changes: Any) -> dict[str, Any]:
    fields = {
        "counts": {10: 1, 11: 1, 30: 1, 17: 1, 12: 0},
        "qty_sum": 60 + 494,
        "cash_fen": 26750,
        "first_seq": 10,
        "last_seq": 13,
        "last_receipt": None,
    }
    return fields | changes


@pytest.mark.parametrize(
    "changes",
    [{}, {"last_seq": 14}, {"counts": {10: 1, 11: 1, 30: 1, 17: 1, 69: 1}}],
)
def test_totals_that_agree(changes: dict[str, Any]) -> None:
    assert check_totals(declared(**changes), arrivals()) == []


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"qty_sum": 555}, "quantity"),
        ({"cash_fen": 26749}, "cash"),
        ({"counts": {10: 1, 11: 2, 30: 1, 17: 1}}, "count of type 11"),
        ({"counts": {10: 1, 11: 1, 30: 1, 17: 1, 12: 1}}, "count of type 12"),
        ({"counts": {11: 1, 30: 1, 17: 1}}, "count of type 10"),
    ],
)
def test_a_total_that_differs_waits_for_a_clerk(changes: dict[str, Any], where: str) -> None:
    (found,) = check_totals(declared(**changes), arrivals())
    assert (found.code, found.severity.value, found.where) == ("E_TOTALS", "Q", where)


def test_missing_numbers_are_named() -> None:
    found = check_totals(declared(first_seq=8, last_seq=17), arrivals())
    assert [(p.code, p.fields["first"], p.fields["last"]) for p in found] == [
        ("X_SEQ_GAP", 8, 9),
        ("X_SEQ_GAP", 15, 17),
    ]


@pytest.mark.parametrize(
    ("type_no", "changes", "qty_base", "cash_fen"),
    [
        (11, {}, 60, 0),
        (13, {}, 48, 0),
        (17, {}, 494, 0),
        (17, {4: None, 5: None, 6: None, 9: 2}, 0, 0),
        (30, {}, 0, 26750),
        (30, {3: 1}, 0, 0),
        (30, {6: True}, 0, 0),
        (42, {}, 0, 0),
    ],
)
def test_what_a_record_adds_to_the_totals(
    type_no: int, changes: dict[int, Any], qty_base: int, cash_fen: int
) -> None:
    fields = record(type_no, 5, changes).fields
    assert measure(type_no, 5, fields) == Arrived(type_no, 5, qty_base, cash_fen)


@given(st.integers(0, 30), st.integers(0, 30), st.sets(st.integers(0, 40)))
@moderate
def test_gaps_are_exactly_what_is_missing(first: int, length: int, present: set[int]) -> None:
    last = first + length
    named = [seq for gap in missing_seqs(first, last, present) for seq in gap]
    assert named == sorted(set(range(first, last + 1)) - present)
