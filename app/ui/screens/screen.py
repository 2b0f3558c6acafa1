"""What every screen of the window can be asked for."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.messages import in_words
from app.ui.widgets.strip import Strip
from app.ui.widgets.text import Text
from app.ui.workplace import Workplace


class Screen(QWidget):
    """A title, room for the screen's own controls beside it, a strip for errors, the content.

    `news` carries a sentence about done work; `wanted` asks the window for another screen and
    hands over what to look for there.
    """

    news = Signal(str)
    wanted = Signal(str, str)

    def __init__(self, workplace: Workplace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workplace = workplace
        self._t = workplace.language
        self.title = Text("title")
        self.summary = Text("muted")
        self.strip = Strip(workplace.theme)
        self.controls = QHBoxLayout()
        self.controls.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.title)
        head.addWidget(self.summary)
        head.addStretch(1)
        head.addLayout(self.controls)
        self.content = QVBoxLayout(self)
        self.content.setContentsMargins(16, 12, 16, 12)
        self.content.setSpacing(12)
        self.content.addLayout(head)
        self.content.addWidget(self.strip)
        workplace.language.changed.connect(self.retranslate)

    def retranslate(self) -> None:
        """Say every word again in the language of now."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Ask the database again (F5, and each time the screen is shown)."""
        raise NotImplementedError

    def take_focus(self) -> None:
        """Put the cursor where the keys of the screen work (each time it is shown)."""
        raise NotImplementedError

    def focus_filter(self) -> None:
        """Put the cursor where the list is narrowed down (Ctrl+F)."""

    def print_papers(self) -> None:
        """Print what the screen is about (F9)."""

    def look_for(self, words: str) -> None:
        """Show what another screen or the search pointed at."""

    def show_error(self, error: BaseException) -> None:
        """Say in the strip what happened and offer to try again."""
        t = self._t
        self.strip.say("bad", in_words(error, t), t("Close"), t("Try again"), self.refresh)
