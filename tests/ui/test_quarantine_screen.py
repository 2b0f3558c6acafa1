"""What waits gets an answer once, for all equal lines, or a reason why not."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.storage.queries.quarantine import open_items
from app.ui.dialogs.reason import ReasonDialog
from app.ui.dock_watcher import DockWatcher
from app.ui.screens.quarantine import QuarantineScreen
from app.ui.workplace import Workplace


@pytest.fixture
def screen(qtbot: QtBot, workplace: Workplace, still_watcher: DockWatcher) -> QuarantineScreen:
    screen = QuarantineScreen(workplace, still_watcher)
    qtbot.addWidget(screen)
    screen.retranslate()
    screen.resize(1180, 680)
    screen.show()
    screen.refresh()
    qtbot.waitUntil(lambda: screen.table.rows.rowCount() > 0)
    return screen


def select(screen: QuarantineScreen, kind: str) -> int:
    """Put the cursor on the first line of a kind; return how many lines are equal to it."""
    model = screen.table.rows
    place = next(n for n in range(model.rowCount()) if model.row(n).kind == kind)
    screen.table.selectRow(place)
    return int(model.row(place).equal)


def test_one_key_settles_all_lines_with_the_same_unknown_product(
    qtbot: QtBot, screen: QuarantineScreen, workplace: Workplace
) -> None:
    before = screen.table.rows.rowCount()
    equal = select(screen, "product")
    assert equal > 1
    qtbot.waitUntil(lambda: len(screen.proposals) > 0)
    assert screen.proposals[0].startswith("HX50")
    screen.activateWindow()
    screen.table.setFocus()
    qtbot.waitUntil(screen.table.hasFocus)
    with qtbot.waitSignal(screen.news, timeout=20_000) as said:
        qtbot.keyClick(screen.table, Qt.Key.Key_1)
    assert "HX50O" in said.args[0]
    qtbot.waitUntil(lambda: screen.table.rows.rowCount() == before - equal)


def test_line_without_a_code_to_choose_is_checked_again(
    qtbot: QtBot, screen: QuarantineScreen
) -> None:
    select(screen, "price")
    assert screen.proposals == []
    screen.use_proposal(0)
    qtbot.waitUntil(screen.strip.isVisible)
    assert "price" in screen.strip.text.lower()


def test_reject_takes_a_reason_and_closes_the_line(
    qtbot: QtBot,
    screen: QuarantineScreen,
    workplace: Workplace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ReasonDialog, "ask", lambda *_: "closed down")
    select(screen, "customer")
    with qtbot.waitSignal(screen.news, timeout=20_000):
        screen.reject_item()
    with workplace.office.database.read() as reader:
        assert "customer" not in {item.kind for item in open_items(reader)}


def test_totals_say_what_waits(qtbot: QtBot, screen: QuarantineScreen) -> None:
    waiting = screen.table.rows.rowCount()
    qtbot.waitUntil(lambda: f"in {waiting} lines" in screen.totals.text())
