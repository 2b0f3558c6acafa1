"""What a customer sold of goods that lay with him: what a count does not find any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from app.domain.counts import LineState
from app.domain.deliveries import Part
from app.domain.lots import LotStock, leaving_first
from app.domain.numbering import DocumentKind
from app.domain.rights import Actor, Right
from app.domain.stock import Location, LocationKind, Move
from app.errors import RuleBroken
from app.services.consigning.placing import find_customer, find_products
from app.services.journal import Step, journaled
from app.services.moving import move_goods
from app.services.office import Office
from app.services.pricing import PricedLine, WantedLine, load_tariff, price_order
from app.services.stocking.papers import day_of, header_of
from app.storage.queries.directory import FoundCustomer, FoundProduct
from app.storage.store.cases import CONSIGNED
from app.storage.store.papers import Count, CountedLine, Line
from app.storage.store.uploads import Link

# The customer signed the count, or there is only our word for it.
_SIGNED, _UNSIGNED = 4, 1


@dataclass(frozen=True, slots=True)
class FoundGoods:
    """`counted` base units of a product that still lie with the customer."""

    product: str
    counted: int


@dataclass(frozen=True, slots=True)
class ConsignedCount:
    """What was counted at the customer's; goods of which nothing is said were not counted."""

    customer: str
    lines: tuple[FoundGoods, ...]
    signer: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class SoldGoods:
    """The number of the paper and what the customer owes for what he sold.

    Of the products in `too_many` more was found than the book had there.
    """

    number: str
    net_fen: int
    too_many: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Goods:
    """One product at the customer's: lots by the book, and base units that are gone of each."""

    product: FoundProduct
    lots: tuple[LotStock, ...]
    gone: Mapping[UUID | None, int]
    extra: int

    @property
    def sold(self) -> int:
        return sum(self.gone.values())


def count_goods(office: Office, actor: Actor, count: ConsignedCount) -> SoldGoods:
    """What is gone since the last count was sold: it becomes the customer's, at today's prices.

    Promotions do not apply. Where more lies there than the book has, nothing of it is sold and a
    case is opened. Raises NotFound for an unknown code, RuleBroken: "no-lines", "told-twice" for a
    product that is there twice, "count-negative", "no-price".
    """
    actor.require(Right.POST_STOCK)
    if not count.lines:
        raise RuleBroken("no-lines")
    if len({line.product for line in count.lines}) < len(count.lines):
        raise RuleBroken("told-twice")
    if min(line.counted for line in count.lines) < 0:
        raise RuleBroken("count-negative")
    with journaled(office, actor, "count_goods", subject=count.customer, count=count) as step:
        return _count(step, count)


def _count(step: Step, count: ConsignedCount) -> SoldGoods:
    store = step.store
    day, posting = day_of(step)
    customer = find_customer(step, count.customer, day)
    places = store.masters.places_of_parties(LocationKind.CONSIGNMENT, [customer.id])
    place = Location(places[customer.id], LocationKind.CONSIGNMENT)
    found = _compare(step, place, count)
    prices = _prices(step, customer, found, day)
    lines: list[CountedLine] = []
    for goods in found:
        lines += _lines(step, len(lines), goods, prices.get(goods.product.id))
    number = store.numbers.issue(DocumentKind.CN, day)
    header = header_of(
        step,
        DocumentKind.CN,
        "counted",
        number=number,
        party_id=customer.id,
        note=count.note,
        net_fen=sum(entry.line.net_fen for entry in lines),
    )
    store.documents.add(
        [Count(header=header, lines=tuple(lines), location_id=place.key, counted_ms=step.at_ms)]
    )
    store.uploads.link([Link(record_id=step.record_id, document_id=header.id)])
    theirs = store.masters.places_of_parties(LocationKind.CUSTOMER, [customer.id])[customer.id]
    target = Location(theirs, LocationKind.CUSTOMER)
    move_goods(
        store,
        [
            Move(
                key=step.key("move", entry.line.line_no),
                product=entry.line.product_id,
                source=place,
                target=target,
                qty=entry.line.qty,
                reason="consigned sold",
                event_ms=step.at_ms,
                business_date=day,
                posting_date=posting,
                lot=entry.line.lot_id,
                line=entry.line.id,
                evidence=_SIGNED if count.signer.strip() else _UNSIGNED,
                batch=step.source.batch_id,
                seq=step.source.seq,
            )
            for entry in lines
            if entry.line.qty
        ],
    )
    more = [goods.product for goods in found if goods.extra]
    store.cases.open(CONSIGNED, [(place.key, product.id) for product in more])
    store.documents.post({header.id: posting})
    store.audit.about(str(number))
    return SoldGoods(str(number), header.net_fen, tuple(product.code for product in more))


def _compare(step: Step, place: Location, count: ConsignedCount) -> list[_Goods]:
    """What is gone of each product, the lots that must leave first in front."""
    products = find_products(step, {line.product for line in count.lines})
    there = step.store.stock.lots_on_hand(place.key, {each.id for each in products.values()})
    found = []
    for told in count.lines:
        product = products[told.product]
        lots = tuple(leaving_first(there.get(product.id, ())))
        booked = sum(lot.qty for lot in lots)
        left = max(0, booked - told.counted)
        gone: dict[UUID | None, int] = {}
        for lot in lots:
            gone[lot.key] = min(left, lot.qty)
            left -= gone[lot.key]
        found.append(_Goods(product, lots, gone, max(0, told.counted - booked)))
    return found


def _prices(
    step: Step, customer: FoundCustomer, found: Sequence[_Goods], day: date
) -> dict[UUID, PricedLine]:
    wanted = [
        WantedLine(place, goods.product, goods.product.packings.default.code, goods.sold)
        for place, goods in enumerate(found, start=1)
        if goods.sold
    ]
    reader = step.store.reader
    tariff = load_tariff(reader, {line.product.id for line in wanted}, day)
    priced = price_order(reader, replace(tariff, promotions=()), customer, wanted, day)
    for each in priced.problems:
        if each.code == "E_NO_PRICE":
            raise RuleBroken("no-price", product=each.fields["product"])
    return {line.wanted.product.id: line for line in priced.lines}


def _lines(step: Step, before: int, goods: _Goods, priced: PricedLine | None) -> list[CountedLine]:
    """One line for each lot; the price of the whole is shared out exactly."""
    default = goods.product.packings.default
    lines, told = [], 0
    lots = goods.lots or (None,)
    for place, lot in enumerate(lots, start=1):
        key = None if lot is None else lot.key
        booked, gone = 0 if lot is None else lot.qty, goods.gone.get(key, 0)
        part = Part(told, gone)
        fen = part.of(priced.net_fen, goods.sold) if priced is not None else 0
        told += gone
        left = booked - gone + (goods.extra if place == len(lots) else 0)
        line = Line(
            id=step.key("line", before + place),
            line_no=before + place,
            product_id=goods.product.id,
            packing_id=goods.product.packing_ids[default.code],
            qty=gone,
            packs=gone // default.factor,
            lot_id=key,
            price_fen=0 if priced is None else priced.price_fen,
            price_source="" if priced is None else priced.price_source,
            gross_fen=fen,
            net_fen=fen,
            source=step.source,
        )
        lines.append(
            CountedLine(
                line=line,
                state=LineState.COUNTED if left else LineState.ZERO,
                counted=left,
                loose=left,
                book_at_count=booked,
            )
        )
    return lines
