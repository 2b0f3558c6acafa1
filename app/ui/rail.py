"""The rail on the left: one button per screen, foldable to icons."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QButtonGroup, QFrame, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.ui.screens.entry import ScreenEntry
from app.ui.theme import size
from app.ui.workplace import Workplace


class Rail(QFrame):
    """`picked` carries the position of the screen in the menu."""

    picked = Signal(int)

    def __init__(
        self, workplace: Workplace, entries: Sequence[ScreenEntry], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self._workplace = workplace
        self._t = workplace.language
        self._entries = tuple(entries)
        self._folded = False
        self._group = QButtonGroup(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(4)
        self._buttons = [self._button() for _entry in self._entries]
        for number, button in enumerate(self._buttons):
            button.setCheckable(True)
            self._group.addButton(button, number)
            layout.addWidget(button)
        layout.addStretch(1)
        self._fold = self._button()
        self._fold.clicked.connect(self.fold)
        layout.addWidget(self._fold)
        self._group.idClicked.connect(self.picked)
        workplace.language.changed.connect(self.retranslate)
        workplace.theme.changed.connect(self.retranslate)
        self.retranslate()

    def show_picked(self, number: int) -> None:
        self._buttons[number].setChecked(True)
        self.retranslate()

    def fold(self) -> None:
        """Show icons alone, or icons and words again."""
        self._folded = not self._folded
        self.retranslate()

    def retranslate(self) -> None:
        t, theme = self._t, self._workplace.theme
        self.setFixedWidth(size("rail_folded" if self._folded else "rail"))
        for number, (entry, button) in enumerate(zip(self._entries, self._buttons, strict=True)):
            tone = "accent" if button.isChecked() else "muted"
            self._say(button, t(entry.title), theme.icon(entry.icon, tone))
            button.setToolTip(f"{t(entry.title)}  Ctrl+{(number + 1) % 10}")
        word = t("Unfold the menu") if self._folded else t("Fold the menu")
        name = "panel-left-open" if self._folded else "panel-left-close"
        self._say(self._fold, word, theme.icon(name, "muted"))
        self._fold.setToolTip(word)

    def _button(self) -> QToolButton:
        button = QToolButton()
        button.setProperty("role", "rail")
        button.setIconSize(QSize(20, 20))
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    def _say(self, button: QToolButton, word: str, icon: QIcon) -> None:
        button.setText(f"  {word}".replace("&", "&&"))
        button.setAccessibleName(word)
        button.setIcon(icon)
        button.setToolButtonStyle(
            Qt.ToolButtonStyle.ToolButtonIconOnly
            if self._folded
            else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        )
