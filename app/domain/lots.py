"""Production lots: their dates, and picking what must leave first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Lot:
    """A production lot; goods without lots have an empty code and no dates."""

    code: str
    production: date | None = None
    expiry: date | None = None
    removal: date | None = None

    @classmethod
    def produced(cls, code: str, day: date, shelf_life_days: int, removal_lead_days: int) -> "Lot":
        """A lot with its expiry, and its removal `removal_lead_days` before that."""
        expiry = day + timedelta(days=shelf_life_days)
        return cls(code, day, expiry, expiry - timedelta(days=removal_lead_days))

    def days_left(self, on: date) -> int | None:
        """Days until removal, None for goods that do not expire."""
        return None if self.removal is None else (self.removal - on).days

    def outlasts(self, on: date, min_days: int) -> bool:
        """Whether at least `min_days` are left; goods without dates always do."""
        days = self.days_left(on)
        return days is None or days >= min_days


@dataclass(frozen=True, slots=True)
class LotStock:
    """What lies of one lot: `received` on that day, `qty` base units, `key` as stored."""

    lot: Lot
    received: date
    qty: int
    key: UUID | None = None


@dataclass(frozen=True, slots=True)
class Pick:
    """Take `qty` base units of `stock`."""

    stock: LotStock
    qty: int


def fefo(
    on_hand: Iterable[LotStock], need: int, on: date, min_days: int | None
) -> tuple[tuple[Pick, ...], int]:
    """Picks with the earliest removal first, and how much is missing.

    Lots with fewer than `min_days` left on the day `on` are passed over, none where that is None;
    goods without dates come last.
    """
    picks = []
    fit = [
        stock
        for stock in on_hand
        if stock.qty > 0 and (min_days is None or stock.lot.outlasts(on, min_days))
    ]
    for stock in leaving_first(fit):
        if need <= 0:
            break
        taken = min(need, stock.qty)
        picks.append(Pick(stock, taken))
        need -= taken
    return tuple(picks), need


def leaving_first(stock: Iterable[LotStock]) -> list[LotStock]:
    """The earliest removal in front, goods without dates last."""
    return sorted(
        stock, key=lambda each: (each.lot.removal or date.max, each.received, each.lot.code)
    )
