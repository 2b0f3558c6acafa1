"""Goods of a return arrive in quarantine, are looked at, and are credited as far as accepted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain.business_day import business_date, posting_date
from app.domain.numbering import DocumentKind
from app.domain.returns import (
    RETURN_TRANSITIONS,
    Disposition,
    ReturnEvent,
    ReturnState,
    credit_fen,
)
from app.domain.rights import Actor, Right
from app.domain.stock import Location, LocationKind, Move, Negative
from app.errors import NotFound, RuleBroken
from app.services.journal import Step, journaled
from app.services.moving import move_goods
from app.services.office import Office
from app.services.ordering.holds import home_warehouse
from app.services.returning.requesting import find_return, is_swapped
from app.storage.queries.directory import find_branch, parties_by_code, places_by_code
from app.storage.queries.documents import documents_by_id
from app.storage.queries.returns import FoundReturnLine, came_back, return_lines
from app.storage.store.returns import Accepted


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found of one line: units accepted and what becomes of all that came.

    What is not accepted goes back to the customer.
    """

    line_no: int
    accepted: int
    disposition: Disposition


def receive_return(office: Office, actor: Actor, key: UUID) -> str:
    """The goods are here, in quarantine; the return gets its number, which is given back.

    From now on the paper is official: its number stays, whatever is accepted. Raises NotFound,
    RuleBroken("transition") for one that is not approved.
    """
    actor.require(Right.POST_RETURNS)
    with journaled(office, actor, "receive_return", subject=str(key), key=key) as step:
        store = step.store
        found = find_return(step, key)
        state = RETURN_TRANSITIONS.after(ReturnState(found.state), ReturnEvent.RECEIVE)
        lines = return_lines(store.reader, key)
        source = _customer_place(step, found.customer_code)
        if found.van_id is not None:
            source = Location(found.van_id, LocationKind.VAN)
        quarantine = _quarantine(step)
        moves = [_move(step, line, line.qty, source, quarantine, "returned") for line in lines]
        move_goods(store, moves)
        store.returns.receive(key, quarantine.key, {line.line_id: line.qty for line in lines})
        number = store.numbers.issue(DocumentKind.RN, found.business_date)
        store.documents.number({key: number}, state)
        store.audit.about(str(number))
        return str(number)


def inspect_return(office: Office, actor: Actor, key: UUID, looked: Sequence[Looked]) -> int:
    """Send the goods where they belong and credit what was accepted; returns the fen credited.

    Raises NotFound for a line that is not there, RuleBroken: "transition", "no-lines" unless every
    line was looked at, "returned-too-much" for more than came.
    """
    actor.require(Right.POST_RETURNS)
    with journaled(
        office, actor, "inspect_return", subject=str(key), key=key, looked=tuple(looked)
    ) as step:
        return _inspect(step, key, looked)


def _inspect(step: Step, key: UUID, looked: Sequence[Looked]) -> int:
    store = step.store
    found = find_return(step, key)
    RETURN_TRANSITIONS.after(ReturnState(found.state), ReturnEvent.POST)
    lines = {line.line_no: line for line in return_lines(store.reader, key)}
    told = {each.line_no: each for each in looked}
    if unknown := told.keys() - lines.keys():
        raise NotFound(what="line", key=str(min(unknown)))
    if told.keys() != lines.keys():
        raise RuleBroken("no-lines")
    before = _before(step, lines.values())
    costs = _costs(step, key)
    quarantine = _quarantine(step)
    customer = _customer_place(step, found.customer_code)
    moves, accepted = [], []
    for line_no, line in lines.items():
        each = told[line_no]
        if not 0 <= each.accepted <= line.qty:
            raise RuleBroken("returned-too-much", product=line.product_code, left=line.qty)
        if each.accepted:
            target = _target(step, each.disposition)
            moves.append(_move(step, line, each.accepted, quarantine, target, each.disposition))
        if each.accepted < line.qty:
            rest = line.qty - each.accepted
            moves.append(_move(step, line, rest, quarantine, customer, "given back"))
        fen = 0
        if line.ref_line_id is not None and not is_swapped(found):
            net_fen, delivered = costs[line.ref_line_id]
            fen = credit_fen(net_fen, delivered, before[line.ref_line_id], each.accepted)
            before[line.ref_line_id] += each.accepted
        accepted.append(
            Accepted(
                line_id=line.line_id,
                qty=each.accepted,
                disposition=each.disposition,
                credit_fen=fen,
            )
        )
    for left in move_goods(store, moves):
        if left.kind.negative is Negative.REFUSED:
            raise RuleBroken("negative-stock", shelf=left.location_code, balance=left.qty)
    store.returns.settle(key, accepted)
    store.documents.post({key: _posting(step)})
    return sum(each.credit_fen for each in accepted)


def _before(step: Step, lines: Iterable[FoundReturnLine]) -> Counter[UUID]:
    """Units of each delivery line that came back by other returns."""
    own: Counter[UUID] = Counter()
    for line in lines:
        if line.ref_line_id is not None:
            own[line.ref_line_id] += line.qty
    back = came_back(step.store.reader, own)
    return Counter({key: back.get(key, 0) - qty for key, qty in own.items()})


def _costs(step: Step, key: UUID) -> dict[UUID, tuple[int, int]]:
    """Net fen and units of each delivery line that the return refers to."""
    reader = step.store.reader
    (found,) = documents_by_id(reader, [key]).values()
    wanted = {line.ref_line_id for line in found.lines if line.ref_line_id is not None}
    notes = documents_by_id(reader, step.store.documents.documents_of_lines(wanted))
    return {
        line.id: (line.net_fen, line.qty)
        for note in notes.values()
        for line in note.lines
        if line.id in wanted
    }


def _target(step: Step, disposition: Disposition) -> Location:
    kind = disposition.target
    if kind is LocationKind.WAREHOUSE:
        home = home_warehouse(step.store.reader)
        if home is None:
            raise NotFound(what="warehouse", key="")
        return Location(home, kind)
    if kind is LocationKind.SUPPLIER:
        own = [each for each in places_by_code(step.store.reader).values() if each.kind is kind]
        if own:
            return own[0].location
    return Location(step.store.masters.common_place(kind), kind)


def _quarantine(step: Step) -> Location:
    kind = LocationKind.QUARANTINE
    own = [p for p in places_by_code(step.store.reader).values() if p.kind is kind and p.active]
    if own:
        return own[0].location
    return Location(step.store.masters.common_place(kind), kind)


def _customer_place(step: Step, code: str) -> Location:
    party = parties_by_code(step.store.reader, [code])[code]
    places = step.store.masters.places_of_parties(LocationKind.CUSTOMER, [party])
    return Location(places[party], LocationKind.CUSTOMER)


def _move(
    step: Step, line: FoundReturnLine, qty: int, source: Location, target: Location, reason: str
) -> Move:
    branch = find_branch(step.store.reader)
    day = business_date(step.at_ms, step.offset_min, branch.cutoff_min)
    return Move(
        key=step.key("move", line.line_id, reason),
        product=line.product_id,
        source=source,
        target=target,
        qty=qty,
        reason=str(reason),
        event_ms=step.at_ms,
        business_date=day,
        posting_date=_posting(step),
        lot=line.lot_id,
        line=line.line_id,
        batch=step.source.batch_id,
        seq=step.source.seq,
    )


def _posting(step: Step) -> date:
    branch = find_branch(step.store.reader)
    return posting_date(
        business_date(step.at_ms, step.offset_min, branch.cutoff_min), branch.closed_through
    )
