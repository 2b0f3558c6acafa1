"""Orders from terminals become confirmed orders at the prices of the host."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.domain.numbering import DocumentKind, DocumentNumber
from app.domain.orders import OrderLine, OrderState
from app.domain.pricing import (
    PriceCandidate,
    amount_at,
    differs_beyond,
    price_per_packing,
    resolve_price,
)
from app.domain.problems import Problem, problem
from app.domain.records.drafts import OrderDraft
from app.domain.records.identity import TerminalKey
from app.domain.records.units import check_order_units
from app.services.cases import Bench, Case
from app.services.numbering import issue
from app.storage.queries.directory import FoundCustomer, FoundProduct
from app.storage.queries.documents import answered_orders, documents_by_id
from app.storage.store.papers import Header, Line, Order
from app.storage.store.scope import Source

_FULFILMENT = {"own": "own_delivery", "whs": "wholesaler_delivery"}
_CANCELLABLE = frozenset({OrderState.RECEIVED, OrderState.HELD, OrderState.CONFIRMED})


def judge_orders(bench: Bench, cases: Sequence[tuple[Case, OrderDraft]]) -> None:
    """Adds what is wrong with each order; one may change an earlier one of the same upload.

    Only an order that stands can be changed, and only once: a second change would leave two.
    """
    standing: set[TerminalKey] = set()
    changed: set[TerminalKey] = set()
    for case, draft in cases:
        _judge_order(bench, case, draft)
        previous = _previous_key(draft) if draft.status != "new" else None
        if previous is not None and previous in changed:
            case.add([problem("E_CANCEL_LATE", "ORD", state=OrderState.CANCELLED)])
        elif previous is not None and previous not in standing:
            case.add(_check_previous(bench, draft))
        if not case.stands:
            continue
        if previous is not None:
            changed.add(previous)
        if draft.status != "cancel":
            standing.add(draft.key)


def _judge_order(bench: Bench, case: Case, draft: OrderDraft) -> None:
    known = bench.known
    day = bench.business_date(draft.header)
    customer = known.customer(draft.customer, day)
    if customer is None:
        case.add([problem("E_CUST", "ORD", customer=draft.customer)])
    case.add(check_order_units(draft.lines, known.packings))
    if customer is not None:
        for line in draft.lines:
            product = known.product(line.product)
            if product is not None and not line.free:
                case.add(_check_price(bench, customer, product, line, day))


def post_orders(bench: Bench, cases: Sequence[tuple[Case, OrderDraft]]) -> int:
    """Writes every order that stands; returns how many documents that made."""
    standing = [(case, draft) for case, draft in cases if case.stands]
    wanted = [(case, draft) for case, draft in standing if draft.status != "cancel"]
    days = [bench.business_date(draft.header) for _, draft in wanted]
    numbers = issue(bench.step.store, DocumentKind.SO, days)
    papers = [
        _paper(bench, case, draft, number)
        for (case, draft), number in zip(wanted, numbers, strict=True)
    ]
    bench.step.store.documents.add(papers)
    for case, draft in standing:
        if draft.status != "new":
            _cancel_previous(bench, case, draft)
        case.posted = True
    return len(papers)


def _host_price(
    bench: Bench, customer: FoundCustomer, product: FoundProduct, line: OrderLine, day: date
) -> PriceCandidate | None:
    candidates = bench.known.prices.candidates(product.id, customer.id, customer.price_group)
    return resolve_price(candidates, line.packing, day)


def _check_price(
    bench: Bench, customer: FoundCustomer, product: FoundProduct, line: OrderLine, day: date
) -> list[Problem]:
    where = f"line {line.line_no}"
    price = _host_price(bench, customer, product, line, day)
    packing = product.packings.find(line.packing)
    if price is None:
        return [problem("E_NO_PRICE", where, product=line.product)]
    if packing is None:
        return []
    own_fen = price_per_packing(price, packing.factor)
    if own_fen == line.price_fen:
        return []
    code = "E_PRICE_HOLD" if differs_beyond(line.price_fen, own_fen) else "E_PRICE"
    return [problem(code, where, product=line.product, asked=line.price_fen, own=own_fen)]


def _previous_key(draft: OrderDraft) -> TerminalKey | None:
    if draft.previous is None:
        return None
    key = draft.key
    return TerminalKey(key.branch, key.terminal, draft.previous.epoch, draft.previous.seq)


def _check_previous(bench: Bench, draft: OrderDraft) -> list[Problem]:
    previous = _previous_key(draft)
    if previous is None:
        return []
    found = documents_by_id(bench.step.store.reader, [previous.uuid()]).get(previous.uuid())
    if found is None or found.kind is not DocumentKind.SO:
        return [problem("E_ORD_PREV", "ORD", status=draft.status)]
    # goods that are planned or on a van go out, whatever becomes of the order
    is_answered = bool(answered_orders(bench.step.store.reader, [found.id]))
    if found.state in _CANCELLABLE and not is_answered:
        return []
    return [problem("E_CANCEL_LATE", "ORD", state=found.state)]


def _cancel_previous(bench: Bench, case: Case, draft: OrderDraft) -> None:
    previous = _previous_key(draft)
    if previous is not None:
        bench.step.store.documents.set_state([previous.uuid()], OrderState.CANCELLED)
        # An order that only takes back another one becomes no document of its own.
        records = draft.records if draft.status == "cancel" else (draft.header,)
        for record in records:
            case.link(record, previous.uuid(), role="corrects")


def _paper(bench: Bench, case: Case, draft: OrderDraft, number: DocumentNumber) -> Order:
    known = bench.known
    day = bench.business_date(draft.header)
    customer = known.customer(draft.customer, day)
    if customer is None:
        raise LookupError(draft.customer)  # judged before: it stands
    key = draft.key.uuid()
    lines = []
    for record, line in zip(draft.line_records, draft.lines, strict=True):
        product = known.product(line.product)
        if product is None:
            raise LookupError(line.product)
        lines.append(_line(bench, customer, product, line, record.key, day, bench.source(record)))
        case.link(record, key, record.key.uuid())
    case.link(draft.header, key)
    held = sorted({each.code for each in case.problems if each.code == "E_PRICE_HOLD"})
    person = known.person(draft.person)
    wholesaler = known.customer(draft.wholesaler, day) if draft.wholesaler else None
    header = Header(
        id=key,
        kind=DocumentKind.SO,
        state=OrderState.HELD if held else OrderState.CONFIRMED,
        event_ms=bench.event_ms(draft.header.ts_ms),
        event_raw_ms=draft.header.ts_ms,
        offset_min=draft.header.offset_min,
        business_date=day,
        number=number,
        party_id=customer.id,
        person_id=None if person is None else person.id,
        note=draft.note or "",
        net_fen=sum(line.net_fen for line in lines),
        source=bench.source(draft.header),
    )
    return Order(
        header=header,
        lines=tuple(lines),
        wanted_date=draft.wanted,
        origin=draft.origin,
        fulfilment_mode=_FULFILMENT[draft.fulfilment],
        payment_mode=draft.payment,
        wholesaler_id=None if wholesaler is None else wholesaler.id,
        hold_codes=tuple(held),
    )


def _line(
    bench: Bench,
    customer: FoundCustomer,
    product: FoundProduct,
    line: OrderLine,
    key: TerminalKey,
    day: date,
    source: Source,
) -> Line:
    price = None if line.free else _host_price(bench, customer, product, line, day)
    gross_fen = 0 if price is None else amount_at(price, line.qty_base)
    factor = product.packings.factor(line.packing)
    return Line(
        id=key.uuid(),
        line_no=line.line_no,
        product_id=product.id,
        packing_id=product.packing_id(line.packing),
        qty=line.qty_base,
        packs=line.packs,
        price_fen=0 if price is None else price_per_packing(price, factor),
        price_source="" if price is None else price.key,
        gross_fen=gross_fen,
        net_fen=gross_fen,
        free=line.free,
        source=source,
    )
