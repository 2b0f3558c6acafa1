"""The registry in the window: what each handheld said last, and who may do what to it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.domain.rights import Actor, Right
from app.services.docking import dock
from app.services.office import Office
from app.services.terminals import assign, list_terminals
from app.storage.queries.terminals import RegistryRow
from app.ui.dialogs.assigning import AssignDialog
from app.ui.dialogs.pairing import PairingDialog
from app.ui.dialogs.reason import ReasonDialog
from app.ui.dock_watcher import DockWatcher
from app.ui.screens.terminals.registry_list import TerminalRow
from app.ui.screens.terminals.screen import TerminalsScreen
from app.ui.workplace import Workplace
from tests.support.credentials import introduce
from tests.support.lost_terminals import DRIVER_TERMINAL, load_for_next_day
from tests.support.sample_office import BRANCH, CLERK
from tests.support.terminals import running_handheld

NUMBER = 9


@pytest.fixture
def screen(qtbot: QtBot, workplace: Workplace, still_watcher: DockWatcher) -> TerminalsScreen:
    return open_screen(qtbot, workplace, still_watcher)


def open_screen(qtbot: QtBot, workplace: Workplace, watcher: DockWatcher) -> TerminalsScreen:
    screen = TerminalsScreen(workplace, watcher)
    qtbot.addWidget(screen)
    screen.retranslate()
    screen.resize(1180, 680)
    screen.show()
    screen.refresh()
    qtbot.waitUntil(lambda: screen.table.rows.rowCount() > 0)
    screen.activateWindow()
    screen.take_focus()
    qtbot.waitUntil(screen.table.hasFocus)
    return screen


def select(screen: TerminalsScreen, number: int) -> TerminalRow:
    """Put the cursor on a terminal."""
    model = screen.table.rows
    place = next(n for n in range(model.rowCount()) if model.row(n).terminal_no == number)
    screen.table.selectRow(place)
    return model.row(place)


def shown(screen: TerminalsScreen, number: int) -> dict[str, str]:
    """Title -> text of a terminal's cells."""
    model = screen.table.rows
    place = next(n for n in range(model.rowCount()) if model.row(n).terminal_no == number)
    return {
        model.headerData(column, Qt.Orientation.Horizontal): model.index(place, column).data()
        for column in range(model.columnCount())
    }


def known(office: Office, number: int) -> RegistryRow:
    return next(row for row in list_terminals(office, CLERK) if row.terminal_no == number)


def give_reason(qtbot: QtBot, reason: str) -> None:
    """Type into the question that is about to come up, and press Enter."""

    def type_it() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ReasonDialog)
        qtbot.keyClicks(dialog.line, reason)
        qtbot.keyClick(dialog.line, Qt.Key.Key_Return)

    QTimer.singleShot(0, type_it)


def test_what_a_handheld_said_of_itself_stands_in_its_row(
    qtbot: QtBot, office: Office, workplace: Workplace, still_watcher: DockWatcher, tmp_path: Path
) -> None:
    introduce(office, CLERK, NUMBER, person="S01")
    with running_handheld(
        tmp_path,
        branch=BRANCH,
        terminal=NUMBER,
        serial="S-9",
        scenario="day",
        faults=["battery=15"],
    ) as handheld:
        assert dock(office, CLERK, handheld.port).state == "done"
        # It tells at the next docking what it took home at this one.
        assert dock(office, CLERK, handheld.port).state == "done"
    screen = open_screen(qtbot, workplace, still_watcher)
    cells = shown(screen, NUMBER)
    row = known(office, NUMBER)
    assert (cells["State"], cells["Device"], cells["Battery"]) == ("in use", "paired", "15 %")
    assert (cells["Serial number"], cells["Model"]) == ("S-9", "simulated")
    assert cells["Received"] == workplace.language.number(row.received_seq)
    assert cells["Backed up"] == "0"
    assert cells["Numbers used"] == f"0 of {row.number_last}"
    assert row.number_last > 0
    assert cells["Room left"].endswith("GB")
    assert cells["Clock"].startswith("clock")
    assert cells["Data as of"] != "–"
    assert cells["Person"] != "–"
    unseen = shown(screen, 4)
    assert unseen["Device"] == "not paired"
    assert (unseen["Battery"], unseen["Numbers used"], unseen["Data as of"]) == ("–", "–", "–")


def test_state_is_seen_as_colour_icon_and_word(screen: TerminalsScreen) -> None:
    model = screen.table.rows
    index = model.index(0, 1)
    assert index.data() == "in use"
    assert not index.data(Qt.ItemDataRole.DecorationRole).isNull()
    ok = screen.workplace.theme.colour("ok")
    assert index.data(Qt.ItemDataRole.ForegroundRole) == ok


def test_f2_assigns_person_and_route(qtbot: QtBot, office: Office, screen: TerminalsScreen) -> None:
    select(screen, 4)
    qtbot.keyClick(screen.table, Qt.Key.Key_F2)
    dialog = screen.findChild(AssignDialog)
    assert dialog is not None
    qtbot.waitUntil(dialog.act.isEnabled)
    qtbot.keyClicks(dialog.person, "K")
    qtbot.keyClick(dialog.person, Qt.Key.Key_Tab)
    qtbot.keyClicks(dialog.route, "R")
    chosen = (dialog.person.currentData(), dialog.route.currentData())
    assert all(chosen)
    with qtbot.waitSignal(screen.news) as said:
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert said.args == ["Terminal 4 is assigned."]
    row = known(office, 4)
    assert (row.person_code, row.route_code) == chosen
    qtbot.waitUntil(lambda: shown(screen, 4)["Route"] != "–")


def test_a_route_that_is_taken_is_said_with_both_names(
    qtbot: QtBot, screen: TerminalsScreen
) -> None:
    for number in (4, 5):
        select(screen, number)
        screen.assign()
        dialog = next(each for each in screen.findChildren(AssignDialog) if each.isVisible())
        qtbot.waitUntil(dialog.act.isEnabled)
        dialog.route.setCurrentIndex(1)
        taken = dialog.route.currentData()
        dialog.act.click()
        qtbot.waitUntil(lambda: screen.workplace.tasks.idle)
    assert screen.strip.isVisible()
    assert taken in screen.strip.text
    assert "terminal 4" in screen.strip.text


def test_delete_locks_out_with_a_reason(
    qtbot: QtBot, office: Office, screen: TerminalsScreen
) -> None:
    select(screen, 3)
    give_reason(qtbot, "sold")
    with qtbot.waitSignal(screen.news) as said:
        qtbot.keyClick(screen.table, Qt.Key.Key_Delete)
    assert said.args == ["Terminal 3 is locked out."]
    assert known(office, 3).status == "revoked"
    qtbot.waitUntil(lambda: shown(screen, 3)["State"] == "locked out")
    select(screen, 3)
    assert not screen.buttons["lock"].isEnabled()
    assert screen.buttons["lose"].isEnabled()


def test_without_a_reason_nothing_happens(
    qtbot: QtBot, office: Office, screen: TerminalsScreen
) -> None:
    select(screen, 3)
    QTimer.singleShot(0, lambda: QApplication.activeModalWidget().reject())
    qtbot.keyClick(screen.table, Qt.Key.Key_Delete)
    assert screen.workplace.tasks.idle
    assert known(office, 3).status == "active"


def test_a_lost_terminal_leads_to_its_papers_and_its_numbers(
    qtbot: QtBot,
    office: Office,
    workplace: Workplace,
    still_watcher: DockWatcher,
    tmp_path: Path,
) -> None:
    introduce(office, CLERK, NUMBER)
    with running_handheld(tmp_path, branch=BRANCH, terminal=NUMBER) as handheld:
        assert dock(office, CLERK, handheld.port).state == "done"
    assign(office, CLERK, NUMBER, known(office, DRIVER_TERMINAL).person_code, "")
    _day, note = load_for_next_day(office)
    screen = open_screen(qtbot, workplace, still_watcher)
    row = select(screen, NUMBER)
    assert row.numbers_left > 0
    give_reason(qtbot, "fell into the river")
    qtbot.keyClick(screen.table, Qt.Key.Key_Delete, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(screen.strip.isVisible)
    assert screen.strip.text.startswith("Terminal 9 is reported lost. Type under Deliveries")
    assert note in screen.strip.text
    assert known(office, NUMBER).status == "lost"
    buttons = screen.strip.findChildren(QPushButton)
    button = next(each for each in buttons if each.text() == "Close its numbers")
    with qtbot.waitSignal(screen.news) as said:
        button.click()
    assert said.args == ["The numbers that terminal 9 had not used are closed."]


def test_replace_begins_with_the_number_and_its_carrier(
    qtbot: QtBot, screen: TerminalsScreen
) -> None:
    row = select(screen, 3)
    qtbot.keyClick(screen.table, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    dialog = screen.findChild(PairingDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.form.number.text() == "3")
    assert dialog.form.person.currentData() == row.person_code
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)


def test_insert_pairs_under_the_first_free_number(qtbot: QtBot, screen: TerminalsScreen) -> None:
    qtbot.keyClick(screen.table, Qt.Key.Key_Insert)
    dialog = screen.findChild(PairingDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.form.number.text() == "7")
    assert dialog.form.note.text() == "This number is free."


def test_filter_finds_a_person(qtbot: QtBot, screen: TerminalsScreen) -> None:
    row = screen.table.rows.row(0)
    screen.focus_filter()
    qtbot.keyClicks(screen.filter, row.person_code)
    qtbot.keyClick(screen.filter, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: screen.table.rows.rowCount() == 1)
    assert screen.table.rows.row(0).terminal_no == row.terminal_no


def test_who_may_not_pair_sees_the_list_and_no_button(
    qtbot: QtBot,
    office: Office,
    workplaces: Callable[..., Workplace],
    still_watcher: DockWatcher,
) -> None:
    keeper = Actor("keeper", frozenset({Right.DOCK}))
    screen = open_screen(qtbot, workplaces(office, keeper), still_watcher)
    assert not any(button.isVisible() for button in screen.buttons.values())
    select(screen, 3)
    for key in (Qt.Key.Key_F2, Qt.Key.Key_Insert, Qt.Key.Key_Delete, Qt.Key.Key_Return):
        qtbot.keyClick(screen.table, key)
    assert screen.findChildren(AssignDialog) + screen.findChildren(PairingDialog) == []
    assert QApplication.activeModalWidget() is None


def test_empty_registry_teaches_and_offers_to_pair(
    qtbot: QtBot,
    bare_office: Office,
    workplaces: Callable[..., Workplace],
    still_watcher: DockWatcher,
) -> None:
    screen = TerminalsScreen(workplaces(bare_office), still_watcher)
    qtbot.addWidget(screen)
    screen.retranslate()
    screen.show()
    screen.refresh()
    qtbot.waitUntil(screen.empty.isVisible)
    screen.empty.button.click()
    dialog = screen.findChild(PairingDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.form.number.text() == "1")
    labels = [*screen.findChildren(QLabel), *dialog.findChildren(QLabel)]
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}
