"""The business day a list shows, with the day before and after one key away."""

from datetime import date, timedelta

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QToolButton, QWidget

from app.ui.language import Language
from app.ui.theme import Theme


class DayLine(QWidget):
    """`picked` carries the day; a day that does not exist falls back to the one before."""

    picked = Signal(object)

    def __init__(self, theme: Theme, t: Language, day: date, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._t = t
        self._day = day
        self._before = self._step_button(-1, "Alt+Left")
        self._after = self._step_button(1, "Alt+Right")
        self._edit = QLineEdit(day.isoformat())
        self._edit.setInputMask("9999-99-99")
        self._edit.setFixedWidth(104)
        self._edit.editingFinished.connect(self._read)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        for part in (self._before, self._edit, self._after):
            layout.addWidget(part)
        theme.changed.connect(self.retranslate)
        self.retranslate()

    @property
    def day(self) -> date:
        return self._day

    def show_day(self, day: date) -> None:
        """Show a day; `picked` follows if it is another one."""
        changed = day != self._day
        self._day = day
        self._edit.setText(day.isoformat())
        if changed:
            self.picked.emit(day)

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

    def _read(self) -> None:
        try:
            day = date.fromisoformat(self._edit.text())
        except ValueError:
            day = self._day
        self.show_day(day)

    def _step_button(self, days: int, key: str) -> QToolButton:
        button = QToolButton()
        button.setShortcut(QKeySequence(key))
        button.clicked.connect(lambda: self.show_day(self._day + timedelta(days=days)))
        return button
