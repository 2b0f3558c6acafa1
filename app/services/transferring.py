"""Goods that go from one place of the branch to another, such as what a van brings back."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.numbering import DocumentKind
from app.domain.rights import Actor, Right
from app.errors import NotFound, RuleBroken
from app.services.booking import book
from app.services.journal import Step, journaled
from app.services.office import Office
from app.storage.queries.directory import (
    FoundPlace,
    FoundProduct,
    lots_by_code,
    places_by_code,
    products_by_code,
)
from app.storage.store.papers import Line


@dataclass(frozen=True, slots=True)
class TransferredLine:
    """`qty` base units; goods without lots have an empty lot code."""

    product: str
    qty: int
    lot: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """What goes from the place `source` to the place `target`, all by code."""

    source: str
    target: str
    lines: tuple[TransferredLine, ...]
    note: str = ""


def transfer_goods(office: Office, actor: Actor, transfer: Transfer) -> str:
    """Move the goods and return the number of the transfer.

    Raises NotFound for an unknown code, RuleBroken("no-lines") for nothing at all,
    RuleBroken("move") for a quantity below one, RuleBroken("negative-stock") for goods that are
    not there.
    """
    actor.require(Right.POST_STOCK)
    if not transfer.lines:
        raise RuleBroken("no-lines")
    subject = f"{transfer.source} {transfer.target}"
    with journaled(office, actor, "transfer_goods", subject=subject, transfer=transfer) as step:
        return _transfer(step, transfer)


def _transfer(step: Step, transfer: Transfer) -> str:
    source, target = _place(step, transfer.source), _place(step, transfer.target)
    products = products_by_code(step.store.reader, {line.product for line in transfer.lines})
    lines = []
    for line_no, moved in enumerate(transfer.lines, start=1):
        product = products.get(moved.product)
        if product is None:
            raise NotFound(what="product", key=moved.product)
        lines.append(_line(step, line_no, moved, product))
    return book(
        step,
        DocumentKind.TR,
        lines,
        source.location,
        target.location,
        reason="transferred",
        note=transfer.note,
    )


def _place(step: Step, code: str) -> FoundPlace:
    found = places_by_code(step.store.reader, [code]).get(code)
    if found is None:
        raise NotFound(what="location", key=code)
    return found


def _line(step: Step, line_no: int, moved: TransferredLine, product: FoundProduct) -> Line:
    default = product.packings.default
    lot_id = None
    if moved.lot:
        pair = (product.id, moved.lot)
        lots = lots_by_code(step.store.reader, [pair])
        if pair not in lots:
            raise NotFound(what="lot", key=moved.lot)
        lot_id = lots[pair][0]
    return Line(
        id=step.key("line", line_no),
        line_no=line_no,
        product_id=product.id,
        packing_id=product.packing_ids[default.code],
        qty=moved.qty,
        packs=moved.qty // default.factor,
        lot_id=lot_id,
        source=step.source,
    )
