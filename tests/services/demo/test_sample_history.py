"""The weeks before the demo day come in by the front door, accidents and all."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from app.services.checking import check
from app.services.demo.history import SampleBranch, live_until
from app.services.demo.runner import DEMO_DAY, DemoOptions, found_sample_branch
from app.storage import migrate
from app.storage.queries.deliveries import listing
from app.storage.queries.quarantine import open_items
from app.storage.reader import Reader
from app.storage.tables import document, upload_batch
from tests.support.offices import open_office

FIRST_DAY = date(2026, 6, 1)


@pytest.fixture(scope="module")
def branch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleBranch]:
    """The sample branch with four terminals after its four weeks."""
    data: Path = tmp_path_factory.mktemp("history")
    url = f"sqlite:///{data / 'tallydock.sqlite'}"
    migrate.upgrade(url)
    office = open_office(url, data)
    found = found_sample_branch(office, DemoOptions(terminals=4))
    lived = list(live_until(found, FIRST_DAY, DEMO_DAY))
    assert (len(lived), lived[-1]) == (25, date(2026, 6, 29))
    yield found
    office.database.close()


@pytest.fixture
def reader(branch: SampleBranch) -> Iterator[Reader]:
    with branch.office.database.read() as reader:
        yield reader


def test_only_the_planted_accidents_wait_for_a_person(reader: Reader) -> None:
    waiting = Counter((item.code, item.terminal_no) for item in open_items(reader))
    assert waiting == {("E_BATCH_CONFLICT", 1): 1, ("X_SEQ_GAP", 4): 1}


def test_what_was_sent_twice_is_there_once(reader: Reader) -> None:
    batches = reader.rows(
        upload_batch.select().where(
            upload_batch.c.branch_id == reader.branch_id, upload_batch.c.terminal_no == 1
        )
    )
    counted = [row.batch_no for row in batches if row.variant == 0]
    assert sorted(counted) == list(range(1, 26))
    assert [(row.batch_no, row.state) for row in batches if row.variant] == [(6, "conflict")]


def test_a_wrong_clock_is_measured_and_its_times_are_put_right(reader: Reader) -> None:
    rows = reader.rows(upload_batch.select().where(upload_batch.c.clock_offset_ms != 0))
    assert [(row.terminal_no, row.clock_offset_ms) for row in rows] == [(2, -9 * 3_600_000)]
    delivered = listing(reader, day=date(2026, 6, 8))
    assert delivered
    assert {row.state for row in delivered} == {"posted"}


def test_the_bar_that_orders_at_half_past_two_orders_the_evening_before(reader: Reader) -> None:
    night_ms = 1_781_289_000_000  # 2026-06-13 02:30 in China
    orders = reader.rows(
        document.select().where(document.c.kind == "SO", document.c.event_ms == night_ms)
    )
    assert [row.business_date for row in orders] == [date(2026, 6, 12)]


def test_the_books_are_in_order_after_a_month(branch: SampleBranch) -> None:
    results = check(branch.office, branch.actor)
    assert len(results) > 8
    assert [each.id for each in results if not each.holds] == []
    assert sum(each.checked for each in results) > 10_000
