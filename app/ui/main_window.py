"""The frame: rail, top bar, screens, status bar, and the keys that work everywhere."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QMainWindow, QStackedWidget, QWidget

from app.errors import NotFound
from app.storage.queries.directory import find_branch
from app.storage.queries.search import Found, find_anything
from app.ui.dock_watcher import DockWatcher
from app.ui.help_page import HelpPage
from app.ui.messages import in_words
from app.ui.palette import Choice, Palette
from app.ui.rail import Rail
from app.ui.remembering import remember
from app.ui.screens import SCREENS
from app.ui.screens.screen import Screen
from app.ui.status_bar import StatusBar
from app.ui.tasks import Job
from app.ui.top_bar import TopBar
from app.ui.widgets.toast import Toasts
from app.ui.workplace import Workplace

_FOUND = {"delivery": "deliveries", "product": "stock", "customer": "customers"}
_ICONS = {"delivery": "file-text", "product": "package-open", "customer": "map-pin"}


class MainWindow(QMainWindow):
    """Makes each screen when it is first wanted; owns nothing but what is seen.

    `closed`: the window is gone from the screen; whether the program ends is not its business.
    """

    closed = Signal()

    def __init__(self, workplace: Workplace, watcher: DockWatcher) -> None:
        super().__init__()
        self.workplace = workplace
        self._t = workplace.language
        self._watcher = watcher
        self.entries = tuple(entry for entry in SCREENS if entry.right in workplace.actor.rights)
        self._screens: dict[int, Screen] = {}
        self._rail = Rail(workplace, self.entries)
        self._top = TopBar(workplace)
        self._status = StatusBar(workplace)
        self._stack = QStackedWidget()
        self.toasts = Toasts(workplace.theme, self, above_px=48)
        centre = QWidget()
        grid = QGridLayout(centre)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addWidget(self._top, 0, 0, 1, 2)
        grid.addWidget(self._rail, 1, 0)
        grid.addWidget(self._stack, 1, 1)
        grid.addWidget(self._status, 2, 0, 1, 2)
        self.setCentralWidget(centre)
        self.resize(1366, 768)
        self.setMinimumSize(1024, 640)
        self._rail.picked.connect(self.show_screen)
        self._top.search_wanted.connect(self.open_palette)
        self._top.language_wanted.connect(self.switch_language)
        self._top.theme_wanted.connect(self.switch_theme)
        self._top.help_wanted.connect(self.open_help)
        watcher.changed.connect(lambda: self._status.show_connected(watcher.connected))

        workplace.tasks.broken.connect(self._report)
        workplace.language.changed.connect(self._retranslate)
        self._add_keys()
        self._retranslate()
        workplace.read(find_branch, self._top.show_branch, self._miss_branch)
        if self.entries:
            self.show_screen(0)

    @property
    def screen_now(self) -> Screen:
        """The screen that is seen."""
        return self._screens[self._place()]

    def show_screen(self, number: int) -> None:
        """Show the screen at this place of the menu with what the database holds now."""
        if not 0 <= number < len(self.entries):
            return
        screen = self._screens.get(number)
        if screen is None:
            screen = self.entries[number].make(self.workplace, self._watcher)
            screen.news.connect(self.toasts.show_news)
            screen.wanted.connect(self.go_to)
            screen.retranslate()
            self._screens[number] = screen
            self._stack.addWidget(screen)
        self._stack.setCurrentWidget(screen)
        self._rail.show_picked(number)
        screen.refresh()
        screen.take_focus()

    def go_to(self, name: str, words: str) -> None:
        """Show the screen called `name` and let it look for `words`."""
        for number, entry in enumerate(self.entries):
            if entry.name == name:
                self.show_screen(number)
                self._screens[number].look_for(words)

    def switch_language(self) -> None:
        language = self._t.other()
        self._t.choose(language)
        remember(self.workplace, language=language)

    def switch_theme(self) -> None:
        theme = self.workplace.theme.other()
        self.workplace.theme.choose(theme)
        remember(self.workplace, theme=theme)

    def open_help(self) -> None:
        HelpPage(self.workplace, self.entries[self._place()].name, self).open()

    def open_palette(self) -> None:
        palette = Palette(self.workplace, self._commands(), self._find, self)
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        palette.open()
        corner = self.geometry().center() - palette.rect().center()
        palette.move(corner.x(), self.geometry().top() + 64)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        super().closeEvent(event)
        self.closed.emit()

    def _place(self) -> int:
        shown = self._stack.currentWidget()
        return next(number for number, each in self._screens.items() if each is shown)

    def _commands(self) -> Sequence[Choice]:
        t = self._t

        screens = [
            Choice(entry.icon, t(entry.title), partial(self.show_screen, number))
            for number, entry in enumerate(self.entries)
        ]
        dark = self.workplace.theme.name == "dark"
        return [
            *screens,
            Choice("refresh-cw", t("Refresh"), self._refresh),
            Choice("printer", t("Print"), self._print),
            Choice("languages", "中文" if t.other() == "zh" else "English", self.switch_language),
            Choice(
                "sun" if dark else "moon",
                t("Light window") if dark else t("Dark window"),
                self.switch_theme,
            ),
            Choice("circle-help", t("Help"), self.open_help),
        ]

    def _find(self, words: str, show: Callable[[Sequence[Choice]], None]) -> Job:
        def choices(found: Sequence[Found]) -> None:
            show([self._choice(each) for each in found if each.kind in _FOUND])

        return self.workplace.read(
            lambda reader: find_anything(reader, words, 20), choices, self._report
        )

    def _choice(self, found: Found) -> Choice:
        return Choice(
            _ICONS[found.kind],
            f"{found.code}   {found.name}",
            lambda: self.go_to(_FOUND[found.kind], found.code),
        )

    def _add_keys(self) -> None:
        keys: dict[str, Callable[[], object]] = {
            "F1": self.open_help,
            "F5": self._refresh,
            "F7": self.open_palette,
            "F9": self._print,
            "Ctrl+F": self._focus_filter,
            "Ctrl+K": self.open_palette,
            "Ctrl+B": self._rail.fold,
        }
        for number in range(len(self.entries)):
            keys[f"Ctrl+{(number + 1) % 10}"] = partial(self.show_screen, number)
        for key, act in keys.items():
            QShortcut(QKeySequence(key), self).activated.connect(act)

    def _refresh(self) -> None:
        self.screen_now.refresh()

    def _print(self) -> None:
        self.screen_now.print_papers()

    def _focus_filter(self) -> None:
        self.screen_now.focus_filter()

    def _report(self, error: BaseException) -> None:
        t = self._t
        self.screen_now.strip.say("bad", in_words(error, t), t("Close"))

    def _miss_branch(self, error: BaseException) -> None:
        if not isinstance(error, NotFound):
            self._report(error)
            return
        t = self._t
        self.screen_now.strip.say(
            "busy",
            t(
                "There is no branch here yet. Close the window and run “tallydock demo” to try "
                "the program with a sample branch."
            ),
            t("Close"),
        )

    def _retranslate(self) -> None:
        self.setWindowTitle(self._t("Tallydock"))
