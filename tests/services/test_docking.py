"""Docking through the real driver, a real pseudo terminal and a handheld of its own process."""

from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from app.clock import SystemClock
from app.errors import ArchiveFull, PortError, RuleBroken
from app.services import docking
from app.services.docking import dock
from app.services.office import Office
from app.services.terminals import list_terminals
from app.services.watching import watch
from app.storage.queries.docking import sessions
from tests.support.credentials import HANDHELD, introduce
from tests.support.handhelds import handheld
from tests.support.offices import CLERK, Terminal
from tests.support.trades import assert_sound


@pytest.fixture
def desk(office: Office) -> Office:
    """The sample branch in real time, for terminal 3."""
    introduce(office, CLERK, 3)
    clock = SystemClock()
    return replace(office, clock=clock, database=replace(office.database, clock=clock))


@pytest.fixture
def day(tmp_path: Path, terminal: Terminal) -> Path:
    """A sealed batch with three orders, one of them of an unknown product."""
    terminal.order("C0001", ("HX500", 10))
    terminal.order("C0002", ("HX5OO", 2))
    terminal.order("C0002", ("HX500", 2))
    path = tmp_path / "day.cbor"
    path.write_bytes(terminal.seal())
    return path


def test_what_a_terminal_brings_is_posted_and_it_may_go(
    desk: Office, day: Path, tmp_path: Path
) -> None:
    stages: list[str] = []
    with handheld(tmp_path, "--load", str(day)) as port:
        report = dock(desk, CLERK, port, progress=lambda stage, _done, _total: stages.append(stage))
    assert (report.state, report.error) == ("done", None)
    assert (report.counts.accepted, report.counts.quarantined, report.lost) == (4, 2, 0)
    assert report.documents == 2
    assert [s for s in dict.fromkeys(stages) if s in ("identified", "commit", "finish")] == [
        "identified",
        "commit",
        "finish",
    ]
    with desk.database.read() as reader:
        (row,) = sessions(reader)
    assert (row.state, row.records, row.terminal_no) == ("done", 6, 3)
    assert list_terminals(desk, CLERK)[0].serial
    assert_sound(desk)


def test_docking_again_brings_nothing_new(desk: Office, day: Path, tmp_path: Path) -> None:
    with handheld(tmp_path, "--load", str(day)) as port:
        dock(desk, CLERK, port)
        again = dock(desk, CLERK, port)
    assert again.state == "done"
    assert (again.counts.uploaded, again.lost) == (0, 0)


def test_wrong_totals_are_turned_down_and_the_terminal_keeps_its_records(
    desk: Office, day: Path, tmp_path: Path
) -> None:
    with handheld(tmp_path, "--load", str(day), "--fault", "badtotals=1") as port:
        report = dock(desk, CLERK, port)
    assert [problem.code for problem in report.problems] == ["E_BATCH_TOTALS"]
    assert report.documents == 0
    with handheld(tmp_path) as port:
        report = dock(desk, CLERK, port)
    assert report.documents == 2
    assert report.counts.uploaded == 6
    assert_sound(desk)


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [(("--branch", "99", "--terminal", "3"), "wrong-branch"), (("--terminal", "4"), "not-found")],
)
def test_strangers_are_refused(
    desk: Office, tmp_path: Path, arguments: tuple[str, ...], rule: str
) -> None:
    branch = () if "--branch" in arguments else ("--branch", "127")
    with handheld(tmp_path, *branch, *arguments, "--scenario", "empty") as port:
        report = dock(desk, CLERK, port)
    assert report.state == "refused"
    assert report.error is not None
    assert getattr(report.error, "rule", report.error.code) == rule


def test_two_terminals_of_one_number_are_told_apart(
    desk: Office, day: Path, tmp_path: Path
) -> None:
    with handheld(tmp_path, "--load", str(day), "--serial", "SN-1") as port:
        assert dock(desk, CLERK, port).state == "done"
    with handheld(tmp_path, "--load", str(day), "--serial", "SN-2", name="other") as port:
        report = dock(desk, CLERK, port)
    assert isinstance(report.error, RuleBroken)
    assert report.error.rule == "terminal-serial"


def test_a_port_that_is_not_there_is_named(desk: Office) -> None:
    report = dock(desk, CLERK, "/dev/nothing-here")
    assert isinstance(report.error, PortError)
    assert report.error.driver_code == "port_missing"
    with desk.database.read() as reader:
        (row,) = sessions(reader)
    assert (row.state, row.error_code) == ("failed", "port_missing")


def test_a_talker_that_is_no_terminal_is_named(desk: Office, tmp_path: Path) -> None:
    with handheld(tmp_path, "--scenario", "chatter") as port:
        report = dock(desk, CLERK, port)
    assert isinstance(report.error, PortError)
    assert report.error.driver_code == "not_a_terminal"


def test_a_full_disk_stops_before_anything_is_taken(
    desk: Office, day: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(docking, "SPACE_BYTES", 1 << 62)
    with handheld(tmp_path, "--load", str(day)) as port:
        report = dock(desk, CLERK, port)
        assert isinstance(report.error, ArchiveFull)
        monkeypatch.undo()
        assert dock(desk, CLERK, port).documents == 2


def test_a_terminal_killed_in_the_middle_docks_again_and_all_is_there_once(
    desk: Office, tmp_path: Path, terminal: Terminal
) -> None:
    for _ in range(40):
        terminal.order("C0001", ("HX500", 1))
    day = tmp_path / "day.cbor"
    day.write_bytes(terminal.seal())
    for cut in (150, 900, 1700, 2400):
        with handheld(tmp_path, "--load", str(day), "--fault", f"cut={cut}") as port:
            assert dock(desk, CLERK, port).state == "failed"
    with handheld(tmp_path, "--load", str(day)) as port:
        report = dock(desk, CLERK, port)
    assert report.state == "done"
    with desk.database.read() as reader:
        query = "SELECT COUNT(*) FROM document WHERE kind = 'SO'"
        assert reader.connection.exec_driver_sql(query).scalar_one() == 40
    assert_sound(desk)


def test_several_dock_at_once_and_a_failing_one_disturbs_nobody(
    desk: Office, tmp_path: Path
) -> None:
    numbers = (3, 4, 5)
    for number in numbers[1:]:
        introduce(desk, CLERK, number, f"handheld-{number}")
    with (
        _loaded(tmp_path, 3) as first,
        _loaded(tmp_path, 4) as second,
        _loaded(tmp_path, 5) as third,
    ):
        ports = (first, "/dev/nothing-here", second, third)
        reports = watch(desk, CLERK, ports=ports, find_ports=lambda: (), once=True)
    by_port = {report.port: report for report in reports}
    assert [by_port[port].state for port in (first, second, third)] == ["done"] * 3
    assert by_port["/dev/nothing-here"].state == "failed"
    assert sum(report.documents for report in reports) == 6
    assert_sound(desk)


def _loaded(folder: Path, number: int) -> AbstractContextManager[str]:
    terminal = Terminal(number=number)
    terminal.order("C0001", ("HX500", 1))
    terminal.order("C0002", ("HX500", 1))
    path = folder / f"day-{number}.cbor"
    path.write_bytes(terminal.seal())
    device = HANDHELD if number == 3 else f"handheld-{number}"
    return handheld(folder, "--load", str(path), name=f"handheld-{number}", device=device)
