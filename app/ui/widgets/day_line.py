"""The business day a list shows, with the day before and after one key away."""

from datetime import date

from PySide6.QtCore import QDate, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDateEdit, QHBoxLayout, QToolButton, QWidget

from app.ui.language import Language
from app.ui.theme import Theme


class DayLine(QWidget):
    """`picked` carries the day."""

    picked = Signal(object)

    def __init__(
        self, theme: Theme, t: Language, day: date, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._t = t
        self._before = self._step_button(-1, "Alt+Left")
        self._after = self._step_button(1, "Alt+Right")
        self._edit = QDateEdit(_to_qt(day))
        self._edit.setDisplayFormat("yyyy-MM-dd")
        self._edit.setButtonSymbols(QDateEdit.ButtonSymbols.NoButtons)
        self._edit.setFixedWidth(108)
        self._edit.dateChanged.connect(lambda _day: self.picked.emit(self.day))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        for part in (self._before, self._edit, self._after):
            layout.addWidget(part)
        theme.changed.connect(self.retranslate)
        self.retranslate()

    @property
    def day(self) -> date:
        shown = self._edit.date()
        return date(shown.year(), shown.month(), shown.day())

    def show_day(self, day: date) -> None:
        self._edit.setDate(_to_qt(day))

    def retranslate(self) -> None:
        t = self._t
        self._edit.setAccessibleName(t("Business day"))
        for button, icon, words in (
            (self._before, "chevron-left", t("The day before")),
            (self._after, "chevron-right", t("The day after")),
        ):
            button.setIcon(self._theme.icon(icon, "muted"))
            button.setAccessibleName(words)
            button.setToolTip(f"{words}  {button.shortcut().toString()}")

    def _step_button(self, days: int, key: str) -> QToolButton:
        button = QToolButton()
        button.setShortcut(QKeySequence(key))
        button.clicked.connect(lambda: self._edit.setDate(self._edit.date().addDays(days)))
        return button


def _to_qt(day: date) -> QDate:
    return QDate(day.year, day.month, day.day)
