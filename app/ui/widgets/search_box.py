"""A long list to choose from, found by any part of what its entries say."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCompleter, QWidget

from app.ui.theme import Theme
from app.ui.widgets.choice_box import ChoiceBox


class SearchBox(ChoiceBox):
    """`told`: another code than before is chosen, or none."""

    told = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setEditable(True)
        self.setInsertPolicy(ChoiceBox.InsertPolicy.NoInsert)
        self.setSizeAdjustPolicy(ChoiceBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(20)
        completer = QCompleter(self.model(), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setCompleter(completer)
        self.editTextChanged.connect(lambda _text: self.told.emit())
        self.currentIndexChanged.connect(lambda _place: self._show_beginning())

    @property
    def code(self) -> str:
        """The code of the entry that is written out whole, empty for anything else."""
        place = self.findText(self.currentText().strip(), Qt.MatchFlag.MatchExactly)
        return str(self.itemData(place)) if place >= 0 else ""

    @property
    def is_astray(self) -> bool:
        """Whether something is written that is no entry."""
        return bool(self.currentText().strip()) and not self.code

    def offer(self, entries: Sequence[tuple[str, str]], code: str) -> None:
        """Offer (code, words), with `code` chosen; one that is not offered is added."""
        self.blockSignals(True)
        self.clear()
        for each, words in entries:
            self.addItem(words, each)
        place = self.findData(code) if code else -1
        if code and place < 0:
            self.addItem(code, code)
            place = self.count() - 1
        self.setCurrentIndex(place)
        if place < 0:
            self.clearEditText()
        self.blockSignals(False)
        self._show_beginning()
        self.told.emit()

    def _show_beginning(self) -> None:
        line = self.lineEdit()
        if line is not None:
            line.setCursorPosition(0)
