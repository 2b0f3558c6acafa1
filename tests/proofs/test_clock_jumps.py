"""C1: clocks jump, of the terminal and of the desk; order, numbers and days do not follow."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.services.docking import dock
from app.services.office import Office
from tests.support.clock_jumps import DAY_MS, PLACES, jump
from tests.support.credentials import handheld_options
from tests.support.offices import CLERK, MORNING_MS, Terminal
from tests.support.terminals import ROOT
from tests.support.trades import assert_sound

JUMPS = 100


def test_clocks_that_jump() -> None:
    found = jump(JUMPS)
    assert found["faults"] == []
    # The days held what they are about.
    assert set(PLACES) <= found["notes"].keys()
    assert found["notes"]["orders on another day, told"] > JUMPS // 2


@contextmanager
def started(command: list[str]) -> Iterator[str]:
    """The port of a handheld that this command starts.

    `faketime` is its parent and would die alone: both are in a session of their own.
    """
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True
    ) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["port"]
        finally:
            os.killpg(process.pid, signal.SIGTERM)


@pytest.mark.parametrize("days", [-15, 100])
def test_a_real_handheld_in_another_time(desk: Office, tmp_path: Path, days: int) -> None:
    """Its program is told another time by the system; what it recorded is put right and told."""
    terminal = Terminal()
    terminal.order("C0001", ("HX500", 1))
    day = tmp_path / "day.cbor"
    day.write_bytes(terminal.seal())
    command = ["faketime", "-f", f"{days:+}d", sys.executable, "-m", "drivers.devices.simulated"]
    command += ["pty", "--store", str(tmp_path / "handheld.sqlite"), "--load", str(day)]
    with started([*command, *handheld_options()]) as port:
        report = dock(desk, CLERK, port)
    assert (report.state, report.documents) == ("done", 1)
    assert report.clock_offset_ms == pytest.approx(-days * DAY_MS, abs=5_000)
    assert [each.code for each in report.problems] == ["W_CLOCK"]
    with desk.database.read() as reader:
        query = "SELECT event_raw_ms, event_ms FROM document WHERE kind = 'SO'"
        ((raw_ms, event_ms),) = reader.connection.exec_driver_sql(query).all()
    assert raw_ms == MORNING_MS
    assert event_ms == MORNING_MS + report.clock_offset_ms
    assert_sound(desk)


@pytest.mark.parametrize("kind", [1, 0])
def test_a_terminal_that_says_its_clock_was_set(office: Office, kind: int) -> None:
    """Even where nothing else shows it; another event of the device is none of that."""
    terminal = Terminal()
    terminal.order()
    seq = terminal.write(60, {1: kind, 2: 0, 3: 0})
    terminal.order("C0001", ("HX500", 1))
    told = [(each.code, each.fields) for each in terminal.upload(office).problems]
    assert told == ([("W_CLOCK_SET", {"seq": seq})] if kind else [])


def test_times_that_go_back_a_little_are_no_jump(office: Office) -> None:
    terminal = Terminal()
    terminal.order()
    terminal.now_ms -= 5 * 60_000
    terminal.order("C0001", ("HX500", 1))
    assert terminal.upload(office).problems == ()
    terminal.now_ms -= 5 * 60_000 + 1
    seq = terminal.order("C0001", ("HX500", 2))
    assert [each.fields for each in terminal.upload(office).problems] == [{"seq": seq}]
