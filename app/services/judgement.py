"""Judges and posts uploaded documents of all kinds; intake and quarantine both end here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from app.domain.problems import problem
from app.domain.records.drafts import (
    CountDraft,
    DeliveryDraft,
    Draft,
    EmptiesDraft,
    OrderDraft,
    ReceiptDraft,
    ReturnDraft,
)
from app.services.cases import Bench, Case
from app.services.journal import Step
from app.services.known import Aliases, Known, Mentioned, load_known
from app.services.posting_counts import judge_count, post_counts
from app.services.posting_deliveries import judge_deliveries, load_notes, post_deliveries
from app.services.posting_empties import judge_empties, post_empties
from app.services.posting_orders import judge_orders, post_orders
from app.services.posting_receipts import judge_receipt, post_receipts
from app.services.posting_returns import judge_returns, post_returns
from app.storage.queries.documents import FoundDocument
from app.storage.store import Store

Kind = TypeVar("Kind", bound=Draft)

ALIAS_KINDS = ("customer", "product", "person", "location", "document")


@dataclass(frozen=True, slots=True)
class Posted:
    """How many documents and moves were made."""

    documents: int
    moves: int


def set_up(step: Step, cases: Sequence[Case], batch_id: UUID, clock_offset_ms: int) -> Bench:
    """The bench for these cases, with all master data they speak of."""
    aliases = load_aliases(step.store)
    mentioned = _mentioned([case.draft for case in cases])
    known = load_known(step.store.reader, aliases, mentioned)
    return Bench(step, known, batch_id, clock_offset_ms)


def load_aliases(store: Store) -> Aliases:
    return {
        (kind, raw): code
        for kind in ALIAS_KINDS
        for raw, code in store.uploads.aliases(kind).items()
    }


def judge(bench: Bench, cases: Sequence[Case]) -> Mapping[str, FoundDocument]:
    """Adds to every case what is wrong with it; returns the notes that deliveries speak of."""
    live = [case for case in cases if not case.draft.deleted]
    orders = _of_kind(live, OrderDraft)
    judge_orders(bench, orders)
    for case, _ in orders:
        _check_person(bench.known, case)
    deliveries, returns = _of_kind(live, DeliveryDraft), _of_kind(live, ReturnDraft)
    notes = load_notes(bench, _note_numbers(deliveries, returns))
    judge_deliveries(bench, deliveries, notes)
    judge_returns(bench, returns, notes, deliveries)
    for case, empties in _of_kind(live, EmptiesDraft):
        judge_empties(bench, case, empties)
    for case, count in _of_kind(live, CountDraft):
        judge_count(bench, case, count)
        _check_person(bench.known, case)
    for case, receipt in _of_kind(live, ReceiptDraft):
        judge_receipt(bench, case, receipt)
    return notes


def post(bench: Bench, cases: Sequence[Case], notes: Mapping[str, FoundDocument]) -> Posted:
    """Posts every case that stands: goods in, orders, deliveries, what came back, counts."""
    receipts, receipt_moves = post_receipts(bench, _of_kind(cases, ReceiptDraft))
    orders = post_orders(bench, _of_kind(cases, OrderDraft))
    delivered, goods_moves = post_deliveries(bench, _of_kind(cases, DeliveryDraft), notes)
    returns, return_moves = post_returns(bench, _of_kind(cases, ReturnDraft), notes)
    empties, empties_moves = post_empties(bench, _of_kind(cases, EmptiesDraft))
    counts, count_moves = post_counts(bench, _of_kind(cases, CountDraft))
    moves = receipt_moves + goods_moves + return_moves + empties_moves + count_moves
    return Posted(receipts + orders + delivered + returns + empties + counts, moves)


def _note_numbers(
    deliveries: Sequence[tuple[Case, DeliveryDraft]], returns: Sequence[tuple[Case, ReturnDraft]]
) -> set[str]:
    delivered = {draft.note_number for _, draft in deliveries}
    return delivered | {draft.original for _, draft in returns if draft.original}


def _of_kind(cases: Sequence[Case], kind: type[Kind]) -> list[tuple[Case, Kind]]:
    return [(case, case.draft) for case in cases if isinstance(case.draft, kind)]


def _check_person(known: Known, case: Case) -> None:
    if known.person(case.draft.person) is None:
        case.add([problem("E_PERSON", person=case.draft.person)])


def _mentioned(drafts: Sequence[Draft]) -> Mentioned:
    products: set[str] = set()
    customers: set[str] = set()
    for draft in drafts:
        if isinstance(draft, ReceiptDraft):
            products |= {line.product for line in draft.lines}
        if isinstance(draft, EmptiesDraft):
            products.add(draft.product)
            customers.add(draft.customer)
        if isinstance(draft, OrderDraft | DeliveryDraft | CountDraft | ReturnDraft):
            products |= {line.product for line in draft.lines}
            customers |= {code for code in (draft.customer,) if code}
        if isinstance(draft, OrderDraft) and draft.wholesaler:
            customers.add(draft.wholesaler)
    persons = frozenset(draft.person for draft in drafts)
    return Mentioned(frozenset(products), frozenset(customers), persons)
