"""Credit: what a customer owes or will owe, and whether one more order goes beyond it."""

from dataclasses import dataclass
from enum import StrEnum


class CreditMode(StrEnum):
    WARN = "warn"
    HOLD = "hold"
    CASH_ONLY = "cash_only"


class Verdict(StrEnum):
    FINE = "fine"
    WARN = "warn"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Exposure:
    """Fen: open notes, notes delivered but not posted, confirmed orders not delivered yet, and
    receipts that belong to no note yet; deposits are left out."""

    open_fen: int
    unposted_fen: int
    ordered_fen: int
    unallocated_fen: int

    @property
    def total_fen(self) -> int:
        return self.open_fen + self.unposted_fen + self.ordered_fen - self.unallocated_fen


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed: the limit, and after how many days overdue nothing more is sold."""

    limit_fen: int
    overdue_days_block: int
    mode: CreditMode


def judge_credit(
    terms: Terms | None, exposure: Exposure, new_fen: int, overdue_days: int = 0
) -> tuple[Verdict, int]:
    """Whether a new order on credit is fine, and by how many fen it goes beyond the limit."""
    if terms is None:
        return Verdict.FINE, 0
    over_fen = max(0, exposure.total_fen + new_fen - terms.limit_fen)
    late = 0 < terms.overdue_days_block < overdue_days
    if terms.mode is CreditMode.CASH_ONLY:
        return Verdict.HOLD, over_fen
    if not over_fen and not late:
        return Verdict.FINE, 0
    return Verdict.HOLD if terms.mode is CreditMode.HOLD else Verdict.WARN, over_fen
