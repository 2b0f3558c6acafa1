"""Empties that drivers say they left with a customer or took back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from app.domain.numbering import DocumentKind, DocumentNumber
from app.domain.problems import problem
from app.domain.records.drafts import EmptiesDraft
from app.domain.returns import ReturnState
from app.domain.stock import Location, LocationKind, Move
from app.services.cases import Bench, Case
from app.services.moving import move_goods
from app.services.numbering import issue
from app.services.vans import van_of
from app.storage.keys import derived_key
from app.storage.queries.directory import FoundProduct
from app.storage.queries.documents import documents_by_number
from app.storage.queries.empties import outstanding
from app.storage.store.papers import Header, Line, Paper
from app.storage.store.returns import ReturnLine

Empties = Sequence[tuple[Case, EmptiesDraft]]
MODE = "empties"


def judge_empties(bench: Bench, case: Case, draft: EmptiesDraft) -> None:
    """Adds what is wrong with the customer, the product and the van."""
    if bench.known.customer(draft.customer, bench.business_date(draft.header)) is None:
        case.add([problem("E_CUST", "EMP", customer=draft.customer)])
    product = bench.known.product(draft.product)
    if product is None:
        case.add([problem("E_PROD", "EMP", product=draft.product)])
    elif product.kind != "empty":
        case.add([problem("E_EMPTIES", "EMP", product=draft.product)])
    if van_of(bench, draft.person, bench.business_date(draft.header)) is None:
        case.add([problem("E_VAN", "EMP", person=draft.person)])


def post_empties(bench: Bench, cases: Empties) -> tuple[int, int]:
    """Posts all that stands; returns how many documents and moves that made."""
    standing = [(case, draft) for case, draft in cases if case.stands]
    moving = [(case, draft) for case, draft in standing if draft.qty_in or draft.qty_out]
    store = bench.step.store
    days = [bench.business_date(draft.header) for _, draft in moving]
    numbers = issue(store, DocumentKind.RN, days)
    moves: list[Move] = []
    had = _had(bench, [draft for _, draft in moving])
    for (case, draft), number in zip(moving, numbers, strict=True):
        customer = bench.known.customer(draft.customer, bench.business_date(draft.header))
        product = bench.known.product(draft.product)
        van = van_of(bench, draft.person, bench.business_date(draft.header))
        if customer is None or product is None or van is None:
            raise LookupError(draft.customer)  # judged before: it stands
        place = store.masters.places_of_parties(LocationKind.CUSTOMER, [customer.id])
        home = Location(place[customer.id], LocationKind.CUSTOMER)
        header = _header(bench, draft, customer.id, number)
        ways = [(draft.qty_in, home, van), (draft.qty_out, van, home)]
        lines: list[Line] = []
        for qty, source, target in ways:
            if qty:
                lines.append(_line(bench, draft, product, len(lines) + 1, qty))
                moves.append(_move(bench, header, lines[-1], source, target))
        store.documents.add([Paper(header=header, lines=tuple(lines))])
        note = _note(bench, draft)
        parts = [
            ReturnLine(line_id=line.id, condition="good", no_reference=note is None)
            for line in lines
        ]
        store.returns.add(
            header.id, MODE, parts, delivery_id=note, van_id=van.key, collected_ms=header.event_ms
        )
        key = (customer.id, product.id)
        if draft.qty_in > had[key]:
            told = {"product": draft.product, "qty": draft.qty_in, "left": max(0, had[key])}
            case.add([problem("W_EMPTIES", "EMP", **told)])
        had[key] += draft.qty_out - draft.qty_in
        case.link(draft.header, header.id)
        case.posted = True
    move_goods(store, moves)
    dates = zip((draft.key.uuid() for _, draft in moving), days, strict=True)
    store.documents.post({key: bench.posting_date(day) for key, day in dates})
    return len(moving), len(moves)


def _header(bench: Bench, draft: EmptiesDraft, customer: UUID, number: DocumentNumber) -> Header:
    record = draft.header
    return Header(
        id=draft.key.uuid(),
        kind=DocumentKind.RN,
        state=ReturnState.RECEIVED,
        number=number,
        event_ms=bench.event_ms(record.ts_ms),
        event_raw_ms=record.ts_ms,
        offset_min=record.offset_min,
        business_date=bench.business_date(record),
        party_id=customer,
        source=bench.source(record),
    )


def _line(bench: Bench, draft: EmptiesDraft, product: FoundProduct, line_no: int, qty: int) -> Line:
    packing = product.packings.default
    return Line(
        id=derived_key("empties", draft.key.uuid(), line_no),
        line_no=line_no,
        product_id=product.id,
        packing_id=product.packing_ids[packing.code],
        qty=qty,
        packs=qty // packing.factor,
        source=bench.source(draft.header),
    )


def _move(bench: Bench, header: Header, line: Line, source: Location, target: Location) -> Move:
    origin = header.source
    return Move(
        key=derived_key("moved", line.id),
        product=line.product_id,
        source=source,
        target=target,
        qty=line.qty,
        reason="empties",
        event_ms=header.event_ms,
        business_date=header.business_date,
        posting_date=bench.posting_date(header.business_date),
        line=line.id,
        batch=None if origin is None else origin.batch_id,
        seq=None if origin is None else origin.seq,
    )


def _note(bench: Bench, draft: EmptiesDraft) -> UUID | None:
    """The delivery that the empties went along with, if it is in the books."""
    if not draft.note_number:
        return None
    number = bench.known.right_code("document", draft.note_number)
    found = documents_by_number(bench.known.reader, [number]).get(number)
    return None if found is None else found.id


def _had(bench: Bench, drafts: Sequence[EmptiesDraft]) -> Counter[tuple[UUID, UUID]]:
    """How many of our empties each customer has."""
    found: Counter[tuple[UUID, UUID]] = Counter()
    products = {product.code: product.id for product in bench.known.products.values()}
    for code in {bench.known.right_code("customer", draft.customer) for draft in drafts}:
        for each in outstanding(bench.known.reader, code):
            if each.product_code in products:
                found[each.party_id, products[each.product_code]] = each.qty
    return found
