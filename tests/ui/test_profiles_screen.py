"""Format profiles in the window: tried on a file while they are written, saved, thrown away."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.domain.rights import Actor, Right
from app.services.file_terminals import set_up
from app.services.office import Office
from app.services.profiles import load_profiles, try_samples
from app.services.terminals import enrol
from app.storage.store.files import FileSetup
from app.ui.dialogs.question import QuestionDialog
from app.ui.dock_watcher import DockWatcher
from app.ui.screens.profiles.editor import COLUMNS_TAB, TEXT_TAB
from app.ui.screens.profiles.screen import ProfilesScreen
from app.ui.screens.profiles.understanding import MOST_SHOWN
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.workplace import Workplace
from tests.support.sample_office import CLERK

PATIENCE_MS = 20_000
GOOD, BAD = "6901234567892,12", "6901234567892,a dozen"


@pytest.fixture
def open_screen(
    qtbot: QtBot, workplace: Workplace, still_watcher: DockWatcher
) -> Callable[..., ProfilesScreen]:
    def make(code: str = "generic-csv", place: Workplace = workplace) -> ProfilesScreen:
        screen = ProfilesScreen(place, still_watcher)
        qtbot.addWidget(screen)
        screen.retranslate()
        screen.resize(1180, 690)
        screen.show()
        screen.look_for(code)
        screen.refresh()
        settle(qtbot, screen)
        screen.activateWindow()
        screen.take_focus()
        qtbot.waitUntil(screen.list.hasFocus)
        return screen

    return make


def settle(qtbot: QtBot, screen: ProfilesScreen) -> None:
    """Let everything happen that follows from what was done."""

    def is_quiet() -> bool:
        waiting = [each for each in screen.findChildren(QTimer) if each.isActive()]
        timers = [each for each in waiting if each.isSingleShot()]
        return screen.workplace.tasks.idle and not timers and screen.desk.now is not None

    qtbot.waitUntil(is_quiet, timeout=PATIENCE_MS)


def preview(screen: ProfilesScreen) -> list[list[str]]:
    """The cells of the preview."""
    model = screen.preview.table.rows
    return [
        [model.index(row, column).data() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def write(tmp_path: Path, *lines: str) -> Path:
    file = tmp_path / "collected.txt"
    file.write_bytes("\r\n".join(("barcode,quantity", *lines, "")).encode())
    return file


def begin_own(qtbot: QtBot, screen: ProfilesScreen) -> None:
    qtbot.keyClick(screen.list, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(
        lambda: screen.desk.row is not None and screen.desk.row.key == "generic-csv-2",
        timeout=PATIENCE_MS,
    )
    settle(qtbot, screen)


def answer(qtbot: QtBot, yes: bool) -> None:
    """Answer the question that is about to come up."""

    def press() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QuestionDialog)
        if yes:
            dialog.act.click()
        else:
            qtbot.keyClick(dialog, Qt.Key.Key_Return)

    QTimer.singleShot(0, press)


def test_a_bad_line_says_why_beside_the_good_ones(
    qtbot: QtBot, open_screen: Callable[..., ProfilesScreen], tmp_path: Path
) -> None:
    screen = open_screen()
    assert screen.preview.name.text() == "generic-csv.txt"
    assert screen.preview.state.word == "all understood"
    screen.show_file(write(tmp_path, GOOD, BAD, "6901234567892"))
    qtbot.waitUntil(lambda: screen.preview.name.text() == "collected.txt", timeout=PATIENCE_MS)
    settle(qtbot, screen)
    rows = preview(screen)
    assert rows[0][:3] == ["1", "barcode,quantity", "passed over at the top"]
    assert rows[1] == ["2", GOOD, "goods", "6901234567892", "12"]
    assert rows[2][1:3] == [BAD, "Quantity: this is not a number as the profile describes it"]
    assert rows[3][2] == "pieces of the line are missing"
    bad = screen.preview.table.rows.index(2, 2)
    assert not bad.data(Qt.ItemDataRole.DecorationRole).isNull()
    screen.preview.only.picked.emit("bad")
    assert [row[0] for row in preview(screen)] == ["3", "4"]


def test_a_file_that_is_dropped_stays_for_the_next_profile(
    qtbot: QtBot, open_screen: Callable[..., ProfilesScreen], tmp_path: Path
) -> None:
    screen = open_screen()
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(write(tmp_path, GOOD)))])
    copy, left, no = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)
    screen.dropEvent(QDropEvent(QPointF(5, 5), copy, dropped, left, no))
    qtbot.waitUntil(lambda: screen.preview.name.text() == "collected.txt", timeout=PATIENCE_MS)
    screen.look_for("generic-semicolon")
    qtbot.waitUntil(
        lambda: screen.desk.row is not None and screen.desk.row.key == "generic-semicolon",
        timeout=PATIENCE_MS,
    )
    settle(qtbot, screen)
    assert screen.preview.name.text() == "collected.txt"
    assert screen.preview.reading is not None
    assert screen.preview.reading.bad_count == 1
    screen.preview.sample.click()
    qtbot.waitUntil(lambda: screen.preview.name.text() == "generic-semicolon.txt")


def test_what_comes_with_the_program_is_only_looked_at(
    qtbot: QtBot, open_screen: Callable[..., ProfilesScreen]
) -> None:
    screen = open_screen()
    assert not screen.editor.general.control("title").isEnabled()
    assert screen.editor.words.isReadOnly()
    assert not screen.buttons["save"].isEnabled()
    assert not screen.buttons["delete"].isEnabled()
    assert screen.faults.text() == "It comes with the program. Duplicate it to change it."


def test_a_change_in_the_form_is_read_at_once_and_saved_by_keys(
    qtbot: QtBot, office: Office, open_screen: Callable[..., ProfilesScreen], tmp_path: Path
) -> None:
    screen = open_screen()
    begin_own(qtbot, screen)
    screen.show_file(write(tmp_path, "6901234567892;12"))
    settle(qtbot, screen)
    assert preview(screen)[1][2] == "pieces of the line are missing"
    delimiter = screen.editor.lines.control("layout", "delimiter")
    assert isinstance(delimiter, ChoiceBox)
    delimiter.setCurrentIndex(delimiter.findData(";"))
    qtbot.waitUntil(lambda: preview(screen)[1][2] == "goods", timeout=PATIENCE_MS)
    title = screen.editor.general.control("title")
    assert isinstance(title, QLineEdit)
    title.setFocus()
    title.selectAll()
    qtbot.keyClicks(title, "Our scanners")
    settle(qtbot, screen)
    assert 'title = "Our scanners"' in screen.editor.text
    # the sample has commas: with semicolons it comes out otherwise, and nobody is to miss that
    qtbot.keyClick(title, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(screen.strip.isVisible, timeout=PATIENCE_MS)
    assert screen.strip.text.startswith("The samples come out otherwise than before")
    assert "generic-csv-2" not in load_profiles(office.paths).by_code
    button = next(each for each in screen.strip.findChildren(QPushButton) if each.isVisible())
    button.click()
    settle(qtbot, screen)
    with qtbot.waitSignal(screen.news, timeout=PATIENCE_MS) as said:
        screen.save()
    assert said.args == ["The profile “generic-csv-2” is saved."]
    stored = load_profiles(office.paths).by_code["generic-csv-2"]
    assert (stored.own, stored.profile.title) == (True, "Our scanners")
    assert stored.profile.layout.delimiter == ";"
    assert all(not each.differences for each in try_samples(stored))
    again = open_screen("generic-csv-2")
    assert again.desk.row is not None
    assert (again.desk.row.own, again.desk.is_changed) == (True, False)
    assert again.faults.text() == "Saved. Terminals can be set up with it."


def test_what_was_not_saved_is_there_again_until_it_is_discarded(
    qtbot: QtBot, office: Office, open_screen: Callable[..., ProfilesScreen]
) -> None:
    screen = open_screen()
    begin_own(qtbot, screen)
    source = screen.editor.general.control("source")
    assert isinstance(source, QLineEdit)
    source.setFocus()
    qtbot.keyClicks(source, "!")
    settle(qtbot, screen)
    later = open_screen("generic-csv-2")
    assert later.desk.is_changed
    control = later.editor.general.control("source")
    assert isinstance(control, QLineEdit)
    assert control.text().endswith("!")
    answer(qtbot, yes=False)
    later.discard()
    assert later.desk.is_changed
    answer(qtbot, yes=True)
    later.discard()
    qtbot.waitUntil(lambda: len(later.desk.rows) == len(load_profiles(office.paths).by_code))


def test_faults_of_the_text_are_told_in_words_and_close_the_form(
    qtbot: QtBot, open_screen: Callable[..., ProfilesScreen]
) -> None:
    screen = open_screen()
    begin_own(qtbot, screen)
    screen.editor.setCurrentIndex(TEXT_TAB)
    good = screen.editor.text
    screen.editor.words.setPlainText(good.replace('kind = "count"', 'kind = "counts"\nextra = 1'))
    settle(qtbot, screen)
    assert screen.faults.text() == (
        "Becomes: this is none of the possible choices (“counts”).  1 more"
    )
    assert "extra: this key is not known." in screen.faults.accessibleName()
    assert not screen.buttons["save"].isEnabled()
    screen.editor.words.setPlainText(good.replace('kind = "count"', "kind ="))
    settle(qtbot, screen)
    assert screen.faults.text().startswith("The text cannot be read as a profile: ")
    assert not screen.editor.columns.isEnabled()
    assert len(preview(screen)) == 3  # what was read last stays in sight
    screen.editor.words.setPlainText(f"# ours\n{good}")
    settle(qtbot, screen)
    assert screen.editor.columns.isEnabled()
    assert screen.editor.text.startswith("# ours\n")
    assert screen.buttons["save"].isEnabled()


def test_columns_are_edited_like_a_spreadsheet(
    qtbot: QtBot, open_screen: Callable[..., ProfilesScreen], tmp_path: Path
) -> None:
    screen = open_screen()
    begin_own(qtbot, screen)
    screen.show_file(write(tmp_path, "6901234567892,12,L7"))
    settle(qtbot, screen)
    screen.editor.setCurrentIndex(COLUMNS_TAB)
    grid = screen.editor.columns
    grid.view.setFocus()
    qtbot.keyClick(grid.view, Qt.Key.Key_Insert)
    assert grid.model.columns[-1] == {"index": 3}
    model = grid.model
    assert model.setData(model.index(2, 0), "lot")
    least = screen.editor.lines.control("layout", "pieces").findChildren(QLineEdit)
    for line in least:
        line.clear()
        line.textEdited.emit("")
    qtbot.waitUntil(lambda: preview(screen)[1][2:] == ["goods", "6901234567892", "12", "L7"])
    place = [each.key for each in model.cells].index("place")
    grid.view.setCurrentIndex(model.index(2, place))
    qtbot.keyClick(grid.view, Qt.Key.Key_F2)
    line = grid.view.viewport().findChild(QLineEdit)
    assert line is not None
    line.selectAll()
    qtbot.keyClicks(line, "9")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    settle(qtbot, screen)
    assert preview(screen)[1][2] == "Batch of goods: pieces of the line are missing"
    qtbot.keyClick(grid.view, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, screen)
    assert [each["field"] for each in model.columns] == ["code", "qty"]
    assert preview(screen)[1][2] == "goods"


def test_of_a_long_file_the_beginning_is_shown_and_all_is_counted(
    qtbot: QtBot, open_screen: Callable[..., ProfilesScreen], tmp_path: Path
) -> None:
    screen = open_screen()
    screen.show_file(write(tmp_path, *([GOOD] * (MOST_SHOWN + 500)), BAD))
    qtbot.waitUntil(
        lambda: screen.preview.reading is not None and screen.preview.reading.total > MOST_SHOWN,
        timeout=PATIENCE_MS,
    )
    reading = screen.preview.reading
    assert reading is not None
    assert (len(reading.lines), reading.total) == (MOST_SHOWN, MOST_SHOWN + 502)
    assert (reading.goods_count, reading.bad_count) == (MOST_SHOWN + 500, 1)
    assert screen.preview.counts.text() == "the first 2,000 shown"
    screen.preview.only.picked.emit("bad")
    assert [row[0] for row in preview(screen)] == ["2,502"]


def test_a_file_becomes_a_sample(
    qtbot: QtBot, office: Office, open_screen: Callable[..., ProfilesScreen], tmp_path: Path
) -> None:
    screen = open_screen()
    begin_own(qtbot, screen)
    screen.show_file(write(tmp_path, GOOD, BAD))
    qtbot.waitUntil(screen.preview.keep.isVisible, timeout=PATIENCE_MS)
    settle(qtbot, screen)
    screen.preview.keep.click()
    qtbot.waitUntil(lambda: "generic-csv-2-2.txt" in screen.editor.text, timeout=PATIENCE_MS)
    settle(qtbot, screen)
    with qtbot.waitSignal(screen.news, timeout=PATIENCE_MS):
        screen.save()
    samples = load_profiles(office.paths).by_code["generic-csv-2"].profile.samples
    assert [each.bad for each in samples] == [(), ((3, "number"),)]


def test_a_profile_in_use_is_not_deleted(
    qtbot: QtBot, office: Office, open_screen: Callable[..., ProfilesScreen]
) -> None:
    screen = open_screen()
    begin_own(qtbot, screen)
    with qtbot.waitSignal(screen.news, timeout=PATIENCE_MS):
        screen.save()
    qtbot.waitUntil(lambda: screen.desk.row is not None and not screen.desk.is_changed)
    settle(qtbot, screen)
    enrol(office, CLERK, 70)
    set_up(office, CLERK, FileSetup(70, "folder", "generic-csv-2", port="folder:/x"))
    answer(qtbot, yes=True)
    screen.delete()
    qtbot.waitUntil(screen.strip.isVisible, timeout=PATIENCE_MS)
    assert screen.strip.text.startswith("The files of terminal 70 are read by the profile")
    set_up(office, CLERK, FileSetup(70, "folder", "generic-csv", port="folder:/x"))
    answer(qtbot, yes=True)
    with qtbot.waitSignal(screen.news, timeout=PATIENCE_MS) as said:
        screen.delete()
    assert said.args == ["The profile is deleted."]
    assert "generic-csv-2" not in load_profiles(office.paths).by_code


def test_a_profile_from_elsewhere_comes_in_or_says_what_is_wrong(
    qtbot: QtBot,
    office: Office,
    open_screen: Callable[..., ProfilesScreen],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    screen = open_screen()
    written = tmp_path / "exported.toml"
    monkeypatch.setattr("app.ui.screens.profiles.screen.ask_target", lambda *_: written)
    with qtbot.waitSignal(screen.news, timeout=PATIENCE_MS) as said:
        screen.give()
    assert str(written) in said.args[0]
    monkeypatch.setattr("app.ui.screens.profiles.screen.ask_file", lambda *_: written)
    screen.take_in()
    qtbot.waitUntil(screen.strip.isVisible, timeout=PATIENCE_MS)
    assert screen.strip.text == (
        "There is a profile with the code “generic-csv” already. Give yours another code."
    )
    text = written.read_text("utf-8").replace('code = "generic-csv"', 'code = "ours"')
    written.write_text(text.replace("pieces = [2, 2]", "pieces = [2, 2]\npiece = 3"), "utf-8")
    screen.take_in()
    qtbot.waitUntil(lambda: "this key is not known" in screen.strip.text, timeout=PATIENCE_MS)
    assert screen.strip.text.startswith("“ours” cannot be used. Layout › piece:")
    written.write_text(text, "utf-8")
    with qtbot.waitSignal(screen.news, timeout=PATIENCE_MS) as said:
        screen.take_in()
    assert said.args == ["The profile “ours” is taken in."]
    assert load_profiles(office.paths).by_code["ours"].own


def test_who_may_not_administer_tries_and_changes_nothing(
    qtbot: QtBot,
    office: Office,
    workplaces: Callable[..., Workplace],
    open_screen: Callable[..., ProfilesScreen],
) -> None:
    place = workplaces(office, Actor("keeper", frozenset({Right.PAIR})))
    screen = open_screen("generic-csv", place)
    shown = {name for name, button in screen.buttons.items() if button.isVisible()}
    assert shown == {"export"}
    qtbot.keyClick(screen.list, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert place.tasks.idle
    assert preview(screen)[1][2] == "goods"


def test_search_finds_by_maker_and_stays_where_it_was(
    qtbot: QtBot, open_screen: Callable[..., ProfilesScreen]
) -> None:
    screen = open_screen("opticon-opn2006")
    screen.focus_filter()
    qtbot.keyClicks(screen.filter, "opticon")
    qtbot.keyClick(screen.filter, Qt.Key.Key_Return)
    settle(qtbot, screen)
    titles = [screen.list.rows.row(n).title for n in range(screen.list.rows.rowCount())]
    assert titles
    assert screen.desk.row is not None
    assert screen.desk.row.key == "opticon-opn2006"
    assert {label.textFormat() for label in screen.findChildren(QLabel)} == {
        Qt.TextFormat.PlainText
    }
