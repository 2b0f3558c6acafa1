"""A row of choices of which exactly one is on."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from app.ui.theme import size

_AROUND_PX = 28


class Chips(QWidget):
    """`picked` carries the name of the choice."""

    picked = Signal(str)

    def __init__(self, names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names = tuple(names)
        self._group = QButtonGroup(self)
        self._buttons: list[QPushButton] = []
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for number, _name in enumerate(self._names):
            button = QPushButton()
            button.setCheckable(True)
            button.setChecked(number == 0)
            button.setProperty("role", "chip")
            self._group.addButton(button, number)
            self._buttons.append(button)
            layout.addWidget(button)
        self._group.idClicked.connect(lambda number: self.picked.emit(self._names[number]))

    def say(self, words: Sequence[str]) -> None:
        """Name the choices, in their order, with words that are already translated."""
        for button, word in zip(self._buttons, words, strict=True):
            button.setText(word.replace("&", "&&"))
            button.setAccessibleName(word)
            # the one that is on is bold, and wider than it says of itself
            bold = QFont(button.font())
            bold.setPixelSize(size("font_small"))
            bold.setWeight(QFont.Weight.DemiBold)
            button.setMinimumWidth(QFontMetrics(bold).horizontalAdvance(word) + _AROUND_PX)

    def pick(self, name: str) -> None:
        self._buttons[self._names.index(name)].setChecked(True)
