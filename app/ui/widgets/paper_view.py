"""The real PDF of a paper, page by page."""

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPdfWidgets import QPdfView
from PySide6.QtWidgets import QVBoxLayout, QWidget


class PaperView(QWidget):
    """Shows the bytes of a PDF; nothing is drawn here that is not on the paper."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buffer = QBuffer(self)
        self.document = QPdfDocument(self)
        self._view = QPdfView()
        self._view.setPageMode(QPdfView.PageMode.MultiPage)
        self._view.setZoomMode(QPdfView.ZoomMode.FitToWidth)
        self._view.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._view.setPageSpacing(8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._view)
        self.setFocusProxy(self._view)

    def name(self, words: str) -> None:
        self._view.setAccessibleName(words)

    def show_paper(self, pdf: bytes) -> None:
        """Show a PDF; empty bytes show an empty view."""
        # The view still points into the document, and the document into the buffer.
        self._view.setDocument(QPdfDocument(self._view))
        self.document.close()
        self._buffer.close()
        if not pdf:
            return
        self._buffer.setData(QByteArray(pdf))
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self.document.load(self._buffer)
        self._view.setDocument(self.document)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(440, 600)
