"""The sample branch comes out the same everywhere and obeys the rules of its trade."""

from datetime import date

import pytest

from app.domain.barcode import is_gtin
from app.domain.orders import MAX_ORDER_LINES
from app.services.demo.days import moment_ms, next_route_day, sell
from app.services.demo.demand import order_of
from app.services.demo.names import SEASON
from app.services.demo.planted import combinations
from app.services.demo.recorder import Recorder
from app.services.demo.seeds import BASE_SEED, Streams, sub_seed
from app.services.demo.world import MAX_TERMINALS, build_world, role_of
from drivers.protocols.docking.batch import Record, open_batch

DAY = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("name", "seed"),
    [
        ("customers", 16714900336414137112),
        ("orders", 10891183122312168249),
        ("visits", 8215742008556710667),
    ],
)
def test_seeds_are_the_published_ones(name: str, seed: int) -> None:
    assert sub_seed(BASE_SEED, name) == seed


def test_a_new_stream_moves_no_other() -> None:
    alone, together = Streams(), Streams()
    together.stream("newcomer").random()
    assert alone.stream("orders").random() == together.stream("orders").random()


def test_the_year_has_twelve_hundred_percent() -> None:
    assert sum(SEASON) == 1200


@pytest.mark.parametrize("terminals", [1, 2, 3, 6, 7, MAX_TERMINALS])
def test_every_terminal_has_its_owner(terminals: int) -> None:
    world = build_world(terminals, Streams())
    assert [p.terminal for p in world.terminals] == list(range(1, terminals + 1))
    assert all(p.role == role_of(p.terminal or 0) for p in world.terminals)
    assert len({p.code for p in world.people}) == len(world.people)


def test_the_small_branch_has_its_size_and_distinct_names() -> None:
    world = build_world(7, Streams())
    assert (len(world.customers), len(world.products), len(world.empties)) == (40, 24, 4)
    assert len({c.name for c in world.customers}) == 40
    assert sum(c.direct for c in world.customers) == 12


def test_every_barcode_is_valid_and_the_first_is_known() -> None:
    world = build_world(1, Streams())
    gtins = [p.gtin for product in world.products for p in product.packings]
    assert all(is_gtin(gtin) for gtin in gtins)
    assert len(set(gtins)) == len(gtins)
    assert {"2900001000017", "12900001000014"} <= set(gtins)


def test_the_same_seed_makes_the_same_day_to_the_byte() -> None:
    assert _day_of_sales() == _day_of_sales()


def test_a_sealed_day_opens_and_every_record_reads() -> None:
    batch = open_batch(_day_of_sales())
    assert all(isinstance(record, Record) for record in batch.records)
    assert {10, 11, 16, 17, 20, 60, 69} <= {r.type for r in batch.records if isinstance(r, Record)}


def test_an_order_never_repeats_a_line() -> None:
    world, streams = build_world(7, Streams()), Streams()
    for customer in world.customers:
        for day in range(1, 29):
            wishes = order_of(world, customer, date(2026, 6, day), streams)
            keys = [(w.product.code, w.packing.code, w.free) for w in wishes]
            assert len(set(keys)) == len(keys)


def test_there_are_enough_combinations_to_break_the_limit() -> None:
    wishes = combinations(build_world(1, Streams()), MAX_ORDER_LINES + 1)
    keys = {(w.product.code, w.packing.code, w.free) for w in wishes}
    assert len(keys) == MAX_ORDER_LINES + 1


def test_no_van_drives_on_sunday() -> None:
    assert next_route_day(date(2026, 6, 27)) == date(2026, 6, 29)
    assert next_route_day(date(2026, 6, 29)) == date(2026, 6, 30)


def _day_of_sales() -> bytes:
    streams = Streams()
    world = build_world(6, streams)
    person = next(p for p in world.terminals if p.role == "salesperson")
    memory = Recorder(127, 1, person.code)
    sell(world, person, DAY, memory, streams)
    memory.end_of_day(moment_ms(DAY, 18))
    return memory.seal(moment_ms(DAY, 18, 5))
