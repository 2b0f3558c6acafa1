"""Orders from terminals become confirmed orders at the prices of the host."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from app.domain.numbering import DocumentKind, DocumentNumber
from app.domain.orders import OrderLine, OrderState, classify
from app.domain.pricing import differs_beyond, price_per_packing
from app.domain.problems import Problem, problem
from app.domain.records.drafts import OrderDraft
from app.domain.records.identity import TerminalKey
from app.domain.records.units import check_order_units
from app.services.cases import Bench, Case
from app.services.numbering import issue
from app.services.ordering.holds import HOLDING, Ordered, find_holds, home_warehouse, promise
from app.services.pricing import PricedLine, Tariff, WantedLine, price_for, price_order
from app.storage.queries.directory import FoundCustomer, FoundProduct
from app.storage.queries.documents import answered_orders, documents_by_id
from app.storage.queries.prices import promotions_on
from app.storage.store.papers import Header, Line, Order
from app.storage.store.scope import Source

OWN = "own_delivery"
_FULFILMENT = {"own": OWN, "whs": "wholesaler_delivery"}
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
    tariffs = {day: _tariff(bench, day) for day in set(days)}
    papers = [
        _paper(bench, case, draft, number, tariffs[day])
        for (case, draft), number, day in zip(wanted, numbers, days, strict=True)
    ]
    papers = _hold(bench, wanted, papers)
    bench.step.store.documents.add(papers)
    for case, draft in standing:
        if draft.status != "new":
            _cancel_previous(bench, case, draft)
        case.posted = True
    _promise(bench, papers)
    return len(papers)


def _tariff(bench: Bench, day: date) -> Tariff:
    promotions = promotions_on(bench.step.store.reader, day)
    return Tariff(bench.known.prices, bench.known.territories, promotions)


def _hold(
    bench: Bench, cases: Sequence[tuple[Case, OrderDraft]], papers: Sequence[Order]
) -> list[Order]:
    """The same orders, those that go beyond the credit or come twice held."""
    asked = [
        Ordered(
            paper.header.party_id,
            paper.payment_mode,
            paper.wanted_date,
            paper.header.business_date,
            paper.header.net_fen,
            tuple((line.product_id, line.qty) for line in paper.lines),
            str(paper.header.number),
        )
        for paper in papers
        if paper.header.party_id is not None
    ]
    found = find_holds(bench.step.store.reader, asked)
    held = []
    for (case, draft), paper, against in zip(cases, papers, found, strict=True):
        # a changed order is meant to be like the one whose place it takes
        is_new = draft.status == "new"
        problems = [each for each in against if is_new or each.code != "E_TWIN"]
        case.add(problems)
        codes = {*paper.hold_codes, *(each.code for each in problems if each.code in HOLDING)}
        header = paper.header
        if codes:
            header = replace(header, state=OrderState.HELD)
        held.append(replace(paper, header=header, hold_codes=tuple(sorted(codes))))
    return held


def _promise(bench: Bench, papers: Sequence[Order]) -> None:
    """Goods for the orders that go ahead, first come, first served."""
    place_id = home_warehouse(bench.step.store.reader) if papers else None
    for paper in papers:
        if paper.header.state == OrderState.CONFIRMED and paper.fulfilment_mode == OWN:
            promise(bench.step.store, place_id, paper.lines)


def _check_price(
    bench: Bench, customer: FoundCustomer, product: FoundProduct, line: OrderLine, day: date
) -> list[Problem]:
    where = f"line {line.line_no}"
    known = bench.known
    price = price_for(known.prices, known.territories, customer, product, line.packing, day)
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


def _paper(
    bench: Bench, case: Case, draft: OrderDraft, number: DocumentNumber, tariff: Tariff
) -> Order:
    known = bench.known
    day = bench.business_date(draft.header)
    customer = known.customer(draft.customer, day)
    if customer is None:
        raise LookupError(draft.customer)  # judged before: it stands
    key = draft.key.uuid()
    wanted = []
    for line in draft.lines:
        product = known.product(line.product)
        if product is None:
            raise LookupError(line.product)
        wanted.append(WantedLine(line.line_no, product, line.packing, line.qty_base, line.free))
    # free goods that the terminal did not write down were not promised to anybody
    priced = price_order(bench.step.store.reader, tariff, customer, wanted, day).lines
    lines = []
    for record, line, each in zip(draft.line_records, draft.lines, priced, strict=False):
        lines.append(_line(line, each, record.key, bench.source(record)))
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
        wholesaler_id=_wholesaler(draft, customer, wholesaler),
        hold_codes=tuple(held),
        order_class=classify(
            buyer_is_wholesaler=customer.customer_type == "WHOLESALER",
            direct_served=customer.service_mode == "direct",
            own_delivery=draft.fulfilment == "own",
            origin=draft.origin,
        ),
    )


def _wholesaler(
    draft: OrderDraft, customer: FoundCustomer, named: FoundCustomer | None
) -> UUID | None:
    """Who is to deliver: the wholesaler that was named, else the customer's own one."""
    if named is not None or draft.fulfilment == "own":
        return None if named is None else named.id
    return customer.wholesaler_id


def _line(line: OrderLine, priced: PricedLine, key: TerminalKey, source: Source) -> Line:
    product = priced.wanted.product
    return Line(
        id=key.uuid(),
        line_no=line.line_no,
        product_id=product.id,
        packing_id=product.packing_id(line.packing),
        qty=line.qty_base,
        packs=line.packs,
        price_fen=priced.price_fen,
        price_source=priced.price_source,
        gross_fen=priced.gross_fen,
        discount_fen=priced.discount_fen,
        net_fen=priced.net_fen,
        free=line.free,
        promotions=priced.promotions,
        source=source,
    )
