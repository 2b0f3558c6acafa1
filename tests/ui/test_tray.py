"""Docking goes on in the tray: what its menu does, what it tells, and what without a tray."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.errors import PortError
from app.services.autostart import starts_with_pc
from app.services.docking import DockReport, Met, Progress
from app.services.intake import RecordCounts
from app.settings import load_settings
from app.ui.dock_watcher import DockWatcher
from app.ui.main_window import MainWindow
from app.ui.tray import Tray
from app.ui.workplace import Workplace
from drivers.contract import TerminalInfo
from drivers.discovery import FoundPort

INFO = TerminalInfo(127, 7, 1, "S7", "TD-1", "2.4.1", 1, "S01", 80, None, 0, 10, 1)
PORT = "/dev/ttyUSB0"


class Cradle:
    """One terminal, and how the next docking of it ends."""

    def __init__(self) -> None:
        self.ports: tuple[FoundPort, ...] = ()
        self.next = DockReport(PORT, "done", terminal=7, counts=RecordCounts(uploaded=5))

    def find(self) -> tuple[FoundPort, ...]:
        return self.ports

    def dock(self, _port: str, _progress: Progress, met: Met) -> DockReport:
        met(INFO)
        return self.next


@pytest.fixture
def cradle() -> Cradle:
    return Cradle()


@pytest.fixture
def watcher(workplace: Workplace, cradle: Cradle) -> Iterator[DockWatcher]:
    watcher = DockWatcher(workplace.tasks, cradle.find, cradle.dock)
    yield watcher
    watcher.stop()


@pytest.fixture
def window(qtbot: QtBot, workplace: Workplace, watcher: DockWatcher) -> MainWindow:
    window = MainWindow(workplace, watcher)
    qtbot.addWidget(window)
    window.show()
    return window


@pytest.fixture
def tray(
    workplace: Workplace,
    watcher: DockWatcher,
    window: MainWindow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Tray:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return Tray(workplace, watcher, window, keep_docking=True, is_there=lambda: True)


@pytest.fixture
def told(tray: Tray) -> list[tuple[str, str]]:
    told: list[tuple[str, str]] = []
    tray.told.connect(lambda heading, words: told.append((heading, words)))
    return told


def dock(qtbot: QtBot, watcher: DockWatcher) -> None:
    with qtbot.waitSignal(watcher.ended):
        watcher.dock(PORT)


def test_docking_goes_on_with_the_window_closed_and_tells_once(
    qtbot: QtBot,
    tray: Tray,
    told: list[tuple[str, str]],
    window: MainWindow,
    watcher: DockWatcher,
    cradle: Cradle,
) -> None:
    window.close()
    cradle.ports = (FoundPort(PORT),)
    with qtbot.waitSignal(watcher.ended):
        watcher.start()
    assert told == [("Terminal 7 is done", "Safe to remove")]
    assert tray.state_action.text() == "1 terminal connected"
    assert "1 terminal connected" in tray.icon.toolTip()
    cradle.next = DockReport(PORT, "done", terminal=7)
    dock(qtbot, watcher)
    assert len(told) == 1
    cradle.ports = ()
    qtbot.waitUntil(lambda: tray.state_action.text() == "No terminal connected")


def test_what_needs_somebody_is_told_with_its_sentence(
    qtbot: QtBot,
    tray: Tray,
    told: list[tuple[str, str]],
    window: MainWindow,
    watcher: DockWatcher,
    cradle: Cradle,
) -> None:
    window.close()
    cradle.next = DockReport(PORT, "failed", error=PortError("link_lost", port=PORT), terminal=7)
    dock(qtbot, watcher)
    dock(qtbot, watcher)
    counts = RecordCounts(uploaded=5, quarantined=2)
    cradle.next = DockReport(PORT, "done", terminal=7, counts=counts)
    dock(qtbot, watcher)
    assert [heading for heading, _ in told] == ["Terminal 7 needs you"] * 2
    assert "was cut" in told[0][1]
    assert told[1][1] == "Safe to remove · 2 waiting in quarantine"
    assert tray.state_action.text().endswith(", 1 needs you")


def test_nothing_pops_up_over_the_window_that_shows_it(
    qtbot: QtBot,
    told: list[tuple[str, str]],
    window: MainWindow,
    watcher: DockWatcher,
) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    dock(qtbot, watcher)
    assert told == []


@pytest.mark.qt_log_ignore("This plugin does not support raise")
def test_menu_opens_the_window_and_asks_to_quit(
    qtbot: QtBot, tray: Tray, window: MainWindow
) -> None:
    window.close()
    tray.open_action.trigger()
    assert window.isVisible()
    with qtbot.waitSignal(tray.quit_wanted):
        tray.quit_action.trigger()


def test_it_says_once_where_the_program_has_gone(
    tray: Tray, told: list[tuple[str, str]], window: MainWindow
) -> None:
    window.close()
    tray.tell_that_it_stays()
    tray.tell_that_it_stays()
    assert [heading for heading, _ in told] == ["Docking goes on"]


def test_choices_of_the_menu_last(qtbot: QtBot, tray: Tray, workplace: Workplace) -> None:
    qtbot.waitUntil(lambda: workplace.tasks.idle)
    assert tray.keeps
    assert not tray.start_action.isChecked()
    tray.keep_action.trigger()
    tray.start_action.trigger()
    qtbot.waitUntil(lambda: workplace.tasks.idle)
    assert not tray.keeps
    assert not load_settings(workplace.paths.settings_file).keep_docking
    assert tray.start_action.isChecked()
    assert starts_with_pc()
    tray.start_action.trigger()
    qtbot.waitUntil(lambda: workplace.tasks.idle)
    assert not tray.start_action.isChecked()
    assert not starts_with_pc()


def test_without_a_tray_a_closed_window_is_the_end(
    workplace: Workplace, watcher: DockWatcher, window: MainWindow
) -> None:
    tray = Tray(workplace, watcher, window, keep_docking=True, is_there=lambda: False)
    assert not tray.keeps


def test_menu_speaks_the_language_of_the_window(
    tray: Tray, window: MainWindow, qapp: QApplication
) -> None:
    before = {action.text() for action in tray.menu.actions() if action.text()}
    window.switch_language()
    after = {action.text() for action in tray.menu.actions() if action.text()}
    assert before & after == set()
