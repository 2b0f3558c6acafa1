"""Goods that come back: from the asking to the credit."""

from enum import StrEnum
from types import MappingProxyType

from app.domain.money import line_amount
from app.domain.states import Transitions
from app.domain.stock import LocationKind


class ReturnState(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    RECEIVED = "received"
    POSTED = "posted"


class ReturnEvent(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    RECEIVE = "receive"
    POST = "post"


RETURN_TRANSITIONS = Transitions(
    MappingProxyType(
        {
            (ReturnState.REQUESTED, ReturnEvent.APPROVE): ReturnState.APPROVED,
            (ReturnState.REQUESTED, ReturnEvent.REJECT): ReturnState.REJECTED,
            (ReturnState.APPROVED, ReturnEvent.REJECT): ReturnState.REJECTED,
            (ReturnState.APPROVED, ReturnEvent.RECEIVE): ReturnState.RECEIVED,
            (ReturnState.RECEIVED, ReturnEvent.POST): ReturnState.POSTED,
        }
    )
)


class Disposition(StrEnum):
    """What becomes of goods that were looked at; none goes back on sale unlooked at."""

    SELLABLE = "sellable"
    NEAR_EXPIRY = "near_expiry"
    DAMAGED = "damaged"
    EXPIRED = "expired"
    RECALL = "recall"
    SUPPLIER_CLAIM = "supplier_claim"

    @property
    def target(self) -> LocationKind:
        """Where the goods go from quarantine."""
        if self in (Disposition.SELLABLE, Disposition.NEAR_EXPIRY):
            return LocationKind.WAREHOUSE
        if self in (Disposition.RECALL, Disposition.SUPPLIER_CLAIM):
            return LocationKind.SUPPLIER
        return LocationKind.LOSS


def credit_fen(net_fen: int, delivered: int, before: int, accepted: int) -> int:
    """What `accepted` units of a line bring back, when `before` came back earlier.

    Its share of what the line cost; all shares together never exceed that.
    """
    upto = line_amount(net_fen, delivered, before + accepted)
    return upto - line_amount(net_fen, delivered, before)
