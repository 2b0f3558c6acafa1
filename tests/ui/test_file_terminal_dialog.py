"""A terminal that knows files is set up in the window, and a file of it taken in."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.explain.families import ABILITIES, DOUBTS
from app.services.device_files import note_state
from app.services.docking import DockReport, Met, Progress
from app.services.file_terminals import list_setups
from app.services.office import Office
from app.services.terminals import list_terminals
from app.storage.queries.directory import places_by_code, products_by_code
from app.storage.store.files import FileSetup
from app.ui.dialogs.file_terminal import FileTerminalDialog
from app.ui.dock_watcher import DockWatcher
from app.ui.screens.terminals.screen import TerminalsScreen
from app.ui.workplace import Workplace
from drivers.contract import Capability
from drivers.discovery import FoundPort
from drivers.registry import FILE_DRIVERS
from tests.support.sample_office import CLERK

PATIENCE_MS = 20_000
PORT = "mtp:0123456789"


@pytest.fixture
def ports() -> list[FoundPort]:
    return [FoundPort("/dev/nothing-here"), FoundPort(PORT)]


@pytest.fixture
def screen(qtbot: QtBot, workplace: Workplace, ports: list[FoundPort]) -> TerminalsScreen:
    def refuse(port: str, _progress: Progress, _met: Met) -> DockReport:
        return DockReport(port, "idle")

    watcher = DockWatcher(workplace.tasks, lambda: tuple(ports), refuse)
    screen = TerminalsScreen(workplace, watcher)
    qtbot.addWidget(screen)
    screen.retranslate()
    screen.resize(1180, 680)
    screen.show()
    screen.refresh()
    watcher.start()
    qtbot.waitUntil(lambda: watcher.looked and screen.table.rows.rowCount() > 0)
    watcher.stop()
    return screen


@pytest.fixture
def open_dialog(qtbot: QtBot, screen: TerminalsScreen) -> Callable[[], FileTerminalDialog]:
    def make() -> FileTerminalDialog:
        screen.set_up_files()
        dialog = [each for each in screen.findChildren(FileTerminalDialog) if each.isVisible()][-1]
        qtbot.waitUntil(lambda: dialog.form.profile.count() > 0, timeout=PATIENCE_MS)
        return dialog

    return make


def choose(dialog: FileTerminalDialog, family: str, profile: str, port: str = "") -> None:
    form = dialog.form
    form.family.setCurrentIndex(form.family.findData(family))
    form.profile.setCurrentIndex(form.profile.findData(profile))
    if port:
        form.take_port(port)


def select(screen: TerminalsScreen, number: int) -> dict[str, str]:
    """Put the cursor on a terminal; returns title -> text of its cells."""
    model = screen.table.rows
    place = next(n for n in range(model.rowCount()) if model.row(n).terminal_no == number)
    screen.table.selectRow(place)
    return {
        model.headerData(column, Qt.Orientation.Horizontal): model.index(place, column).data()
        for column in range(model.columnCount())
    }


def setup_of(office: Office, number: int) -> FileSetup:
    return next(each for each in list_setups(office, CLERK) if each.terminal_no == number)


def strip_button(screen: TerminalsScreen) -> QPushButton:
    return next(each for each in screen.strip.findChildren(QPushButton) if each.isVisible())


@pytest.fixture
def scanner(
    qtbot: QtBot,
    office: Office,
    screen: TerminalsScreen,
    open_dialog: Callable[[], FileTerminalDialog],
) -> FileSetup:
    """Terminal 7, set up in the window: counts in the warehouse, read from a folder."""
    with office.database.read() as reader:
        warehouse = next(
            each.code for each in places_by_code(reader).values() if each.kind == "warehouse"
        )
    dialog = open_dialog()
    choose(dialog, "folder", "generic-csv", "folder:/media/card")
    dialog.form.location.setCurrentIndex(dialog.form.location.findData(warehouse))
    with qtbot.waitSignal(screen.news, timeout=PATIENCE_MS) as said:
        dialog.begin()
    assert said.args == ["Terminal 7 is set up for its files."]
    qtbot.waitUntil(lambda: screen.workplace.tasks.idle, timeout=PATIENCE_MS)
    return setup_of(office, 7)


def barcode_of(office: Office) -> str:
    with office.database.read() as reader:
        products = products_by_code(reader).values()
        return next(gtin for each in products for p in each.packings.items if (gtin := p.gtin))


def test_a_new_terminal_is_enrolled_and_set_up(
    office: Office, screen: TerminalsScreen, scanner: FileSetup
) -> None:
    assert (scanner.driver, scanner.profile) == ("folder", "generic-csv")
    assert (scanner.port, scanner.serial) == ("folder:/media/card", "")
    assert scanner.location
    assert 7 in {row.terminal_no for row in list_terminals(office, CLERK)}
    cells = select(screen, 7)
    assert (cells["Device"], cells["Family"]) == ("gives files", "Drive or folder")
    assert cells["Format profile"] == "generic-csv"
    assert not screen.table.isColumnHidden(5)
    assert screen.buttons["take"].isVisible()
    assert not screen.buttons["replace"].isVisible()
    select(screen, 1)
    assert not screen.buttons["take"].isVisible()


def test_the_form_follows_what_a_family_can_do_and_what_a_profile_does_not_say(
    open_dialog: Callable[[], FileTerminalDialog],
) -> None:
    dialog = open_dialog()
    form = dialog.form
    assert form.number.text() == "7"
    assert not dialog.act.isEnabled()
    form.take_port(PORT)
    assert form.driver.name == "mtp"  # its address is that family's alone
    assert form.serial.isVisible()
    choose(dialog, "unitech", "generic-receipt")
    assert form.doubts.text().startswith("Beta: ")
    assert form.supplier.isVisible() is False  # every line of that file names one
    assert form.location.isVisible()
    assert not form.sends.isEnabled()  # that profile has no list
    assert form.baud.isVisible()
    assert form.baud.currentText() == "as its family: 9,600"
    form.baud.setCurrentIndex(form.baud.findData(38_400))
    assert form.answers.baud == 38_400
    choose(dialog, "zmodem", "generic-order")
    assert not form.doubts.isVisible()
    assert not form.clears.isVisible()
    assert not form.location.isVisible()
    choose(dialog, "folder", "generic-csv")
    assert (form.baud.isVisible(), form.answers.baud) == (False, 0)
    assert form.sends.isEnabled()
    assert dialog.act.isEnabled()
    form.number.setText("0")
    assert not dialog.act.isEnabled()
    labels = dialog.findChildren(QLabel)
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}


def test_a_port_that_is_taken_is_said_and_enrols_nobody(
    qtbot: QtBot,
    office: Office,
    screen: TerminalsScreen,
    scanner: FileSetup,
    open_dialog: Callable[[], FileTerminalDialog],
) -> None:
    select(screen, 1)
    dialog = open_dialog()
    assert dialog.form.number.text() == "8"
    choose(dialog, "folder", "generic-csv", scanner.port)
    dialog.begin()
    qtbot.waitUntil(dialog.strip.isVisible, timeout=PATIENCE_MS)
    assert dialog.strip.text.startswith("Terminal 7 is known by folder:/media/card already.")
    assert 8 not in {row.terminal_no for row in list_terminals(office, CLERK)}
    assert dialog.act.isEnabled()


def test_the_profile_is_looked_at_and_what_was_written_goes_on(
    qtbot: QtBot, screen: TerminalsScreen, open_dialog: Callable[[], FileTerminalDialog]
) -> None:
    dialog = open_dialog()
    choose(dialog, "csp2", "csp2-scans", "/dev/nothing-here")
    dialog.form.number.setText("44")
    with qtbot.waitSignal(screen.wanted) as wanted:
        dialog.form.edit.click()
    assert wanted.args == ["profiles", "csp2-scans"]
    again = open_dialog()
    assert again.form.number.text() == "44"
    assert again.form.driver.name == "csp2"
    assert again.form.port.currentText() == "/dev/nothing-here"


def test_the_set_up_of_the_chosen_terminal_is_changed(
    qtbot: QtBot,
    office: Office,
    screen: TerminalsScreen,
    scanner: FileSetup,
    open_dialog: Callable[[], FileTerminalDialog],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    select(screen, 7)
    dialog = open_dialog()
    assert "set up already" in dialog.form.note.text()
    assert dialog.form.location.code == scanner.location
    monkeypatch.setattr("app.ui.dialogs.file_terminal.ask_folder", lambda *_: tmp_path)
    dialog.form.folder.click()
    dialog.form.clears.setChecked(True)
    dialog.form.sends.setChecked(True)
    with qtbot.waitSignal(screen.news, timeout=PATIENCE_MS):
        dialog.begin()
    changed = setup_of(office, 7)
    assert changed.port == f"folder:{tmp_path}"
    assert (changed.clears, changed.sends) == (True, True)


def test_a_file_is_taken_in_once_and_again_only_when_somebody_says_so(
    qtbot: QtBot,
    office: Office,
    screen: TerminalsScreen,
    scanner: FileSetup,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    file = tmp_path / "count.csv"
    file.write_text(f"barcode,quantity\n{barcode_of(office)},12\n", "utf-8")
    monkeypatch.setattr("app.ui.screens.terminals.files.ask_file", lambda *_: file)

    def take() -> str:
        select(screen, 7)
        screen.strip.hide()
        screen.take_in()
        qtbot.waitUntil(screen.strip.isVisible, timeout=PATIENCE_MS)
        qtbot.waitUntil(lambda: screen.workplace.tasks.idle, timeout=PATIENCE_MS)
        return screen.strip.text

    assert take() == (
        "“count.csv” is taken in: 1 new lines, 0 of them not understood, 1 documents."
    )
    assert take() == "“count.csv” has nothing new."
    epoch = next(r.epoch for r in list_terminals(office, CLERK) if r.terminal_no == 7)
    note_state(office, CLERK, 7, epoch, "count.csv", "cleared")
    assert "was taken in before and deleted since" in take()
    button = strip_button(screen)
    assert button.text() == "Take it in again"
    button.click()
    qtbot.waitUntil(lambda: "1 documents" in screen.strip.text, timeout=PATIENCE_MS)


def test_a_bad_line_leads_to_quarantine_and_a_missing_file_is_said(
    qtbot: QtBot, office: Office, screen: TerminalsScreen, scanner: FileSetup, tmp_path: Path
) -> None:
    file = tmp_path / "count.csv"
    file.write_text(f"barcode,quantity\n{barcode_of(office)},12\nrubbish\n", "utf-8")
    screen.files.take_file(scanner, file)
    qtbot.waitUntil(screen.strip.isVisible, timeout=PATIENCE_MS)
    assert "2 new lines, 1 of them not understood" in screen.strip.text
    with qtbot.waitSignal(screen.wanted) as wanted:
        strip_button(screen).click()
    assert wanted.args == ["quarantine", ""]
    screen.files.take_file(scanner, tmp_path / "none.csv")
    qtbot.waitUntil(lambda: "cannot be used" in screen.strip.text, timeout=PATIENCE_MS)
    assert "none.csv" in screen.strip.text


def test_every_family_says_in_words_what_it_can_and_what_is_not_sure() -> None:
    for driver in FILE_DRIVERS:
        assert {each.value for each in driver.capabilities} <= set(ABILITIES), driver.name
        assert not driver.doubts or driver.name in DOUBTS, driver.name
    assert Capability.CLEAR.value in ABILITIES
