"""Lots: dates and first-expired-first-out."""

from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.domain.lots import Lot, LotStock, fefo
from tests.support.domain_vectors import vector
from tests.support.properties import moderate

JUNE_15 = date(2026, 6, 15)
SHELVES = [
    LotStock(Lot("L1", removal=date(2026, 9, 1)), date(2026, 3, 2), 40),
    LotStock(Lot("L2", removal=date(2026, 8, 15)), date(2026, 3, 9), 30),
    LotStock(Lot("L3", removal=date(2026, 8, 15)), date(2026, 2, 20), 25),
    LotStock(Lot("L4", removal=date(2026, 7, 5)), date(2026, 1, 9), 50),
]


def test_f1_the_first_to_expire_leaves_first_unless_too_short_for_the_customer() -> None:
    picks, missing = fefo(SHELVES, 80, JUNE_15, 30)
    expected_picks, expected_missing = vector("F1")["pick"]
    assert [[pick.stock.lot.code, pick.qty] for pick in picks] == expected_picks
    assert missing == expected_missing


def test_what_cannot_be_picked_is_missing() -> None:
    picks, missing = fefo(SHELVES, 200, JUNE_15, 30)
    assert sum(pick.qty for pick in picks) == 95
    assert missing == 105
    assert fefo(SHELVES, 0, JUNE_15, 30) == ((), 0)
    assert fefo([], 5, JUNE_15, 30) == ((), 5)


def test_goods_without_dates_leave_last_and_never_expire() -> None:
    undated = LotStock(Lot(""), date(2026, 1, 1), 10, UUID(int=7))
    picks, missing = fefo([undated, SHELVES[0]], 45, JUNE_15, 30)
    assert [(pick.stock.lot.code, pick.qty) for pick in picks] == [("L1", 40), ("", 5)]
    assert picks[1].stock.key == UUID(int=7)
    assert missing == 0
    assert undated.lot.days_left(JUNE_15) is None


def test_a_lot_knows_its_dates() -> None:
    lot = Lot.produced("2606A17", date(2026, 6, 1), shelf_life_days=180, removal_lead_days=30)
    assert lot == Lot("2606A17", date(2026, 6, 1), date(2026, 11, 28), date(2026, 10, 29))
    assert lot.days_left(date(2026, 10, 19)) == 10
    assert lot.outlasts(date(2026, 10, 19), 10)
    assert not lot.outlasts(date(2026, 10, 19), 11)


stocks = st.builds(
    LotStock,
    st.builds(Lot, st.text("AB", max_size=3), removal=st.dates(JUNE_15, date(2027, 1, 1))),
    st.dates(date(2026, 1, 1), JUNE_15),
    st.integers(-5, 50),
)


@given(st.lists(stocks, max_size=8), st.integers(0, 200), st.integers(0, 60))
@moderate
def test_picks_never_exceed_what_lies_there(
    on_hand: list[LotStock], need: int, min_days: int
) -> None:
    picks, missing = fefo(on_hand, need, JUNE_15, min_days)
    assert sum(pick.qty for pick in picks) + missing == need
    assert all(0 < pick.qty <= pick.stock.qty for pick in picks)
    removals = [pick.stock.lot.removal or date.max for pick in picks]
    assert removals == sorted(removals)
    fit = sum(s.qty for s in on_hand if s.qty > 0 and s.lot.outlasts(JUNE_15, min_days))
    assert missing == max(0, need - fit)
