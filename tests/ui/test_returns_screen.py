"""Returns in the window: asked for by the number of the note, received, looked at, credited."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from app.domain.rights import Actor
from app.services.office import Office
from app.storage.queries.deliveries import listing
from app.storage.queries.directory import reasons_by_code
from app.storage.queries.returns import ReturnRow, return_lines, return_rows
from app.ui.dialogs.reason import ReasonDialog
from app.ui.dock_watcher import DockWatcher
from app.ui.models.shelf import read_shelf
from app.ui.screens.returns.asking import AskingForm
from app.ui.screens.returns.looking import Looking
from app.ui.screens.returns.screen import ReturnsScreen
from app.ui.workplace import Workplace
from tests.support.sample_office import CLERK, SAMPLE_DAY
from tests.support.trades import assert_sound

CHIEF = Actor.everything("chief")


def shown(qtbot: QtBot, screen: ReturnsScreen) -> ReturnsScreen:
    qtbot.addWidget(screen)
    screen.retranslate()
    screen.resize(1180, 680)
    screen.show()
    screen.activateWindow()
    qtbot.waitUntil(screen.isActiveWindow)
    screen.refresh()
    return screen


@pytest.fixture
def screen(qtbot: QtBot, workplace: Workplace, still_watcher: DockWatcher) -> ReturnsScreen:
    return shown(qtbot, ReturnsScreen(workplace, still_watcher))


def posted_note(office: Office) -> str:
    with office.database.read() as reader:
        rows = listing(reader)
        return next(row.number for row in rows if row.number and row.state == "posted")


def form_of(qtbot: QtBot, workplace: Workplace) -> AskingForm:
    with workplace.office.database.read() as reader:
        shelf, reasons = read_shelf(reader, SAMPLE_DAY), reasons_by_code(reader)
    form = AskingForm(workplace, shelf, reasons)
    qtbot.addWidget(form)
    form.show()
    form.activateWindow()
    qtbot.waitUntil(form.isActiveWindow)
    return form


def the_return(office: Office) -> ReturnRow:
    with office.database.read() as reader:
        (row,) = return_rows(reader)
    return row


def take_by_note(qtbot: QtBot, workplace: Workplace) -> AskingForm:
    form = form_of(qtbot, workplace)
    form.note.setText(posted_note(workplace.office))
    form.note.editingFinished.emit()
    qtbot.waitUntil(lambda: form.grid.words(0, "left") != "")
    reason = next(iter(form.reasons))
    form.grid.put_row(0, {"qty": "0+1", "reason": reason, "condition": "damaged"})
    QTest.keyClick(form, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: form.done_with is not None)
    return form


def test_a_note_brings_in_its_goods_and_the_return_goes_to_its_credit_by_keys(
    qtbot: QtBot,
    screen: ReturnsScreen,
    workplace: Workplace,
    office: Office,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    take_by_note(qtbot, workplace)
    assert the_return(office).state == "approved"
    screen.activateWindow()
    screen.refresh()
    qtbot.waitUntil(lambda: screen.table.current() is not None)
    QTest.keyClick(screen.table, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: the_return(office).state == "received")

    def look(dialog: Looking) -> int:
        dialog.confirm()
        qtbot.waitUntil(lambda: dialog.credited_fen is not None)
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(Looking, "exec", look)
    qtbot.waitUntil(screen.look.isVisible)
    QTest.keyClick(screen.table, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: the_return(office).state == "posted")
    with office.database.read() as reader:
        (line,) = return_lines(reader, the_return(office).id)
    assert (line.qty, line.accepted, line.disposition) == (1, 1, "damaged")
    assert not line.no_reference
    assert_sound(office)


def test_without_a_note_a_second_person_approves(
    qtbot: QtBot,
    workplaces: Callable[[Office, Actor], Workplace],
    office: Office,
    still_watcher: DockWatcher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    form = form_of(qtbot, workplaces(office, CLERK))
    form.customer.setCurrentIndex(0)
    reason = next(iter(form.reasons))
    form.grid.put_row(0, {"product": "HX500", "qty": "1", "reason": reason})
    form.confirm()
    qtbot.waitUntil(lambda: form.done_with is not None)
    screen = shown(qtbot, ReturnsScreen(workplaces(office, CHIEF), still_watcher))
    qtbot.waitUntil(screen.approve.isVisible)
    assert not screen.receive.isVisible()
    monkeypatch.setattr(ReasonDialog, "ask", lambda *_: "seen it")
    screen.approve.click()
    qtbot.waitUntil(lambda: the_return(office).state == "approved")
    assert the_return(office).approved_by == CHIEF.user


def test_a_reason_that_is_none_is_marked_and_nothing_is_written(
    qtbot: QtBot, workplace: Workplace, office: Office
) -> None:
    form = form_of(qtbot, workplace)
    form.customer.setCurrentIndex(0)
    form.grid.put_row(0, {"product": "HX500", "qty": "1", "reason": "because"})
    form.confirm()
    assert "reason" in form.told.text()
    item = form.grid.item(0, 3)
    assert item is not None
    assert item.toolTip() == "Choose from the list"
    with office.database.read() as reader:
        assert return_rows(reader) == ()


def test_an_unknown_note_says_so(qtbot: QtBot, workplace: Workplace) -> None:
    form = form_of(qtbot, workplace)
    form.note.setText("0127-DN-9999-000001-1")
    form.note.editingFinished.emit()
    qtbot.waitUntil(lambda: "no delivery note" in form.told.text())


def test_no_returns_teach_how_one_gets_here(qtbot: QtBot, screen: ReturnsScreen) -> None:
    qtbot.waitUntil(lambda: screen.workplace.tasks.idle)
    assert screen.empty.isVisible()
    assert "Ctrl+N" in screen.empty.accessibleName()
