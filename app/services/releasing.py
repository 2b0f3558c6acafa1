"""Orders that were held, let go by a second person."""

from __future__ import annotations

from app.domain.orders import ORDER_TRANSITIONS, OrderEvent, OrderState
from app.domain.rights import Actor, Right
from app.errors import NotFound, RuleBroken
from app.services.journal import journaled
from app.services.office import Office
from app.storage.queries.directory import persons_by_code
from app.storage.queries.documents import documents_by_number


def release_order(office: Office, actor: Actor, number: str, reason: str) -> None:
    """Confirm a held order at the prices of the host.

    Raises NotFound, RuleBroken("approver-is-author") for the own order, and
    RuleBroken("transition") for one that is not held.
    """
    actor.require(Right.POST_ORDERS)
    with journaled(
        office, actor, "release_order", subject=number, number=number, reason=reason
    ) as step:
        order = documents_by_number(step.store.reader, [number]).get(number)
        if order is None or order.order is None:
            raise NotFound(what="order", key=number)
        people = persons_by_code(step.store.reader).values()
        author = next((person.code for person in people if person.id == order.person_id), "")
        if author.casefold() == actor.user.casefold():
            raise RuleBroken("approver-is-author", user=actor.user)
        state = ORDER_TRANSITIONS.after(OrderState(order.state), OrderEvent.RELEASE)
        step.store.documents.set_state([order.id], state)
        step.store.audit.note(reason=reason)
