"""Goods that terminals say came back: held against what was delivered, and put on the van."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from app.domain.deliveries import DeliveryState
from app.domain.lots import fefo
from app.domain.numbering import DocumentKind
from app.domain.problems import problem
from app.domain.records.drafts import DeliveryDraft, ReadRecord, ReturnDraft, ReturnedLine
from app.domain.records.identity import TerminalKey
from app.domain.returns import Delivered, ReturnState, credit_fen, origins
from app.domain.stock import Location, LocationKind, Move
from app.services.cases import Bench, Case
from app.services.known import load_lots
from app.services.moving import move_goods
from app.services.posting_deliveries import outcomes_of
from app.services.vans import van_of
from app.storage.keys import derived_key
from app.storage.queries.documents import FoundDocument, FoundLine, documents_by_id, states_by_id
from app.storage.queries.returns import came_back
from app.storage.store.papers import Header, Line, Paper
from app.storage.store.returns import ReturnLine

Returns = Sequence[tuple[Case, ReturnDraft]]
Deliveries = Sequence[tuple[Case, DeliveryDraft]]
Notes = Mapping[str, FoundDocument]
SWAP = "swap"
"""Old goods for the same fresh ones: no money."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Units of one returned line that came by one line of the note, or by none that is known."""

    record: ReadRecord
    said: ReturnedLine
    origin: FoundLine | None
    qty: int
    before: int


def judge_returns(bench: Bench, cases: Returns, notes: Notes, deliveries: Deliveries) -> None:
    """Adds what is wrong with each return, what came in the same upload included."""
    standing = _delivered_now(deliveries, notes)
    taken: Counter[UUID] = Counter()
    for case, draft in cases:
        day = bench.business_date(draft.header)
        customer = bench.known.customer(draft.customer, day)
        if customer is None:
            case.add([problem("E_CUST", "RTN", customer=draft.customer)])
        for line in draft.lines:
            if bench.known.product(line.product) is None:
                case.add([problem("E_PROD", f"line {line.line_no}", product=line.product)])
        if draft.original is None:
            case.add([problem("W_RET_UNKNOWN", "RTN")])
            continue
        note = notes.get(draft.original)
        known = note is not None and note.delivery is not None and not note.delivery.by_wholesaler
        if note is None or not known or (customer is not None and note.party_id != customer.id):
            case.add([problem("E_RET_NOTE", "RTN", note_number=draft.original)])
            continue
        sums = _sums(note, standing)
        if not any(sums.values()):
            case.add([problem("E_RET_NOTE", "RTN", note_number=draft.original)])
        elif case.stands:
            left = _left(bench, note, sums, taken)
            for line in draft.lines:
                _judge_line(bench, case, line, left, taken)


def post_returns(bench: Bench, cases: Returns, notes: Notes) -> tuple[int, int]:
    """Posts every return that stands; returns how many documents and moves that made.

    What a driver took back is on his van from that moment; a return without a known delivery still
    waits for a second person to decide whether it is credited.
    """
    store = bench.step.store
    moves: list[Move] = []
    standing = [(case, draft) for case, draft in cases if case.stands]
    lots = load_lots(store.reader, _named_lots(bench, [draft for _, draft in standing]))
    for case, draft in standing:
        note = notes.get(draft.original) if draft.original else None
        parts = list(_parts(bench, draft, note))
        van = van_of(bench, draft.person, bench.business_date(draft.header))
        customer = bench.known.customer(draft.customer, bench.business_date(draft.header))
        if customer is None:
            raise LookupError(draft.customer)  # judged before: it stands
        lines = [_line(bench, no, part, lots) for no, part in enumerate(parts, start=1)]
        header = _header(bench, draft, note, customer.id, lines, on_van=van is not None)
        store.documents.add([Paper(header=header, lines=tuple(lines))])
        store.returns.add(
            header.id,
            draft.mode,
            [
                ReturnLine(
                    line_id=line.id,
                    condition=part.said.condition,
                    no_reference=part.origin is None,
                    collected=None if van is None else line.qty,
                )
                for line, part in zip(lines, parts, strict=True)
            ],
            delivery_id=None if note is None else note.id,
            exchange_id=_exchange(bench, draft),
            van_id=None if van is None else van.key,
            collected_ms=None if van is None else header.event_ms,
        )
        if van is not None:
            place = store.masters.places_of_parties(LocationKind.CUSTOMER, [customer.id])
            source = Location(place[customer.id], LocationKind.CUSTOMER)
            collected = [_collected(bench, header, line, source, van) for line in lines]
            moves += collected
            if draft.mode == SWAP:
                moves += _handed_over(bench, case, collected)
        case.link(draft.header, header.id)
        for line, part in zip(lines, parts, strict=True):
            case.link(part.record, header.id, line.id)
        case.posted = True
    move_goods(store, moves)
    return len(standing), len(moves)


def _delivered_now(deliveries: Deliveries, notes: Notes) -> dict[UUID, DeliveryDraft]:
    """What this upload says of notes that are still on a van, by note."""
    found: dict[UUID, DeliveryDraft] = {}
    for case, draft in deliveries:
        note = notes.get(draft.note_number)
        if case.stands and note is not None and note.state != DeliveryState.POSTED:
            found.setdefault(note.id, draft)
    return found


def _sums(note: FoundDocument, standing: Mapping[UUID, DeliveryDraft]) -> dict[UUID, int]:
    """Units delivered by line of the note."""
    if note.id in standing:
        told = outcomes_of(standing[note.id])
        return {
            line.id: told[line.line_no].delivered for line in note.lines if line.line_no in told
        }
    if note.state != DeliveryState.POSTED:
        return {}
    return {line.id: line.delivered or 0 for line in note.lines}


def _left(
    bench: Bench, note: FoundDocument, sums: Mapping[UUID, int], taken: Mapping[UUID, int]
) -> dict[UUID, list[Delivered]]:
    """Lines of the note by product, with what is not back yet."""
    back = came_back(bench.step.store.reader, list(sums))
    found: defaultdict[UUID, list[Delivered]] = defaultdict(list)
    for line in note.lines:
        left = sums.get(line.id, 0) - back.get(line.id, 0) - taken.get(line.id, 0)
        found[line.product_id].append(Delivered(line.id, line.lot_code, left))
    return found


def _judge_line(
    bench: Bench,
    case: Case,
    line: ReturnedLine,
    left: Mapping[UUID, list[Delivered]],
    taken: Counter[UUID],
) -> None:
    product = bench.known.product(line.product)
    if product is None:
        return
    own = [
        Delivered(each.line, each.lot, each.left - taken[each.line])
        for each in left.get(product.id, [])
    ]
    found, missing = origins(own, line.qty_base, line.lot)
    for each, qty in found:
        taken[each.line] += qty
    if missing:
        could = line.qty_base - missing
        where = f"line {line.line_no}"
        case.add([problem("E_RET_QTY", where, product=line.product, qty=line.qty_base, left=could)])


def _parts(bench: Bench, draft: ReturnDraft, note: FoundDocument | None) -> Iterator[_Part]:
    told = list(zip(draft.line_records, draft.lines, strict=True))
    if note is None:
        yield from (_Part(record, line, None, line.qty_base, 0) for record, line in told)
        return
    # its delivery may have been posted a moment ago
    fresh = documents_by_id(bench.step.store.reader, [note.id])[note.id]
    by_line = {line.id: line for line in fresh.lines}
    sums = {line.id: line.delivered or 0 for line in fresh.lines}
    back = came_back(bench.step.store.reader, list(sums))
    taken: Counter[UUID] = Counter()
    left = _left(bench, note, sums, {})
    for record, line in told:
        product = bench.known.product(line.product)
        if product is None:
            raise LookupError(line.product)  # judged before: it stands
        own = [
            Delivered(each.line, each.lot, each.left - taken[each.line])
            for each in left.get(product.id, [])
        ]
        for each, qty in origins(own, line.qty_base, line.lot)[0]:
            before = back.get(each.line, 0) + taken[each.line]
            taken[each.line] += qty
            yield _Part(record, line, by_line[each.line], qty, before)


def _line(
    bench: Bench, line_no: int, part: _Part, lots: Mapping[tuple[UUID, str], tuple[UUID, object]]
) -> Line:
    product = bench.known.product(part.said.product)
    if product is None:
        raise LookupError(part.said.product)  # judged before: it stands
    packing = product.packings.default
    own = part.origin
    named = lots.get((product.id, part.said.lot or ""))
    lot_id = own.lot_id if own is not None else None if named is None else named[0]
    fen = 0 if own is None else credit_fen(own.net_fen, own.qty, part.before, part.qty)
    return Line(
        id=derived_key("returned", part.record.key.uuid(), line_no),
        line_no=line_no,
        product_id=product.id,
        packing_id=product.packing_ids[packing.code],
        qty=part.qty,
        packs=part.qty // packing.factor,
        lot_id=lot_id,
        gross_fen=fen,
        net_fen=fen,
        reason_code=part.said.reason,
        ref_line_id=None if own is None else own.id,
        source=bench.source(part.record),
    )


def _header(
    bench: Bench,
    draft: ReturnDraft,
    note: FoundDocument | None,
    customer: UUID,
    lines: Sequence[Line],
    *,
    on_van: bool,
) -> Header:
    record = draft.header
    return Header(
        id=draft.key.uuid(),
        kind=DocumentKind.RN,
        state=_state(draft, note, on_van=on_van),
        event_ms=bench.event_ms(record.ts_ms),
        event_raw_ms=record.ts_ms,
        offset_min=record.offset_min,
        business_date=bench.business_date(record),
        party_id=customer,
        net_fen=sum(line.net_fen for line in lines),
        source=bench.source(record),
    )


def _state(draft: ReturnDraft, note: FoundDocument | None, *, on_van: bool) -> ReturnState:
    """Nobody has to decide about goods that came by a known note, or were swapped for the same."""
    if note is not None or (draft.mode == SWAP and on_van):
        return ReturnState.APPROVED
    return ReturnState.REQUESTED


def _collected(bench: Bench, header: Header, line: Line, source: Location, van: Location) -> Move:
    origin = line.source
    return Move(
        key=derived_key("collected", line.id),
        product=line.product_id,
        source=source,
        target=van,
        qty=line.qty,
        reason="collected",
        event_ms=header.event_ms,
        business_date=header.business_date,
        posting_date=bench.posting_date(header.business_date),
        lot=line.lot_id,
        line=line.id,
        batch=None if origin is None else origin.batch_id,
        seq=None if origin is None else origin.seq,
    )


def _handed_over(bench: Bench, case: Case, collected: Sequence[Move]) -> list[Move]:
    """As much as came back left the van again, the lot that must leave first in front."""
    van = collected[0].target
    there = bench.step.store.stock.lots_on_hand(van.key, {move.product for move in collected})
    made = []
    for move in collected:
        day = move.business_date
        fresh = [stock for stock in there.get(move.product, []) if stock.key != move.lot]
        picks, missing = fefo(fresh, move.qty, day, 0)
        parts = [(pick.stock.key, pick.qty) for pick in picks]
        if missing:
            parts.append((None, missing))
            case.add([problem("W_VAN_NEGATIVE", "RTN", product=_code(bench, move.product))])
        made += [
            replace(
                move,
                key=derived_key("swapped", move.key, place),
                source=move.target,
                target=move.source,
                qty=qty,
                lot=lot,
                reason="swapped",
            )
            for place, (lot, qty) in enumerate(parts)
        ]
    return made


def _code(bench: Bench, product_id: UUID) -> str:
    return next(each.code for each in bench.known.products.values() if each.id == product_id)


def _exchange(bench: Bench, draft: ReturnDraft) -> UUID | None:
    """The order or delivery that the goods were exchanged for, if it is in the books."""
    if draft.exchange is None:
        return None
    own = draft.key
    key = TerminalKey(own.branch, own.terminal, *draft.exchange).uuid()
    return key if states_by_id(bench.step.store.reader, [key]) else None


def _named_lots(bench: Bench, drafts: Sequence[ReturnDraft]) -> list[tuple[UUID, str]]:
    return [
        (product.id, line.lot)
        for draft in drafts
        for line in draft.lines
        if line.lot and (product := bench.known.product(line.product)) is not None
    ]
