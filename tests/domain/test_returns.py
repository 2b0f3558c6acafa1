"""Goods that come back: where they go, by which delivery they came, what they bring back."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.returns import Delivered, Disposition, credit_fen, origins
from app.domain.stock import LocationKind

FIRST, SECOND, THIRD = (UUID(int=number) for number in (1, 2, 3))


@pytest.mark.parametrize(
    ("disposition", "target"),
    [
        (Disposition.SELLABLE, LocationKind.WAREHOUSE),
        (Disposition.NEAR_EXPIRY, LocationKind.WAREHOUSE),
        (Disposition.DAMAGED, LocationKind.LOSS),
        (Disposition.EXPIRED, LocationKind.LOSS),
        (Disposition.RECALL, LocationKind.SUPPLIER),
        (Disposition.SUPPLIER_CLAIM, LocationKind.SUPPLIER),
    ],
)
def test_only_what_is_good_goes_back_on_sale(
    disposition: Disposition, target: LocationKind
) -> None:
    assert disposition.target is target


def test_what_comes_back_is_taken_from_the_lines_it_may_have_come_by() -> None:
    lines = (Delivered(FIRST, "L1", 5), Delivered(SECOND, "L2", 4), Delivered(THIRD, None, 0))
    assert origins(lines, 7, None) == (((lines[0], 5), (lines[1], 2)), 0)
    assert origins(lines, 7, "L2") == (((lines[1], 4),), 3)
    assert origins((), 7, None) == ((), 7)


@given(
    left=st.lists(st.integers(0, 50), max_size=5),
    qty=st.integers(0, 300),
    lot=st.sampled_from([None, "L0", "L1"]),
)
def test_inv_14_no_line_gives_more_than_it_has_and_nothing_is_lost(
    left: list[int], qty: int, lot: str | None
) -> None:
    lines = [Delivered(UUID(int=place), f"L{place % 2}", each) for place, each in enumerate(left)]
    found, rest = origins(lines, qty, lot)
    assert all(0 < taken <= line.left for line, taken in found)
    assert sum(taken for _, taken in found) + rest == qty
    assert len({line.line for line, _ in found}) == len(found)


@given(
    net_fen=st.integers(0, 10**9),
    parts=st.lists(st.integers(0, 100), min_size=1, max_size=6).filter(any),
)
def test_all_shares_together_bring_back_what_the_line_cost(net_fen: int, parts: list[int]) -> None:
    delivered, before, credited = sum(parts), 0, 0
    for part in parts:
        fen = credit_fen(net_fen, delivered, before, part)
        assert fen >= 0
        before, credited = before + part, credited + fen
    assert credited == net_fen
