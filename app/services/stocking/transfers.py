"""Goods that are sent from one place and arrive at another later."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.numbering import DocumentKind
from app.domain.rights import Actor, Right
from app.domain.stock import Location, LocationKind, Move
from app.errors import NotFound, RuleBroken
from app.services.journal import Step, journaled
from app.services.office import Office
from app.services.stocking.papers import (
    common_place,
    day_of,
    find_place,
    header_of,
    move_of,
    move_or_refuse,
    read_lines,
)
from app.services.transferring import Transfer
from app.storage.queries.directory import places_by_code
from app.storage.queries.documents import FoundLine, documents_by_number
from app.storage.queries.stock_papers import places_of_transfer
from app.storage.store.papers import Line, Paper
from app.storage.store.uploads import Link


def ship_transfer(office: Office, actor: Actor, transfer: Transfer) -> str:
    """Send goods: they are in transit until they are received. Returns the number.

    Raises NotFound for an unknown code, RuleBroken: "no-lines", "move", "negative-stock".
    """
    actor.require(Right.POST_STOCK)
    if not transfer.lines:
        raise RuleBroken("no-lines")
    subject = f"{transfer.source} {transfer.target}"
    with journaled(office, actor, "ship_transfer", subject=subject, transfer=transfer) as step:
        source, target = find_place(step, transfer.source), find_place(step, transfer.target)
        lines = read_lines(step, transfer.lines)
        number = step.store.numbers.issue(DocumentKind.TR, day_of(step)[0])
        header = header_of(step, DocumentKind.TR, "shipped", number=number, note=transfer.note)
        step.store.documents.add([Paper(header=header, lines=tuple(lines))])
        shipped = {line.id: line.qty for line in lines}
        step.store.stock_papers.add_transfer(header.id, source.key, target.key, shipped)
        step.store.uploads.link([Link(record_id=step.record_id, document_id=header.id)])
        transit = common_place(step, LocationKind.TRANSIT)
        move_or_refuse(
            step, [move_of(step, line, line.qty, source, transit, "shipped") for line in lines]
        )
        step.store.audit.about(str(number))
        return str(number)


def receive_transfer(
    office: Office,
    actor: Actor,
    number: str,
    received: Mapping[str, int],
    reason: str = "",
) -> int:
    """Book what arrived, base units by line number; the rest is lost. Returns the units lost.

    Lines that are not named arrived whole. Less than was sent takes a reason and somebody else
    than who sent it. Raises NotFound, RuleBroken: "transition" for one that is not under way,
    "move" for more than was sent, "reason-missing", "approver-is-author".
    """
    actor.require(Right.POST_STOCK)
    with journaled(
        office,
        actor,
        "receive_transfer",
        subject=number,
        number=number,
        received=dict(received),
        reason=reason,
    ) as step:
        return _receive(step, actor.user, number, received, reason)


def _receive(step: Step, user: str, number: str, received: Mapping[str, int], reason: str) -> int:
    store = step.store
    found = documents_by_number(store.reader, [number]).get(number)
    if found is None or found.kind is not DocumentKind.TR:
        raise NotFound(what="transfer", key=number)
    if found.state != "shipped":
        raise RuleBroken("transition", state=found.state, event="receive")
    _source, target_id, shipped = places_of_transfer(store.reader, found.id)
    target = next(
        each.location for each in places_by_code(store.reader).values() if each.id == target_id
    )
    transit, loss = common_place(step, LocationKind.TRANSIT), common_place(step, LocationKind.LOSS)
    lost, moves, told = 0, [], {}
    for line in found.lines:
        qty = received.get(str(line.line_no), line.qty)
        short = shipped[line.id] - qty
        if qty < 0 or short < 0:
            raise RuleBroken("move", qty=qty)
        told[line.id] = (qty, short)
        lost += short
        moves += _moves(step, line, (qty, short), transit, (target, loss))
    if lost and not reason.strip():
        raise RuleBroken("reason-missing")
    if lost and found.created_by.casefold() == user.casefold():
        raise RuleBroken("approver-is-author", user=user)
    store.stock_papers.receive_transfer(found.id, told)
    move_or_refuse(step, moves)
    store.documents.post({found.id: day_of(step)[1]})
    step.store.audit.note(reason=reason)
    return lost


def _moves(
    step: Step,
    line: FoundLine,
    parts: tuple[int, int],
    transit: Location,
    targets: tuple[Location, Location],
) -> list[Move]:
    stored = Line(
        id=line.id,
        line_no=line.line_no,
        product_id=line.product_id,
        packing_id=line.packing_id,
        qty=line.qty,
        lot_id=line.lot_id,
    )
    return [
        move_of(step, stored, qty, transit, target, reason)
        for qty, target, reason in zip(parts, targets, ("transferred", "lost"), strict=True)
        if qty
    ]
