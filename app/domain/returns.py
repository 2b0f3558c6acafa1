"""Goods that come back: from the asking to the credit."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from app.domain.money import line_amount
from app.domain.states import Transitions
from app.domain.stock import LocationKind

MAX_RETURN_LINES = 128


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


@dataclass(frozen=True, slots=True)
class Delivered:
    """A line of a delivery note that goods may have come by: `left` base units are not back."""

    line: UUID
    lot: str | None
    left: int


def origins(
    delivered: Sequence[Delivered], qty: int, lot: str | None
) -> tuple[tuple[tuple[Delivered, int], ...], int]:
    """The lines that `qty` base units came by, in their order, and how many came by none.

    Where the lot is known, only lines of that lot are asked, and those that say no lot.
    """
    found = []
    for each in delivered:
        taken = min(qty, each.left)
        if taken > 0 and (lot is None or each.lot in (None, lot)):
            found.append((each, taken))
            qty -= taken
    return tuple(found), qty


def credit_fen(net_fen: int, delivered: int, before: int, accepted: int) -> int:
    """What `accepted` units of a line bring back, when `before` came back earlier.

    Its share of what the line cost; all shares together never exceed that.
    """
    upto = line_amount(net_fen, delivered, before + accepted)
    return upto - line_amount(net_fen, delivered, before)
