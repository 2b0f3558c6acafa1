"""Goods that go from one place of the branch to another, such as what a van brings back."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.business_day import business_date, posting_date
from app.domain.numbering import DocumentKind
from app.domain.rights import Actor, Right
from app.domain.stock import Move
from app.errors import NotFound, RuleBroken
from app.services.journal import Step, journaled
from app.services.office import Office
from app.storage.queries.directory import (
    FoundPlace,
    FoundProduct,
    find_branch,
    lots_by_code,
    places_by_code,
    products_by_code,
)
from app.storage.store.papers import Header, Line, Paper
from app.storage.store.uploads import Link


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
        number = _transfer(step, transfer)
        step.store.audit.about(number)
        return number


def _transfer(step: Step, transfer: Transfer) -> str:
    store = step.store
    branch = find_branch(store.reader)
    source, target = _place(step, transfer.source), _place(step, transfer.target)
    products = products_by_code(store.reader, {line.product for line in transfer.lines})
    day = business_date(step.at_ms, step.offset_min, branch.cutoff_min)
    posting = posting_date(day, branch.closed_through)
    number = store.numbers.issue(DocumentKind.TR, day)
    document_id = step.key("transfer")
    lines, moves = [], []
    for line_no, moved in enumerate(transfer.lines, start=1):
        product = products.get(moved.product)
        if product is None:
            raise NotFound(what="product", key=moved.product)
        line = _line(step, line_no, moved, product)
        lines.append(line)
        moves.append(
            Move(
                key=step.key("move", line_no),
                product=product.id,
                source=source.location,
                target=target.location,
                qty=moved.qty,
                reason="transferred",
                event_ms=step.at_ms,
                business_date=day,
                posting_date=posting,
                lot=line.lot_id,
                line=line.id,
                batch=step.source.batch_id,
                seq=step.source.seq,
            )
        )
    header = Header(
        id=document_id,
        kind=DocumentKind.TR,
        state="received",
        number=number,
        event_ms=step.at_ms,
        offset_min=step.offset_min,
        business_date=day,
        note=transfer.note,
        source=step.source,
    )
    store.documents.add([Paper(header=header, lines=tuple(lines))])
    store.uploads.link([Link(record_id=step.record_id, document_id=document_id)])
    for left in store.stock.post(moves):
        raise RuleBroken("negative-stock", shelf=left.location_code, balance=left.qty)
    store.documents.post({document_id: posting})
    return str(number)


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
