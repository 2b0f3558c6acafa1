"""Headers and lines put together, and what refuses a document as a whole."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.deliveries import DeliveryResult
from app.domain.problems import Severity
from app.domain.records.documents import assemble
from app.domain.records.drafts import (
    CountDraft,
    DeliveryDraft,
    Draft,
    EmptiesDraft,
    OrderDraft,
    OtherDraft,
    ReadRecord,
    ReceiptDraft,
    ReturnDraft,
    VisitDraft,
)
from app.domain.records.held import held_back
from app.domain.records.identity import Ref
from app.domain.records.writing import write_body
from tests.support.properties import moderate
from tests.support.records import TS_MS, record


def codes(draft: Draft) -> list[str]:
    return [problem.code for problem in draft.problems]


def order(count: int, declared: int | None = None) -> list[ReadRecord]:
    head = record(10, 10, {8: count if declared is None else declared, 11: 0, 12: None})
    lines = [record(11, 10 + n, {2: n, 3: f"P{n}"}) for n in range(1, count + 1)]
    return [head, *lines]


def test_an_order_is_its_header_and_its_lines() -> None:
    (draft,) = assemble(order(2))
    assert isinstance(draft, OrderDraft)
    assert (draft.customer, draft.status, draft.declared_lines) == ("C0001", "new", 2)
    assert [line.product for line in draft.lines] == ["P1", "P2"]
    assert [key.seq for key in draft.keys] == [10, 11, 12]
    assert draft.key.seq == 10
    assert draft.person == "S01"
    assert (draft.problems, draft.severity, draft.deleted) == ((), None, False)


def test_lines_are_found_wherever_they_stand_among_the_records() -> None:
    head, first, second = order(2)
    other_head = record(10, 30, {11: 0, 12: None})
    other_line = record(11, 31, {1: [1, 30]})
    drafts = assemble([first, other_head, second, head, other_line])
    assert [[key.seq for key in draft.keys] for draft in drafts] == [[30, 31], [10, 11, 12]]


@pytest.mark.parametrize("count", [256, 257])
def test_row_ord_256_lines_are_accepted_and_257_refused_whole(count: int) -> None:
    (draft,) = assemble(order(count))
    assert codes(draft) == ([] if count == 256 else ["E_ORD_TOO_MANY"])
    assert len(draft.line_records) == count


@pytest.mark.parametrize(("count", "declared"), [(2, 3), (3, 2), (0, 1)])
def test_row_ord_a_line_that_did_not_come_refuses_the_order(count: int, declared: int) -> None:
    (draft,) = assemble(order(count, declared))
    assert codes(draft) == ["E_ORD_LINES"]
    assert draft.severity is Severity.REJECT


@pytest.mark.parametrize("status", [1, 2])
def test_row_ord_an_amendment_names_the_order_it_amends(status: int) -> None:
    head, line = order(1)
    lost = record(10, 10, {11: status, 12: None})
    assert codes(assemble([lost, line])[0]) == ["E_ORD_PREV"]
    named = record(10, 10, {11: status, 12: [1, 3]})
    (draft,) = assemble([named, line])
    assert isinstance(draft, OrderDraft)
    assert (draft.previous, codes(draft)) == (Ref(1, 3), [])
    assert head.key == named.key


def test_row_orl_a_product_twice_refuses_the_order() -> None:
    head, first, second = order(2)
    again = record(11, second.key.seq, {2: 2, 3: "P1"})
    free = record(11, second.key.seq, {2: 2, 3: "P1", 9: True})
    assert codes(assemble([head, first, again])[0]) == ["E_DUP_LINE"]
    assert codes(assemble([head, first, free])[0]) == []


def test_row_dlv_a_delivery_is_what_became_of_the_lines_of_a_note() -> None:
    lots = [record(13, 21), record(13, 22, {4: "L2605A18"})]
    (draft,) = assemble([record(12, 20), *lots])
    assert isinstance(draft, DeliveryDraft)
    assert draft.result is DeliveryResult.PART
    assert [(line.lot, line.delivered, line.refused) for line in draft.lines] == [
        ("L2605A17", 48, 12),
        ("L2605A18", 48, 12),
    ]
    assert codes(draft) == []


def test_row_dll_a_lot_of_a_line_comes_once() -> None:
    (draft,) = assemble([record(12, 20), record(13, 21), record(13, 22)])
    assert codes(draft) == ["E_DUP_LINE"]


@pytest.mark.parametrize(
    ("result", "delivered", "expected"),
    [
        (0, 48, []),
        (1, 48, []),
        (2, 0, []),
        (3, 0, []),
        (0, 0, ["E_DLV_RESULT"]),
        (1, 0, ["E_DLV_RESULT"]),
        (2, 48, ["E_DLV_RESULT"]),
        (3, 48, ["E_DLV_RESULT"]),
    ],
)
def test_row_dlv_the_result_and_the_lines_must_agree(
    result: int, delivered: int, expected: list[str]
) -> None:
    (draft,) = assemble([record(12, 20, {3: result}), record(13, 21, {5: delivered})])
    assert codes(draft) == expected


def count_of(lines: list[dict[int, Any]], declared: int, duration_ms: int = 10**6) -> CountDraft:
    head = record(16, 40, {5: TS_MS + duration_ms, 7: declared})
    (draft,) = assemble([head, *(record(17, 41 + n, line) for n, line in enumerate(lines))])
    assert isinstance(draft, CountDraft)
    return draft


def test_row_cnt_a_count_is_its_lines() -> None:
    blank: dict[int, Any] = {4: None, 5: None, 6: None}
    draft = count_of([{}, {**blank, 9: 1}, {**blank, 9: 2}], 3)
    assert (draft.place, draft.location, draft.blind) == ("warehouse", "WH01", True)
    assert [line.qty_base for line in draft.lines] == [494, 0, None]
    assert [line.line_no for line in draft.lines] == [1, 2, 3]
    assert codes(draft) == []


@pytest.mark.parametrize("declared", [0, 2])
def test_row_cnt_a_line_that_did_not_come_refuses_the_count(declared: int) -> None:
    assert codes(count_of([{}], declared)) == ["E_CNT_LINES"]


@pytest.mark.parametrize(("lines", "expected"), [(512, []), (513, ["E_CNT_TOO_MANY"])])
def test_row_cnt_a_count_has_at_most_512_lines(lines: int, expected: list[str]) -> None:
    assert codes(count_of([{}] * lines, lines)) == expected


@pytest.mark.parametrize(("duration_ms", "expected"), [(2_000, []), (1_999, ["W_CNT_FAST"])])
def test_row_cnt_a_line_takes_a_second_at_least(duration_ms: int, expected: list[str]) -> None:
    draft = count_of([{}, {2: "P2"}], 2, duration_ms)
    assert codes(draft) == expected
    assert draft.severity in (None, Severity.WARN)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({9: 2}, ["E_CNT_SKIPPED"]),
        ({4: None, 5: None, 9: 2}, ["E_CNT_SKIPPED"]),
        ({9: 1}, ["E_CNT_QTY"]),
        ({6: None}, ["E_CNT_QTY"]),
        ({4: 0, 5: 0, 6: 0, 9: 1}, []),
        ({4: 0, 5: 0, 6: 0}, []),
    ],
)
def test_row_cnl_state_and_quantity_must_agree(line: dict[int, Any], expected: list[str]) -> None:
    assert codes(count_of([line], 1)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({}, []), ({5: None}, ["W_VISIT_OPEN"]), ({5: [TS_MS - 1, 0, 0, 5, 0, 0]}, ["W_CLOCK"])],
)
def test_row_vis_a_visit_ends_after_it_began(changes: dict[int, Any], expected: list[str]) -> None:
    (draft,) = assemble([record(20, 50, changes)])
    assert isinstance(draft, VisitDraft)
    assert codes(draft) == expected


def test_a_line_without_its_header_waits_for_a_clerk() -> None:
    (draft,) = assemble([record(11, 11)])
    assert isinstance(draft, OtherDraft)
    assert (codes(draft), draft.severity) == (["E_STRAY_LINE"], Severity.QUARANTINE)
    assert draft.problems[0].fields == {"header": "(1, 10)"}


def test_a_line_is_not_given_to_a_header_of_another_type() -> None:
    drafts = assemble([record(12, 10, {3: 3}), record(11, 11)])
    assert [codes(draft) for draft in drafts] == [[], ["E_STRAY_LINE"]]


def test_row_del_a_document_taken_back_is_kept_and_marked() -> None:
    drafts = assemble([*order(1), record(61, 12)])
    assert [draft.deleted for draft in drafts] == [True, False]
    assert [codes(draft) for draft in drafts] == [[], []]


def test_row_del_what_was_docked_before_is_not_taken_back() -> None:
    (draft,) = assemble([record(61, 12)])
    assert codes(draft) == ["E_DEL_LATE"]
    assert draft.problems[0].fields == {"target": "(1, 10)"}


def test_row_del_a_single_line_taken_back_makes_the_document_wait() -> None:
    drafts = assemble([*order(2), record(61, 13, {1: [1, 12]})])
    assert codes(drafts[0]) == ["E_DEL_LINE"]
    assert drafts[0].problems[0].where == "record 12"


def test_records_of_unknown_types_are_kept_as_they_are() -> None:
    sample = record(60, 90)
    stranger = ReadRecord(sample.key, 199, TS_MS, 480, "S01", {})
    assert [type(draft) for draft in assemble([stranger])] == [OtherDraft]


numbers = st.lists(st.sampled_from([10, 11, 12, 13, 16, 17, 20, 60, 61, 69]), max_size=20)


@given(numbers, st.data())
@moderate
def test_inv_20_every_record_is_in_exactly_one_draft(types: list[int], data: st.DataObject) -> None:
    records = []
    for seq, type_no in enumerate(types, start=1):
        points = type_no in (11, 13, 17, 61)
        target = data.draw(st.integers(1, len(types) + 1)) if points else 0
        records.append(record(type_no, seq, {1: [1, target]} if points else None))
    drafts = assemble(records)
    taken = [key for draft in drafts for key in draft.keys]
    assert sorted(taken) == sorted(record.key for record in records)
    assert len(set(taken)) == len(taken)


def test_row_ret_a_return_is_its_lines_and_has_some() -> None:
    line = record(15, 41, {1: [1, 40]})
    (draft,) = assemble([record(14, 40), line])
    assert isinstance(draft, ReturnDraft)
    assert (len(draft.lines), codes(draft)) == (1, [])
    (empty,) = assemble([record(14, 40)])
    assert codes(empty) == ["E_RET_LINES"]


def test_row_emp_empties_stand_alone() -> None:
    (draft,) = assemble([record(33, 50)])
    assert isinstance(draft, EmptiesDraft)
    assert draft.problems == ()


@pytest.mark.parametrize(("declared", "expected"), [(1, []), (2, ["E_LINES_MISSING"])])
def test_row_grc_a_receipt_says_how_many_lines_it_has(declared: int, expected: list[str]) -> None:
    head = record(204, 60, {1: "SUP1", 2: "WH1", 3: declared})
    (draft,) = assemble([head, record(205, 61, {1: [1, 60]})])
    assert isinstance(draft, ReceiptDraft)
    assert codes(draft) == expected


def test_a_line_of_a_file_that_means_nothing_says_so() -> None:
    (draft,) = assemble([record(202, 70)])
    assert codes(draft) == ["E_LINE"]


def test_what_a_document_holds_back_is_its_goods_and_its_money() -> None:
    (draft,) = assemble(order(2))
    lines = draft.line_records
    expected = (
        sum(line.fields["qty_base"] for line in lines),
        sum(line.fields["net_fen"] for line in lines),
    )
    assert held_back([draft.header, *lines]) == expected
    assert held_back([record(14, 40)]) == (None, None)


def test_a_field_that_a_record_does_not_have_is_not_written() -> None:
    with pytest.raises(KeyError):
        write_body(14, {"customer": "C0001", "moon": 1})
