"""The real PDF of a paper, page by page."""

from functools import lru_cache

import pypdfium2
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QVBoxLayout, QWidget

from app.ui.theme import Theme

GAP_PX = 12
KEPT_PAGES = 12


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
    """Sheets below each other, as wide as the view; only those in sight are drawn."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._document: pypdfium2.PdfDocument | None = None
        self._sizes: list[tuple[float, float]] = []
        self._draw = lru_cache(KEPT_PAGES)(self._draw_page)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.changed.connect(self.viewport().update)

    @property
    def page_count(self) -> int:
        return len(self._sizes)

    def show_paper(self, pdf: bytes) -> None:
        if self._document is not None:
            self._document.close()
        self._document = pypdfium2.PdfDocument(pdf) if pdf else None
        pages = range(len(self._document)) if self._document else ()
        self._sizes = [self._document.get_page_size(n) for n in pages] if self._document else []
        self._draw.cache_clear()
        self.verticalScrollBar().setValue(0)
        self._measure()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._draw.cache_clear()
        self._measure()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), self._theme.colour("sunken"))
        top = GAP_PX - self.verticalScrollBar().value()
        for number, height in enumerate(self._heights()):
            sheet = QRectF(GAP_PX, top, self._width(), height)
            if sheet.intersects(QRectF(event.rect())):
                painter.drawImage(sheet, self._draw(number))
            top += height + GAP_PX
        painter.end()

    def _width(self) -> int:
        return max(self.viewport().width() - 2 * GAP_PX, 50)

    def _heights(self) -> list[int]:
        return [round(self._width() * height / width) for width, height in self._sizes]

    def _measure(self) -> None:
        total = sum(height + GAP_PX for height in self._heights()) + GAP_PX
        bar = self.verticalScrollBar()
        bar.setRange(0, max(total - self.viewport().height(), 0))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(40)

    def _draw_page(self, number: int) -> QImage:
        if self._document is None:
            return QImage()
        scale = self._width() * self.devicePixelRatioF() / self._sizes[number][0]
        page = self._document[number]
        bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=True)
        image = QImage(
            bytes(bitmap.buffer),
            bitmap.width,
            bitmap.height,
            bitmap.stride,
            QImage.Format.Format_RGBX8888,
        ).copy()
        page.close()
        return image
