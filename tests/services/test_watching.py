"""Every port has a lane of its own: nobody waits for a stalled one, nobody is lost at the end."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from app.clock import SystemClock
from app.domain.rights import Actor
from app.errors import AppError, DatabaseBusy, PortError
from app.services import watching
from app.services.docking import DockReport
from app.services.office import Office
from app.services.sessions import list_sessions
from app.services.terminals import list_terminals
from app.services.watching import AGAIN_AFTER_POLLS, found_ports, watch
from app.storage import migrate
from drivers.discovery import FoundPort
from tests.support.credentials import introduce
from tests.support.offices import CLERK, found_sample_branch, open_office
from tests.support.terminals import ROOT, Handheld, running_handheld
from tests.support.trades import assert_sound

NUMBERS = (3, 4, 5)


@pytest.fixture
def desk(office: Office) -> Office:
    """The sample branch in real time, for three terminals."""
    for number in NUMBERS:
        introduce(office, CLERK, number, f"handheld-{number}")
    clock = SystemClock()
    return replace(office, clock=clock, database=replace(office.database, clock=clock))


@pytest.fixture
def handhelds(tmp_path: Path) -> Iterator["Shelf"]:
    with ExitStack() as stack:
        yield Shelf(tmp_path, stack)


class Shelf:
    """Starts handhelds that are stopped when the test ends."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack

    def take(self, number: int, **options: Any) -> Handheld:
        return self._stack.enter_context(
            running_handheld(
                self._folder,
                name=f"handheld-{number}",
                branch=127,
                terminal=number,
                device=f"handheld-{number}",
                **{"scenario": "day", **options},
            )
        )


def test_a_stalled_and_a_chattering_one_keep_nobody_waiting(desk: Office, handhelds: Shelf) -> None:
    good = handhelds.take(3)
    stalled = handhelds.take(4, faults=["stall=3000"])
    other = handhelds.take(5)
    chatter = handhelds.take(9, scenario="chatter")
    told: list[DockReport] = []
    ports = (stalled.port, chatter.port, good.port, other.port)
    watch(desk, CLERK, ports=ports, find_ports=lambda: (), once=True, told=told.append)
    by_port = {report.port: report for report in told}
    assert (by_port[good.port].state, by_port[other.port].state) == ("done", "done")
    assert code_of(by_port[chatter.port]) == "not_a_terminal"
    assert code_of(by_port[stalled.port]) in ("peer_silent", "link_lost")
    assert by_port[stalled.port].terminal == 4  # it spoke first, so it is spoken of
    assert told[-1].port == stalled.port  # the others were through long before
    assert good.summary()["safe"]
    assert other.summary()["safe"]
    assert_sound(desk)


def test_a_port_where_nobody_answers_is_not_told(desk: Office, handhelds: Shelf) -> None:
    silent = handhelds.take(9, scenario="silent")
    assert watch(desk, CLERK, ports=[silent.port], find_ports=lambda: (), once=True) == ()


def test_what_stays_as_it_was_is_told_once_and_leaves_one_session(
    desk: Office, handhelds: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "AGAIN_AFTER_POLLS", 0)
    monkeypatch.setattr(watching, "POLL_S", 0.01)
    silent = handhelds.take(8, scenario="silent")
    chatter = handhelds.take(9, scenario="chatter")
    stop = Event()
    tries: list[str] = []

    told: list[DockReport] = []
    ports = (silent.port, chatter.port)
    once = watching.dock

    def dock(office: Office, actor: Actor, port: str, **options: Any) -> DockReport:
        tries.append(port)
        if min(map(tries.count, ports)) >= 3:
            stop.set()
        return once(office, actor, port, **options)

    monkeypatch.setattr(watching, "dock", dock)
    watch(desk, CLERK, ports=ports, find_ports=lambda: (), stop=stop, told=told.append)
    assert [code_of(report) for report in told] == ["not_a_terminal"]
    kept = list_sessions(desk, CLERK)
    assert [(row.port_url, row.error_code) for row in kept] == [(chatter.port, "not_a_terminal")]
    recordings = [str(path.name) for path in desk.paths.sessions.glob("*/*")]
    assert recordings == [f"{kept[0].id}.traffic"]


def test_a_terminal_that_stays_is_docked_once_until_it_brings_something(
    desk: Office, handhelds: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "AGAIN_AFTER_POLLS", 0)
    monkeypatch.setattr(watching, "POLL_S", 0.01)
    stop = Event()
    states: list[str] = []
    once = watching.dock

    def dock(office: Office, actor: Actor, port: str, **options: Any) -> DockReport:
        report = once(office, actor, port, **options)
        states.append(report.state)
        if len(states) == 3:
            monkeypatch.setattr(watching, "REST_MS", -1)
        if len(states) == 4:
            stop.set()
        return report

    monkeypatch.setattr(watching, "dock", dock)
    handheld = handhelds.take(3)
    told = watch(desk, CLERK, ports=[handheld.port], find_ports=lambda: (), stop=stop)
    assert states == ["done", "idle", "idle", "done"]
    assert [report.state for report in told] == ["done", "done"]
    assert len(list_sessions(desk, CLERK)) == 2
    assert_sound(desk)


def test_what_is_plugged_in_later_is_docked_and_ends_with_the_watch(
    desk: Office, handhelds: Shelf
) -> None:
    stop = Event()
    there: list[FoundPort] = []
    asked: list[int] = []

    def find() -> Sequence[FoundPort]:
        asked.append(len(there))
        if len(asked) == 2:
            there.append(FoundPort(handhelds.take(3).port))
        return tuple(there)

    reports = watch(desk, CLERK, find_ports=find, stop=stop, told=lambda _report: stop.set())
    assert [(report.terminal, report.state) for report in reports] == [(3, "done")]


def test_a_named_port_is_told_once_while_it_is_missing_and_docked_when_it_comes(
    desk: Office, handhelds: Shelf, tmp_path: Path
) -> None:
    link, stop = f"{tmp_path}/cradle", Event()
    asked: list[int] = []
    told: list[DockReport] = []

    def find() -> Sequence[FoundPort]:
        asked.append(len(asked))
        if len(asked) == 4:
            handhelds.take(3, port=f"pty:{link}")
        return ()

    def tell(report: DockReport) -> None:
        told.append(report)
        if report.state == "done":
            stop.set()

    watch(desk, CLERK, ports=[link], find_ports=find, stop=stop, told=tell)
    assert [report.state for report in told] == ["failed", "done"]
    assert code_of(told[0]) == "port_missing"
    assert len(asked) < AGAIN_AFTER_POLLS  # it did not wait for its turn to be tried again


def test_a_named_file_is_no_port_before_it_is_there(tmp_path: Path) -> None:
    file = tmp_path / "cradle"
    assert str(file) not in [port.url for port in found_ports([str(file)])]
    file.touch()
    assert found_ports([str(file)])[0].url == str(file)


def test_a_lane_that_breaks_down_tells_of_itself_alone(
    desk: Office, handhelds: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, dock = handhelds.take(3), watching.dock

    def break_down(office: Office, actor: Any, port: str, **options: Any) -> DockReport:
        if port == "busy":
            raise DatabaseBusy(waited_s=30)
        if port == "bug":
            raise ZeroDivisionError
        return dock(office, actor, port, **options)

    monkeypatch.setattr(watching, "dock", break_down)
    ports = ("busy", "bug", good.port)
    reports = watch(desk, CLERK, ports=ports, find_ports=lambda: (), once=True)
    by_port = {report.port: report for report in reports}
    assert by_port[good.port].state == "done"
    assert isinstance(by_port["busy"].error, DatabaseBusy)
    assert type(by_port["bug"].error) is AppError


def test_named_ports_come_first_and_none_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    known = [FoundPort("COM4", location="1-2.3"), FoundPort("COM5")]
    monkeypatch.setattr(watching, "list_ports", lambda: known)
    found = found_ports(["COM5", "socket://10.0.0.2:4001"])
    assert [port.url for port in found] == [
        "COM5",
        "socket://10.0.0.2:4001",
        "COM4",
    ]
    assert found[2].slot is not None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_watch_after_the_docking_that_runs(
    tmp_path: Path, handhelds: Shelf, number: signal.Signals
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    url = f"sqlite:///{data / 'tallydock.sqlite'}"
    migrate.upgrade(url)
    office = found_sample_branch(open_office(url, data))
    introduce(office, CLERK, 3, "handheld-3")
    handheld = handhelds.take(3, faults=["delay=0.05"])
    command = [sys.executable, "-m", "app", "--data", str(data), "--lang", "en", "--json"]
    program = subprocess.Popen(
        [*command, "watch", "--port", handheld.port],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with program:
        wait_for_session(data)
        os.kill(program.pid, number)
        out, told = program.communicate(timeout=60)
    answer = json.loads(out)
    assert program.returncode in (0, 1), told
    assert [each["state"] for each in answer["sessions"]] == ["done"]
    assert "Safe to remove" in told
    assert handheld.summary()["safe"]
    assert list_terminals(office, CLERK)[0].received_seq > 0
    office.database.close()


def wait_for_session(data: Path) -> None:
    """Until bytes of a docking have been written down: one is running."""
    ready = Event()
    while not any(file.stat().st_size for file in data.glob("sessions/*/*.traffic")):
        ready.wait(0.02)


def code_of(report: DockReport) -> str:
    assert isinstance(report.error, PortError)
    return report.error.driver_code
