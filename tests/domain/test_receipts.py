"""What came against what was announced: short, rejected, too much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.receipts import tally
from app.errors import RuleBroken
from tests.support.properties import moderate


@pytest.mark.parametrize(
    ("figures", "accepted", "short", "over"),
    [
        ((60, 60, 0, 0), 60, 0, 0),
        ((60, 60, 5, 0), 55, 0, 0),
        ((60, 48, 0, 0), 48, 12, 0),
        ((60, 66, 0, 0), 60, 0, 6),
        ((60, 66, 0, 6), 66, 0, 0),
        ((60, 66, 6, 0), 60, 0, 0),
        ((0, 12, 2, 0), 10, 0, 0),
    ],
)
def test_every_unit_is_accounted_for(
    figures: tuple[int, int, int, int], accepted: int, short: int, over: int
) -> None:
    found = tally(*figures)
    assert (found.accepted, found.short, found.oversupply) == (accepted, short, over)


@pytest.mark.parametrize("figures", [(-1, 0, 0, 0), (0, -1, 0, 0), (0, 1, 2, 0), (0, 0, 0, -1)])
def test_figures_that_cannot_be_are_refused(figures: tuple[int, int, int, int]) -> None:
    with pytest.raises(RuleBroken, match="receipt"):
        tally(*figures)


@moderate
@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500), st.integers(0, 50))
def test_what_came_is_accepted_rejected_or_held(
    expected: int, received: int, rejected: int, tolerance: int
) -> None:
    rejected = min(rejected, received)
    found = tally(expected, received, rejected, tolerance)
    assert found.accepted + found.rejected + found.oversupply == received
    assert found.accepted >= 0
