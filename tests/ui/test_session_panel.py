"""The story of a docking in plain words, the newest first and earlier ones to be picked."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea
from pytestqt.qtbot import QtBot

from app.i18n import Translator
from app.services.docking import dock
from app.services.office import Office
from app.services.sessions import list_sessions
from app.ui.dock_watcher import DockWatcher
from app.ui.language import Language
from app.ui.screens.docking.board import DockingScreen
from app.ui.screens.docking.session_panel import SessionFacts, SessionPanel, Tale, Told
from app.ui.screens.docking.states import CardFacts
from app.ui.theme import Theme
from app.ui.widgets.text import Text
from app.ui.workplace import Workplace
from tests.support.credentials import introduce
from tests.support.sample_office import BRANCH, CLERK
from tests.support.terminals import running_handheld

NUMBER = 9


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme, language: Language) -> SessionPanel:
    panel = SessionPanel(theme, language)
    qtbot.addWidget(panel)
    panel.retranslate()
    panel.resize(360, 600)
    panel.show()
    panel.show_card(CardFacts("7", "safe", 7))
    return panel


def tale(key: str, *words: str) -> Tale:
    return Tale(key, f"title {key}", tuple(Told("18:02:07", "", each) for each in words))


def pick(qtbot: QtBot, panel: SessionPanel, key: Qt.Key) -> None:
    """As a person does it with the keyboard."""
    qtbot.keyClick(panel.tales, key)


def test_the_newest_is_told_and_an_earlier_one_can_be_picked(
    qtbot: QtBot, panel: SessionPanel
) -> None:
    panel.show_session(SessionFacts(tales=(tale("b", "second"), tale("a", "first"))))
    assert [panel.tales.itemText(n) for n in range(panel.tales.count())] == ["title b", "title a"]
    assert "second" in panel.told()
    assert "first" not in panel.told()
    pick(qtbot, panel, Qt.Key.Key_Down)
    assert "first" in panel.told()
    assert "18:02:07" in panel.told()
    assert "second" not in panel.told()


def test_who_reads_an_earlier_one_keeps_it_when_a_new_one_comes(
    qtbot: QtBot, panel: SessionPanel
) -> None:
    panel.show_session(SessionFacts(tales=(tale("b", "second"), tale("a", "first"))))
    pick(qtbot, panel, Qt.Key.Key_Down)
    tales = (tale("c", "third"), tale("b", "second"), tale("a", "first"))
    panel.show_session(SessionFacts(tales=tales))
    assert (panel.tales.currentText(), "first" in panel.told()) == ("title a", True)
    pick(qtbot, panel, Qt.Key.Key_Home)
    panel.show_session(SessionFacts(tales=(tale("d", "fourth"), *tales)))
    assert "fourth" in panel.told()


def test_another_terminal_begins_with_its_newest(qtbot: QtBot, panel: SessionPanel) -> None:
    panel.show_session(SessionFacts(tales=(tale("b", "second"), tale("a", "first"))))
    pick(qtbot, panel, Qt.Key.Key_Down)
    panel.show_card(CardFacts("8", "safe", 8))
    panel.show_card(CardFacts("7", "safe", 7))
    panel.show_session(SessionFacts(tales=(tale("b", "second"), tale("a", "first"), tale("0"))))
    assert panel.tales.currentText() == "title b"


def test_one_docking_needs_no_list_and_none_is_said_to_be_none(panel: SessionPanel) -> None:
    panel.show_session(SessionFacts(tales=(tale("a", "only"),)))
    assert not panel.tales.isVisibleTo(panel)
    panel.show_session(SessionFacts())
    assert "The story of the docking is told here." in panel.told()


def test_a_long_story_scrolls(qtbot: QtBot, panel: SessionPanel) -> None:
    panel.show_session(SessionFacts(tales=(tale("a", *(f"line {n}" for n in range(200))),)))
    (area,) = [each for each in panel.findChildren(QScrollArea) if "line 199" in words_in(each)]
    qtbot.waitUntil(lambda: area.widget().height() > area.viewport().height())


def words_in(area: QScrollArea) -> list[str]:
    return [label.text() for label in area.findChildren(Text)]


def test_a_real_docking_is_told_in_both_languages(
    qtbot: QtBot,
    office: Office,
    workplace: Workplace,
    language: Language,
    still_watcher: DockWatcher,
    tmp_path: Path,
) -> None:
    introduce(office, CLERK, NUMBER)
    with running_handheld(
        tmp_path, branch=BRANCH, terminal=NUMBER, scenario="day", seed=3
    ) as handheld:
        assert dock(office, CLERK, handheld.port).state == "done"
        assert dock(office, CLERK, handheld.port).state == "done"
    assert len(list_sessions(office, CLERK, NUMBER)) == 2
    screen = DockingScreen(workplace, still_watcher)
    qtbot.addWidget(screen)
    screen.retranslate()
    screen.resize(1180, 680)
    screen.show()
    screen.refresh()
    qtbot.waitUntil(lambda: len(screen.facts) > 0)
    screen.pick(str(NUMBER))
    qtbot.waitUntil(lambda: screen.panel.tales.count() == 2)
    told = screen.panel.told()
    assert any("answered (serial" in words for words in told)
    assert any("agreed that all is done" in words for words in told)
    assert not any("came in with" in words for words in told)  # it had nothing new
    pick(qtbot, screen.panel, Qt.Key.Key_Down)
    assert any("came in with" in words for words in screen.panel.told())
    assert screen.panel.tales.accessibleName() == "Which docking"
    language.choose("zh")
    assert screen.panel.tales.accessibleName() == Translator("zh")("Which docking")
    assert any("\u4e00" <= sign <= "\u9fff" for words in screen.panel.told() for sign in words)
