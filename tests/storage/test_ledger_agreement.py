"""Whatever is posted and reversed, the stored ledger agrees with the one of the domain."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.ledger import Ledger
from app.domain.stock import Goods, Move
from app.errors import RuleBroken
from app.storage.database import Database
from app.storage.keys import new_key
from app.storage.queries import checks
from app.storage.queries.stock import statement
from app.storage.store.master_data import Branch
from tests.support.books import BEER, DAY_MS, SODA, TODAY, Books, open_books
from tests.support.databases import CLERK, MORNING_MS, on_sqlite

PLACES = ("SUP", "WH", "VAN1", "C01", "LOSS", "ADJ")
MOVES = st.lists(
    st.tuples(
        st.sampled_from(PLACES),
        st.sampled_from(PLACES),
        st.integers(1, 50),
        st.sampled_from([(BEER, None), (BEER, "L1"), (BEER, "L2"), (SODA, None)]),
        st.integers(0, 5),
    ).filter(lambda row: row[0] != row[1]),
    min_size=1,
    max_size=6,
)
STEPS = st.lists(st.one_of(MOVES, st.integers(0, 20)), min_size=1, max_size=8)


def post_in_both(books: Books, ledger: Ledger, moves: list[Move]) -> None:
    """What the domain refuses is rolled back in the store as well."""
    try:
        ledger.post(moves)
    except RuleBroken:
        return
    negative = books.post(*moves)
    assert all(row.kind.value == "van" for row in negative)


def reverse(ledger: Ledger, which: int, day: int) -> list[Move]:
    moves = ledger.moves
    if not moves:
        return []
    first = moves[which % len(moves)]
    mirror = {"source": first.target, "target": first.source, "reverses": first.key}
    on = first.business_date + timedelta(days=day)
    return [replace(first, key=new_key(), business_date=on, posting_date=on, **mirror)]


def agree(books: Books, ledger: Ledger) -> None:
    goods = [
        Goods(books.products[BEER].id, lot) for lot in (None, books.lots["L1"], books.lots["L2"])
    ]
    goods.append(Goods(books.products[SODA].id))
    with books.database.transaction(CLERK, "compare") as store:
        for code in PLACES:
            place = books.places[code].key
            for item in goods:
                assert store.stock.balance(place, item) == ledger.balance(place, *item)
                for day in (0, 2, 4):
                    at_ms = MORNING_MS + day * DAY_MS
                    expected = ledger.balance_at(at_ms, place, *item)
                    assert store.stock.balance_at(place, item, at_ms) == expected
    first, last = TODAY + timedelta(days=1), TODAY + timedelta(days=3)
    with books.database.read() as reader:
        for code in ("WH", "VAN1"):
            rows = {row.product_code: row for row in statement(reader, first, last, code)}
            for product, found in books.products.items():
                expected = ledger.statement(books.places[code].key, found.id, first, last)
                row = rows.get(product)
                assert (row.opening if row else 0) == expected.opening
                assert (row.closing if row else 0) == expected.closing
        # cases are opened by whoever moves goods, not by the ledger
        found = {check.id for check in checks.check_all(reader) if not check.holds}
        assert found <= {"INV-06"}


@on_sqlite
@given(steps=STEPS)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_store_agrees_with_the_ledger(
    steps: list[Any], new_url: Callable[[], str], open_database: Callable[[str], Database]
) -> None:
    database = open_database(new_url())
    with database.transaction(CLERK, "open branch") as store:
        store.masters.put_branch(Branch(name="b"))
    books, ledger = open_books(database), Ledger()
    for step in steps:
        if isinstance(step, int):
            post_in_both(books, ledger, reverse(ledger, step, day=step % 3))
            continue
        moves = [
            books.move(source, target, qty, product=goods[0], lot=goods[1], day=day)
            for source, target, qty, goods, day in step
        ]
        post_in_both(books, ledger, moves)
    agree(books, ledger)
    database.close()
