"""The palette: find anything or do anything by typing (Ctrl+K, F7)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.ui.tasks import Job
from app.ui.widgets.text import Text
from app.ui.workplace import Workplace

_PAUSE_MS = 150
_MOVES = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the palette (already translated), and what Enter does on it."""

    icon: str
    words: str
    run: Callable[[], None]


class Palette(QDialog):
    """Commands that match are there at once; `find(words, show)` adds what the database finds."""

    def __init__(
        self,
        workplace: Workplace,
        commands: Sequence[Choice],
        find: Callable[[str, Callable[[Sequence[Choice]], None]], Job],
        parent: QWidget,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        t = workplace.language
        self.setWindowTitle(t("Search and commands"))
        self.setObjectName("palette")
        self.setFixedSize(560, 400)
        self._theme = workplace.theme
        self._commands = tuple(commands)
        self._find = find
        self._job: Job | None = None
        self._choices: list[Choice] = []
        self._line = QLineEdit()
        self._line.setPlaceholderText(t("Screen, command, document number, product, customer …"))
        self._line.setAccessibleName(t("What to find"))
        self._list = QListWidget()
        self._list.setAccessibleName(t("What was found"))
        self._list.setIconSize(QSize(18, 18))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._nothing = Text("muted")
        self._nothing.setText(t("Nothing goes by these words."))
        self._nothing.hide()
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self._line.textChanged.connect(self._narrow)
        self._line.installEventFilter(self)
        self._list.itemClicked.connect(lambda _item: self._run())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        for part in (self._line, self._nothing, self._list):
            layout.addWidget(part)
        self._narrow("")

    def words(self) -> list[str]:
        return [choice.words for choice in self._choices]

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _MOVES:
                self._list.event(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run()
                return True
        return False

    def done(self, result: int) -> None:
        if self._job is not None:
            self._job.cancel()
        super().done(result)

    def _narrow(self, words: str) -> None:
        wanted = words.casefold().strip()
        self._show([each for each in self._commands if wanted in each.words.casefold()])
        if self._job is not None:
            self._job.cancel()
        self._pause.start()

    def _ask(self) -> None:
        words = self._line.text().strip()
        if words:
            self._job = self._find(words, self._add)

    def _add(self, found: Sequence[Choice]) -> None:
        self._job = None
        self._show([*self._choices, *found])
        self._nothing.setVisible(not self._choices)

    def _show(self, choices: list[Choice]) -> None:
        self._choices = choices
        self._nothing.hide()
        self._list.clear()
        for choice in choices:
            item = QListWidgetItem(self._theme.icon(choice.icon, "muted"), choice.words)
            self._list.addItem(item)
        self._list.setCurrentRow(0 if choices else -1)

    def _run(self) -> None:
        number = self._list.currentRow()
        if 0 <= number < len(self._choices):
            self.accept()
            self._choices[number].run()
