"""The frame: keys that work everywhere, languages and themes without a restart."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

import resources
from app.domain.rights import Actor, Right
from app.services.office import Office
from app.settings import load_settings
from app.ui.dock_watcher import DockWatcher
from app.ui.help_page import HelpPage
from app.ui.main_window import MainWindow
from app.ui.palette import Palette
from app.ui.screens import SCREENS
from app.ui.widgets.empty import EmptyState
from app.ui.workplace import Workplace


@pytest.fixture
def window(qtbot: QtBot, workplace: Workplace, still_watcher: DockWatcher) -> MainWindow:
    window = MainWindow(workplace, still_watcher)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def words(window: QWidget) -> set[str]:
    parts = (*window.findChildren(QLabel), *window.findChildren(QAbstractButton))
    return {part.text().strip() for part in parts if part.text().strip()}


def settled_words(qtbot: QtBot, window: MainWindow) -> set[str]:
    """The words once nothing is under way and they have stayed the same for forty looks."""
    looks: list[set[str]] = []

    def still() -> bool:
        looks.append(words(window))
        same = all(look == looks[-1] for look in looks[-40:])
        return window.workplace.tasks.idle and len(looks) >= 40 and same

    qtbot.waitUntil(still, timeout=20_000)
    return looks[-1]


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key, ctrl: bool = False) -> None:
    modifier = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
    qtbot.keyClick(window, key, modifier)


@pytest.mark.parametrize("place", range(len(SCREENS)))
def test_ctrl_and_a_digit_shows_each_screen(qtbot: QtBot, window: MainWindow, place: int) -> None:
    press(qtbot, window, Qt.Key(Qt.Key.Key_0 + (place + 1) % 10), ctrl=True)
    assert type(window.screen_now) is SCREENS[place].make
    qtbot.waitUntil(lambda: window.workplace.tasks.idle, timeout=20_000)
    assert not window.screen_now.strip.isVisible()


@pytest.mark.parametrize("place", range(len(SCREENS)))
def test_language_switches_every_word_and_back(
    qtbot: QtBot, window: MainWindow, place: int
) -> None:
    window.show_screen(place)
    english = settled_words(qtbot, window)
    window.switch_language()
    assert window.workplace.language.name == "zh"
    window.switch_language()
    assert english - settled_words(qtbot, window) == set()


def test_choices_are_remembered(qtbot: QtBot, window: MainWindow) -> None:
    window.switch_language()
    window.switch_theme()
    qtbot.waitUntil(lambda: window.workplace.tasks.idle)
    settings = load_settings(window.workplace.paths.settings_file)
    assert (settings.language, settings.theme) == ("zh", "dark")


def test_f1_shows_help_for_the_screen(qtbot: QtBot, window: MainWindow) -> None:
    names = [entry.name for entry in window.entries]
    window.show_screen(names.index("stock"))
    press(qtbot, window, Qt.Key.Key_F1)
    page = window.findChild(HelpPage)
    assert page is not None
    assert page.page.toPlainText().startswith("Stock")
    page.close()


@pytest.mark.parametrize("entry", SCREENS, ids=lambda entry: entry.name)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_screen_has_its_page_of_help(entry: object, language: str) -> None:
    name = getattr(entry, "name", "")
    assert resources.path("help", language, f"{name}.md").read_text("utf-8").startswith("# ")


def test_palette_finds_a_product_and_goes_there(qtbot: QtBot, window: MainWindow) -> None:
    press(qtbot, window, Qt.Key.Key_K, ctrl=True)
    palette = window.findChild(Palette)
    assert palette is not None
    line = palette.findChild(QLineEdit)
    assert line is not None
    qtbot.keyClicks(line, "hx500")
    qtbot.waitUntil(lambda: any("HX500" in each for each in palette.words()))
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.screen_now.title.text() == "Stock")


def test_f5_asks_again_and_ctrl_f_leads_to_the_filter(qtbot: QtBot, window: MainWindow) -> None:
    window.show_screen(1)
    qtbot.waitUntil(lambda: window.workplace.tasks.idle, timeout=20_000)
    press(qtbot, window, Qt.Key.Key_F5)
    assert not window.workplace.tasks.idle
    press(qtbot, window, Qt.Key.Key_F, ctrl=True)
    qtbot.waitUntil(lambda: isinstance(window.focusWidget(), QLineEdit))


def test_rail_folds_to_icons_and_keeps_its_names(qtbot: QtBot, window: MainWindow) -> None:
    before = window.centralWidget().findChild(QWidget, "rail").width()
    press(qtbot, window, Qt.Key.Key_B, ctrl=True)
    rail = window.centralWidget().findChild(QWidget, "rail")
    qtbot.waitUntil(lambda: rail.width() < before)
    names = {button.accessibleName() for button in rail.findChildren(QAbstractButton)}
    assert {"Docking", "Deliveries", "Stock", "Quarantine"} <= names


def test_every_control_has_a_name_for_those_who_cannot_see(
    qtbot: QtBot, window: MainWindow
) -> None:
    nameless = []
    for place in range(len(SCREENS)):
        window.show_screen(place)
        qtbot.waitUntil(lambda: window.workplace.tasks.idle, timeout=20_000)
        nameless += [
            (place, type(part).__name__, part.text(), part.parent())
            for kind in (QAbstractButton, QLineEdit, QAbstractItemView)
            for part in window.findChildren(kind)
            # The clear button inside a line belongs to Qt, and has its own key.
            if part.isVisible()
            and not part.accessibleName()
            and not isinstance(part.parent(), QLineEdit | QAbstractItemView)
        ]
    assert nameless == []


def test_every_label_is_plain_text(qtbot: QtBot, window: MainWindow) -> None:
    for place in range(len(SCREENS)):
        window.show_screen(place)
        qtbot.waitUntil(lambda: window.workplace.tasks.idle, timeout=20_000)
    formats = {label.textFormat() for label in window.findChildren(QLabel)}
    assert formats == {Qt.TextFormat.PlainText}


def test_screens_without_the_right_are_not_offered(
    qtbot: QtBot, office: Office, workplaces: Callable[..., Workplace], still_watcher: DockWatcher
) -> None:
    workplace = workplaces(office, Actor("keeper", frozenset({Right.REPORT, Right.DOCK})))
    window = MainWindow(workplace, still_watcher)
    qtbot.addWidget(window)
    assert [entry.name for entry in window.entries] == [
        "docking",
        "stock",
        "customers",
        "masters",
        "terminals",
    ]


def test_bare_office_teaches_on_every_screen(
    qtbot: QtBot,
    bare_office: Office,
    workplaces: Callable[..., Workplace],
    still_watcher: DockWatcher,
) -> None:
    window = MainWindow(workplaces(bare_office), still_watcher)
    qtbot.addWidget(window)
    window.show()
    # profiles come with the program, so there are some from the beginning
    for place in [n for n, each in enumerate(SCREENS) if each.name != "profiles"]:
        window.show_screen(place)
        qtbot.waitUntil(lambda: window.workplace.tasks.idle, timeout=20_000)
        assert any(each.isVisible() for each in window.screen_now.findChildren(EmptyState))
