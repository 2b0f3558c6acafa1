"""Labels that show text and never interpret it, since some of it was written by a terminal."""

from html import escape

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


class Text(QLabel):
    """A plain-text label; `tone` picks its size and colour in the style sheet."""

    def __init__(self, tone: str = "", *, wrap: bool = False, parent: QWidget | None = None):
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("tone", tone)
        self.setWordWrap(wrap)

    def set_tone(self, tone: str) -> None:
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            restyle(self)


class CutText(Text):
    """One line that ends in "…" where the room ends, with the whole of it as its tip."""

    def __init__(self, tone: str = "", parent: QWidget | None = None) -> None:
        super().__init__(tone, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:  # noqa: N802
        super().setText(text)
        set_tip(self, text)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        room = self.contentsRect()
        line = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(self.alignment()) | Qt.TextFlag.TextSingleLine, line)


def set_tip(widget: QWidget, text: str) -> None:
    """Give the widget a tip that Qt cannot take for rich text."""
    widget.setToolTip(f"<span>{escape(text)}</span>" if text else "")


def restyle(widget: QWidget) -> None:
    """Let the style sheet look again after a property changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()
