"""A QR code, drawn as squares: dark on white in every theme, since scanners expect that."""

import segno
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

# Scanners find the code by the white around it.
_QUIET = 4
_SIDE = 280


class QrCode(QWidget):
    """Shows a text as large as its room allows, in whole pixels a square."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[bytearray, ...] = ()
        self.setFixedSize(_SIDE, _SIDE)

    def show_text(self, text: str) -> None:
        """Draw this text; an empty one leaves the room white."""
        self._rows = segno.make(text, micro=False, error="m").matrix if text else ()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(_SIDE, _SIDE)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.white)
        squares = len(self._rows) + 2 * _QUIET
        side = min(self.width(), self.height()) // squares
        margin = (min(self.width(), self.height()) - side * len(self._rows)) // 2
        for y, row in enumerate(self._rows):
            for x, dark in enumerate(row):
                if dark:
                    square = QRect(margin + x * side, margin + y * side, side, side)
                    painter.fillRect(square, Qt.GlobalColor.black)
        painter.end()
