"""The real PDF of a paper, page by page."""

from functools import lru_cache

import pypdfium2
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QVBoxLayout, QWidget

from app.ui.theme import Theme

GAP_PX = 12
KEPT_PAGES = 12
ZOOMS_PERCENT = (100, 125, 150, 200, 300)


class PaperView(QWidget):
    """Shows the bytes of a PDF; nothing is drawn here that is not on the paper."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pages = _Pages(theme)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        self.setFocusProxy(self._pages)

    @property
    def page_count(self) -> int:
        return self._pages.page_count

    def name(self, words: str) -> None:
        self._pages.setAccessibleName(words)

    def show_paper(self, pdf: bytes) -> None:
        """Show a PDF; empty bytes show an empty view."""
        self._pages.show_paper(pdf)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(440, 600)


class _Pages(QAbstractScrollArea):
    """Sheets below each other, only those in sight drawn; + and - zoom from the view's width on."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._pdf = b""
        self._zoom = 0
        self._sizes: list[tuple[float, float]] = []
        self._draw = lru_cache(KEPT_PAGES)(self._draw_page)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.changed.connect(self.viewport().update)

    @property
    def page_count(self) -> int:
        return len(self._sizes)

    def show_paper(self, pdf: bytes) -> None:
        self._pdf = pdf
        self._sizes = []
        if pdf:
            with pypdfium2.PdfDocument(pdf) as document:
                self._sizes = [document.get_page_size(n) for n in range(len(document))]
        self._draw.cache_clear()
        self.verticalScrollBar().setValue(0)
        self._measure()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._draw.cache_clear()
        self._measure()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(1)
        elif event.key() == Qt.Key.Key_Minus:
            self.zoom(-1)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(1 if event.angleDelta().y() > 0 else -1)
        else:
            super().wheelEvent(event)

    def zoom(self, steps: int) -> None:
        """Go `steps` larger, or smaller below zero."""
        self._zoom = min(max(self._zoom + steps, 0), len(ZOOMS_PERCENT) - 1)
        self._draw.cache_clear()
        self._measure()
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), self._theme.colour("sunken"))
        left = GAP_PX - self.horizontalScrollBar().value()
        top = GAP_PX - self.verticalScrollBar().value()
        for number, height in enumerate(self._heights()):
            sheet = QRectF(left, top, self._width(), height)
            if sheet.intersects(QRectF(event.rect())):
                painter.drawImage(sheet, self._draw(number))
            top += height + GAP_PX
        painter.end()

    def _width(self) -> int:
        fitting = max(self.viewport().width() - 2 * GAP_PX, 50)
        return fitting * ZOOMS_PERCENT[self._zoom] // 100

    def _heights(self) -> list[int]:
        return [round(self._width() * height / width) for width, height in self._sizes]

    def _measure(self) -> None:
        total = sum(height + GAP_PX for height in self._heights()) + GAP_PX
        bar = self.verticalScrollBar()
        bar.setRange(0, max(total - self.viewport().height(), 0))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(40)
        across = self.horizontalScrollBar()
        across.setRange(0, max(self._width() + 2 * GAP_PX - self.viewport().width(), 0))
        across.setPageStep(self.viewport().width())
        across.setSingleStep(40)

    def _draw_page(self, number: int) -> QImage:
        scale = self._width() * self.devicePixelRatioF() / self._sizes[number][0]
        with pypdfium2.PdfDocument(self._pdf) as document:
            bitmap = document[number].render(scale=scale, rev_byteorder=True, prefer_bgrx=True)
            return QImage(
                bytes(bitmap.buffer),
                bitmap.width,
                bitmap.height,
                bitmap.stride,
                QImage.Format.Format_RGBX8888,
            ).copy()
