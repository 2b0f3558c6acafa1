"""Small parts: strips that ask, toasts that go, papers that are the real PDF, bytes in rows."""

import io
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.errors import NotFound
from app.reports import delivery_note
from app.ui.dialogs.reason import ReasonDialog
from app.ui.language import Language
from app.ui.messages import in_words
from app.ui.theme import Theme
from app.ui.widgets.chips import Chips
from app.ui.widgets.day_line import DayLine
from app.ui.widgets.paper_view import PaperView
from app.ui.widgets.raw_view import hex_lines
from app.ui.widgets.strip import Strip
from app.ui.widgets.text import CutText
from app.ui.widgets.toast import Toasts
from app.ui.workplace import Workplace
from tests.support.notes import make_note


def test_strip_asks_once_and_goes(qtbot: QtBot, theme: Theme) -> None:
    answered: list[str] = []
    strip = Strip(theme)
    qtbot.addWidget(strip)
    strip.say("bad", "Port busy", "Close", "Try again", lambda: answered.append("again"))
    assert strip.isVisible()
    button = next(each for each in strip.findChildren(QPushButton) if each.text() == "Try again")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert answered == ["again"]
    assert not strip.isVisible()


def test_toasts_keep_the_newest_and_stay_in_the_corner(qtbot: QtBot, theme: Theme) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(800, 600)
    window.show()
    toasts = Toasts(theme, window, above_px=40)
    for number in range(6):
        toasts.show_news(f"done {number}")
    assert toasts.texts() == ["done 2", "done 3", "done 4", "done 5"]
    window.resize(1000, 700)
    qtbot.waitUntil(lambda: toasts.geometry().right() > 900)
    assert window.rect().contains(toasts.geometry())
    assert toasts.height() > 4 * 30


def test_paper_shows_every_page_of_the_real_pdf(qtbot: QtBot, theme: Theme) -> None:
    stream = io.BytesIO()
    delivery_note.write([make_note(3), make_note(4)], stream)
    paper = PaperView(theme)
    qtbot.addWidget(paper)
    paper.resize(400, 500)
    paper.show_paper(stream.getvalue())
    paper.show()
    assert paper.page_count == 2
    drawn = paper.grab().toImage()
    colours = {drawn.pixelColor(x, 60).name() for x in range(20, 380)}
    assert "#ffffff" in colours
    paper.show_paper(b"")
    assert paper.page_count == 0


def test_bytes_are_shown_sixteen_a_line_with_their_place() -> None:
    lines = hex_lines(bytes(range(60, 80)), 256).splitlines()
    assert lines[0].startswith("00000100  3c 3d 3e 3f")
    assert lines[0].endswith("<=>?@ABCDEFGHIJK")
    assert lines[1].startswith("00000110  4c 4d 4e 4f")


def test_day_line_steps_and_refuses_days_that_do_not_exist(
    qtbot: QtBot, theme: Theme, language: Language
) -> None:
    line = DayLine(theme, language, date(2026, 6, 30))
    qtbot.addWidget(line)
    edit = line.findChild(QLineEdit)
    assert edit is not None
    with qtbot.waitSignal(line.picked):
        line.show_day(date(2026, 6, 29))
    edit.setText("2026-02-31")
    edit.editingFinished.emit()
    assert line.day == date(2026, 6, 29)
    assert edit.text() == "2026-06-29"


def test_exactly_one_chip_is_on(qtbot: QtBot) -> None:
    chips = Chips(("all", "some"))
    qtbot.addWidget(chips)
    chips.say(("All", "Some"))
    buttons = chips.findChildren(QPushButton)
    with qtbot.waitSignal(chips.picked) as picked:
        qtbot.mouseClick(buttons[1], Qt.MouseButton.LeftButton)
    assert picked.args == ["some"]
    assert [button.isChecked() for button in buttons] == [False, True]


def test_cut_text_keeps_the_whole_in_its_tip(qtbot: QtBot) -> None:
    text = CutText()
    qtbot.addWidget(text)
    text.setText("<b>long & hostile</b>")
    assert text.toolTip() == "<span>&lt;b&gt;long &amp; hostile&lt;/b&gt;</span>"
    assert text.minimumSizeHint().width() == 0


def test_reason_is_needed_before_the_button_works(qtbot: QtBot, workplace: Workplace) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = ReasonDialog(workplace, "Reverse", "Both papers are kept.", "Reverse", parent)
    act = next(each for each in dialog.findChildren(QPushButton) if each.text() == "Reverse")
    assert not act.isEnabled()
    qtbot.keyClicks(dialog.line, "  wrong customer ")
    assert act.isEnabled()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NotFound(what="terminal", key="9"), "Terminal 9 is not enrolled"),
        (ZeroDivisionError(), "The program made a mistake (ZeroDivisionError)"),
    ],
)
def test_errors_are_said_in_words(language: Language, error: BaseException, said: str) -> None:
    assert in_words(error, language).startswith(said)
