"""The stored ledger, by example on both databases."""

from datetime import timedelta

import pytest

from app.domain.numbering import DocumentKind
from app.domain.stock import Goods, LocationKind
from app.errors import NotFound
from app.storage.queries import checks
from app.storage.queries.stock import moves_behind, on_hand, over_time, statement
from app.storage.store.papers import Count
from app.storage.tables import stock_balance
from tests.support.books import BEER, DAY_MS, SODA, TODAY, Books, as_owner
from tests.support.databases import CLERK, MORNING_MS
from tests.support.papers import a_count


@pytest.fixture
def stocked(books: Books) -> Books:
    """Six days: bought, loaded, delivered, some refused goods back, some broken, one reversal."""
    wrong = books.move("SUP", "WH", 48, day=1)
    books.post(
        books.move("SUP", "WH", 600),
        books.move("SUP", "WH", 240, lot="L1"),
        books.move("SUP", "WH", 120, product=SODA),
        wrong,
        books.move("WH", "SUP", 48, day=2, reverses=wrong.key),
        books.move("WH", "VAN1", 100, day=2),
        books.move("VAN1", "C01", 80, day=3),
        books.move("C01", "VAN1", 6, day=4),
        books.move("WH", "LOSS", 2, day=5),
    )
    return books


def test_balances_follow_the_moves(stocked: Books) -> None:
    beer = stocked.products[BEER].id
    with stocked.database.transaction(CLERK, "look") as store:
        at = {
            code: store.stock.balance(place.key, Goods(beer))
            for code, place in stocked.places.items()
        }
        lot = Goods(beer, stocked.lots["L1"])
        assert store.stock.balance(stocked.places["WH"].key, lot) == 240
    assert (at["WH"], at["VAN1"], at["C01"], at["SUP"], at["LOSS"]) == (498, 26, 74, -600, 2)


def test_less_than_nothing_is_reported_only_where_it_is_not_normal(books: Books) -> None:
    assert books.post(books.move("SUP", "WH", 5)) == ()
    wrong = books.post(books.move("WH", "VAN1", 8), books.move("VAN1", "C01", 9))
    found = [(row.location_code, row.kind, row.product_code, row.lot_id, row.qty) for row in wrong]
    assert found == [
        ("VAN1", LocationKind.VAN, BEER, None, -1),
        ("WH", LocationKind.WAREHOUSE, BEER, None, -3),
    ]
    assert books.post() == ()


def test_what_was_there_at_a_moment_does_not_depend_on_what_was_posted_later(
    stocked: Books,
) -> None:
    warehouse, beer = stocked.places["WH"].key, stocked.products[BEER].id
    with stocked.database.transaction(CLERK, "look") as store:
        by_day = [
            store.stock.balance_at(warehouse, Goods(beer), MORNING_MS + day * DAY_MS)
            for day in range(-1, 6)
        ]
        before = store.stock.balances_at(warehouse, MORNING_MS - 1, [beer])
    assert by_day == [0, 600, 648, 500, 500, 500, 498]
    assert before == {Goods(beer): 0, Goods(beer, stocked.lots["L1"]): 0}


def test_lots_on_hand_come_with_their_dates(stocked: Books) -> None:
    beer = stocked.products[BEER].id
    with stocked.database.transaction(CLERK, "look") as store:
        found = store.stock.lots_on_hand(stocked.places["WH"].key, [beer])[beer]
    stock = {item.lot.code: (item.qty, item.lot.removal, item.key) for item in found}
    removal = TODAY + timedelta(days=150)
    assert stock == {"": (498, None, None), "L1": (240, removal, stocked.lots["L1"])}


def test_posted_moves_come_back_as_they_were(stocked: Books) -> None:
    move = stocked.move("SUP", "WH", 7, lot="L2", evidence=3)
    stocked.post(move)
    with stocked.database.transaction(CLERK, "look") as store:
        assert store.stock.moves([move.key]) == {move.key: move}
        assert len(store.stock.moves_of_lines([stocked.lines[BEER]])) == 9


def test_balances_are_rebuilt_from_the_moves(stocked: Books) -> None:
    def balances() -> set[tuple[object, ...]]:
        with stocked.database.read() as reader:
            assert checks.balances_match_moves(reader) == []
            return {tuple(row) for row in reader.rows(stock_balance.select())}

    right = balances()
    with as_owner(stocked.database) as connection:
        connection.execute(stock_balance.update().values(qty=stock_balance.c.qty + 1))
    with stocked.database.read() as reader:
        assert len(checks.balances_match_moves(reader)) == len(right)
    with stocked.database.transaction(CLERK, "rebuild") as store:
        store.stock.rebuild_balances()
    assert balances() == right


def test_the_statement_foots_for_all_places_and_for_one(stocked: Books) -> None:
    with stocked.database.read() as reader:
        whole = statement(reader, TODAY, TODAY + timedelta(days=5))
        later = statement(reader, TODAY + timedelta(days=3), TODAY + timedelta(days=4))
        warehouse = statement(reader, TODAY + timedelta(days=1), TODAY + timedelta(days=2), "WH")
    beer, soda = whole
    assert (beer.opening, beer.received, beer.returned, beer.issued) == (0, 840, 6, 80)
    assert (beer.transferred, beer.adjusted, beer.closing) == (0, -2, 764)
    assert (soda.product_code, soda.received, soda.closing) == (SODA, 120, 120)
    assert (later[0].opening, later[0].issued, later[0].closing) == (840, 80, 766)
    assert (warehouse[0].opening, warehouse[0].received, warehouse[0].closing) == (840, 0, 740)
    assert warehouse[0].transferred == -100
    for row in (*whole, *later, *warehouse):
        inward = row.received + row.returned + row.transferred + row.adjusted
        assert row.opening + inward - row.issued == row.closing


def test_stock_over_time_ends_each_day_and_shows_the_counts(stocked: Books) -> None:
    count = a_count(stocked, counted=494, book=500)
    with stocked.database.transaction(CLERK, "count") as store:
        store.documents.add([count])
        number = store.numbers.issue(DocumentKind.CT, TODAY)
        store.documents.number({count.header.id: number}, "approved")
        store.documents.post({count.header.id: TODAY})
    assert isinstance(count, Count)
    with stocked.database.read() as reader:
        chart = over_time(reader, BEER, "WH", TODAY, TODAY + timedelta(days=3))
        whole = over_time(reader, BEER, None, TODAY, TODAY + timedelta(days=9))
        with pytest.raises(NotFound):
            over_time(reader, "HX999", None, TODAY, TODAY)
        with pytest.raises(NotFound):
            over_time(reader, BEER, "WH9", TODAY, TODAY)
    assert [qty for _, qty in chart.days] == [840, 888, 740, 740]
    assert chart.days[0][0] == TODAY
    points = [(c.counted, c.book_at_count, c.document_number) for c in chart.counts]
    assert points == [(494, 500, str(number))]
    assert whole.days[-1][1] == 764
    assert len(whole.counts) == 1


def test_the_moves_behind_a_figure_add_up_to_it(stocked: Books) -> None:
    with stocked.database.read() as reader:
        rows = moves_behind(reader, "WH", BEER)
        first = moves_behind(reader, "WH", BEER, d_to=TODAY, lot_code="L1")
        late = moves_behind(reader, "WH", BEER, d_from=TODAY + timedelta(days=5))
        shown = on_hand(reader, product_code=BEER, location_code="WH")
    assert sum(row.qty for row in rows) == sum(row.qty for row in shown) == 738
    assert [(row.qty, row.other_code, row.lot_code) for row in first] == [(240, "SUP", "L1")]
    assert [(row.qty, row.other_code) for row in late] == [(-2, "LOSS")]
    assert {row.document_id for row in rows} == {stocked.receipt_id}
    assert [event.event_ms for event in rows] == sorted(event.event_ms for event in rows)


def test_on_hand_leaves_out_zeros_and_virtual_places(stocked: Books) -> None:
    with stocked.database.read() as reader:
        rows = on_hand(reader)
    assert [(row.location_code, row.product_code, row.lot_code, row.qty) for row in rows] == [
        ("WH", BEER, None, 498),
        ("WH", BEER, "L1", 240),
        ("WH", SODA, None, 120),
        ("VAN1", BEER, None, 26),
    ]
