"""Orders: what makes one acceptable, and the states it goes through."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from app.domain.problems import Problem, problem
from app.domain.states import Transitions

# The handheld promises its user this many; one more is refused whole, never cut off.
MAX_ORDER_LINES = 256


class OrderState(StrEnum):
    RECEIVED = "received"
    HELD = "held"
    CONFIRMED = "confirmed"
    PARTLY_DELIVERED = "partly_delivered"
    DELIVERED = "delivered"
    CLOSED = "closed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class OrderClass(StrEnum):
    """Whose sale it is: a wholesaler's own purchase, our people's, or the wholesaler's."""

    PURCHASE = "purchase"
    DIRECT = "direct"
    DISTRIBUTED = "distributed"


def classify(
    *, buyer_is_wholesaler: bool, direct_served: bool, own_delivery: bool, origin: str
) -> OrderClass:
    """The class of an order, by the first rule that fits.

    Whatever goes to a customer whom we serve is our people's sale, however it was ordered: nobody
    gains by moving an order from one book into another.
    """
    if buyer_is_wholesaler:
        return OrderClass.PURCHASE
    if direct_served or own_delivery or origin != "wholesaler":
        return OrderClass.DIRECT
    return OrderClass.DISTRIBUTED


class OrderEvent(StrEnum):
    CONFIRM = "confirm"
    HOLD = "hold"
    RELEASE = "release"
    REJECT = "reject"
    SHIP_PART = "ship_part"
    SHIP_ALL = "ship_all"
    CLOSE_SHORT = "close_short"
    CANCEL = "cancel"
    UNDO_PART = "undo_part"
    UNDO_ALL = "undo_all"


ORDER_TRANSITIONS = Transitions(
    MappingProxyType(
        {
            (OrderState.RECEIVED, OrderEvent.CONFIRM): OrderState.CONFIRMED,
            (OrderState.RECEIVED, OrderEvent.HOLD): OrderState.HELD,
            (OrderState.RECEIVED, OrderEvent.REJECT): OrderState.REJECTED,
            (OrderState.RECEIVED, OrderEvent.CANCEL): OrderState.CANCELLED,
            (OrderState.HELD, OrderEvent.CANCEL): OrderState.CANCELLED,
            (OrderState.HELD, OrderEvent.RELEASE): OrderState.CONFIRMED,
            (OrderState.HELD, OrderEvent.REJECT): OrderState.REJECTED,
            (OrderState.CONFIRMED, OrderEvent.SHIP_PART): OrderState.PARTLY_DELIVERED,
            (OrderState.CONFIRMED, OrderEvent.SHIP_ALL): OrderState.DELIVERED,
            (OrderState.CONFIRMED, OrderEvent.CLOSE_SHORT): OrderState.CLOSED,
            (OrderState.CONFIRMED, OrderEvent.CANCEL): OrderState.CANCELLED,
            (OrderState.PARTLY_DELIVERED, OrderEvent.SHIP_PART): OrderState.PARTLY_DELIVERED,
            (OrderState.PARTLY_DELIVERED, OrderEvent.SHIP_ALL): OrderState.DELIVERED,
            (OrderState.PARTLY_DELIVERED, OrderEvent.CLOSE_SHORT): OrderState.CLOSED,
            # a delivery that is reversed leaves the order open again
            (OrderState.PARTLY_DELIVERED, OrderEvent.UNDO_PART): OrderState.PARTLY_DELIVERED,
            (OrderState.PARTLY_DELIVERED, OrderEvent.UNDO_ALL): OrderState.CONFIRMED,
            (OrderState.DELIVERED, OrderEvent.UNDO_PART): OrderState.PARTLY_DELIVERED,
            (OrderState.DELIVERED, OrderEvent.UNDO_ALL): OrderState.CONFIRMED,
        }
    )
)


# What an order can still become; all others are at their end.
OPEN_STATES = frozenset(
    {OrderState.RECEIVED, OrderState.HELD, OrderState.CONFIRMED, OrderState.PARTLY_DELIVERED}
)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line as ordered; `price_fen` per packing, `packs` packings are `qty_base` base units."""

    line_no: int
    product: str
    packing: str
    packs: int
    qty_base: int
    price_fen: int
    net_fen: int
    free: bool = False
    promotion: str | None = None


def check_order_lines(lines: Sequence[OrderLine], declared: int | None = None) -> list[Problem]:
    """Problems of the lines as a whole: their number, the declared number, repetitions."""
    problems = []
    count = max(len(lines), declared or 0)
    if count > MAX_ORDER_LINES:
        problems.append(problem("E_ORD_TOO_MANY", lines=count, limit=MAX_ORDER_LINES))
    elif not lines or declared not in (None, len(lines)):
        problems.append(problem("E_ORD_LINES", declared=declared, received=len(lines)))
    seen_keys = set()
    seen_numbers = set()
    for line in lines:
        key = (line.product, line.packing, line.free)
        if key in seen_keys or line.line_no in seen_numbers:
            where = f"line {line.line_no}"
            problems.append(
                problem("E_DUP_LINE", where, line_no=line.line_no, product=line.product)
            )
        seen_keys.add(key)
        seen_numbers.add(line.line_no)
    return problems
