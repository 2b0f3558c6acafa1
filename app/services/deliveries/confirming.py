"""Results of deliveries as somebody at the desk types them from the signed paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain.business_day import posting_date
from app.domain.deliveries import (
    DELIVERY_TRANSITIONS,
    DeliveryLine,
    DeliveryResult,
    DeliveryState,
    account_for,
    check_delivered,
)
from app.domain.rights import Actor, Right
from app.domain.stock import Location, LocationKind, Move
from app.errors import NotFound, RuleBroken
from app.services.journal import Step, journaled
from app.services.moving import move_goods
from app.services.office import Office
from app.services.ordering.settling import settle_orders
from app.storage.keys import derived_key
from app.storage.queries.directory import find_branch
from app.storage.queries.documents import FoundDocument, FoundLine, documents_by_number
from app.storage.store.papers import DeliveryResultEntry
from app.storage.store.uploads import Link

# The desk has the signed paper; without a name on it there is only our word for it.
_SIGNED, _UNSIGNED = 4, 1


@dataclass(frozen=True, slots=True)
class LineResult:
    """Base units of one line of the note; what is neither is back-ordered, or short if `final`."""

    line_no: int
    delivered: int
    refused: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NoteResult:
    """What the paper of a note says; without lines, everything was handed over as loaded.

    `missed` is for a stop that was not made; `final` gives up what was neither delivered nor
    refused instead of keeping it for another tour.
    """

    number: str
    lines: tuple[LineResult, ...] = ()
    signer: str = ""
    missed: bool = False
    final: bool = False
    reason: str = ""


def confirm_deliveries(office: Office, actor: Actor, results: Sequence[NoteResult]) -> int:
    """Post what became of notes on a van, all or none; returns how many.

    What was refused stays on the van until it is unloaded. Raises NotFound for an unknown note,
    RuleBroken: "no-lines", "not-on-van" for one that is not loaded, "told-twice", "over-delivered",
    "reason-missing" for something refused or missed without a reason.
    """
    actor.require(Right.POST_DELIVERIES)
    if not results:
        raise RuleBroken("no-lines")
    with journaled(
        office,
        actor,
        "confirm_deliveries",
        subject=results[0].number,
        results=tuple(results),
    ) as step:
        return _confirm(step, results)


def _confirm(step: Step, results: Sequence[NoteResult]) -> int:
    store = step.store
    told = {each.number: each for each in results}
    if len(told) < len(results):
        raise RuleBroken("told-twice")
    notes = documents_by_number(store.reader, told)
    closed = find_branch(store.reader).closed_through
    entries, moves, dates = [], [], {}
    parties = {note.party_id for note in notes.values() if note.party_id is not None}
    places = store.masters.places_of_parties(LocationKind.CUSTOMER, parties)
    for number, result in told.items():
        note = notes.get(number)
        if note is None or note.delivery is None:
            raise NotFound(what="delivery note", key=number)
        if note.state != DeliveryState.LOADED:
            raise RuleBroken("not-on-van", number=number, state=note.state)
        outcomes = _outcomes(note, result)
        entries.append(_entry(step, note, result, outcomes))
        dates[note.id] = posting_date(note.business_date, closed)
        if note.party_id is not None:
            place = Location(places[note.party_id], LocationKind.CUSTOMER)
            moves += _moves(step, note, result, outcomes, place, dates[note.id])
    store.documents.record_results(entries)
    store.uploads.link(
        [
            Link(record_id=step.record_id, document_id=note.id, role="confirms")
            for note in notes.values()
        ]
    )
    move_goods(store, moves)
    store.documents.post(dates)
    settle_orders(store, [note.parent_id for note in notes.values()])
    return len(entries)


def _outcomes(note: FoundDocument, result: NoteResult) -> Mapping[int, LineResult]:
    """By line number; every line of the note is there."""
    if result.missed:
        if not result.reason.strip():
            raise RuleBroken("reason-missing")
        return {line.line_no: LineResult(line.line_no, 0) for line in note.lines}
    if not result.lines:
        return {line.line_no: LineResult(line.line_no, line.qty) for line in note.lines}
    told = {each.line_no: each for each in result.lines}
    found = {}
    for line in note.lines:
        each = told.get(line.line_no, LineResult(line.line_no, 0))
        if min(each.delivered, each.refused) < 0 or check_delivered(
            line.line_no, line.qty, each.delivered, each.refused
        ):
            raise RuleBroken("over-delivered", number=result.number, line=line.line_no)
        if each.refused and not (each.reason or result.reason).strip():
            raise RuleBroken("reason-missing")
        found[line.line_no] = each
    if unknown := told.keys() - found.keys():
        raise NotFound(what="line", key=f"{result.number} {min(unknown)}")
    return found


def _entry(
    step: Step, note: FoundDocument, result: NoteResult, outcomes: Mapping[int, LineResult]
) -> DeliveryResultEntry:
    lines = tuple((line.id, _account(line, outcomes[line.line_no], result)) for line in note.lines)
    how = _how(note, result, [each for _, each in lines])
    return DeliveryResultEntry(
        document_id=note.id,
        state=DELIVERY_TRANSITIONS.after(DeliveryState(note.state), how.event),
        result=how,
        lines=lines,
        receiver_name=result.signer,
        delivered_ms=None if result.missed else step.at_ms,
    )


def _account(line: FoundLine, outcome: LineResult, result: NoteResult) -> DeliveryLine:
    ordered = line.ordered or 0
    if line.qty == 0:  # was not in stock when the van was loaded
        return DeliveryLine(line.line_no, line.product_code, ordered, short=ordered)
    return account_for(
        line.line_no,
        line.product_code,
        ordered,
        outcome.delivered,
        outcome.refused,
        back_order=not result.final,
    )


def _how(note: FoundDocument, result: NoteResult, lines: Sequence[DeliveryLine]) -> DeliveryResult:
    delivered = sum(line.delivered for line in lines)
    if result.missed:
        return DeliveryResult.MISSED
    if delivered:
        whole = delivered == sum(line.qty for line in note.lines)
        return DeliveryResult.FULL if whole else DeliveryResult.PART
    refused = any(line.refused for line in lines)
    return DeliveryResult.REFUSED if refused else DeliveryResult.MISSED


def _moves(
    step: Step,
    note: FoundDocument,
    result: NoteResult,
    outcomes: Mapping[int, LineResult],
    place: Location,
    posting: date,
) -> list[Move]:
    van_id: UUID | None = None if note.delivery is None else note.delivery.van_id
    if van_id is None:
        return []
    return [
        Move(
            key=derived_key("delivered", line.id),
            product=line.product_id,
            source=Location(van_id, LocationKind.VAN),
            target=place,
            qty=outcomes[line.line_no].delivered,
            reason="delivered",
            event_ms=step.at_ms,
            business_date=note.business_date,
            posting_date=posting,
            lot=line.lot_id,
            line=line.id,
            evidence=_SIGNED if result.signer.strip() else _UNSIGNED,
            batch=step.source.batch_id,
            seq=step.source.seq,
        )
        for line in note.lines
        if outcomes[line.line_no].delivered
    ]
