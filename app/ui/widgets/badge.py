"""A state shown in three ways at once: colour, icon and word."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from app.ui.models.columns import Look
from app.ui.theme import Theme
from app.ui.widgets.text import Text, restyle


class Badge(QFrame):
    """Shows a `Look`; its word is translated by whoever sets it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("badge")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(22)
        self._theme = theme
        self._look = Look("idle", "circle-dashed", "")
        self._icon = Text()
        self._word = Text()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 0, 10, 0)
        layout.setSpacing(5)
        layout.addWidget(self._icon)
        layout.addWidget(self._word)
        theme.changed.connect(self._paint)

    def show_look(self, look: Look, word: str) -> None:
        self._look = look
        self._word.setText(word)
        self.setAccessibleName(word)
        self._paint()

    @property
    def word(self) -> str:
        return self._word.text()

    def _paint(self) -> None:
        self._icon.setPixmap(self._theme.pixmap(self._look.icon, self._look.tone, 14))
        if self.property("tone") != self._look.tone:
            self.setProperty("tone", self._look.tone)
            restyle(self)
            for part in (self._icon, self._word):
                restyle(part)
