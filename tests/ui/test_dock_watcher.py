"""Ports come and go: each is docked once, silently forgotten when nobody answers, and again."""

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.errors import PortError
from app.services.docking import DockReport, Met, Progress
from app.ui.dock_watcher import DockWatcher, Live
from app.ui.tasks import Tasks
from drivers.contract import TerminalInfo
from drivers.discovery import FoundPort, Slot

INFO = TerminalInfo(127, 7, 1, "S7", "TD-1", "2.4.1", 1, "S01", 80, None, 0, 10, 1)


class Cradle:
    """Ports and what happens when they are docked."""

    def __init__(self) -> None:
        self.ports: tuple[str, ...] = ()
        self.docked: list[str] = []
        self.silent = False
        self.fallen_silent = False
        self.location: str | None = None
        self.asked = 0
        self.gate = threading.Event()
        self.gate.set()

    def find(self) -> tuple[FoundPort, ...]:
        self.asked += 1
        return tuple(FoundPort(url, location=self.location) for url in self.ports)

    def dock(self, port: str, progress: Progress, met: Met) -> DockReport:
        self.docked.append(port)
        progress("connect", 0, 0)
        if self.silent:
            return DockReport(port, "failed", error=PortError("peer_silent", port=port))
        met(INFO)
        progress("upload", 10, 100)
        self.gate.wait(10)
        if self.fallen_silent:
            error = PortError("peer_silent", port=port)
            return DockReport(port, "failed", terminal=7, error=error)
        progress("photos", 90, 100)
        progress("photos", 10, 100)
        return DockReport(port, "done", terminal=7)


@pytest.fixture
def cradle() -> Cradle:
    return Cradle()


@pytest.fixture
def watcher(qtbot: QtBot, cradle: Cradle) -> Iterator[DockWatcher]:
    tasks = Tasks()
    watcher = DockWatcher(tasks, cradle.find, cradle.dock)
    yield watcher
    watcher.stop()
    tasks.close()


def test_a_new_port_is_docked_and_met(qtbot: QtBot, cradle: Cradle, watcher: DockWatcher) -> None:
    seen: list[Live] = []
    watcher.changed.connect(lambda: seen.extend(watcher.live.values()))
    with qtbot.waitSignal(watcher.ended):
        watcher.start()
        qtbot.waitUntil(lambda: cradle.asked > 0)
        cradle.ports = ("/dev/one",)
    states = list(dict.fromkeys(live.state for live in seen))
    assert states == ["detected", "identified", "pulling", "photos"]
    assert watcher.live["/dev/one"].terminal_no == 7
    assert watcher.connected == 1


def test_an_unplugged_port_leaves_the_board(
    qtbot: QtBot, cradle: Cradle, watcher: DockWatcher
) -> None:
    cradle.ports = ("/dev/one",)
    with qtbot.waitSignal(watcher.ended):
        watcher.start()
    cradle.ports = ()
    qtbot.waitUntil(lambda: not watcher.live)
    assert watcher.connected == 0
    cradle.ports = ("/dev/one",)
    with qtbot.waitSignal(watcher.ended):
        pass
    assert cradle.docked == ["/dev/one", "/dev/one"]


def test_a_port_where_nobody_answers_is_not_spoken_of(
    qtbot: QtBot, cradle: Cradle, watcher: DockWatcher
) -> None:
    cradle.silent = True
    cradle.ports = ("/dev/ttyS0",)
    watcher.start()
    qtbot.waitUntil(lambda: cradle.docked == ["/dev/ttyS0"])
    qtbot.waitUntil(lambda: not watcher.live)
    seen: list[str] = []
    watcher.changed.connect(lambda: seen.append("changed"))
    watcher.dock("/dev/ttyS0")
    qtbot.waitUntil(lambda: len(cradle.docked) == 2)
    assert watcher.connected == 0
    assert seen == []


def test_a_port_that_was_there_before_is_spoken_of_once_it_answers(
    qtbot: QtBot, cradle: Cradle, watcher: DockWatcher
) -> None:
    seen: list[str] = []
    watcher.changed.connect(lambda: seen.extend(live.state for live in watcher.live.values()))
    cradle.ports = ("/dev/one",)
    with qtbot.waitSignal(watcher.ended):
        watcher.start()
    assert seen[0] == "identified"


def test_a_port_in_work_is_left_alone(qtbot: QtBot, cradle: Cradle, watcher: DockWatcher) -> None:
    cradle.gate.clear()
    cradle.ports = ("/dev/one",)
    watcher.start()
    qtbot.waitUntil(lambda: bool(cradle.docked))
    watcher.dock("/dev/one")
    cradle.gate.set()
    with qtbot.waitSignal(watcher.ended):
        pass
    assert cradle.docked == ["/dev/one"]


def test_a_terminal_that_falls_silent_in_the_middle_stays_on_the_board(
    qtbot: QtBot, cradle: Cradle, watcher: DockWatcher
) -> None:
    cradle.fallen_silent = True
    cradle.ports = ("/dev/one",)
    with qtbot.waitSignal(watcher.ended):
        watcher.start()
    assert isinstance(watcher.live["/dev/one"].trouble, PortError)


def test_a_port_on_a_hub_is_known_by_its_slot(
    qtbot: QtBot, cradle: Cradle, watcher: DockWatcher
) -> None:
    cradle.location = "1-2.3:1.0"
    cradle.ports = ("/dev/one",)
    with qtbot.waitSignals([watcher.listed, watcher.ended]):
        watcher.start()
    assert watcher.live["/dev/one"].slot == Slot("1-2", 3)
    assert [port.url for port in watcher.ports] == ["/dev/one"]


def test_photos_have_a_state_of_their_own_and_no_speed_below_zero(
    qtbot: QtBot, cradle: Cradle, watcher: DockWatcher
) -> None:
    seen: list[Live] = []
    watcher.changed.connect(lambda: seen.extend(watcher.live.values()))
    cradle.ports = ("/dev/one",)
    with qtbot.waitSignal(watcher.ended):
        watcher.start()
    assert "photos" in [live.state for live in seen]
    assert min(live.bytes_per_s for live in seen) == 0


def test_a_held_port_is_left_to_whoever_holds_it(
    qtbot: QtBot, cradle: Cradle, watcher: DockWatcher
) -> None:
    watcher.hold("/dev/one")
    cradle.ports = ("/dev/one",)
    watcher.start()
    qtbot.waitUntil(lambda: cradle.asked > 2)
    assert cradle.docked == []
    with qtbot.waitSignal(watcher.ended):
        watcher.free("/dev/one")
    assert cradle.docked == ["/dev/one"]
