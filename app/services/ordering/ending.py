"""How orders end before everything is delivered: rejected, cancelled, closed short."""

from __future__ import annotations

from uuid import UUID

from app.domain.orders import ORDER_TRANSITIONS, OrderEvent, OrderState
from app.domain.rights import Actor, Right
from app.errors import NotFound, RuleBroken
from app.services.journal import Step, journaled
from app.services.office import Office
from app.storage.queries.documents import FoundDocument, documents_by_number
from app.storage.queries.orders import open_lines


def reject_order(office: Office, actor: Actor, number: str, reason: str) -> None:
    """Refuse a held order. Raises NotFound, RuleBroken("reason-missing"), ("transition")."""
    actor.require(Right.RELEASE_ORDERS)
    _end(office, actor, "reject_order", number, reason)


def cancel_order(office: Office, actor: Actor, number: str, reason: str) -> None:
    """Take an order back of which nothing is planned, loaded or delivered.

    Raises NotFound, RuleBroken("reason-missing"), ("order-underway"), ("transition").
    """
    actor.require(Right.POST_ORDERS)
    _end(office, actor, "cancel_order", number, reason)


def close_short(office: Office, actor: Actor, number: str, reason: str) -> None:
    """Give up what was not delivered of an order; goods on their way have to come back first.

    Raises NotFound, RuleBroken("reason-missing"), ("order-underway"), ("transition").
    """
    actor.require(Right.POST_ORDERS)
    _end(office, actor, "close_short", number, reason)


_EVENTS = {
    "reject_order": OrderEvent.REJECT,
    "cancel_order": OrderEvent.CANCEL,
    "close_short": OrderEvent.CLOSE_SHORT,
}


def _end(office: Office, actor: Actor, verb: str, number: str, reason: str) -> None:
    if not reason.strip():
        raise RuleBroken("reason-missing")
    with journaled(office, actor, verb, subject=number, number=number, reason=reason) as step:
        order = find_order(step, number)
        state = ORDER_TRANSITIONS.after(OrderState(order.state), _EVENTS[verb])
        _refuse_underway(step, order, number)
        step.store.documents.end_order(order.id, state, reason)
        step.store.reservations.void([order.id])
        step.store.audit.note(reason=reason)


def end(step: Step, number: str, because: str) -> UUID:
    """Cancel an order inside a command that puts something in its place; returns its key."""
    order = find_order(step, number)
    if any(line.delivered for line in open_lines(step.store.reader, [order.id])):
        raise RuleBroken("order-underway", number=number)
    _refuse_underway(step, order, number)
    state = ORDER_TRANSITIONS.after(OrderState(order.state), OrderEvent.CANCEL)
    step.store.documents.end_order(order.id, state, because)
    step.store.reservations.void([order.id])
    return order.id


def find_order(step: Step, number: str) -> FoundDocument:
    """Raises NotFound for a number that no order has."""
    order = documents_by_number(step.store.reader, [number]).get(number)
    if order is None or order.order is None:
        raise NotFound(what="order", key=number)
    return order


def _refuse_underway(step: Step, order: FoundDocument, number: str) -> None:
    if any(line.underway for line in open_lines(step.store.reader, [order.id])):
        raise RuleBroken("order-underway", number=number)
