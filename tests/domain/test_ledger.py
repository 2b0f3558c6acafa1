"""The reference ledger: what it posts, refuses, reverses and adds up."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from app.domain.ledger import Ledger, Shelf, Statement
from app.domain.stock import Goods, LocationKind, Move
from app.errors import NotFound, RuleBroken
from tests.support.goods import (
    BEER,
    DAY_MS,
    FIRST_DAY,
    FIRST_MS,
    LOT_A,
    PLACES,
    SODA,
    move,
)

WAREHOUSE, VAN, CUSTOMER = LocationKind.WAREHOUSE, LocationKind.VAN, LocationKind.CUSTOMER
SUPPLIER = LocationKind.SUPPLIER


def at(kind: LocationKind) -> UUID:
    return PLACES[kind].key


@pytest.fixture
def ledger() -> Ledger:
    """600 bottles in the warehouse, 100 of them loaded next day, 40 delivered."""
    stock = Ledger()
    stock.post([move(1, SUPPLIER, WAREHOUSE, 600)])
    stock.post([move(2, WAREHOUSE, VAN, 100, day=1), move(3, VAN, CUSTOMER, 40, day=1)])
    return stock


def test_balances_follow_the_moves(ledger: Ledger) -> None:
    assert ledger.balance(at(WAREHOUSE), BEER) == 500
    assert ledger.balance(at(VAN), BEER) == 60
    assert ledger.balance(at(CUSTOMER), BEER) == 40
    assert ledger.balance(at(SUPPLIER), BEER) == -600
    assert ledger.balance(at(VAN), SODA) == 0


def test_lots_are_kept_apart_and_added_up_on_demand(ledger: Ledger) -> None:
    ledger.post([move(4, SUPPLIER, WAREHOUSE, 24, lot=LOT_A)])
    assert ledger.balance(at(WAREHOUSE), BEER, LOT_A) == 24
    assert ledger.balance(at(WAREHOUSE), BEER) == 500
    assert ledger.on_hand(at(WAREHOUSE), BEER) == 524
    assert ledger.on_hand(at(WAREHOUSE), SODA) == 0


def test_inv_04_goods_that_are_not_there_cannot_leave_and_nothing_is_half_posted(
    ledger: Ledger,
) -> None:
    moves = [move(4, VAN, WAREHOUSE, 10), move(5, WAREHOUSE, LocationKind.LOSS, 511)]
    with pytest.raises(RuleBroken, match="negative-stock"):
        ledger.post(moves)
    assert ledger.balance(at(VAN), BEER) == 60
    assert len(ledger.moves) == 3


def test_inv_04_only_the_end_of_a_transaction_counts(ledger: Ledger) -> None:
    ledger.post([move(4, WAREHOUSE, CUSTOMER, 550), move(5, VAN, WAREHOUSE, 60)])
    assert ledger.balance(at(WAREHOUSE), BEER) == 10


def test_a_late_load_sheet_flags_the_van_and_heals(ledger: Ledger) -> None:
    van = Shelf(at(VAN), Goods(BEER))
    assert ledger.post([move(4, VAN, CUSTOMER, 70, day=2)]) == [van]
    assert ledger.balances[van] == -10
    assert ledger.post([move(5, WAREHOUSE, VAN, 24, day=2)]) == []


def test_a_move_is_posted_once(ledger: Ledger) -> None:
    again = move(1, SUPPLIER, WAREHOUSE, 600)
    with pytest.raises(RuleBroken, match="move-posted"):
        ledger.post([again])
    new = move(9, SUPPLIER, WAREHOUSE, 1)
    with pytest.raises(RuleBroken, match="move-posted"):
        ledger.post([new, new])
    assert ledger.balance(at(WAREHOUSE), BEER) == 500


def test_inv_08_a_reversal_swaps_places_and_happens_once(ledger: Ledger) -> None:
    mirror = ledger.reverse(UUID(int=3), UUID(int=10), FIRST_MS + DAY_MS, FIRST_DAY)
    original = ledger.moves[2]
    assert (mirror.source, mirror.target) == (original.target, original.source)
    assert (mirror.goods, mirror.qty) == (original.goods, original.qty)
    assert mirror.reverses == original.key
    assert ledger.balance(at(CUSTOMER), BEER) == 0
    with pytest.raises(RuleBroken, match="already-reversed"):
        ledger.reverse(UUID(int=3), UUID(int=11), FIRST_MS, FIRST_DAY)


def test_inv_08_two_reversals_in_one_posting_are_one_too_many(ledger: Ledger) -> None:
    mirrors = [move(n, CUSTOMER, VAN, 40, reverses=UUID(int=3)) for n in (10, 11)]
    with pytest.raises(RuleBroken, match="already-reversed"):
        ledger.post(mirrors)


@pytest.mark.parametrize(
    "wrong",
    [
        move(10, CUSTOMER, VAN, 39, reverses=UUID(int=3)),
        move(10, VAN, CUSTOMER, 40, reverses=UUID(int=3)),
        move(10, CUSTOMER, VAN, 40, lot=LOT_A, reverses=UUID(int=3)),
        move(10, CUSTOMER, VAN, 40, reverses=UUID(int=77)),
    ],
)
def test_inv_08_a_reversal_mirrors_its_move(ledger: Ledger, wrong: Move) -> None:
    with pytest.raises(RuleBroken, match="reversal"):
        ledger.post([wrong])


def test_inv_08_a_reversal_is_not_itself_reversed(ledger: Ledger) -> None:
    ledger.reverse(UUID(int=3), UUID(int=10), FIRST_MS, FIRST_DAY)
    with pytest.raises(RuleBroken, match="reversal"):
        ledger.reverse(UUID(int=10), UUID(int=11), FIRST_MS, FIRST_DAY)
    with pytest.raises(NotFound):
        ledger.reverse(UUID(int=99), UUID(int=11), FIRST_MS, FIRST_DAY)


def test_inv_08_a_reversal_of_a_closed_day_is_posted_on_an_open_one(ledger: Ledger) -> None:
    ledger.close_period(FIRST_DAY + timedelta(days=1))
    mirror = ledger.reverse(UUID(int=3), UUID(int=10), FIRST_MS, FIRST_DAY)
    assert mirror.business_date == FIRST_DAY
    assert mirror.posting_date == FIRST_DAY + timedelta(days=2)


def test_a_closed_day_stays_closed(ledger: Ledger) -> None:
    ledger.close_period(FIRST_DAY)
    assert ledger.closed_through == FIRST_DAY
    with pytest.raises(RuleBroken, match="period-closed"):
        ledger.post([move(4, SUPPLIER, WAREHOUSE, 1)])
    with pytest.raises(RuleBroken, match="period-closed"):
        ledger.close_period(FIRST_DAY)
    ledger.post([move(4, SUPPLIER, WAREHOUSE, 1, day=1)])


def test_the_book_of_a_moment_is_made_of_what_had_happened(ledger: Ledger) -> None:
    noon = FIRST_MS + DAY_MS - 1
    assert ledger.balance_at(noon, at(WAREHOUSE), BEER) == 600
    assert ledger.balance_at(FIRST_MS + DAY_MS, at(WAREHOUSE), BEER) == 500
    assert ledger.balance_at(noon, at(VAN), BEER) == 0
    assert ledger.balance_at(noon, at(WAREHOUSE), BEER, LOT_A) == 0


def test_inv_09_a_statement_opens_moves_and_closes(ledger: Ledger) -> None:
    second = FIRST_DAY + timedelta(days=1)
    assert ledger.statement(at(VAN), BEER, second, second) == Statement(0, 100, 40, 60)
    assert ledger.statement(at(WAREHOUSE), BEER, second, second) == Statement(600, 0, 100, 500)
    whole = ledger.statement(at(WAREHOUSE), BEER, date(2026, 1, 1), date(2026, 12, 31))
    assert whole == Statement(0, 600, 100, 500)
