"""Who acts, and what that person may do."""

from dataclasses import dataclass
from enum import StrEnum

from app.errors import PermissionDenied


class Right(StrEnum):
    """One thing a person may be allowed to do."""

    DOCK = "dock"
    PAIR = "pair"
    POST_ORDERS = "post_orders"
    RELEASE_ORDERS = "release_orders"
    OVERRIDE_PRICES = "override_prices"
    POST_DELIVERIES = "post_deliveries"
    POST_RETURNS = "post_returns"
    APPROVE_RETURNS = "approve_returns"
    POST_COUNTS = "post_counts"
    APPROVE_COUNTS = "approve_counts"
    POST_STOCK = "post_stock"
    APPROVE_WRITE_OFFS = "approve_write_offs"
    PLAN = "plan"
    PRINT = "print"
    REPORT = "report"
    RESOLVE = "resolve"
    REVERSE = "reverse"
    MASTERS = "masters"
    REPLAY = "replay"
    BACK_UP = "back_up"
    CHECK = "check"
    READ_AUDIT = "read_audit"
    ADMINISTER = "administer"


@dataclass(frozen=True, slots=True)
class Actor:
    """The person a service call is made for."""

    user: str
    rights: frozenset[Right]

    @classmethod
    def everything(cls, user: str) -> "Actor":
        """An actor with every right."""
        return cls(user, frozenset(Right))

    def require(self, right: Right) -> None:
        """Raises PermissionDenied unless the actor has the right."""
        if right not in self.rights:
            raise PermissionDenied(user=self.user, right=right.value)
