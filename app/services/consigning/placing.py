"""Goods of ours that are laid down at a customer's, and fetched back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.domain.lots import Pick, fefo
from app.domain.numbering import DocumentKind
from app.domain.rights import Actor, Right
from app.domain.stock import Location, LocationKind
from app.errors import NotFound, RuleBroken
from app.services.booking import book
from app.services.journal import Step, journaled
from app.services.office import Office
from app.services.stocking.papers import day_of, find_place
from app.storage.queries.directory import (
    FoundCustomer,
    FoundProduct,
    customers_by_code,
    products_by_code,
)
from app.storage.store.papers import Line


@dataclass(frozen=True, slots=True)
class ConsignedLine:
    """`qty` base units; without a lot, those that must leave first."""

    product: str
    qty: int
    lot: str = ""


@dataclass(frozen=True, slots=True)
class Consigned:
    """Goods that go from a place of ours to `customer`, or back to it, all by code."""

    customer: str
    place: str
    lines: tuple[ConsignedLine, ...]
    note: str = ""


def place_goods(office: Office, actor: Actor, goods: Consigned) -> str:
    """Lay goods down at a customer's; they stay ours until they are sold. Returns the number.

    Raises NotFound for an unknown code, RuleBroken: "no-lines", "move" for a quantity below one,
    "negative-stock" for goods that are not there, "too-old" for those that expire too soon.
    """
    return _carry(office, actor, "place_goods", goods)


def take_goods_back(office: Office, actor: Actor, goods: Consigned) -> str:
    """Fetch goods that a customer did not sell. Raises as `place_goods` does."""
    return _carry(office, actor, "take_goods_back", goods)


def _carry(office: Office, actor: Actor, verb: str, goods: Consigned) -> str:
    actor.require(Right.POST_STOCK)
    if not goods.lines:
        raise RuleBroken("no-lines")
    with journaled(office, actor, verb, subject=goods.customer, goods=goods) as step:
        store = step.store
        day, _ = day_of(step)
        customer = find_customer(step, goods.customer, day)
        places = store.masters.places_of_parties(LocationKind.CONSIGNMENT, [customer.id])
        theirs = Location(places[customer.id], LocationKind.CONSIGNMENT)
        ours = _our_place(step, goods.place)
        outward = verb == "place_goods"
        source, target = (ours, theirs) if outward else (theirs, ours)
        min_days = customer.min_remaining_days if outward else None
        lines = _lines(step, source, goods.lines, day, min_days)
        reason = "consigned" if outward else "consigned back"
        return book(
            step,
            DocumentKind.CN,
            lines,
            source,
            target,
            reason=reason,
            party_id=customer.id,
            note=goods.note,
        )


def find_customer(step: Step, code: str, day: date) -> FoundCustomer:
    """Raises NotFound."""
    found = customers_by_code(step.store.reader, [code], day).get(code)
    if found is None:
        raise NotFound(what="customer", key=code)
    return found


def _our_place(step: Step, code: str) -> Location:
    found = find_place(step, code)
    if found.kind.virtual or found.kind is LocationKind.CONSIGNMENT:
        raise NotFound(what="location", key=code)
    return found


def find_products(step: Step, codes: set[str]) -> dict[str, FoundProduct]:
    """Raises NotFound for one of them that there is not."""
    found = products_by_code(step.store.reader, codes)
    for code in sorted(codes - found.keys()):
        raise NotFound(what="product", key=code)
    return found


def _lines(
    step: Step, source: Location, asked: Sequence[ConsignedLine], day: date, min_days: int | None
) -> list[Line]:
    """One line for each lot that is taken."""
    products = find_products(step, {line.product for line in asked})
    there = step.store.stock.lots_on_hand(source.key, {each.id for each in products.values()})
    lines: list[Line] = []
    for each in asked:
        if each.qty < 1:
            raise RuleBroken("move", qty=each.qty)
        product = products[each.product]
        stock = there.get(product.id, [])
        fit = [lot for lot in stock if each.lot in ("", lot.lot.code)]
        picks, missing = fefo(fit, each.qty, day, min_days)
        if missing and sum(lot.qty for lot in fit) >= each.qty:
            raise RuleBroken("too-old", product=each.product)
        if missing:
            raise RuleBroken("negative-stock", shelf=each.product, balance=-missing)
        taken = {pick.stock.key: pick.qty for pick in picks}
        there[product.id] = [replace(lot, qty=lot.qty - taken.get(lot.key, 0)) for lot in stock]
        lines += [_line(step, len(lines) + n, product, pick) for n, pick in enumerate(picks, 1)]
    return lines


def _line(step: Step, line_no: int, product: FoundProduct, pick: Pick) -> Line:
    default = product.packings.default
    return Line(
        id=step.key("line", line_no),
        line_no=line_no,
        product_id=product.id,
        packing_id=product.packing_ids[default.code],
        qty=pick.qty,
        packs=pick.qty // default.factor,
        lot_id=pick.stock.key,
        source=step.source,
    )
