"""A real handheld on a real line: plugged in, recognised, pulled, safe to remove, no click."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.domain.rights import Actor, Right
from app.services.docking import dock
from app.services.office import Office
from app.services.terminals import report_lost, revoke
from app.storage.queries.docking import BoardRow
from app.ui.dialogs.pairing import PairingDialog
from app.ui.dock_watcher import DockWatcher, Live
from app.ui.language import Language
from app.ui.screens.docking.board import DockingScreen
from app.ui.screens.docking.card import Card
from app.ui.screens.docking.facts import Board, card_facts
from app.ui.screens.docking.states import CardFacts, place_words
from app.ui.workplace import Workplace
from drivers.discovery import FoundPort, Slot
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


def plug_in(qtbot: QtBot, watcher: DockWatcher, ports: list[str], port: str) -> None:
    ports.append(port)
    with qtbot.waitSignal(watcher.ended, timeout=30_000):
        watcher.start()


def test_a_handheld_that_is_not_paired_offers_to_pair_it(
    qtbot: QtBot, screen: DockingScreen, watcher: DockWatcher, ports: list[str], tmp_path: Path
) -> None:
    with running_handheld(tmp_path, device=None) as handheld:
        plug_in(qtbot, watcher, ports, handheld.port)
        qtbot.waitUntil(lambda: any(card.pair.isVisible() for card in screen.findChildren(Card)))
        card = next(each for each in screen.findChildren(Card) if each.pair.isVisible())
        assert card.facts.state == "needs_you"
        assert "not paired" in card.facts.trouble
        assert "1 needs you" in screen.summary.text()
        assert screen.summary.text().startswith("3 of 7 docked")
        screen.activateWindow()
        card.pair.setFocus()
        qtbot.keyClick(card.pair, Qt.Key.Key_Space)
        dialog = screen.findChild(PairingDialog)
        assert dialog is not None
        assert dialog.form.port.currentText() == handheld.port
        qtbot.waitUntil(dialog.go.isEnabled)
        dialog.close()


def test_who_may_not_pair_is_not_offered_to(
    qtbot: QtBot,
    office: Office,
    workplaces: Callable[..., Workplace],
    ports: list[str],
    tmp_path: Path,
) -> None:
    workplace = workplaces(office, Actor("keeper", frozenset({Right.DOCK})))
    watcher = DockWatcher(
        workplace.tasks,
        lambda: tuple(FoundPort(url) for url in ports),
        lambda port, progress, met: dock(office, CLERK, port, progress=progress, met=met),
    )
    screen = DockingScreen(workplace, watcher)
    qtbot.addWidget(screen)
    screen.retranslate()
    screen.show()
    screen.refresh()
    with running_handheld(tmp_path, device=None) as handheld:
        plug_in(qtbot, watcher, ports, handheld.port)
        qtbot.waitUntil(lambda: any(each.trouble for each in screen.facts))
    watcher.stop()
    assert not any(card.pair.isVisible() for card in screen.findChildren(Card))


@pytest.mark.parametrize(
    ("shut_out", "said"), [(revoke, "has been locked out"), (report_lost, "is reported lost")]
)
def test_a_terminal_that_was_shut_out_needs_somebody(
    qtbot: QtBot,
    office: Office,
    screen: DockingScreen,
    watcher: DockWatcher,
    ports: list[str],
    handheld: Handheld,
    shut_out: Callable[..., None],
    said: str,
) -> None:
    shut_out(office, CLERK, NUMBER, "gone")
    plug_in(qtbot, watcher, ports, handheld.port)

    def needs_somebody() -> bool:
        facts = card_of(screen, NUMBER)
        return facts is not None and facts.state == "needs_you" and said in facts.trouble

    qtbot.waitUntil(needs_somebody, timeout=20_000)


def test_a_copy_of_a_terminal_needs_somebody(
    qtbot: QtBot,
    office: Office,
    screen: DockingScreen,
    watcher: DockWatcher,
    ports: list[str],
    handheld: Handheld,
) -> None:
    copy = handheld.store.with_name("copy.sqlite")
    for suffix in (".sqlite", ".sqlite-wal", ".key", ".desk"):
        if (source := handheld.store.with_suffix(suffix)).exists():
            copy.with_suffix(suffix).write_bytes(source.read_bytes())
    assert dock(office, CLERK, handheld.port).state == "done"
    assert dock(office, CLERK, handheld.port).state == "done"
    with running_handheld(handheld.store.parent, name="copy") as impostor:
        plug_in(qtbot, watcher, ports, impostor.port)

        def needs_somebody() -> bool:
            facts = card_of(screen, NUMBER)
            return facts is not None and "Two devices" in facts.trouble

        qtbot.waitUntil(needs_somebody, timeout=20_000)
    facts = card_of(screen, NUMBER)
    assert facts is not None
    assert (facts.state, facts.needs_pairing) == ("needs_you", True)


def test_photos_are_a_stage_of_their_own(
    qtbot: QtBot,
    office: Office,
    screen: DockingScreen,
    watcher: DockWatcher,
    ports: list[str],
    tmp_path: Path,
) -> None:
    introduce(office, CLERK, NUMBER)
    seen: list[str] = []
    watcher.changed.connect(lambda: seen.extend(live.state for live in watcher.live.values()))
    with running_handheld(
        tmp_path, branch=BRANCH, terminal=NUMBER, scenario="day", arguments=["--photos", "2"]
    ) as handheld:
        plug_in(qtbot, watcher, ports, handheld.port)
        assert handheld.summary()["photos"] == 2
    assert "photos" in seen


def test_cards_stand_as_the_slots_of_the_cradle(qtbot: QtBot, language: Language) -> None:
    live = {
        "/dev/ttyUSB0": Live("/dev/ttyUSB0", "pulling", slot=Slot("1-2", 10)),
        "/dev/ttyUSB1": Live("/dev/ttyUSB1", "pulling", slot=Slot("1-2", 9)),
        "/dev/ttyUSB2": Live("/dev/ttyUSB2", "pulling"),
    }
    rows = tuple(row_of(number) for number in (4, 2))
    facts = card_facts(Board(rows, {}, {}, {}, 0), live, language)
    assert [each.place for each in facts] == [
        "/dev/ttyUSB1",
        "/dev/ttyUSB0",
        "2",
        "4",
        "/dev/ttyUSB2",
    ]
    assert place_words(facts[0], language) == "slot 9 of hub 1-2"
    assert place_words(facts[-1], language) == "/dev/ttyUSB2"


def row_of(number: int) -> BoardRow:
    return BoardRow(number, "", "", "", 1, 0, 0, 0, False, 0, 0, 0)
