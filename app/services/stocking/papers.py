"""What papers of stock have in common: their lines by code, their header, their moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from app.domain.business_day import business_date, posting_date
from app.domain.numbering import DocumentKind, DocumentNumber
from app.domain.stock import Location, LocationKind, Move, Negative
from app.errors import NotFound, RuleBroken
from app.services.journal import Step
from app.services.moving import move_goods
from app.services.receiving import put_lot
from app.storage.queries.directory import (
    find_branch,
    lots_by_code,
    places_by_code,
    products_by_code,
)
from app.storage.store.papers import Header, Line


class GoodsLine(Protocol):
    """A line by code: `qty` base units of a lot, "" for goods without."""

    @property
    def product(self) -> str: ...
    @property
    def qty(self) -> int: ...
    @property
    def lot(self) -> str: ...


def day_of(step: Step) -> tuple[date, date]:
    """Business day of a command, and the open day it counts in."""
    branch = find_branch(step.store.reader)
    day = business_date(step.at_ms, step.offset_min, branch.cutoff_min)
    return day, posting_date(day, branch.closed_through)


def find_place(step: Step, code: str) -> Location:
    """Raises NotFound."""
    found = places_by_code(step.store.reader, [code]).get(code)
    if found is None:
        raise NotFound(what="location", key=code)
    return found.location


def common_place(step: Step, kind: LocationKind) -> Location:
    return Location(step.store.masters.common_place(kind), kind)


def read_lines(
    step: Step,
    asked: Sequence[GoodsLine],
    *,
    new_lots: Mapping[str, tuple[date | None, date | None]] | None = None,
    reasons: Sequence[str] = (),
    prices: Mapping[UUID, int] | None = None,
) -> list[Line]:
    """Lines for the store. `new_lots` gives production and expiry of lots that may be new.

    Raises NotFound for a product, or for a lot that is to be known.
    """
    products = products_by_code(step.store.reader, {each.product for each in asked})
    pairs = [(products[each.product].id, each.lot) for each in asked if each.product in products]
    known = lots_by_code(step.store.reader, [pair for pair in pairs if pair[1]])
    lines = []
    for line_no, each in enumerate(asked, start=1):
        product = products.get(each.product)
        if product is None:
            raise NotFound(what="product", key=each.product)
        lot_id: UUID | None = None
        if each.lot and new_lots is not None:
            lot_id = put_lot(step.store, product, each.lot, *new_lots.get(each.lot, (None, None)))
        elif each.lot:
            found = known.get((product.id, each.lot))
            if found is None:
                raise NotFound(what="lot", key=each.lot)
            lot_id = found[0]
        packing = product.packings.default
        fen = 0 if prices is None else prices.get(product.id, 0) * each.qty // packing.factor
        lines.append(
            Line(
                id=step.key("line", line_no),
                line_no=line_no,
                product_id=product.id,
                packing_id=product.packing_ids[packing.code],
                qty=each.qty,
                packs=each.qty // packing.factor,
                lot_id=lot_id,
                gross_fen=fen,
                net_fen=fen,
                reason_code=reasons[line_no - 1] if reasons else None,
                source=step.source,
            )
        )
    return lines


def header_of(
    step: Step,
    kind: DocumentKind,
    state: str,
    *,
    number: DocumentNumber | None = None,
    party_id: UUID | None = None,
    note: str = "",
    net_fen: int = 0,
) -> Header:
    return Header(
        id=step.key("paper"),
        kind=kind,
        state=state,
        number=number,
        event_ms=step.at_ms,
        offset_min=step.offset_min,
        business_date=day_of(step)[0],
        party_id=party_id,
        note=note,
        net_fen=net_fen,
        source=step.source,
    )


def move_of(
    step: Step, line: Line, qty: int, source: Location, target: Location, reason: str
) -> Move:
    day, posting = day_of(step)
    return Move(
        key=step.key("move", line.id, reason),
        product=line.product_id,
        source=source,
        target=target,
        qty=qty,
        reason=reason,
        event_ms=step.at_ms,
        business_date=day,
        posting_date=posting,
        lot=line.lot_id,
        line=line.id,
        batch=step.source.batch_id,
        seq=step.source.seq,
    )


def move_or_refuse(step: Step, moves: Sequence[Move]) -> None:
    """Raises RuleBroken("negative-stock") for goods that are not there, vans included."""
    for left in move_goods(step.store, moves):
        if left.kind.negative is not Negative.ALLOWED:
            raise RuleBroken("negative-stock", shelf=left.location_code, balance=left.qty)
