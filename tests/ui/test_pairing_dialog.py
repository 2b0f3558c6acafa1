"""A new handheld is paired with the keyboard: by the code on the screen, or by eight digits."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.services.docking import dock
from app.services.office import Office
from app.services.pairing import VALID_MS
from app.services.terminals import list_terminals
from app.storage.queries.terminals import RegistryRow
from app.ui.dialogs.pairing import CODE, DIGITS, END, FORM, PairingDialog
from app.ui.dock_watcher import DockWatcher
from app.ui.workplace import Workplace
from drivers.discovery import FoundPort
from tests.support.credentials import introduce
from tests.support.sample_office import BRANCH, CLERK, HandClock
from tests.support.terminals import Handheld, running_handheld

PATIENCE_MS = 30_000


@pytest.fixture
def ports() -> list[FoundPort]:
    """The ports that are plugged in; a test adds to them."""
    return []


@pytest.fixture
def watcher(office: Office, workplace: Workplace, ports: list[FoundPort]) -> Iterator[DockWatcher]:
    watcher = DockWatcher(
        workplace.tasks,
        lambda: tuple(ports),
        lambda port, progress, met: dock(office, CLERK, port, progress=progress, met=met),
    )
    yield watcher
    watcher.stop()


@pytest.fixture
def desk(qtbot: QtBot) -> QWidget:
    """The window that the dialog belongs to."""
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    return window


@pytest.fixture
def open_dialog(
    qtbot: QtBot, workplace: Workplace, watcher: DockWatcher, desk: QWidget
) -> Callable[..., PairingDialog]:
    def open_one(**asked: Any) -> PairingDialog:
        dialog = PairingDialog(workplace, watcher, desk, **asked)
        dialog.open()
        dialog.activateWindow()
        qtbot.waitUntil(lambda: dialog.form.number.text() != "" and dialog.form.number.hasFocus())
        return dialog

    return open_one


@pytest.fixture
def new_handheld(tmp_path: Path) -> Iterator[Callable[..., Handheld]]:
    """Starts a handheld that knows no desk, at a port whose name is known before it is there."""
    with ExitStack() as stack:

        def start(pair: str, port: str = "pty", **options: Any) -> Handheld:
            options |= {"device": None, "pair": pair, "port": port}
            return stack.enter_context(running_handheld(tmp_path, **options))

        yield start


def scanned(dialog: PairingDialog) -> str:
    """What a scanner reads off the dialog; empty while there is nothing to read."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    dialog.grab().save(buffer, "PNG")
    with Image.open(BytesIO(bytes(buffer.data()))) as picture:
        found = zxingcpp.read_barcodes(picture.convert("RGB"))
    return found[0].text if found else ""


def row_of(office: Office, number: int) -> RegistryRow | None:
    rows = list_terminals(office, CLERK)
    return next((row for row in rows if row.terminal_no == number), None)


def test_a_scanned_code_makes_a_terminal_that_docks_without_a_click(
    qtbot: QtBot,
    office: Office,
    watcher: DockWatcher,
    ports: list[FoundPort],
    open_dialog: Callable[..., PairingDialog],
    new_handheld: Callable[..., Handheld],
    tmp_path: Path,
) -> None:
    link = f"{tmp_path}/cradle"
    ports.append(FoundPort(link))
    watcher.start()
    qtbot.waitUntil(lambda: len(watcher.ports) == 1)
    dialog = open_dialog()
    assert dialog.form.number.text() == "7"  # the first that is free
    assert dialog.form.port.currentText() == link
    qtbot.keyClick(dialog.form.number, Qt.Key.Key_Tab)
    qtbot.keyClicks(dialog.form.person, "S")
    person = dialog.form.person.currentData()
    assert person.startswith("S")
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.page == CODE
    qtbot.waitUntil(lambda: scanned(dialog) != "", timeout=PATIENCE_MS)
    assert "Still good for 5:00" in [label.text() for label in dialog.findChildren(QLabel)]
    with qtbot.waitSignal(dialog.paired, timeout=PATIENCE_MS) as told:
        day = {"branch": BRANCH, "terminal": 7, "scenario": "day"}
        handheld = new_handheld(scanned(dialog), f"pty:{link}", **day)
    assert told.args == [7]
    assert dialog.page == END
    assert dialog.heading.text() == "Terminal 7 is paired"
    row = row_of(office, 7)
    assert row is not None
    assert (row.paired, row.person_code, row.status) == (True, person, "active")
    assert handheld.summary()["paired"]["terminal"] == 7
    qtbot.waitUntil(lambda: bool(row_of(office, 7).received_seq), timeout=PATIENCE_MS)
    assert handheld.summary()["safe"]
    qtbot.keyClick(dialog.back, Qt.Key.Key_Return)


def test_digits_that_agree_on_both_sides_pair_the_device(
    qtbot: QtBot,
    office: Office,
    open_dialog: Callable[..., PairingDialog],
    new_handheld: Callable[..., Handheld],
) -> None:
    introduce(office, CLERK, 3, "the-old-one")
    handheld = new_handheld("digits")
    dialog = open_dialog(number=3, port=handheld.port)
    assert "takes its place" in dialog.form.note.text()
    start_with_digits(qtbot, dialog)
    qtbot.waitUntil(dialog.agree.isVisible, timeout=PATIENCE_MS)
    assert dialog.digits.text().replace(" ", "") == handheld.summary()["digits"]
    assert dialog.digits.text()[4] == " "
    qtbot.waitUntil(dialog.differ.hasFocus)
    qtbot.keyClick(dialog.differ, Qt.Key.Key_Tab)
    with qtbot.waitSignal(dialog.paired, timeout=PATIENCE_MS):
        qtbot.keyClick(dialog.agree, Qt.Key.Key_Space)
    assert handheld.summary()["paired"]["terminal"] == 3
    row = row_of(office, 3)
    assert row is not None
    assert row.epoch == 2  # another device begins a new one


def test_digits_that_differ_pair_nobody_and_offer_to_begin_again(
    qtbot: QtBot,
    office: Office,
    open_dialog: Callable[..., PairingDialog],
    new_handheld: Callable[..., Handheld],
) -> None:
    handheld = new_handheld("digits")
    dialog = open_dialog(port=handheld.port)
    start_with_digits(qtbot, dialog)
    qtbot.waitUntil(dialog.agree.isVisible, timeout=PATIENCE_MS)
    qtbot.keyClick(dialog.differ, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: dialog.page == END, timeout=PATIENCE_MS)
    assert dialog.heading.text() == "Not paired"
    assert "did not agree" in dialog.sentence.text()
    assert row_of(office, 7) is None
    qtbot.waitUntil(dialog.go.hasFocus)
    qtbot.keyClick(dialog.go, Qt.Key.Key_Return)
    assert dialog.page == FORM


def test_a_handheld_that_knows_another_code_is_turned_away(
    qtbot: QtBot,
    office: Office,
    open_dialog: Callable[..., PairingDialog],
    new_handheld: Callable[..., Handheld],
    tmp_path: Path,
) -> None:
    link = f"{tmp_path}/cradle"
    dialog = open_dialog(port=link)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: scanned(dialog) != "", timeout=PATIENCE_MS)
    text = scanned(dialog)
    forged = text[:-8] + ("AAAAAAAA" if not text.endswith("AAAAAAAA") else "BBBBBBBB")
    new_handheld(forged, f"pty:{link}")
    qtbot.waitUntil(lambda: dialog.page == END, timeout=PATIENCE_MS)
    assert "did not agree" in dialog.sentence.text()
    assert row_of(office, 7) is None


@pytest.mark.parametrize("by_digits", [False, True])
def test_escape_ends_the_waiting_and_frees_the_port(
    qtbot: QtBot,
    workplace: Workplace,
    watcher: DockWatcher,
    open_dialog: Callable[..., PairingDialog],
    by_digits: bool,
) -> None:
    dialog = open_dialog(port="/dev/nothing-here")
    if by_digits:
        start_with_digits(qtbot, dialog)
    else:
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert not workplace.tasks.idle
    watcher.dock("/dev/nothing-here")
    assert watcher.live == {}  # nobody else opens the port meanwhile
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: workplace.tasks.idle, timeout=PATIENCE_MS)
    with qtbot.waitSignal(watcher.ended, timeout=PATIENCE_MS):
        watcher.dock("/dev/nothing-here")


def test_escape_while_the_digits_are_asked_turns_the_handheld_away(
    qtbot: QtBot,
    office: Office,
    workplace: Workplace,
    open_dialog: Callable[..., PairingDialog],
    new_handheld: Callable[..., Handheld],
) -> None:
    handheld = new_handheld("digits")
    dialog = open_dialog(port=handheld.port)
    start_with_digits(qtbot, dialog)
    qtbot.waitUntil(dialog.agree.isVisible, timeout=PATIENCE_MS)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: workplace.tasks.idle, timeout=PATIENCE_MS)
    assert row_of(office, 7) is None


def test_a_code_that_nobody_scans_in_time_says_what_to_do(
    qtbot: QtBot, clock: HandClock, open_dialog: Callable[..., PairingDialog]
) -> None:
    dialog = open_dialog(port="/dev/nothing-here")
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: scanned(dialog) != "", timeout=PATIENCE_MS)
    clock.ms += VALID_MS + 1
    qtbot.waitUntil(lambda: dialog.page == END, timeout=PATIENCE_MS)
    assert dialog.sentence.text().startswith("No handheld asked to be paired in time")


def test_a_port_that_appears_is_the_one_that_is_meant(
    qtbot: QtBot,
    watcher: DockWatcher,
    ports: list[FoundPort],
    open_dialog: Callable[..., PairingDialog],
) -> None:
    watcher.start()
    dialog = open_dialog()
    assert not dialog.go.isEnabled()
    ports.append(FoundPort("/dev/nothing-here"))
    qtbot.waitUntil(lambda: dialog.form.port.currentText() == "/dev/nothing-here")
    assert dialog.go.isEnabled()
    dialog.form.number.setText("0")
    assert not dialog.go.isEnabled()
    assert "from 1 to 65535" in dialog.form.note.text()


def test_every_word_of_the_dialog_is_plain_text(open_dialog: Callable[..., PairingDialog]) -> None:
    dialog = open_dialog(port="<b>bold</b>")
    assert {label.textFormat() for label in dialog.findChildren(QLabel)} == {
        Qt.TextFormat.PlainText
    }


def start_with_digits(qtbot: QtBot, dialog: PairingDialog) -> None:
    dialog.form.way.pick("digits")
    dialog.form.way.picked.emit("digits")
    qtbot.keyClick(dialog.form.number, Qt.Key.Key_Return)
    assert dialog.page == DIGITS
