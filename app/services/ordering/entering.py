"""An order as somebody at the desk takes it down: by phone, from a wholesaler, from a host."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain.business_day import business_date
from app.domain.numbering import DocumentKind
from app.domain.orders import MAX_ORDER_LINES, OrderState, classify
from app.domain.problems import Problem
from app.domain.rights import Actor, Right
from app.errors import NotFound, RuleBroken
from app.services.journal import Step, journaled
from app.services.numbering import issue
from app.services.office import Office
from app.services.ordering.ending import end
from app.services.ordering.holds import (
    HOLDING,
    Ordered,
    check_stock,
    find_holds,
    home_warehouse,
    promise,
)
from app.services.pricing import Priced, PricedLine, WantedLine, load_tariff, price_order
from app.storage.queries.directory import (
    FoundCustomer,
    customers_by_code,
    find_branch,
    parties_by_code,
    products_by_code,
)
from app.storage.reader import Reader
from app.storage.store.papers import Header, Line, Order
from app.storage.store.uploads import Link

ORIGINS = ("visit", "phone", "wholesaler", "host")
PAYMENTS = ("cash", "credit", "qr")


@dataclass(frozen=True, slots=True)
class EnteredLine:
    """`packs` of a packing and `loose` base units; a price of one's own is fen per packing."""

    product: str
    packing: str
    packs: int
    loose: int = 0
    free: bool = False
    own_price_fen: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EnteredOrder:
    """Everything by code; `wanted` is the day on which the goods shall come."""

    customer: str
    wanted: date
    lines: tuple[EnteredLine, ...]
    origin: str = "phone"
    payment: str = "cash"
    wholesaler: str | None = None
    note: str = ""
    host_number: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of it; `problems` say why it is held, and what else to know."""

    number: str
    state: OrderState
    net_fen: int
    problems: tuple[Problem, ...]


def enter_order(office: Office, actor: Actor, order: EnteredOrder, before: str = "") -> Taken:
    """Take an order: confirmed with its goods promised, or held for a second person.

    With `before`, the number of an order, it takes that one's place. Raises NotFound for a code
    that is nowhere, RuleBroken: "no-lines", "too-many-lines", "same-line-twice", "no-price",
    "reason-missing" for a price of one's own, "order-past" for one that cannot be changed any more.
    """
    actor.require(Right.POST_ORDERS)
    if any(line.own_price_fen is not None or line.free for line in order.lines):
        actor.require(Right.OVERRIDE_PRICES)
    _check(order)
    with journaled(
        office, actor, "enter_order", subject=order.customer, order=order, before=before
    ) as step:
        return take(step, order, before)


def preview(reader: Reader, order: EnteredOrder, day: date) -> tuple[Priced, list[Problem]]:
    """What the order would cost and why it would be held, without writing anything."""
    customer = _customer(reader, order.customer, day)
    priced = _price(reader, customer, order.lines, day)
    problems = list(priced.problems)
    problems += find_holds(reader, [_ordered(customer, order, priced, day)])[0]
    return priced, problems


def take(step: Step, order: EnteredOrder, before: str = "") -> Taken:
    """The order as a document, inside a command that runs already."""
    store = step.store
    branch = find_branch(store.reader)
    day = business_date(step.at_ms, step.offset_min, branch.cutoff_min)
    customer = _customer(store.reader, order.customer, day)
    parent_id = _replaced(step, before)
    priced = _price(store.reader, customer, order.lines, day)
    if any(each.code == "E_NO_PRICE" for each in priced.problems):
        missing = [each for each in priced.problems if each.code == "E_NO_PRICE"]
        raise RuleBroken("no-price", product=missing[0].fields["product"])
    mode = "wholesaler_delivery" if order.wholesaler else "own_delivery"
    place_id = home_warehouse(store.reader) if mode == "own_delivery" else None
    problems = list(priced.problems)
    problems += find_holds(store.reader, [_ordered(customer, order, priced, day)])[0]
    goods = [
        (line.wanted.product.code, line.wanted.product.id, line.wanted.qty) for line in priced.lines
    ]
    problems += check_stock(store, place_id, goods)
    held = tuple(sorted({each.code for each in problems} & HOLDING))
    state = OrderState.HELD if held else OrderState.CONFIRMED
    number = issue(store, DocumentKind.SO, [day])[0]
    lines = tuple(
        _line(step, place, line, order.lines) for place, line in enumerate(priced.lines, start=1)
    )
    wholesaler_id = _party(store.reader, order.wholesaler)
    document_id = step.key("order")
    header = Header(
        id=document_id,
        kind=DocumentKind.SO,
        state=state,
        number=number,
        event_ms=step.at_ms,
        offset_min=step.offset_min,
        business_date=day,
        party_id=customer.id,
        person_id=customer.salesperson_id,
        parent_id=parent_id,
        note=" ".join(filter(None, (order.host_number, order.note))),
        net_fen=priced.net_fen,
        source=step.source,
    )
    paper = Order(
        header=header,
        lines=lines,
        wanted_date=order.wanted,
        origin=order.origin,
        fulfilment_mode=mode,
        payment_mode=order.payment,
        wholesaler_id=wholesaler_id,
        hold_codes=held,
        order_class=classify(
            buyer_is_wholesaler=customer.customer_type == "WHOLESALER",
            direct_served=customer.service_mode == "direct",
            own_delivery=mode == "own_delivery",
            origin=order.origin,
        ),
    )
    store.documents.add([paper])
    store.uploads.link([Link(record_id=step.record_id, document_id=document_id)])
    if state is OrderState.CONFIRMED:
        promise(store, place_id, lines)
    store.audit.about(str(number))
    return Taken(str(number), state, priced.net_fen, tuple(problems))


def _check(order: EnteredOrder) -> None:
    if not order.lines:
        raise RuleBroken("no-lines")
    if len(order.lines) > MAX_ORDER_LINES:
        raise RuleBroken("too-many-lines", lines=len(order.lines), limit=MAX_ORDER_LINES)
    seen: set[tuple[str, str, bool]] = set()
    for line in order.lines:
        key = (line.product, line.packing, line.free)
        if key in seen:
            raise RuleBroken("same-line-twice", product=line.product)
        seen.add(key)
        if line.packs < 0 or line.loose < 0 or not line.packs + line.loose:
            raise RuleBroken("move", qty=line.packs)
        if line.own_price_fen is not None and not line.reason.strip():
            raise RuleBroken("reason-missing")
    if order.origin not in ORIGINS or order.payment not in PAYMENTS:
        raise NotFound(what="origin", key=f"{order.origin} {order.payment}")


def _customer(reader: Reader, code: str, day: date) -> FoundCustomer:
    found = customers_by_code(reader, [code], day).get(code)
    if found is None or not found.active:
        raise NotFound(what="customer", key=code)
    return found


def _party(reader: Reader, code: str | None) -> UUID | None:
    if not code:
        return None
    found = parties_by_code(reader, [code]).get(code)
    if found is None:
        raise NotFound(what="wholesaler", key=code)
    return found


def _price(
    reader: Reader, customer: FoundCustomer, lines: Sequence[EnteredLine], day: date
) -> Priced:
    products = products_by_code(reader, {line.product for line in lines})
    wanted = []
    for line_no, line in enumerate(lines, start=1):
        product = products.get(line.product)
        if product is None or not product.active:
            raise NotFound(what="product", key=line.product)
        qty = line.packs * product.packings.factor(line.packing) + line.loose
        wanted.append(
            WantedLine(line_no, product, line.packing, qty, line.free, line.own_price_fen)
        )
    tariff = load_tariff(reader, {line.product.id for line in wanted}, day)
    return price_order(reader, tariff, customer, wanted, day)


def _ordered(customer: FoundCustomer, order: EnteredOrder, priced: Priced, day: date) -> Ordered:
    goods = tuple((line.wanted.product.id, line.wanted.qty) for line in priced.lines)
    return Ordered(customer.id, order.payment, order.wanted, day, priced.net_fen, goods)


def _replaced(step: Step, before: str) -> UUID | None:
    """Ends the order whose place this one takes; goods on their way cannot be ordered anew."""
    if not before:
        return None
    return end(step, before, because="amended")


def _line(step: Step, place: int, line: PricedLine, entered: Sequence[EnteredLine]) -> Line:
    wanted = line.wanted
    factor = wanted.product.packings.factor(wanted.packing)
    own = entered[place - 1] if place <= len(entered) else None
    return Line(
        id=step.key("line", place),
        line_no=place,
        product_id=wanted.product.id,
        packing_id=wanted.product.packing_id(wanted.packing),
        qty=wanted.qty,
        packs=wanted.qty // factor,
        price_fen=line.price_fen,
        price_source=line.price_source,
        gross_fen=line.gross_fen,
        discount_fen=line.discount_fen,
        net_fen=line.net_fen,
        free=wanted.free,
        remark="" if own is None else own.reason,
        promotions=line.promotions,
        source=step.source,
    )
