"""Goods that arrive from a supplier."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from app.domain.lots import Lot
from app.domain.numbering import DocumentKind
from app.domain.rights import Actor, Right
from app.domain.stock import Location, LocationKind
from app.errors import NotFound, RuleBroken
from app.services.booking import book
from app.services.journal import Step, journaled
from app.services.office import Office
from app.storage.queries.directory import (
    FoundProduct,
    parties_by_code,
    places_by_code,
    products_by_code,
)
from app.storage.store import Store
from app.storage.store.papers import Line


@dataclass(frozen=True, slots=True)
class ReceivedLine:
    """`qty` base units of one lot; goods without lots have an empty lot code."""

    product: str
    qty: int
    lot: str = ""
    produced: date | None = None


@dataclass(frozen=True, slots=True)
class GoodsReceipt:
    """What came from `supplier` into the place `place`, all by code."""

    supplier: str
    place: str
    lines: tuple[ReceivedLine, ...]
    note: str = ""


def receive_goods(office: Office, actor: Actor, receipt: GoodsReceipt) -> str:
    """Book goods in and return the number of the purchase receipt.

    Raises NotFound for an unknown code, RuleBroken("move") for a quantity below one,
    RuleBroken("no-lines") for nothing at all.
    """
    actor.require(Right.POST_STOCK)
    if not receipt.lines:
        raise RuleBroken("no-lines")
    with journaled(office, actor, "receive_goods", receipt=receipt) as step:
        return _receive(step, receipt)


def _receive(step: Step, receipt: GoodsReceipt) -> str:
    store = step.store
    supplier = parties_by_code(store.reader, [receipt.supplier]).get(receipt.supplier)
    place = places_by_code(store.reader, [receipt.place]).get(receipt.place)
    products = products_by_code(store.reader, {line.product for line in receipt.lines})
    if supplier is None:
        raise NotFound(what="supplier", key=receipt.supplier)
    if place is None:
        raise NotFound(what="location", key=receipt.place)
    source = Location(
        store.masters.places_of_parties(LocationKind.SUPPLIER, [supplier])[supplier],
        LocationKind.SUPPLIER,
    )
    lines = []
    for line_no, received in enumerate(receipt.lines, start=1):
        product = products.get(received.product)
        if product is None:
            raise NotFound(what="product", key=received.product)
        lines.append(_line(step, line_no, received, product))
    return book(
        step,
        DocumentKind.PR,
        lines,
        source,
        place.location,
        reason="received",
        party_id=supplier,
        note=receipt.note,
    )


def _line(step: Step, line_no: int, received: ReceivedLine, product: FoundProduct) -> Line:
    default = product.packings.default
    return Line(
        id=step.key("line", line_no),
        line_no=line_no,
        product_id=product.id,
        packing_id=product.packing_ids[default.code],
        qty=received.qty,
        packs=received.qty // default.factor,
        lot_id=put_lot(step.store, product, received.lot, received.produced),
        source=step.source,
    )


def put_lot(
    store: Store,
    product: FoundProduct,
    code: str,
    produced: date | None,
    expiry: date | None = None,
) -> UUID | None:
    """The key of a lot, entered if it is new; None without a code. An expiry that stands on the
    goods counts more than one that follows from the day they were made."""
    if not code:
        return None
    removal = expiry and expiry - timedelta(days=product.removal_lead_days)
    lot = Lot(code, produced, expiry, removal)
    if produced is not None and expiry is None and product.shelf_life_days:
        days = (product.shelf_life_days, product.removal_lead_days)
        lot = Lot.produced(code, produced, *days)
    return store.masters.put_lots(product.id, [lot])[code]
