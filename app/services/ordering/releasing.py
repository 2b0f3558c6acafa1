"""Orders that were held, let go by a second person."""

from __future__ import annotations

from app.domain.orders import ORDER_TRANSITIONS, OrderEvent, OrderState
from app.domain.rights import Actor, Right
from app.errors import RuleBroken
from app.services.journal import journaled
from app.services.office import Office
from app.services.ordering.ending import find_order
from app.services.ordering.holds import home_warehouse
from app.storage.queries.directory import persons_by_code
from app.storage.store.reservations import Promise


def release_order(office: Office, actor: Actor, number: str, reason: str) -> None:
    """Confirm a held order at the prices of the host.

    Neither who took it in the field nor who typed it may do that. Raises NotFound,
    RuleBroken("approver-is-author"), and RuleBroken("transition") for one that is not held.
    """
    actor.require(Right.RELEASE_ORDERS)
    with journaled(
        office, actor, "release_order", subject=number, number=number, reason=reason
    ) as step:
        order = find_order(step, number)
        people = persons_by_code(step.store.reader).values()
        author = next((person.code for person in people if person.id == order.person_id), "")
        typist = order.created_by if order.order and order.order.origin != "visit" else ""
        if actor.user.casefold() in {author.casefold(), typist.casefold()}:
            raise RuleBroken("approver-is-author", user=actor.user)
        state = ORDER_TRANSITIONS.after(OrderState(order.state), OrderEvent.RELEASE)
        step.store.documents.set_state([order.id], state)
        if order.order is not None and order.order.fulfilment_mode == "own_delivery":
            place_id = home_warehouse(step.store.reader)
            wanted = [
                Promise(line.id, place_id, line.product_id, line.qty)
                for line in order.lines
                if line.qty and place_id is not None
            ]
            step.store.reservations.reserve(wanted)
        step.store.audit.note(reason=reason)
