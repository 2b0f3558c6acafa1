"""A card says who, how far and how fast, in colour, icon and word; arrows walk the board."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.ui.language import Language
from app.ui.screens.docking.card import Card
from app.ui.screens.docking.grid import CardGrid
from app.ui.screens.docking.session_panel import SessionFacts, SessionPanel, Tale, Told
from app.ui.screens.docking.states import LOOKS, CardFacts, clock_words, progress_words
from app.ui.theme import Theme


def texts(widget: Card | SessionPanel) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.text()]


def test_pulling_shows_bytes_speed_and_time_left(
    qtbot: QtBot, theme: Theme, language: Language
) -> None:
    card = Card(theme, language, "7")
    qtbot.addWidget(card)
    card.show_facts(
        CardFacts(
            "7",
            "pulling",
            7,
            "王小明",
            "R03",
            done_bytes=420_000,
            total_bytes=1_000_000,
            bytes_per_s=11_000,
            left_s=53,
            battery_percent=15,
            clock_offset_ms=-400_000,
            app_version="2.4.1",
        )
    )
    shown = texts(card)
    assert "Terminal 7  王小明" in shown
    assert "420 kB of 1.0 MB · 11 kB/s · 53 s left" in shown
    assert "clock 7 min fast" in shown
    assert {"15 %", "v2.4.1", "Pulling", "Route R03"} <= set(shown)
    assert card.accessibleName() == "Terminal 7  王小明, Pulling"


@pytest.mark.parametrize("state", LOOKS)
def test_every_state_has_a_word_and_a_line(
    qtbot: QtBot, theme: Theme, language: Language, state: str
) -> None:
    card = Card(theme, language, "1")
    qtbot.addWidget(card)
    card.show_facts(CardFacts("1", state, 1, trouble="silent" if state == "failed" else ""))
    card.retranslate()
    assert LOOKS[state].word in texts(card)
    assert card.accessibleDescription() or state in ("pulling", "safe")


def test_hostile_name_stays_text(qtbot: QtBot, theme: Theme, language: Language) -> None:
    card = Card(theme, language, "1")
    qtbot.addWidget(card)
    card.show_facts(CardFacts("1", "safe", 1, "<img src=x><b>Bold</b>"))
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in card.findChildren(QLabel))
    tips = [label.toolTip() for label in card.findChildren(QLabel)]
    assert not any("<img" in tip for tip in tips)


def test_arrow_keys_walk_over_the_cards(qtbot: QtBot, theme: Theme, language: Language) -> None:
    grid = CardGrid()
    qtbot.addWidget(grid)
    grid.resize(600, 400)
    cards = [Card(theme, language, str(number)) for number in range(5)]
    picked: list[str] = []
    for card in cards:
        card.picked.connect(picked.append)
    grid.show_cards(cards)
    grid.show()
    qtbot.waitExposed(grid)
    grid.activateWindow()
    cards[0].setFocus()
    qtbot.waitUntil(cards[0].hasFocus)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Up):
        qtbot.keyClick(grid.focusWidget(), key)
    qtbot.keyClick(grid.focusWidget(), Qt.Key.Key_Return)
    assert picked == ["1", "3", "2", "0", "0"]


def test_clock_says_which_way_it_is_wrong(language: Language) -> None:
    assert clock_words(400, language) == ("clock right", False)
    assert clock_words(3_000, language) == ("clock 3 s slow", False)
    assert clock_words(-600_000, language) == ("clock 10 min fast", True)
    assert clock_words(None, language) == ("", False)


def test_line_of_a_finished_terminal(language: Language) -> None:
    assert progress_words(CardFacts("1", "safe", 1, new_records=1234), language) == (
        "1,234 new records"
    )
    assert "3 waiting" in progress_words(CardFacts("1", "needs_you", 1, waiting=3), language)


def test_panel_tells_the_session(qtbot: QtBot, theme: Theme, language: Language) -> None:
    panel = SessionPanel(theme, language)
    qtbot.addWidget(panel)
    panel.show_card(CardFacts("7", "needs_you", 7, "Li", waiting=1))
    panel.show_session(
        SessionFacts(
            (("Orders", 1200),),
            ("Line 3: unknown product B00Z",),
            (Tale("1", "30 Jun", (Told("18:02", "ok", "Safe to remove"),)),),
            b"\x00tallydock",
        )
    )
    shown = texts(panel)
    assert {"Orders", "1,200", "Line 3: unknown product B00Z", "18:02"} <= set(shown)
