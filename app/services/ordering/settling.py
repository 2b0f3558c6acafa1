"""Orders learn what became of their deliveries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from app.domain.orders import ORDER_TRANSITIONS, OrderEvent, OrderState
from app.storage.queries.documents import states_by_id
from app.storage.queries.orders import OpenLine, open_lines
from app.storage.store import Store


def settle_orders(store: Store, order_ids: Iterable[UUID | None]) -> None:
    """Put each order into the state that all its posted notes together make.

    A note on which nothing was delivered changes nothing; a reversal may open an order again. An
    order that was closed, cancelled or rejected stays so.
    """
    ids = sorted({key for key in order_ids if key is not None})
    if not ids:
        return
    before = states_by_id(store.reader, ids)
    lines: defaultdict[UUID, list[OpenLine]] = defaultdict(list)
    for line in open_lines(store.reader, before):
        lines[line.order_id].append(line)
    after: defaultdict[OrderState, list[UUID]] = defaultdict(list)
    for key, state in before.items():
        now = OrderState(state)
        for event in _events(lines[key]):
            if ORDER_TRANSITIONS.allows(now, event):
                after[ORDER_TRANSITIONS.after(now, event)].append(key)
                break
    for state_after, changed in after.items():
        store.documents.set_state(
            [key for key in changed if before[key] != state_after], state_after
        )


def _events(lines: list[OpenLine]) -> tuple[OrderEvent, ...]:
    """What happened, as far as deliveries go; the first one that fits the order's state counts."""
    if lines and all(line.delivered >= line.ordered for line in lines):
        return (OrderEvent.SHIP_ALL,)
    if any(line.delivered for line in lines):
        return (OrderEvent.SHIP_PART, OrderEvent.UNDO_PART)
    return (OrderEvent.UNDO_ALL,)
