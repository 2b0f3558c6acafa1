"""The line that narrows a list down, a moment after the last key."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QWidget

from app.ui.theme import Theme

_PAUSE_MS = 200


class FilterLine(QLineEdit):
    """`narrowed` carries the words; Enter sends them at once, so a barcode scanner works."""

    narrowed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = QAction(self)
        self.addAction(self._icon, QLineEdit.ActionPosition.LeadingPosition)
        self.setClearButtonEnabled(True)
        self.setMinimumWidth(200)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._send)
        self.textChanged.connect(lambda _text: self._pause.start())
        self.returnPressed.connect(self._send)
        theme.changed.connect(self._paint)
        self._paint()

    def say(self, hint: str) -> None:
        self.setPlaceholderText(hint)
        self.setAccessibleName(hint)

    def _send(self) -> None:
        self._pause.stop()
        self.narrowed.emit(self.text().strip())

    def _paint(self) -> None:
        self._icon.setIcon(self._theme.icon("funnel", "muted"))
