"""Goods that are broken, lost or given away for tasting: written off, with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.domain.numbering import DocumentKind
from app.domain.pricing import PriceLevel, price_per_packing
from app.domain.rights import Actor, Right
from app.domain.stock import ALONE_FEN, Location, LocationKind, Move
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
from app.storage.queries.directory import places_by_code
from app.storage.queries.documents import FoundLine, documents_by_id
from app.storage.queries.prices import price_book
from app.storage.queries.stock_papers import place_of_write_off
from app.storage.store.papers import Line, Paper
from app.storage.store.uploads import Link


@dataclass(frozen=True, slots=True)
class LostLine:
    """`qty` base units of a lot, and the code of the reason."""

    product: str
    qty: int
    reason: str
    lot: str = ""


@dataclass(frozen=True, slots=True)
class Loss:
    """What is written off at `place`; `target` is loss, or consumption for tasting."""

    place: str
    lines: tuple[LostLine, ...]
    target: str = "loss"
    note: str = ""


@dataclass(frozen=True, slots=True)
class WrittenOff:
    """`number` is empty while a second person has to decide about the value."""

    key: UUID
    number: str
    value_fen: int


def write_off(office: Office, actor: Actor, loss: Loss) -> WrittenOff:
    """Write goods off; above a value, at list price, a second person has to approve.

    Raises NotFound, RuleBroken: "no-lines", "reason-missing", "negative-stock" for goods that are
    not there.
    """
    actor.require(Right.POST_STOCK)
    if not loss.lines:
        raise RuleBroken("no-lines")
    if any(not line.reason.strip() for line in loss.lines):
        raise RuleBroken("reason-missing")
    if loss.target not in ("loss", "consumption"):
        raise NotFound(what="location", key=loss.target)
    with journaled(office, actor, "write_off", subject=loss.place, loss=loss) as step:
        place = find_place(step, loss.place)
        prices = _list_prices(step)
        reasons = [line.reason for line in loss.lines]
        lines = read_lines(step, loss.lines, reasons=reasons, prices=prices)
        value_fen = sum(line.net_fen for line in lines)
        header = header_of(step, DocumentKind.WO, "submitted", note=loss.note, net_fen=value_fen)
        step.store.documents.add([Paper(header=header, lines=tuple(lines))])
        alone = value_fen <= ALONE_FEN
        approved_by = actor.user if alone else None
        step.store.stock_papers.add_write_off(header.id, place.key, loss.target, approved_by)
        step.store.uploads.link([Link(record_id=step.record_id, document_id=header.id)])
        target = common_place(step, LocationKind(loss.target))
        moves = [move_of(step, line, line.qty, place, target, "written off") for line in lines]
        number = _post(step, header.id, moves) if alone else ""
        return WrittenOff(header.id, number, value_fen)


def approve_write_off(office: Office, actor: Actor, key: UUID) -> str:
    """Post a write-off that somebody else entered; returns its number (INV-19).

    Raises NotFound, RuleBroken: "transition", "approver-is-author", "negative-stock".
    """
    actor.require(Right.APPROVE_WRITE_OFFS)
    with journaled(office, actor, "approve_write_off", subject=str(key), key=key) as step:
        found = documents_by_id(step.store.reader, [key]).get(key)
        if found is None or found.kind is not DocumentKind.WO:
            raise NotFound(what="write-off", key=str(key))
        if found.state != "submitted":
            raise RuleBroken("transition", state=found.state, event="approve")
        if found.created_by.casefold() == actor.user.casefold():
            raise RuleBroken("approver-is-author", user=actor.user)
        place_id, kind = place_of_write_off(step.store.reader, key)
        place = next(
            each.location
            for each in places_by_code(step.store.reader).values()
            if each.id == place_id
        )
        step.store.stock_papers.approve_write_off(key)
        target = common_place(step, LocationKind(kind))
        return _post(step, key, _moves(step, found.lines, place, target))


def _post(step: Step, key: UUID, moves: Sequence[Move]) -> str:
    number = step.store.numbers.issue(DocumentKind.WO, day_of(step)[0])
    step.store.documents.number({key: number}, "approved")
    move_or_refuse(step, moves)
    step.store.documents.post({key: day_of(step)[1]})
    step.store.audit.about(str(number))
    return str(number)


def _moves(step: Step, lines: Sequence[FoundLine], place: Location, target: Location) -> list[Move]:
    return [
        move_of(
            step,
            Line(
                id=line.id,
                line_no=line.line_no,
                product_id=line.product_id,
                packing_id=line.packing_id,
                qty=line.qty,
                lot_id=line.lot_id,
            ),
            line.qty,
            place,
            target,
            "written off",
        )
        for line in lines
    ]


def _list_prices(step: Step) -> dict[UUID, int]:
    """Fen for a default packing by the base price lists of the day; without one it is worth 0."""
    day = day_of(step)[0]
    found: dict[UUID, int] = {}
    for product_id, listed in price_book(step.store.reader).prices.items():
        base = [
            each.candidate
            for each in listed
            if each.candidate.level is PriceLevel.BASE and each.candidate.valid_on(day)
        ]
        if base:
            best = max(base, key=lambda each: (each.factor, each.valid_from, each.key))
            found[product_id] = price_per_packing(best, best.factor)
    return found
