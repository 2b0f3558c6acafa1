"""Goods from a supplier, held against what he announced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain.numbering import DocumentKind
from app.domain.receipts import tally
from app.domain.rights import Actor, Right
from app.domain.stock import Location, LocationKind
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
from app.storage.queries.directory import parties_by_code
from app.storage.store.papers import Paper
from app.storage.store.stock_papers import Claim
from app.storage.store.uploads import Link


@dataclass(frozen=True, slots=True)
class ArrivedLine:
    """`qty` base units came, of `expected` that were announced; `rejected` of them stay his."""

    product: str
    qty: int
    expected: int = 0
    rejected: int = 0
    lot: str = ""
    produced: date | None = None
    expiry: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came from `supplier` to `place`; more than announced beyond `tolerance` is held."""

    supplier: str
    place: str
    lines: tuple[ArrivedLine, ...]
    asn_no: str = ""
    truck: str = ""
    tolerance: int = 0
    note: str = ""


def receive_arrival(office: Office, actor: Actor, arrival: Arrival) -> str:
    """Book what was accepted, hold what was too much in quarantine, and open the claims.

    What was rejected never becomes ours. Returns the number. Raises NotFound for an unknown code,
    RuleBroken: "no-lines", "receipt", "reason-missing" for something rejected without a reason.
    """
    actor.require(Right.POST_STOCK)
    if not arrival.lines:
        raise RuleBroken("no-lines")
    if any(line.rejected and not line.reason.strip() for line in arrival.lines):
        raise RuleBroken("reason-missing")
    with journaled(
        office, actor, "receive_arrival", subject=arrival.supplier, arrival=arrival
    ) as step:
        return _receive(step, arrival)


def close_claim(office: Office, actor: Actor, claim_id: UUID, note: str) -> None:
    """Say how a claim ended. Raises NotFound for one that is not open, ("reason-missing")."""
    actor.require(Right.POST_STOCK)
    if not note.strip():
        raise RuleBroken("reason-missing")
    with journaled(
        office, actor, "close_claim", subject=str(claim_id), claim_id=claim_id, note=note
    ) as step:
        if not step.store.stock_papers.close_claim(claim_id, note):
            raise NotFound(what="claim", key=str(claim_id))


def _receive(step: Step, arrival: Arrival) -> str:
    store = step.store
    supplier = parties_by_code(store.reader, [arrival.supplier]).get(arrival.supplier)
    if supplier is None:
        raise NotFound(what="supplier", key=arrival.supplier)
    place = find_place(step, arrival.place)
    tallies = [
        tally(each.expected, each.qty, each.rejected, arrival.tolerance) for each in arrival.lines
    ]
    lots = {each.lot: (each.produced, each.expiry) for each in arrival.lines if each.lot}
    reasons = [each.reason for each in arrival.lines]
    lines = read_lines(step, arrival.lines, new_lots=lots, reasons=reasons)
    key = store.masters.places_of_parties(LocationKind.SUPPLIER, [supplier])[supplier]
    source = Location(key, LocationKind.SUPPLIER)
    quarantine = common_place(step, LocationKind.QUARANTINE)
    number = store.numbers.issue(DocumentKind.PR, day_of(step)[0])
    header = header_of(
        step, DocumentKind.PR, "received", number=number, party_id=supplier, note=arrival.note
    )
    moves, claims = [], []
    for line, each in zip(lines, tallies, strict=True):
        if each.accepted:
            moves.append(move_of(step, line, each.accepted, source, place, "received"))
        if each.oversupply:
            moves.append(move_of(step, line, each.oversupply, source, quarantine, "too much"))
        for kind, qty in (
            ("short", each.short),
            ("damaged", each.rejected),
            ("oversupply", each.oversupply),
        ):
            if qty:
                claims.append(Claim(line_id=line.id, party_id=supplier, kind=kind, qty=qty))
    store.documents.add([Paper(header=header, lines=tuple(lines))])
    store.stock_papers.add_receipt(
        header.id,
        place.key,
        {line.id: each for line, each in zip(lines, tallies, strict=True)},
        asn_no=arrival.asn_no,
        truck=arrival.truck,
    )
    store.stock_papers.open_claims(claims)
    store.uploads.link([Link(record_id=step.record_id, document_id=header.id)])
    move_or_refuse(step, moves)
    store.documents.post({header.id: day_of(step)[1]})
    store.audit.about(str(number))
    return str(number)
