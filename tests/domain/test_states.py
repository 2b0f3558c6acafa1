"""Which steps orders, deliveries and counts may take."""

from enum import StrEnum
from typing import Any

import pytest

from app.domain.counts import COUNT_TRANSITIONS, CountEvent, CountState
from app.domain.deliveries import (
    DELIVERY_TRANSITIONS,
    DeliveryEvent,
    DeliveryResult,
    DeliveryState,
)
from app.domain.orders import ORDER_TRANSITIONS, OrderEvent, OrderState
from app.domain.states import Transitions
from app.errors import RuleBroken

Kind = tuple[Transitions[Any, Any], type[StrEnum], type[StrEnum]]

ORDER: Kind = (ORDER_TRANSITIONS, OrderState, OrderEvent)
DELIVERY: Kind = (DELIVERY_TRANSITIONS, DeliveryState, DeliveryEvent)
COUNT: Kind = (COUNT_TRANSITIONS, CountState, CountEvent)


@pytest.mark.parametrize(
    ("kind", "walk", "end"),
    [
        (ORDER, "received confirm ship_part ship_part ship_all", "delivered"),
        (ORDER, "received hold release ship_all", "delivered"),
        (ORDER, "received hold reject", "rejected"),
        (ORDER, "received confirm ship_part close_short", "closed"),
        (ORDER, "received confirm cancel", "cancelled"),
        (DELIVERY, "draft pick load deliver post reverse", "reversed"),
        (DELIVERY, "draft pick load deliver_part post", "posted"),
        (DELIVERY, "draft pick load refuse post", "posted"),
        (DELIVERY, "draft pick load miss post", "posted"),
        (COUNT, "planned start submit approve post reverse", "reversed"),
        (COUNT, "planned start submit ask_recount submit approve", "approved"),
    ],
)
def test_the_ways_a_document_may_go(kind: Kind, walk: str, end: str) -> None:
    table, states, events = kind
    start, *steps = walk.split()
    state = states(start)
    for step in steps:
        state = table.after(state, events(step))
    assert state == states(end)


@pytest.mark.parametrize(
    ("table", "state", "event"),
    [
        (ORDER_TRANSITIONS, OrderState.PARTLY_DELIVERED, OrderEvent.CANCEL),
        (ORDER_TRANSITIONS, OrderState.DELIVERED, OrderEvent.SHIP_PART),
        (ORDER_TRANSITIONS, OrderState.REJECTED, OrderEvent.CONFIRM),
        (DELIVERY_TRANSITIONS, DeliveryState.LOADED, DeliveryEvent.LOAD),
        (DELIVERY_TRANSITIONS, DeliveryState.POSTED, DeliveryEvent.POST),
        (DELIVERY_TRANSITIONS, DeliveryState.REVERSED, DeliveryEvent.REVERSE),
        (COUNT_TRANSITIONS, CountState.OPEN, CountEvent.APPROVE),
        (COUNT_TRANSITIONS, CountState.POSTED, CountEvent.SUBMIT),
    ],
)
def test_a_step_that_does_not_fit_is_refused(
    table: Transitions[Any, Any], state: StrEnum, event: StrEnum
) -> None:
    assert not table.allows(state, event)
    with pytest.raises(RuleBroken, match="transition") as refused:
        table.after(state, event)
    assert refused.value.fields["state"] == state.value


def test_every_result_of_a_stop_is_a_step_of_a_loaded_delivery() -> None:
    for result in DeliveryResult:
        assert DELIVERY_TRANSITIONS.allows(DeliveryState.LOADED, result.event)
