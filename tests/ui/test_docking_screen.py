"""A real handheld on a real line: plugged in, recognised, pulled, safe to remove, no click."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.services.docking import dock
from app.services.office import Office
from app.ui.dock_watcher import DockWatcher
from app.ui.screens.docking.board import DockingScreen
from app.ui.screens.docking.states import CardFacts
from app.ui.workplace import Workplace
from drivers.discovery import FoundPort
from tests.support.credentials import introduce
from tests.support.sample_office import BRANCH, CLERK
from tests.support.terminals import Handheld, running_handheld

NUMBER = 9


@pytest.fixture
def ports() -> list[str]:
    """The ports that are plugged in; a test adds to them."""
    return []


@pytest.fixture
def watcher(office: Office, workplace: Workplace, ports: list[str]) -> Iterator[DockWatcher]:
    watcher = DockWatcher(
        workplace.tasks,
        lambda: tuple(FoundPort(url) for url in ports),
        lambda port, progress, met: dock(office, CLERK, port, progress=progress, met=met),
    )
    yield watcher
    watcher.stop()


@pytest.fixture
def screen(qtbot: QtBot, workplace: Workplace, watcher: DockWatcher) -> DockingScreen:
    screen = DockingScreen(workplace, watcher)
    qtbot.addWidget(screen)
    screen.retranslate()
    screen.resize(1180, 680)
    screen.show()
    screen.refresh()
    qtbot.waitUntil(lambda: len(screen.facts) > 0)
    return screen


@pytest.fixture
def handheld(office: Office, tmp_path: Path) -> Iterator[Handheld]:
    introduce(office, CLERK, NUMBER)
    with running_handheld(
        tmp_path, branch=BRANCH, terminal=NUMBER, serial="S-9", scenario="day", seed=3
    ) as handheld:
        yield handheld


def card_of(screen: DockingScreen, number: int) -> CardFacts | None:
    return next((facts for facts in screen.facts if facts.terminal_no == number), None)


def test_board_tells_who_has_docked_today(screen: DockingScreen) -> None:
    states = {facts.terminal_no: facts.state for facts in screen.facts}
    assert states[2] == states[3] == states[5] == "safe"
    assert states[4] == "expected"
    assert screen.summary.text().startswith("3 of 6 docked")


def test_handheld_is_docked_without_a_click(
    qtbot: QtBot,
    screen: DockingScreen,
    watcher: DockWatcher,
    ports: list[str],
    handheld: Handheld,
) -> None:
    seen: list[str] = []
    watcher.changed.connect(lambda: seen.extend(live.state for live in watcher.live.values()))
    watcher.start()
    qtbot.waitUntil(lambda: watcher.looked)
    ports.append(handheld.port)
    with qtbot.waitSignal(watcher.ended, timeout=30_000):
        pass

    def is_done() -> bool:
        facts = card_of(screen, NUMBER)
        return facts is not None and facts.state in ("safe", "needs_you")

    qtbot.waitUntil(is_done, timeout=20_000)
    assert {"detected", "identified", "pulling"} <= set(seen)
    assert handheld.summary()["safe"]
    assert watcher.connected == 1


def test_port_that_fails_says_why_on_its_card(
    qtbot: QtBot, screen: DockingScreen, watcher: DockWatcher, ports: list[str]
) -> None:
    ports.append("/dev/no-such-port")
    watcher.start()
    qtbot.waitUntil(lambda: any(facts.state == "failed" for facts in screen.facts))
    failed = next(facts for facts in screen.facts if facts.state == "failed")
    assert "/dev/no-such-port" in failed.trouble
    assert watcher.connected == 0


def test_session_of_the_picked_card_is_told(
    qtbot: QtBot, screen: DockingScreen, workplace: Workplace
) -> None:
    screen.pick("5")
    qtbot.waitUntil(lambda: any("Deliveries" in line for line in screen.panel.told()))


def test_filter_leaves_the_cards_that_match(qtbot: QtBot, screen: DockingScreen) -> None:
    screen.focus_filter()
    qtbot.keyClicks(screen.filter, "terminal 3")
    qtbot.keyClick(screen.filter, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [facts.terminal_no for facts in screen.facts] == [3])


def test_empty_board_teaches(
    qtbot: QtBot,
    bare_office: Office,
    workplaces: Callable[..., Workplace],
    still_watcher: DockWatcher,
) -> None:
    screen = DockingScreen(workplaces(bare_office), still_watcher)
    qtbot.addWidget(screen)
    screen.retranslate()
    screen.show()
    screen.refresh()
    qtbot.waitUntil(screen.empty.isVisible)
    assert "Plug a terminal in" in screen.empty.accessibleName()
