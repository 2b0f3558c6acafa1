"""Goods that terminals collected as they came in: judged, and booked into their place."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from app.domain.numbering import DocumentKind
from app.domain.problems import problem
from app.domain.records.drafts import ReceiptDraft
from app.domain.stock import Location, LocationKind, Move
from app.services.cases import Bench, Case
from app.services.moving import move_goods
from app.services.numbering import issue
from app.services.receiving import put_lot
from app.storage.keys import derived_key
from app.storage.queries.count_points import last_counted_ms
from app.storage.queries.directory import parties_by_code
from app.storage.store.papers import Header, Line, Paper

Receipts = Sequence[tuple[Case, ReceiptDraft]]


def judge_receipt(bench: Bench, case: Case, draft: ReceiptDraft) -> None:
    """Adds what is wrong with the supplier, the place and the products."""
    if _supplier(bench, draft) is None:
        case.add([problem("E_SUPPLIER", "GRC", supplier=draft.supplier or "")])
    place = bench.known.place(draft.place)
    if place is None or place.kind is not LocationKind.WAREHOUSE:
        case.add([problem("E_LOCATION", "GRC", location=draft.place)])
    for line_no, line in enumerate(draft.lines, start=1):
        if bench.known.product(line.product) is None:
            case.add([problem("E_PROD", f"line {line_no}", product=line.product)])


def post_receipts(bench: Bench, cases: Receipts) -> tuple[int, int]:
    """Books every receipt that stands; returns how many documents and moves that made."""
    standing = [(case, draft) for case, draft in cases if case.stands]
    days = [bench.business_date(draft.header) for _, draft in standing]
    store = bench.step.store
    numbers = issue(store, DocumentKind.PR, days)
    papers: list[Paper] = []
    moves: list[Move] = []
    for (case, draft), number, day in zip(standing, numbers, days, strict=True):
        supplier, place = _supplier(bench, draft), bench.known.place(draft.place)
        if supplier is None or place is None:
            raise LookupError(draft.place)  # judged before: it stands
        header = Header(
            id=draft.key.uuid(),
            kind=DocumentKind.PR,
            state="received",
            number=number,
            event_ms=bench.event_ms(draft.header.ts_ms),
            event_raw_ms=draft.header.ts_ms,
            offset_min=draft.header.offset_min,
            business_date=day,
            party_id=supplier,
            source=bench.source(draft.header),
        )
        lines = _lines(bench, case, draft)
        papers.append(Paper(header=header, lines=lines))
        source = store.masters.places_of_parties(LocationKind.SUPPLIER, [supplier])[supplier]
        moves += [
            Move(
                key=_move_key(line),
                product=line.product_id,
                source=Location(source, LocationKind.SUPPLIER),
                target=place.location,
                qty=line.qty,
                reason="received",
                event_ms=header.event_ms,
                business_date=day,
                posting_date=bench.posting_date(day),
                lot=line.lot_id,
                line=line.id,
                batch=None if line.source is None else line.source.batch_id,
                seq=None if line.source is None else line.source.seq,
            )
            for line in lines
        ]
        case.link(draft.header, header.id)
        case.posted = True
    store.documents.add(papers)
    move_goods(store, moves)
    store.documents.post(
        {paper.header.id: bench.posting_date(paper.header.business_date) for paper in papers}
    )
    _flag_behind(bench, standing)
    return len(papers), len(moves)


def _flag_behind(bench: Bench, standing: Receipts) -> None:
    """Shows what came to a place that was counted later: the count may have found it already."""
    places = {place.id for _, draft in standing if (place := bench.known.place(draft.place))}
    if not places:
        return
    earliest_ms = min(bench.event_ms(draft.header.ts_ms) for _, draft in standing)
    counted = last_counted_ms(bench.step.store.reader, places, earliest_ms)
    for case, draft in standing:
        place, came_ms = bench.known.place(draft.place), bench.event_ms(draft.header.ts_ms)
        for line_no, line in enumerate(draft.lines, start=1):
            product = bench.known.product(line.product)
            if place is None or product is None:
                continue
            if counted.get((place.id, product.id), 0) > came_ms:
                where = f"line {line_no}"
                case.add([problem("X_BEHIND_COUNT", where, product=line.product)])


def _supplier(bench: Bench, draft: ReceiptDraft) -> UUID | None:
    code = bench.known.right_code("customer", draft.supplier or "")
    return parties_by_code(bench.known.reader, [code]).get(code)


def _lines(bench: Bench, case: Case, draft: ReceiptDraft) -> tuple[Line, ...]:
    lines = []
    told = zip(draft.line_records, draft.lines, strict=True)
    for line_no, (record, line) in enumerate(told, start=1):
        product = bench.known.product(line.product)
        if product is None:
            raise LookupError(line.product)
        default = product.packings.default
        lot = put_lot(bench.step.store, product, line.lot or "", line.produced, line.expiry)
        lines.append(
            Line(
                id=record.key.uuid(),
                line_no=line_no,
                product_id=product.id,
                packing_id=product.packing_ids[default.code],
                qty=line.qty_base,
                packs=line.qty_base // default.factor,
                lot_id=lot,
                source=bench.source(record),
            )
        )
        case.link(record, draft.key.uuid(), record.key.uuid())
    return tuple(lines)


def _move_key(line: Line) -> UUID:
    return derived_key("received", line.id)
