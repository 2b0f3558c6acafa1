"""A strip above a screen's content: what happened, what it means, and one button."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from app.ui.theme import Theme
from app.ui.widgets.text import Text, restyle

_ICONS = {"bad": "circle-x", "warn": "triangle-alert", "ok": "circle-check", "busy": "info"}


class Strip(QFrame):
    """Hidden until `say`; stays until the user answers or closes it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("strip")
        self._theme = theme
        self._tone = "bad"
        self._answer: Callable[[], None] | None = None
        self._icon = Text()
        self._text = Text(wrap=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._button = QPushButton()
        self._close = QToolButton()
        self._button.clicked.connect(self._act)
        self._close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 8, 6)
        layout.setSpacing(12)
        layout.addWidget(self._icon)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._button)
        layout.addWidget(self._close)
        theme.changed.connect(self._paint)
        self._paint()
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    def say(
        self,
        tone: str,
        text: str,
        close_word: str,
        button: str = "",
        answer: Callable[[], None] | None = None,
    ) -> None:
        """Show `text` (already translated); `button` calls `answer`."""
        self._tone = tone
        self._answer = answer
        self._text.setText(text)
        self._text.setAccessibleName(text)
        self._button.setText(button)
        self._button.setAccessibleName(button)
        self._button.setVisible(bool(button))
        self._close.setAccessibleName(close_word)
        self._close.setToolTip(close_word)
        self._paint()
        self.show()

    def _act(self) -> None:
        self.hide()
        if self._answer is not None:
            self._answer()

    def _paint(self) -> None:
        self._icon.setPixmap(self._theme.pixmap(_ICONS[self._tone], self._tone, 20))
        self._close.setIcon(self._theme.icon("x", "muted"))
        if self.property("tone") != self._tone:
            self.setProperty("tone", self._tone)
            restyle(self)
