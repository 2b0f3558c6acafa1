"""Deliveries: where every ordered unit went, and the states of a delivery."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from app.domain.money import line_amount
from app.domain.problems import Problem, problem
from app.domain.states import Transitions


class DeliveryState(StrEnum):
    DRAFT = "draft"
    PICKED = "picked"
    LOADED = "loaded"
    DELIVERED = "delivered"
    PARTLY_DELIVERED = "partly_delivered"
    REFUSED = "refused"
    NOT_ATTEMPTED = "not_attempted"
    POSTED = "posted"
    REVERSED = "reversed"
    DROPPED = "dropped"


class DeliveryEvent(StrEnum):
    PICK = "pick"
    LOAD = "load"
    DELIVER = "deliver"
    DELIVER_PART = "deliver_part"
    REFUSE = "refuse"
    MISS = "miss"
    POST = "post"
    REVERSE = "reverse"
    DROP = "drop"


class DeliveryResult(StrEnum):
    """How a stop went, as the terminal words it."""

    FULL = "full"
    PART = "part"
    REFUSED = "refused"
    MISSED = "missed"

    @property
    def event(self) -> DeliveryEvent:
        return _RESULT_EVENTS[self]


_RESULT_EVENTS = {
    DeliveryResult.FULL: DeliveryEvent.DELIVER,
    DeliveryResult.PART: DeliveryEvent.DELIVER_PART,
    DeliveryResult.REFUSED: DeliveryEvent.REFUSE,
    DeliveryResult.MISSED: DeliveryEvent.MISS,
}

DELIVERY_TRANSITIONS = Transitions(
    MappingProxyType(
        {
            (DeliveryState.DRAFT, DeliveryEvent.PICK): DeliveryState.PICKED,
            (DeliveryState.PICKED, DeliveryEvent.LOAD): DeliveryState.LOADED,
            # planned, and then not to be: nothing was in stock, or somebody thought better of it
            (DeliveryState.DRAFT, DeliveryEvent.DROP): DeliveryState.DROPPED,
            (DeliveryState.PICKED, DeliveryEvent.DROP): DeliveryState.DROPPED,
            (DeliveryState.LOADED, DeliveryEvent.DELIVER): DeliveryState.DELIVERED,
            (DeliveryState.LOADED, DeliveryEvent.DELIVER_PART): DeliveryState.PARTLY_DELIVERED,
            (DeliveryState.LOADED, DeliveryEvent.REFUSE): DeliveryState.REFUSED,
            (DeliveryState.LOADED, DeliveryEvent.MISS): DeliveryState.NOT_ATTEMPTED,
            (DeliveryState.DELIVERED, DeliveryEvent.POST): DeliveryState.POSTED,
            (DeliveryState.PARTLY_DELIVERED, DeliveryEvent.POST): DeliveryState.POSTED,
            (DeliveryState.REFUSED, DeliveryEvent.POST): DeliveryState.POSTED,
            (DeliveryState.NOT_ATTEMPTED, DeliveryEvent.POST): DeliveryState.POSTED,
            (DeliveryState.POSTED, DeliveryEvent.REVERSE): DeliveryState.REVERSED,
        }
    )
)


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """Base units of one line: `ordered` is the sum of the four that follow it."""

    line_no: int
    product: str
    ordered: int
    delivered: int = 0
    refused: int = 0
    short: int = 0
    back_ordered: int = 0

    def check(self) -> list[Problem]:
        """E_DLV_SUM when a quantity is negative or the parts do not make up the order."""
        parts = (self.delivered, self.refused, self.short, self.back_ordered)
        if min(parts) >= 0 and sum(parts) == self.ordered:
            return []
        where = f"line {self.line_no}"
        return [problem("E_DLV_SUM", where, ordered=self.ordered, accounted=sum(parts))]


@dataclass(frozen=True, slots=True)
class Part:
    """`qty` base units of a line of which `before` were accounted for on earlier notes."""

    before: int
    qty: int

    def of(self, amount_fen: int, whole: int) -> int:
        """Its share of the line's amount; the shares of all parts come to the amount exactly."""
        upto = line_amount(amount_fen, whole, self.before + self.qty)
        return upto - line_amount(amount_fen, whole, self.before)


def check_delivered(line_no: int, shipped: int, delivered: int, refused: int) -> list[Problem]:
    """E_OVER when more was handed over or refused than the van carried for the line."""
    if delivered + refused <= shipped:
        return []
    where = f"line {line_no}"
    return [problem("E_OVER", where, shipped=shipped, delivered=delivered, refused=refused)]


def account_for(
    line_no: int, product: str, ordered: int, delivered: int, refused: int, *, back_order: bool
) -> DeliveryLine:
    """The line with what is left over booked as back-ordered, or as short."""
    rest = ordered - delivered - refused
    short, back_ordered = (0, rest) if back_order else (rest, 0)
    return DeliveryLine(line_no, product, ordered, delivered, refused, short, back_ordered)


def result_of(lines: Sequence[DeliveryLine]) -> DeliveryResult:
    """How the stop went, from its lines."""
    delivered = sum(line.delivered for line in lines)
    if delivered:
        ordered = sum(line.ordered for line in lines)
        return DeliveryResult.FULL if delivered == ordered else DeliveryResult.PART
    refused = sum(line.refused for line in lines)
    return DeliveryResult.REFUSED if refused else DeliveryResult.MISSED
