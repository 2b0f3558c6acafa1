"""A lost terminal's note is typed with the keys alone, and is shown as typed."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget, QWidget
from pytestqt.qtbot import QtBot

from app.services.office import Office
from app.services.paper_entry import PaperLine
from app.services.paper_notes import Paper, paper_of
from app.storage.queries.documents import documents_by_number
from app.ui.dialogs.paper import PaperDialog
from app.ui.dock_watcher import DockWatcher
from app.ui.screens.deliveries import DeliveriesScreen
from app.ui.screens.stock.evidence import find_proof
from app.ui.screens.stock.proof_page import ProofPage
from app.ui.widgets.paper_grid import DELIVERED, REASON, REFUSED
from app.ui.workplace import Workplace
from tests.support.lost_terminals import DRIVER_TERMINAL, load_next_day
from tests.support.sample_office import CLERK


@pytest.fixture
def paper(office: Office) -> Paper:
    _day, number = load_next_day(office)
    return paper_of(office, CLERK, number)


@pytest.fixture
def dialog(qtbot: QtBot, workplace: Workplace, paper: Paper) -> Iterator[PaperDialog]:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = PaperDialog(workplace, paper, parent)
    dialog.show()
    qtbot.waitUntil(dialog.grid.hasFocus)
    yield dialog
    dialog.close()


def press(qtbot: QtBot, *keys: Qt.Key | str) -> None:
    """Keys go to whatever has the focus, as they do for a person."""
    for key in [sign for each in keys for sign in (each if isinstance(each, str) else [each])]:
        target = QApplication.focusWidget()
        assert target is not None
        qtbot.keyClick(target, key)


def editing(dialog: PaperDialog) -> bool:
    return bool(dialog.grid.viewport().findChildren(QLineEdit))


def write(qtbot: QtBot, dialog: PaperDialog, words: str) -> None:
    """Type into the cell under the cursor, and go on to the next one."""
    before = (dialog.grid.currentRow(), dialog.grid.currentColumn())
    press(qtbot, words, Qt.Key.Key_Return)
    qtbot.waitUntil(
        lambda: (
            not editing(dialog)
            and (dialog.grid.currentRow(), dialog.grid.currentColumn()) != before
        )
    )


def test_everything_was_delivered_unless_something_else_is_typed(
    dialog: PaperDialog, paper: Paper
) -> None:
    told = dialog.result_of_note
    assert told.number == paper.note.number
    assert told.lines == tuple(
        PaperLine(line.product_code, line.lot, line.shipped) for line in paper.note.lines
    )
    assert dialog.outcome.text().endswith("refused 0: in full.")


def test_the_keys_alone_fill_it_in(qtbot: QtBot, dialog: PaperDialog, paper: Paper) -> None:
    grid, first = dialog.grid, paper.note.lines[0]
    assert (grid.currentRow(), grid.currentColumn()) == (0, DELIVERED)
    press(qtbot, Qt.Key.Key_Return)
    assert grid.currentColumn() == REFUSED
    write(qtbot, dialog, "3")
    assert grid.units(0, DELIVERED) == first.shipped - 3
    write(qtbot, dialog, "dmg1")
    assert (grid.currentRow(), grid.currentColumn()) == (1, DELIVERED)
    assert dialog.result_of_note.lines[0] == PaperLine(
        first.product_code, first.lot, first.shipped - 3, 3, "DMG1"
    )
    assert dialog.outcome.text().endswith("refused 3: in part.")
    press(qtbot, Qt.Key.Key_Backtab)
    assert (grid.currentRow(), grid.currentColumn()) == (0, REASON)


def test_more_than_was_loaded_cannot_be_typed(
    qtbot: QtBot, dialog: PaperDialog, paper: Paper
) -> None:
    press(qtbot, "9999999")
    (editor,) = dialog.grid.viewport().findChildren(QLineEdit)
    assert len(editor.text()) <= len(str(paper.note.lines[0].shipped))
    press(qtbot, Qt.Key.Key_Escape)
    assert dialog.grid.units(0, DELIVERED) == paper.note.lines[0].shipped


def test_behind_the_last_cell_comes_the_name_and_then_the_post(
    qtbot: QtBot, dialog: PaperDialog, paper: Paper
) -> None:
    dialog.grid.setCurrentCell(len(paper.note.lines) - 1, REASON)
    press(qtbot, Qt.Key.Key_Tab)
    qtbot.waitUntil(dialog.receiver.hasFocus)
    press(qtbot, "Wang")
    with qtbot.waitSignal(dialog.accepted):
        qtbot.keyClick(dialog.receiver, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert dialog.result_of_note.receiver == "Wang"


def test_what_is_still_being_written_is_posted_too(
    qtbot: QtBot, dialog: PaperDialog, paper: Paper
) -> None:
    dialog.grid.setCurrentCell(0, REFUSED)
    press(qtbot, "2")
    assert editing(dialog)
    target = QApplication.focusWidget()
    assert target is not None
    with qtbot.waitSignal(dialog.accepted):
        qtbot.keyClick(target, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert dialog.result_of_note.lines[0].refused == 2


def open_screen(
    qtbot: QtBot, workplace: Workplace, watcher: DockWatcher, office: Office
) -> tuple[DeliveriesScreen, str]:
    day, number = load_next_day(office)
    screen = DeliveriesScreen(workplace, watcher)
    qtbot.addWidget(screen)
    screen.retranslate()
    screen.resize(1180, 680)
    screen.show()
    screen.show_day(day)
    screen.refresh()
    qtbot.waitUntil(lambda: screen.model.rowCount() == 2)
    screen.table.selectRow(0)
    return screen, number


def test_a_loaded_note_is_posted_as_typed(
    qtbot: QtBot,
    office: Office,
    workplace: Workplace,
    still_watcher: DockWatcher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def answer(workplace: Workplace, paper: Paper, parent: QWidget) -> object:
        return PaperDialog(workplace, paper, parent).result_of_note

    monkeypatch.setattr(PaperDialog, "ask", answer)
    screen, number = open_screen(qtbot, workplace, still_watcher, office)
    qtbot.waitUntil(screen.type_in.isEnabled)
    with qtbot.waitSignal(screen.news, timeout=20_000) as said:
        screen.type_in.click()
    assert said.args[0] == f"{number} is posted, typed by {CLERK.user}."
    qtbot.waitUntil(lambda: screen.model.row(0).state == "posted")
    screen.table.selectRow(0)
    qtbot.waitUntil(lambda: not screen.type_in.isEnabled())
    with office.database.read() as reader:
        document = documents_by_number(reader, [number])[number]
    page = ProofPage(workplace.language)
    qtbot.addWidget(page)
    page.show_proof(find_proof(workplace, document.id), 1)
    listed = page.findChild(QListWidget)
    assert isinstance(listed, QListWidget)
    words = [listed.item(place).text() for place in range(listed.count())]
    typed = [each for each in words if f"terminal {DRIVER_TERMINAL}" in each]
    assert typed
    assert all(each.endswith(f"typed by {CLERK.user}") for each in typed)


def test_what_breaks_a_rule_is_told_and_waits(
    qtbot: QtBot,
    office: Office,
    workplace: Workplace,
    still_watcher: DockWatcher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def answer(workplace: Workplace, paper: Paper, parent: QWidget) -> object:
        told = PaperDialog(workplace, paper, parent).result_of_note
        first = told.lines[0]
        more = PaperLine(first.product, first.lot, first.delivered + 1)
        return type(told)(told.number, (more, *told.lines[1:]))

    monkeypatch.setattr(PaperDialog, "ask", answer)
    screen, _number = open_screen(qtbot, workplace, still_watcher, office)
    screen.enter_from_paper()
    qtbot.waitUntil(lambda: "were loaded" in screen.strip.text, timeout=20_000)


def test_of_a_terminal_in_use_the_desk_types_the_signed_paper(
    qtbot: QtBot,
    office: Office,
    workplaces: Callable[[Office], Workplace],
    still_watcher: DockWatcher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Paper] = []

    def answer(_workplace: Workplace, paper: Paper, _parent: object) -> None:
        asked.append(paper)

    monkeypatch.setattr(PaperDialog, "ask", answer)
    screen, number = open_screen(qtbot, workplaces(office), still_watcher, office)
    with office.database.transaction(CLERK, "found again") as store:
        store.terminals.change(DRIVER_TERMINAL, status="active")
    screen.enter_from_paper()
    qtbot.waitUntil(lambda: bool(asked), timeout=20_000)
    assert (asked[0].terminal_no, asked[0].note.number) == (0, number)
