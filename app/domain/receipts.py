"""Goods from a supplier against what was announced."""

from dataclasses import dataclass

from app.errors import RuleBroken


@dataclass(frozen=True, slots=True)
class Tally:
    """Base units of one line: `accepted` go into stock, `held` wait for the supplier's word.

    `received` all came; of them `rejected` stay his; `short` never came; `oversupply` is what came
    beyond what was announced and its tolerance.
    """

    expected: int
    received: int
    rejected: int
    short: int
    oversupply: int

    @property
    def accepted(self) -> int:
        return self.received - self.rejected - self.oversupply


def tally(expected: int, received: int, rejected: int, tolerance: int = 0) -> Tally:
    """What a line comes to; nothing announced (0) means that whatever comes is welcome.

    Raises RuleBroken("receipt") for figures that cannot be.
    """
    if min(expected, received, rejected, tolerance) < 0 or rejected > received:
        raise RuleBroken("receipt", expected=expected, received=received, rejected=rejected)
    if not expected:
        return Tally(0, received, rejected, 0, 0)
    good = received - rejected
    over = good - expected if good > expected + tolerance else 0
    return Tally(expected, received, rejected, max(0, expected - received), over)
