"""Whatever a branch does with its goods, in any order: the books stay sound after every step.

Orders, tours, checked loads, results, returns, receipts, transfers, write-offs, counts, goods at
customers, slips of wholesalers, records of terminals and reversals through the real services, on
a real SQLite and a real PostgreSQL; whatever a rule refuses must leave nothing behind.
After each step every invariant that `check` knows is worked out anew.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.services.office import Office
from app.services.replaying import replay
from app.storage.keys import derived_key
from app.storage.queries.checks import check_all
from app.storage.queries.orders import OrderFilter, open_lines, order_rows
from tests.support.databases import new_url, postgres, sqlite_template
from tests.support.goods_days import Branch, make_branch
from tests.support.offices import CLERK, open_office

__all__ = ["new_url", "postgres", "sqlite_template"]

DEEDS = (
    *("order",) * 6,
    *("tour",) * 4,
    *("back", "back", "lose", "ship", "reverse"),
    *("again", "arrive", "land", "plan", "load", "confirm", "cancel", "close", "release"),
    *("check_load", "lay_down", "lay_down", "sold", "sold", "hand_over", "count", "driven"),
)
STEPS = st.lists(
    st.tuples(st.sampled_from(DEEDS), st.integers(0, 5), st.integers(1, 150)),
    min_size=6,
    max_size=16,
)
# a load is checked while something that was ordered is not in stock at all
NOTHING_TO_COUNT = [
    *(("order", 0, 100), ("order", 5, 115), ("release", 0, 21), ("tour", 0, 147)),
    ("check_load", 3, 132),
]


def check(office: Office) -> None:
    with office.database.read() as reader:
        broken = {each.id: each.counterexamples for each in check_all(reader) if not each.holds}
        assert broken == {}
        # nothing is delivered or on its way twice
        for row in order_rows(reader, OrderFilter()):
            for line in open_lines(reader, [row.id]):
                assert line.delivered + line.underway <= line.ordered


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(steps=NOTHING_TO_COUNT, seed=0)
@given(steps=STEPS, seed=st.integers(0, 2**32))
@pytest.mark.timeout(900)
def test_the_books_stay_sound_whatever_is_done(
    new_url: Callable[..., str], tmp_path: Path, steps: list[tuple[str, int, int]], seed: int
) -> None:
    data = tmp_path / str(derived_key(seed, *(part for step in steps for part in step)))
    office = make_branch(open_office(new_url(), data))
    branch = Branch(office)
    with closing(office.database):
        for what, which, qty in steps:
            branch.do(what, which, qty)
            check(office)


def test_a_long_day_is_made_again_by_the_archive(
    new_url: Callable[..., str], tmp_path: Path
) -> None:
    office = make_branch(open_office(new_url(), tmp_path / "data"))
    branch = Branch(office)
    day = (
        "order order order plan load confirm return receive inspect arrive ship land lose "
        "order plan load confirm reverse again load confirm close order check_load confirm "
        "lay_down lay_down sold hand_over count driven driven sold"
    )
    for number, what in enumerate(day.split()):
        branch.do(what, number % 6, 5 + number % 7)
    check(office)
    with office.database.read() as reader:
        made = reader.connection.scalars(text("SELECT DISTINCT kind FROM document"))
    # every kind of paper that a day of goods has was really made
    assert set(made) == {"SO", "DN", "LS", "RN", "PR", "TR", "WO", "CN", "CT", "RV"}
    assert replay(office, CLERK, new_url(empty=True)).differing == ()
    office.database.close()
