"""What terminals say of their stops is posted against the notes that were loaded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain.deliveries import (
    DELIVERY_TRANSITIONS,
    DeliveryLine,
    DeliveryResult,
    DeliveryState,
    account_for,
    check_delivered,
)
from app.domain.problems import Problem, problem
from app.domain.records.drafts import DeliveryDraft, ReadRecord
from app.domain.records.units import check_delivery_products
from app.domain.stock import Location, LocationKind, Move
from app.services.cases import Bench, Case
from app.services.moving import move_goods
from app.services.ordering.settling import settle_orders
from app.storage.keys import derived_key
from app.storage.queries.arrivals import reversal_number
from app.storage.queries.count_points import last_counted_ms
from app.storage.queries.documents import (
    FoundDocument,
    FoundLine,
    documents_by_number,
)
from app.storage.store.papers import DeliveryResultEntry

Deliveries = Sequence[tuple[Case, DeliveryDraft]]

# Who has the receiver's signature has proof of delivery; without it, only our word for it.
_SIGNED, _UNSIGNED = 4, 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """Base units of one line."""

    delivered: int
    refused: int


def load_notes(bench: Bench, written: Collection[str]) -> dict[str, FoundDocument]:
    """The notes of these numbers, by the number as the terminal wrote it."""
    if not written:
        return {}
    right = {number: bench.known.right_code("document", number) for number in written}
    found = documents_by_number(bench.step.store.reader, right.values())
    return {number: found[right[number]] for number in written if right[number] in found}


def judge_deliveries(bench: Bench, cases: Deliveries, notes: Mapping[str, FoundDocument]) -> None:
    """Adds what is wrong with each delivery, the ones before it in the same upload included."""
    told: dict[UUID, DeliveryDraft] = {}
    for case, draft in cases:
        note = notes.get(draft.note_number)
        if note is None or note.delivery is None:
            case.add([problem("E_DN_UNKNOWN", "DLV", note_number=draft.note_number)])
            continue
        customer = bench.known.customer(draft.customer, note.business_date)
        if customer is None:
            case.add([problem("E_CUST", "DLV", customer=draft.customer)])
        elif customer.id != note.party_id:
            case.add([problem("E_DLV_CONFLICT", "DLV", note_number=draft.note_number)])
        case.add(check_delivery_products(draft.lines, bench.known.packings))
        if note.state == DeliveryState.POSTED:
            # a reversed delivery is not what it says any more, so nothing equals it
            is_undone = reversal_number(bench.step.store.reader, note.id) is not None
            if is_undone or _lines_of_note(note) != outcomes_of(draft):
                case.add([problem("E_DLV_CONFLICT", "DLV", note_number=draft.note_number)])
        elif note.id in told:
            if outcomes_of(told[note.id]) != outcomes_of(draft):
                case.add([problem("E_DLV_CONFLICT", "DLV", note_number=draft.note_number)])
        else:
            case.add(_check_lines(bench, note, draft))
        if case.stands:
            told.setdefault(note.id, draft)


def post_deliveries(
    bench: Bench, cases: Deliveries, notes: Mapping[str, FoundDocument]
) -> tuple[int, int]:
    """Posts every delivery that stands; returns how many documents and moves that made."""
    store = bench.step.store
    fresh: dict[UUID, tuple[Case, DeliveryDraft, FoundDocument]] = {}
    for case, draft in cases:
        if not case.stands:
            continue
        note = notes[draft.note_number]
        case.posted = True
        _link(case, draft, note)
        if note.state != DeliveryState.POSTED:
            fresh.setdefault(note.id, (case, draft, note))
    parties = {note.party_id for _, _, note in fresh.values() if note.party_id is not None}
    places = store.masters.places_of_parties(LocationKind.CUSTOMER, parties)
    entries = [_entry(bench, draft, note) for _, draft, note in fresh.values()]
    moves: list[Move] = []
    dates = {}
    for _, draft, note in fresh.values():
        dates[note.id] = bench.posting_date(bench.business_date(draft.header))
        if note.party_id is not None:
            moves += _moves(bench, draft, note, places[note.party_id])
    store.documents.record_results(entries)
    negative = {(each.location_id, each.product_id) for each in move_goods(store, moves)}
    store.documents.post(dates)
    for case, draft, note in fresh.values():
        _flag_negative(case, draft, note, negative)
    _flag_late(bench, list(fresh.values()), dates)
    settle_orders(store, [note.parent_id for _, _, note in fresh.values()])
    return len(fresh), len(moves)


def outcomes_of(draft: DeliveryDraft) -> dict[int, Outcome]:
    """Delivered and refused by line number, lines with neither left out."""
    sums: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for line in draft.lines:
        sums[line.line_no][0] += line.delivered
        sums[line.line_no][1] += line.refused
    return {no: Outcome(*pair) for no, pair in sums.items() if any(pair)}


def _lines_of_note(note: FoundDocument) -> dict[int, Outcome]:
    return {
        line.line_no: Outcome(line.delivered or 0, line.refused or 0)
        for line in note.lines
        if line.delivered or line.refused
    }


def _check_lines(bench: Bench, note: FoundDocument, draft: DeliveryDraft) -> list[Problem]:
    shipped = {line.line_no: line for line in note.lines}
    found = []
    for line in draft.lines:
        where = f"line {line.line_no}"
        on_note = shipped.get(line.line_no)
        product = bench.known.product(line.product)
        if product is None:
            continue
        if on_note is None or on_note.product_id != product.id:
            found.append(problem("E_DLV_LINE", where, line=line.line_no, product=line.product))
        elif line.lot is not None and line.lot != on_note.lot_code:
            found.append(problem("E_LOT", where, lot=line.lot, product=line.product))
    for line_no, outcome in outcomes_of(draft).items():
        if line_no in shipped:
            qty = shipped[line_no].qty
            found += check_delivered(line_no, qty, outcome.delivered, outcome.refused)
    if draft.result is DeliveryResult.FULL:
        delivered = sum(line.delivered for line in draft.lines)
        if delivered < sum(line.qty for line in note.lines):
            found.append(problem("E_DLV_RESULT", result=draft.result.value, delivered=delivered))
    return found


def _entry(bench: Bench, draft: DeliveryDraft, note: FoundDocument) -> DeliveryResultEntry:
    outcomes = outcomes_of(draft)
    state = DELIVERY_TRANSITIONS.after(DeliveryState(note.state), draft.result.event)
    return DeliveryResultEntry(
        document_id=note.id,
        state=state,
        result=draft.result,
        lines=tuple((line.id, _account(line, outcomes.get(line.line_no))) for line in note.lines),
        receiver_name=draft.signer or "",
        delivered_ms=bench.event_ms(draft.header.ts_ms),
    )


def _account(line: FoundLine, outcome: Outcome | None) -> DeliveryLine:
    ordered = line.ordered or 0
    if line.qty == 0:  # was not in stock when the van was loaded
        return DeliveryLine(line.line_no, line.product_code, ordered, short=ordered)
    delivered, refused = (0, 0) if outcome is None else (outcome.delivered, outcome.refused)
    return account_for(
        line.line_no, line.product_code, ordered, delivered, refused, back_order=True
    )


def _moves(bench: Bench, draft: DeliveryDraft, note: FoundDocument, place: UUID) -> list[Move]:
    if note.delivery is None or note.delivery.van_id is None:
        return []
    outcomes = outcomes_of(draft)
    records = {
        line.line_no: record for record, line in zip(draft.line_records, draft.lines, strict=True)
    }
    business = bench.business_date(draft.header)
    moves = []
    for line in note.lines:
        outcome = outcomes.get(line.line_no)
        if outcome is None or not outcome.delivered:
            continue
        source = bench.source(records[line.line_no])
        moves.append(
            Move(
                key=derived_key("delivered", line.id),
                product=line.product_id,
                source=Location(note.delivery.van_id, LocationKind.VAN),
                target=Location(place, LocationKind.CUSTOMER),
                qty=outcome.delivered,
                reason="delivered",
                event_ms=bench.event_ms(draft.header.ts_ms),
                business_date=business,
                posting_date=bench.posting_date(business),
                lot=line.lot_id,
                line=line.id,
                evidence=_SIGNED if draft.signer or draft.signature else _UNSIGNED,
                batch=source.batch_id,
                seq=source.seq,
            )
        )
    return moves


def _link(case: Case, draft: DeliveryDraft, note: FoundDocument) -> None:
    lines = {line.line_no: line.id for line in note.lines}
    case.link(draft.header, note.id, role="confirms")
    record: ReadRecord
    for record, line in zip(draft.line_records, draft.lines, strict=True):
        case.link(record, note.id, lines[line.line_no], role="confirms")


def _flag_negative(
    case: Case, draft: DeliveryDraft, note: FoundDocument, negative: set[tuple[UUID, UUID]]
) -> None:
    """The goods did leave the van, so the delivery stands; that they were not there is shown."""
    van_id = None if note.delivery is None else note.delivery.van_id
    products = {line.line_no: line.product_id for line in note.lines}
    for line in draft.lines:
        if line.delivered and (van_id, products[line.line_no]) in negative:
            where = f"line {line.line_no}"
            case.add([problem("W_VAN_NEGATIVE", where, product=line.product)])


def _flag_late(
    bench: Bench,
    fresh: Sequence[tuple[Case, DeliveryDraft, FoundDocument]],
    dates: Mapping[UUID, date],
) -> None:
    """Shows what came after its day was closed, or after the van was counted without it."""
    vans = [note.delivery.van_id for _, _, note in fresh if note.delivery and note.delivery.van_id]
    if not vans:
        return
    earliest_ms = min(bench.event_ms(draft.header.ts_ms) for _, draft, _ in fresh)
    counted = last_counted_ms(bench.step.store.reader, vans, earliest_ms)
    for case, draft, note in fresh:
        if dates[note.id] != bench.business_date(draft.header):
            case.add([problem("W_LATE", "DLV")])
        if note.delivery is None or note.delivery.van_id is None:
            continue
        products = {line.line_no: line.product_id for line in note.lines}
        for line in draft.lines:
            goods = (note.delivery.van_id, products[line.line_no])
            if line.delivered and counted.get(goods, 0) > bench.event_ms(draft.header.ts_ms):
                case.add([problem("X_BEHIND_COUNT", f"line {line.line_no}", product=line.product)])
