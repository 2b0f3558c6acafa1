"""Kept months answer as the whole ledger would, whatever is posted late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.stock import Goods, Move
from app.storage.database import Database
from app.storage.queries.balances import Shelf, balances_on, last_period
from app.storage.store import periods
from app.storage.store.master_data import Branch
from app.storage.store.periods import month_end
from tests.support.books import BEER, SODA, TODAY, Books, open_books
from tests.support.databases import CLERK, on_sqlite

SPAN = 150
Row = tuple[tuple[str, str], int, tuple[str, str | None], int]
Batch = tuple[list[Row], bool]
BATCHES = st.lists(
    st.tuples(
        st.lists(
            st.tuples(
                st.sampled_from([("SUP", "WH"), ("WH", "VAN1"), ("VAN1", "C01"), ("WH", "LOSS")]),
                st.integers(1, 40),
                st.sampled_from([(BEER, None), (BEER, "L1"), (SODA, None)]),
                st.integers(0, SPAN),
            ),
            min_size=1,
            max_size=5,
        ),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


def keep(books: Books, today: date) -> int:
    with books.database.transaction(CLERK, "keep") as store:
        return store.periods.keep(today)


def by_hand(moves: list[Move], day: date) -> dict[Shelf, int]:
    sums: Counter[Shelf] = Counter()
    for move in moves:
        if move.posting_date <= day:
            sums[Shelf(move.source.key, move.goods)] -= move.qty
            sums[Shelf(move.target.key, move.goods)] += move.qty
    return {shelf: qty for shelf, qty in sums.items() if qty}


def test_months_end_where_they_end() -> None:
    assert month_end(date(2026, 2, 1)) == date(2026, 2, 28)
    assert month_end(date(2028, 2, 29)) == date(2028, 2, 29)
    assert month_end(date(2026, 12, 31)) == date(2026, 12, 31)


def test_an_empty_ledger_has_no_months(books: Books) -> None:
    assert keep(books, TODAY) == 0
    with books.database.read() as reader:
        assert balances_on(reader, TODAY) == {}
        assert last_period(reader) is None


def test_months_are_made_once_and_then_by_the_first_move_of_the_next(books: Books) -> None:
    books.post(books.move("SUP", "WH", 100))
    july = TODAY + timedelta(days=45)
    assert keep(books, july) == 1
    assert keep(books, july) == 0
    books.post(books.move("WH", "VAN1", 5, day=45))
    books.post(books.move("WH", "VAN1", 5, day=70))
    with books.database.read() as reader:
        assert last_period(reader) == date(2026, 7, 31)
        shelf = Shelf(books.places["WH"].key, Goods(books.products[BEER].id))
        assert balances_on(reader, date(2026, 7, 31))[shelf] == 95
        assert balances_on(reader, date(2026, 6, 30))[shelf] == 100
        assert balances_on(reader, date(2026, 6, 30), products=[books.products[SODA].id]) == {}
        only = balances_on(reader, date(2026, 8, 31), places=[books.places["VAN1"].key])
        assert list(only.values()) == [10]


def test_many_late_moves_make_the_months_again(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(periods, "_TOO_MANY", 3)
    books.post(books.move("SUP", "WH", 100), books.move("SUP", "WH", 100, day=40))
    keep(books, TODAY + timedelta(days=100))
    late = [books.move("WH", "VAN1", 1, product=what) for what in (BEER,)]
    books.post(*late, books.move("WH", "C01", 2), books.move("WH", "LOSS", 3))
    with books.database.read() as reader:
        assert last_period(reader) is None
        shelf = Shelf(books.places["WH"].key, Goods(books.products[BEER].id))
        assert balances_on(reader, TODAY)[shelf] == 94
    assert keep(books, TODAY + timedelta(days=100)) == 3
    with books.database.read() as reader:
        assert balances_on(reader, TODAY)[shelf] == 94


def check_every_day(
    books: Books,
    batches: list[Batch],
) -> None:
    moves: list[Move] = []
    for rows, then_keep in batches:
        batch = [
            books.move(source, target, qty, product=product, lot=lot, day=day)
            for (source, target), qty, (product, lot), day in rows
        ]
        books.post(*batch)
        moves += batch
        if then_keep:
            keep(books, TODAY + timedelta(days=SPAN))
    with books.database.read() as reader:
        for day in range(-1, SPAN + 2, 13):
            on = TODAY + timedelta(days=day)
            expected = by_hand(moves, on)
            everywhere = {place.key for place in books.places.values()}
            assert balances_on(reader, on, places=everywhere) == expected
            ours = {books.places[code].key for code in ("WH", "VAN1")}
            real = {shelf: qty for shelf, qty in expected.items() if shelf.location_id in ours}
            assert balances_on(reader, on) == real


@on_sqlite
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(batches=BATCHES)
def test_any_day_is_the_sum_of_the_moves_until_then(
    new_url: Callable[..., str],
    open_database: Callable[[str], Database],
    batches: list[Batch],
) -> None:
    check_every_day(fresh_books(new_url, open_database), batches)


def test_any_day_is_the_sum_of_the_moves_on_both_databases(books: Books) -> None:
    rows: list[Batch] = [
        (
            [(("SUP", "WH"), 40, (BEER, "L1"), day), (("WH", "VAN1"), 7, (BEER, "L1"), day)],
            day % 3 == 0,
        )
        for day in (0, 31, 62, 20, 95, 1, 140, 64)
    ]
    check_every_day(books, rows)


def fresh_books(new_url: Callable[..., str], open_database: Callable[[str], Database]) -> Books:
    database = open_database(new_url())
    with database.transaction(CLERK, "found") as store:
        store.masters.put_branch(Branch(name="试验"))
    return open_books(database)
