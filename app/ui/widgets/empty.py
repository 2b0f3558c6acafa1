"""What a screen shows while there is nothing: what will be here and how it gets here."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from app.ui.theme import Theme
from app.ui.widgets.text import Text

_TEXT_WIDTH = 420


class EmptyState(QFrame):
    """A drawing, a heading, a sentence that teaches, and at most one button."""

    def __init__(self, theme: Theme, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sheet")
        self._theme = theme
        self._icon_name = icon
        self._icon = Text()
        self._heading = Text("heading")
        self._sentence = Text("muted", wrap=True)
        self._sentence.setFixedWidth(_TEXT_WIDTH)
        self.button = QPushButton()
        self.button.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(8)
        layout.addStretch(2)
        for part in (self._icon, self._heading, self._sentence, self.button):
            layout.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
            if isinstance(part, Text):
                part.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addStretch(3)
        theme.changed.connect(self._paint)
        self._paint()

    def teach(self, heading: str, sentence: str, button: str = "") -> None:
        """Show words that are already translated."""
        self._heading.setText(heading)
        self._sentence.setText(sentence)
        # A centred label is not asked how high it gets when it wraps.
        self._sentence.setFixedHeight(self._sentence.heightForWidth(_TEXT_WIDTH))
        self.setAccessibleName(f"{heading}. {sentence}")
        self.button.setText(button)
        self.button.setAccessibleName(button)
        self.button.setVisible(bool(button))

    def _paint(self) -> None:
        self._icon.setPixmap(self._theme.pixmap(self._icon_name, "outline", 48))
