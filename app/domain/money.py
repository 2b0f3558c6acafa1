"""Money as whole fen: rounding, line amounts and exact allocation."""

from collections.abc import Sequence
from fractions import Fraction

from app.errors import RuleBroken

BASIS_POINTS = 10_000


def round_half_up(value: Fraction) -> int:
    """Nearest integer; a half goes away from zero, so that a credit mirrors its debit."""
    return _divide_half_up(value.numerator, value.denominator)


def line_amount(price_fen: int, factor: int, qty_base: int) -> int:
    """Fen for `qty_base` base units at `price_fen` per packing of `factor`; rounded once."""
    return _divide_half_up(qty_base * price_fen, factor)


def share(amount_fen: int, rate_bp: int) -> int:
    """`rate_bp` ten-thousandths of an amount, in fen."""
    return _divide_half_up(amount_fen * rate_bp, BASIS_POINTS)


def allocate(total_fen: int, weights: Sequence[int]) -> list[int]:
    """Split `total_fen` by largest remainder; the parts add up to it exactly.

    Equal remainders go to the earlier weight. Raises RuleBroken("weights") for a negative
    weight, or when something is to be split over weights that are all zero.
    """
    weight_sum = sum(weights)
    if any(weight < 0 for weight in weights) or (total_fen and not weight_sum):
        raise RuleBroken("weights", total_fen=total_fen)
    if not weight_sum:
        return [0] * len(weights)
    sign = -1 if total_fen < 0 else 1
    shares = [divmod(abs(total_fen) * weight, weight_sum) for weight in weights]
    parts = [whole for whole, _ in shares]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-shares[i][1], i))
    for i in by_remainder[: abs(total_fen) - sum(parts)]:
        parts[i] += 1
    return [sign * part for part in parts]


def yuan(fen: int) -> str:
    """`123450` as `1,234.50`."""
    whole, cents = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{cents:02}"


def _divide_half_up(number: int, positive: int) -> int:
    rounded = (abs(number) * 2 + positive) // (positive * 2)
    return -rounded if number < 0 else rounded
