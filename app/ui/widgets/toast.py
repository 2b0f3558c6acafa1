"""Short news of done work, bottom right, gone by itself."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.ui.theme import Theme
from app.ui.widgets.text import Text

_SHOWN_MS = 5000
_MOST = 4


class Toasts(QFrame):
    """Lies over the bottom right corner of `window`; never for errors that need an answer."""

    def __init__(self, theme: Theme, window: QWidget, above_px: int) -> None:
        super().__init__(window)
        self._theme = theme
        self._window = window
        self._shown: list[QFrame] = []
        self._above_px = above_px
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        window.installEventFilter(self)
        self.hide()

    def show_news(self, text: str) -> None:
        """Show one line (already translated) for a few seconds."""
        toast = QFrame(self)
        toast.setObjectName("toast")
        toast.setAccessibleName(text)
        icon = Text()
        icon.setPixmap(self._theme.pixmap("check", "surface", 16))
        words = Text()
        words.setText(text)
        layout = QHBoxLayout(toast)
        layout.setContentsMargins(12, 10, 16, 10)
        layout.addWidget(icon)
        layout.addWidget(words, 1)
        self._layout.addWidget(toast)
        self._shown.append(toast)
        if len(self._shown) > _MOST:
            self._drop(self._shown[0])
        QTimer.singleShot(_SHOWN_MS, toast, lambda: self._drop(toast))
        toast.show()
        self.show()
        self.raise_()
        self._place()

    def texts(self) -> list[str]:
        """Return what is shown now, the oldest first."""
        return [toast.accessibleName() for toast in self._shown]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if watched is self._window and event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _drop(self, toast: QFrame) -> None:
        if toast not in self._shown:
            return
        self._shown.remove(toast)
        self._layout.removeWidget(toast)
        toast.hide()
        toast.deleteLater()
        if self._shown:
            self._place()
        else:
            self.hide()

    def _place(self) -> None:
        self._layout.activate()
        self.adjustSize()
        corner = self._window.rect().bottomRight()
        self.move(corner.x() - self.width() - 16, corner.y() - self.height() - self._above_px)
