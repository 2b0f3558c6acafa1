"""Two desks at the same work at the same moment: it counts once."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

import pytest

from app.errors import RuleBroken
from app.services.intake import take_in
from app.services.office import Office
from app.services.quarantine import fix, list_waiting
from app.storage.database import Database
from tests.support.offices import CLERK, KEEPER, Terminal
from tests.support.trades import assert_sound

Outcome = TypeVar("Outcome")


@pytest.fixture
def desks(office: Office) -> Iterator[tuple[Office, Office]]:
    """Two programs on one database and one archive."""
    engine = office.database.engine
    url = engine.url.render_as_string(hide_password=False)
    other = Database.open(url, clock=office.clock, busy_timeout_s=20)
    yield office, replace(office, database=other)
    other.close()


def at_once(*works: Callable[[], Outcome]) -> list[Outcome]:
    """All of them started together; raises what any of them raises."""
    barrier = threading.Barrier(len(works))

    def begin(work: Callable[[], Outcome]) -> Outcome:
        barrier.wait(10)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return [each.result(30) for each in [pool.submit(begin, work) for work in works]]


def test_the_same_batch_at_two_desks_counts_once(
    desks: tuple[Office, Office], terminal: Terminal
) -> None:
    one, two = desks
    for _ in range(5):
        terminal.order("C0001")
        data, origin = terminal.seal(), terminal.origin
        first, second = at_once(
            lambda data=data, origin=origin: take_in(one, CLERK, origin, data),  # type: ignore[misc]
            lambda data=data, origin=origin: take_in(two, KEEPER, origin, data),  # type: ignore[misc]
        )
        assert first.receipt == second.receipt
        assert {first.documents, second.documents} == {0, 1}
    assert_sound(one)


def test_batches_of_two_terminals_at_two_desks_share_one_series(
    desks: tuple[Office, Office],
) -> None:
    one, two = desks
    left, right = Terminal(number=3), Terminal(number=4)
    for _ in range(5):
        left.order("C0001")
        right.order("C0002")
        found = at_once(lambda: left.upload(one), lambda: right.upload(two))
        assert [each.documents for each in found] == [1, 1]
    assert_sound(one)


def test_one_question_answered_at_two_desks_is_answered_once(
    desks: tuple[Office, Office], terminal: Terminal
) -> None:
    one, two = desks
    terminal.order("C0001", ("HX5OO", 5))
    terminal.upload(one)
    (waiting,) = list_waiting(one, CLERK)

    def answer(office: Office) -> int | str:
        try:
            return fix(office, CLERK, waiting.item.id, "HX500").documents
        except RuleBroken as refused:
            return refused.rule

    found = at_once(lambda: answer(one), lambda: answer(two))
    assert sorted(found, key=str) == [1, "already-resolved"]
    assert_sound(one)
