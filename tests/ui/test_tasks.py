"""Work runs beside the GUI thread, and what it says arrives in the GUI thread."""

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.errors import NotFound
from app.ui.tasks import Job, Tasks


@pytest.fixture
def tasks(qtbot: QtBot) -> Iterator[Tasks]:
    tasks = Tasks()
    yield tasks
    tasks.close()


def test_result_arrives_in_the_gui_thread(qtbot: QtBot, tasks: Tasks) -> None:
    here = threading.current_thread()
    seen: list[tuple[threading.Thread, threading.Thread]] = []
    tasks.start(
        "reports",
        lambda _job: threading.current_thread(),
        done=lambda worker: seen.append((worker, threading.current_thread())),
    )
    qtbot.waitUntil(lambda: bool(seen))
    worker, receiver = seen[0]
    assert worker is not here
    assert receiver is here


def test_a_lane_does_one_thing_after_the_other(qtbot: QtBot, tasks: Tasks) -> None:
    order: list[int] = []
    for number in range(5):
        tasks.start("database", lambda _job, n=number: n, done=order.append)
    qtbot.waitUntil(lambda: len(order) == 5)
    assert order == [0, 1, 2, 3, 4]


def test_lanes_do_not_wait_for_each_other(qtbot: QtBot, tasks: Tasks) -> None:
    gate = threading.Event()
    seen: list[str] = []
    tasks.start("one", lambda _job: gate.wait(10), done=lambda _: seen.append("one"))
    tasks.start("two", lambda _job: None, done=lambda _: seen.append("two"))
    qtbot.waitUntil(lambda: seen == ["two"])
    gate.set()
    qtbot.waitUntil(lambda: seen == ["two", "one"])


def test_progress_arrives_and_the_job_is_listed(qtbot: QtBot, tasks: Tasks) -> None:
    gate = threading.Event()
    steps: list[tuple[int, int, str]] = []

    def work(job: Job) -> None:
        job.step(1, 2, "half")
        gate.wait(10)

    tasks.start("reports", work, progress=lambda *step: steps.append(step), title="Printing")
    qtbot.waitUntil(lambda: steps == [(1, 2, "half")])
    assert [(job.title, job.done_units) for job in tasks.running] == [("Printing", 1)]
    gate.set()
    qtbot.waitUntil(lambda: tasks.idle)


def test_cancelled_work_stops_at_its_next_step_and_says_nothing(qtbot: QtBot, tasks: Tasks) -> None:
    begun, cancelled = threading.Event(), threading.Event()
    reached: list[str] = []

    def work(job: Job) -> None:
        begun.set()
        cancelled.wait(10)
        job.step(1, 2)
        reached.append("after the step")

    job = tasks.start(
        "reports",
        work,
        done=lambda _: reached.append("done"),
        failed=lambda _: reached.append("failed"),
    )
    begun.wait(10)
    job.cancel()
    cancelled.set()
    qtbot.waitUntil(lambda: tasks.idle)
    assert reached == []


def test_error_goes_to_failed_or_to_everybody(qtbot: QtBot, tasks: Tasks) -> None:
    errors: list[BaseException] = []
    broken: list[BaseException] = []
    tasks.broken.connect(broken.append)

    def work(_job: Job) -> None:
        raise NotFound(what="terminal", key="9")

    tasks.start("database", work, failed=errors.append)
    tasks.start("database", work)
    qtbot.waitUntil(lambda: bool(errors and broken))
    assert [type(error) for error in (*errors, *broken)] == [NotFound, NotFound]


def test_nothing_starts_after_closing(qtbot: QtBot, tasks: Tasks) -> None:
    tasks.close()
    assert tasks.start("database", lambda _job: None).cancelled
