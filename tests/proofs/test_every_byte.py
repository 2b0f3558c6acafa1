"""D1: a docking may be cut, or a bit of it flipped, at every single byte; then it goes on.

Three ways, secured as in the field: two batches and data sets; photos and what sessions before left
half; a pairing and the docking behind it.
"""

import pytest

from tests.support.every_byte import (
    REFERENCES,
    Docking,
    Spoiling,
    double_cuts,
    lengths,
    run_case,
    single_cases,
    two_batches,
)

SLICES = 8  # so that every core gets its share


def test_the_ways_are_long_enough_to_prove_anything() -> None:
    assert 2 * sum(sum(lengths(name)) for name in REFERENCES) >= 20_000


@pytest.mark.parametrize("part", range(SLICES))
@pytest.mark.parametrize("name", REFERENCES)
def test_cut_and_flipped_at_every_byte(name: str, part: int) -> None:
    for place, spoiling in enumerate(single_cases(name)):
        if place // 2 % SLICES == part:
            run_case(REFERENCES[name], spoiling)


@pytest.mark.parametrize("name", REFERENCES)
def test_cut_and_cut_again(name: str) -> None:
    for spoiling in double_cuts(name, 150):
        run_case(REFERENCES[name], spoiling)


class CarelessDocking(Docking):
    """A desk that acknowledges what it only has in memory: it is gone when the line is cut."""

    def check_on_the_way(self) -> None:
        if not self.is_done:
            self.desk.records.clear()
        super().check_on_the_way()


def test_a_desk_that_acknowledges_too_early_is_found_out() -> None:
    whole = two_batches()
    late = lengths("batches")[0] - 200
    with pytest.raises(AssertionError):
        run_case(
            lambda: CarelessDocking(whole.terminal.batches, whole.desk.packages, []),
            Spoiling("up", (late,)),
        )
