"""A QR code, drawn as squares: dark on white in every theme, since scanners expect that."""

import segno
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

# Scanners find the code by the white around it.
_QUIET = 4
_MOST_PX = 300


class QrCode(QWidget):
    """Shows a text as large as its room allows, in whole pixels a square."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[bytearray, ...] = ()
        self.setFixedSize(_MOST_PX, _MOST_PX)

    def show_text(self, text: str) -> None:
        """Draw this text; an empty one leaves the room white."""
        self._rows = segno.make(text, micro=False, error="m").matrix if text else ()
        if self._rows:
            self.setFixedSize(self._square_px * self._squares, self._square_px * self._squares)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.white)
        side = self._square_px
        for y, row in enumerate(self._rows, start=_QUIET):
            for x, dark in enumerate(row, start=_QUIET):
                if dark:
                    painter.fillRect(QRect(x * side, y * side, side, side), Qt.GlobalColor.black)
        painter.end()

    @property
    def _squares(self) -> int:
        """On one side, with the white around."""
        return len(self._rows) + 2 * _QUIET

    @property
    def _square_px(self) -> int:
        return _MOST_PX // self._squares
