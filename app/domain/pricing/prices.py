"""Prices: which one applies, and what goods come to at it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from fractions import Fraction

from app.domain.money import BASIS_POINTS, line_amount, round_half_up


class PriceLevel(IntEnum):
    """Whom a price list is for; the lower level wins."""

    CONTRACT = 0
    GROUP = 1
    TERRITORY = 2
    BASE = 3


@dataclass(frozen=True, slots=True)
class PriceCandidate:
    """A price that may apply: fen per packing, valid from a day up to (not on) another."""

    key: str
    level: PriceLevel
    packing: str
    factor: int
    price_fen: int
    valid_from: date
    valid_to: date | None = None
    priority: int = 0
    min_price_fen: int | None = None

    def valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def resolve_price(
    candidates: Iterable[PriceCandidate], packing: str, on: date
) -> PriceCandidate | None:
    """The one price for a packing on a day, None when there is none (never zero)."""
    return next(iter(ranked(candidates, packing, on)), None)


def ranked(candidates: Iterable[PriceCandidate], packing: str, on: date) -> list[PriceCandidate]:
    """The candidates that are valid on a day, the one that applies first.

    The most personal level wins; within it the ordered packing itself, then the largest packing,
    the higher priority, the later start and the smaller key, so that the answer never depends on
    the order of the candidates.
    """
    return sorted(
        (candidate for candidate in candidates if candidate.valid_on(on)),
        key=lambda c: (
            c.level,
            c.packing != packing,
            -c.factor,
            -c.priority,
            -c.valid_from.toordinal(),
            c.key,
        ),
    )


def amount_at(candidate: PriceCandidate, qty_base: int) -> int:
    """Fen for `qty_base` base units at a price."""
    return line_amount(candidate.price_fen, candidate.factor, qty_base)


def price_per_packing(candidate: PriceCandidate, factor: int) -> int:
    """Fen for one packing of `factor` base units at a price that may be for another packing."""
    if candidate.factor == factor:
        return candidate.price_fen
    return round_half_up(Fraction(candidate.price_fen * factor, candidate.factor))


def slab(qty: int, price_fen: int, low: int, high: int, off_bp: int) -> int:
    """Fen for `qty` units when, from `low` on, the first `high` are `off_bp` cheaper."""
    cheaper = min(qty, high) if qty >= low else 0
    reduced = Fraction(cheaper * price_fen * (BASIS_POINTS - off_bp), BASIS_POINTS)
    return round_half_up(reduced) + (qty - cheaper) * price_fen


def free_goods(qty: int, buy: int, get: int) -> int:
    """Free units for `qty` bought, `get` for each full `buy`."""
    return qty // buy * get


def effective_price(net_fen: int, qty: int) -> int:
    """Fen per unit over everything handed over, free goods included."""
    return round_half_up(Fraction(net_fen, qty))


def differs_beyond(asked_fen: int, own_fen: int, limit_bp: int = 50) -> bool:
    """Whether a price from outside is off by more than `limit_bp` of our own."""
    return abs(asked_fen - own_fen) * BASIS_POINTS > limit_bp * own_fen
