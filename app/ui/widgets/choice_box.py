"""A list that unfolds, with an arrow in the colours of the theme."""

from PySide6.QtCore import QPoint
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QWidget

from app.ui.theme import Theme

_ARROW_PX = 16
_FROM_RIGHT_PX = 24


class ChoiceBox(QComboBox):
    """The style sheet leaves room for the arrow and cannot draw one itself."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        super().paintEvent(event)
        painter = QPainter(self)
        corner = QPoint(self.width() - _FROM_RIGHT_PX, (self.height() - _ARROW_PX) // 2)
        painter.drawPixmap(corner, self._theme.pixmap("chevron-down", "muted", _ARROW_PX))
        painter.end()
