"""Settings of a profile as a form: a word above each control, four beside each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRegularExpression, Qt, Signal
from PySide6.QtGui import QIntValidator, QRegularExpressionValidator
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from app.ui.language import Language
from app.ui.screens.profiles.plain_text import Path, Plain, list_of, text_at, value_at
from app.ui.theme import Theme
from app.ui.widgets.check_box import CheckBox
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.text import Text, set_tip

ACROSS = 4
_PLACE = re.compile(r"([0-9]{1,4})(?:\s*-\s*([0-9]{1,4}))?")
_MOST_WHOLE = 9999

Change = tuple[Path, object]
"""What is to stand where; None takes it away."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One control. `control` is text, exact (outer blanks count), whole, flag, choice, sign (a
    choice in which others may be written), list, pair or place.

    `choices` are (value, English word); a choice of "" takes `removes` away, or else the value.
    """

    path: Path
    title: str
    control: str = "text"
    choices: tuple[tuple[str, str], ...] = ()
    default: str = ""
    tip: str = ""
    span: int = 1
    removes: Path = ()
    is_shown: Callable[[Plain], bool] = lambda _plain: True


class SettingsForm(QWidget):
    """`edited` carries a list of `Change`; what is not shown now is not changed."""

    edited = Signal(object)

    def __init__(self, theme: Theme, t: Language, settings: Sequence[Setting]) -> None:
        super().__init__()
        self._t = t
        self._cells = [_Cell(theme, t, setting) for setting in settings]
        self._shown: tuple[bool, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 8, 0, 8)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(8)
        for place in range(ACROSS):
            self._grid.setColumnStretch(place, 1)
            self._grid.setColumnMinimumWidth(place, 120)
        for cell in self._cells:
            cell.edited.connect(self.edited)

    def control(self, *path: str) -> QWidget:
        """The control of the setting at this path."""
        return next(each.control for each in self._cells if each.setting.path == path)

    def retranslate(self) -> None:
        for cell in self._cells:
            cell.retranslate()

    def show_plain(self, plain: Plain) -> None:
        """Show what stands there; where somebody is writing just now, nothing is changed."""
        shown = tuple(cell.setting.is_shown(plain) for cell in self._cells)
        if shown != self._shown:
            self._shown = shown
            self._lay_out()
        for cell, is_shown in zip(self._cells, shown, strict=True):
            if is_shown:
                cell.show_plain(plain)

    def set_editable(self, editable: bool) -> None:
        for cell in self._cells:
            cell.set_editable(editable)

    def _lay_out(self) -> None:
        row = place = 0
        for cell, is_shown in zip(self._cells, self._shown, strict=True):
            self._grid.removeWidget(cell)
            cell.setVisible(is_shown)
            if not is_shown:
                continue
            span = cell.setting.span
            if place + span > ACROSS:
                row, place = row + 1, 0
            self._grid.addWidget(cell, row, place, 1, span, Qt.AlignmentFlag.AlignTop)
            place += span
        for each in range(self._grid.rowCount()):
            self._grid.setRowStretch(each, 0)
        self._grid.setRowStretch(row + 1, 1)


class _Cell(QWidget):
    """A setting with its word."""

    edited = Signal(object)

    def __init__(self, theme: Theme, t: Language, setting: Setting) -> None:
        super().__init__()
        self.setting = setting
        self._t = t
        self._fixed = False
        self._word = Text("small")
        self._lines: list[QLineEdit] = []
        self.box: ChoiceBox | None = None
        self.flag: CheckBox | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self._word)
        self.control = self._make(theme)
        layout.addWidget(self.control)

    def retranslate(self) -> None:
        t, setting = self._t, self.setting
        word = t(setting.title)
        self._word.setText("" if self.flag else word)
        for part in (self.control, *self._lines):
            part.setAccessibleName(word)
            set_tip(part, t(setting.tip) if setting.tip else "")
        if self.flag is not None:
            self.flag.setText(word)
        if self.box is not None:
            self.box.blockSignals(True)
            for place in range(min(self.box.count(), len(setting.choices))):
                self.box.setItemText(place, t(setting.choices[place][1]))
            self.box.blockSignals(False)

    def set_editable(self, editable: bool) -> None:
        self.setEnabled(editable)

    def show_plain(self, plain: Plain) -> None:
        setting = self.setting
        self._fixed = text_at(plain, ("layout", "form")) == "fixed"
        if self.flag is not None:
            self.flag.blockSignals(True)
            self.flag.setChecked(value_at(plain, setting.path) is True)
            self.flag.blockSignals(False)
        elif self.box is not None:
            if not self.box.hasFocus() or not self.box.isEditable():
                found = value_at(plain, setting.path)
                self._choose(setting.default if found is None else str(found))
        else:
            for line, words in zip(self._lines, self._texts(plain), strict=True):
                if line.text() != words and not line.hasFocus():
                    line.setText(words)

    def _make(self, theme: Theme) -> QWidget:
        setting = self.setting
        if setting.control == "flag":
            self.flag = CheckBox(theme)
            self.flag.toggled.connect(lambda on: self._tell(setting.path, on or None))
            return self.flag
        if setting.control in ("choice", "sign"):
            return self._make_box(theme)
        count = 2 if setting.control == "pair" else 1
        self._lines = [QLineEdit() for _ in range(count)]
        for line in self._lines:
            line.textEdited.connect(lambda _text: self._read_lines())
            if setting.control in ("whole", "pair"):
                line.setValidator(QIntValidator(0, _MOST_WHOLE, line))
            elif setting.control == "place":
                pattern = QRegularExpression("[0-9]{1,4}(\\s*-\\s*[0-9]{1,4})?")
                line.setValidator(QRegularExpressionValidator(pattern, line))
        if count == 1:
            return self._lines[0]
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for line in self._lines:
            row.addWidget(line)
        return both

    def _make_box(self, theme: Theme) -> QWidget:
        setting = self.setting
        box = self.box = ChoiceBox(theme)
        box.setMinimumContentsLength(6)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for value, word in setting.choices:
            box.addItem(word, value)
        if setting.control == "sign":
            box.setEditable(True)
            box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
            box.editTextChanged.connect(self._write_sign)
        else:
            box.currentIndexChanged.connect(lambda _place: self._pick(box.currentData()))
        return box

    def _texts(self, plain: Plain) -> tuple[str, ...]:
        setting = self.setting
        if setting.control == "pair":
            return pair_texts(value_at(plain, setting.path))
        if setting.control == "place":
            found = value_at(plain, setting.path)
            return (place_text(found if isinstance(found, Mapping) else {}),)
        words = text_at(plain, setting.path)
        return ("" if setting.control == "whole" and words == "0" else words,)

    def _choose(self, value: str) -> None:
        box = self.box
        if box is None:
            return
        box.blockSignals(True)
        place = box.findData(value)
        if place < 0 and box.isEditable():
            box.setEditText(value)
        elif place < 0 and value:
            box.addItem(value, value)
            place = box.count() - 1
        if place >= 0 or not value:
            box.setCurrentIndex(place)
        box.blockSignals(False)
        box.update()

    def _pick(self, value: str | None) -> None:
        setting = self.setting
        if not value and setting.removes:
            self._tell(setting.removes, None)
        else:
            is_default = value is None or value == setting.default
            self._tell(setting.path, None if is_default else value)

    def _write_sign(self, words: str) -> None:
        box = self.box
        if box is None:
            return
        place = box.findText(words)
        self._pick(box.itemData(place) if place >= 0 else words)

    def _read_lines(self) -> None:
        setting, words = self.setting, [line.text() for line in self._lines]
        if setting.control == "whole":
            self._tell(setting.path, int(words[0]) if words[0].isdigit() else None)
        elif setting.control == "pair":
            self._tell(setting.path, pair_of(words))
        elif setting.control == "place":
            index, at = place_of(words[0], self._fixed)
            path = setting.path
            self.edited.emit([((*path, "index"), index), ((*path, "at"), at)])
        elif setting.control == "list":
            self._tell(setting.path, list_of(words[0]) or None)
        else:
            text = words[0] if setting.control == "exact" else words[0].strip()
            self._tell(setting.path, text or None)

    def _tell(self, path: Path, value: object) -> None:
        self.edited.emit([(path, value)])


def place_of(words: str, is_fixed: bool) -> tuple[int | None, list[int] | None]:
    """(index, None) or (None, [from, to]) of what is written as `3` or `4-17`."""
    found = _PLACE.fullmatch(words.strip())
    if found is None:
        return None, None
    first, last = int(found[1]), int(found[2] or found[1])
    return (None, [first, last]) if is_fixed else (first, None)


def place_text(column: Mapping[str, object]) -> str:
    """Where a column stands, as it is written in a form."""
    at = column.get("at")
    if isinstance(at, list) and len(at) == 2:
        return f"{at[0]}-{at[1]}" if at[0] != at[1] else str(at[0])
    return str(at if at is not None else column.get("index", ""))


def pair_of(words: Sequence[str]) -> list[int] | None:
    numbers = [int(each) for each in words if each.isdigit()]
    return [numbers[0], numbers[-1]] if numbers else None


def pair_texts(value: object) -> tuple[str, str]:
    if isinstance(value, list) and len(value) == 2:
        return str(value[0]), str(value[1])
    return (str(value), str(value)) if isinstance(value, int) and value else ("", "")
