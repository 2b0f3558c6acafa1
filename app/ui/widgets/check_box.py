"""A box that is ticked or not, in the colours of the theme."""

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QWidget

from app.ui.theme import Theme

_SIDE_PX = 18
_GAP_PX = 8
_HEIGHT_PX = 32


class CheckBox(QCheckBox):
    """The style sheet cannot draw a tick in a colour of the theme, so it is painted here."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: N802
        words = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(_SIDE_PX + _GAP_PX + words + 4, _HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(_SIDE_PX + _GAP_PX, _HEIGHT_PX)

    def hitButton(self, _where: QPoint) -> bool:  # noqa: N802
        return True

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        theme, on, able = self._theme, self.isChecked(), self.isEnabled()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = (self.height() - _SIDE_PX) // 2
        box = QRectF(1, top + 0.5, _SIDE_PX - 1, _SIDE_PX - 1)
        edge = "accent" if able and (on or self.hasFocus()) else "outline" if able else "border"
        fill = ("accent" if on else "surface") if able else "sunken"
        painter.setPen(QPen(theme.colour(edge), 2 if self.hasFocus() else 1))
        painter.setBrush(theme.colour(fill))
        painter.drawRoundedRect(box, 4, 4)
        if on:
            tick = theme.pixmap("check", "on_accent" if able else "muted", _SIDE_PX - 4)
            painter.drawPixmap(QPoint(3, top + 2), tick)
        room = QRect(_SIDE_PX + _GAP_PX, 0, self.width() - _SIDE_PX - _GAP_PX, self.height())
        painter.setPen(theme.colour("text" if able else "muted"))
        words = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
        painter.end()
