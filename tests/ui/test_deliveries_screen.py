"""The clerk's evening: see the day's notes, narrow them down, print them, take one back."""

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.storage.queries.deliveries import listing
from app.ui.dialogs.reason import ReasonDialog
from app.ui.dock_watcher import DockWatcher
from app.ui.screens.deliveries import DeliveriesScreen
from app.ui.workplace import Workplace
from tests.support.sample_office import SAMPLE_DAY


@pytest.fixture
def screen(qtbot: QtBot, workplace: Workplace, still_watcher: DockWatcher) -> DeliveriesScreen:
    screen = DeliveriesScreen(workplace, still_watcher)
    qtbot.addWidget(screen)
    screen.retranslate()
    screen.resize(1180, 680)
    screen.show()
    screen.refresh()
    qtbot.waitUntil(lambda: screen.model.rowCount() > 0)
    return screen


def numbers(screen: DeliveriesScreen) -> list[str]:
    rows = (screen.model.row(n) for n in range(screen.model.rowCount()))
    return [row.number or "" for row in rows if row is not None]


def test_shows_the_day_in_the_order_of_the_stops(
    screen: DeliveriesScreen, workplace: Workplace
) -> None:
    with workplace.office.database.read() as reader:
        expected = [row.number for row in listing(reader, day=SAMPLE_DAY)]
    assert numbers(screen) == expected
    assert str(len(expected)) in screen.summary.text()


def test_preview_is_the_real_paper_of_the_row_under_the_cursor(
    qtbot: QtBot, screen: DeliveriesScreen
) -> None:
    qtbot.waitUntil(lambda: screen.paper.page_count > 0)
    screen.table.setFocus()
    qtbot.keyClick(screen.table, Qt.Key.Key_Down)
    second = numbers(screen)[1]
    qtbot.waitUntil(lambda: screen.shown_number == second)


def test_filter_narrows_down_by_words_typed(qtbot: QtBot, screen: DeliveriesScreen) -> None:
    everything = numbers(screen)
    screen.focus_filter()
    qtbot.keyClicks(screen.filter, everything[2])
    qtbot.keyClick(screen.filter, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: numbers(screen) == [everything[2]])


def test_print_writes_one_pdf_and_the_second_print_is_marked(
    qtbot: QtBot, screen: DeliveriesScreen, workplace: Workplace
) -> None:
    for place in (1, 2):
        screen.print_papers()
        file = f"delivery-notes-{SAMPLE_DAY}-{place:02}.pdf"
        qtbot.waitUntil(lambda file=file: file in screen.strip.text, timeout=20_000)
        files = sorted(workplace.paths.output.glob("*.pdf"))
        assert len(files) == place
    qtbot.waitUntil(lambda: workplace.tasks.idle)
    with pypdfium2.PdfDocument(files[-1]) as document:
        assert len(document) >= len(numbers(screen))
        first, second = (
            pypdfium2.PdfDocument(file)[0].get_textpage().get_text_range() for file in files
        )
    assert first != second
    qtbot.waitUntil(lambda: screen.model.index(0, 6).data() == "2")


def test_reversing_asks_for_a_reason_and_keeps_both_papers(
    qtbot: QtBot,
    screen: DeliveriesScreen,
    workplace: Workplace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ReasonDialog, "ask", lambda *_: "wrong customer")
    number = numbers(screen)[0]
    with qtbot.waitSignal(screen.news, timeout=20_000) as said:
        screen.reverse_delivery()
    assert number in said.args[0]
    qtbot.waitUntil(lambda: screen.model.index(0, 3).data() == "Reversed")


def test_a_day_without_deliveries_teaches(qtbot: QtBot, screen: DeliveriesScreen) -> None:
    screen.show_day(SAMPLE_DAY.replace(day=1))
    qtbot.waitUntil(lambda: screen.model.rowCount() == 0)
    qtbot.waitUntil(screen.empty.isVisible)
    assert screen.empty.accessibleName().startswith("No deliveries on this day")
