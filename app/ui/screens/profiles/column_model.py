"""The columns of a profile as a table that is edited like a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal

from app.domain.profiles.profile import FIELDS, LIST_FIELDS, Align, Check, Sign
from app.i18n import N_
from app.ui.language import Language
from app.ui.models.table_model import Index
from app.ui.screens.profiles.plain_text import Plain, list_of, words_of, words_text
from app.ui.screens.profiles.settings_form import place_of, place_text
from app.ui.screens.profiles.words import FIELD_WORDS

_ONLY_LISTED = ("short_name", "gtin", "factor", "stock", "address", "phone")
READ_FIELDS = tuple(each for each in FIELDS if each not in _ONLY_LISTED)


@dataclass(frozen=True, slots=True)
class Cell:
    """One thing that a column says. `control` is text, whole, flag, choice, place, words, list."""

    key: str
    title: str
    control: str
    width: int
    choices: tuple[tuple[str, str], ...] = ()
    default: str = ""
    tip: str = ""


def _field_choices(names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return (("", N_("(passed over)")), *((name, FIELD_WORDS[name]) for name in names))


_PLACE = Cell(
    "place", N_("Position"), "place", 68, tip=N_("Which piece, or from and to as in 4-7.")
)
_PATTERN = Cell(
    "pattern",
    N_("Pattern"),
    "text",
    120,
    tip=N_("How a day or time is written, such as DD/MM/YYYY or YYYYMMDDhhmmss."),
)
_SIGN = Cell(
    "sign",
    N_("Sign"),
    "choice",
    126,
    (
        (Sign.LEADING.value, N_("before")),
        (Sign.TRAILING.value, N_("behind")),
        (Sign.OVERPUNCH.value, N_("in the last digit")),
        (Sign.NONE.value, N_("none")),
    ),
    Sign.LEADING.value,
)
_CHECK = Cell(
    "check",
    N_("Check digit"),
    "choice",
    128,
    (
        (Check.NONE.value, N_("not checked")),
        (Check.GTIN.value, N_("article number")),
        (Check.MOD10.value, N_("any length")),
        (Check.ADD_MOD10.value, N_("left out, to be added")),
    ),
    Check.NONE.value,
)
_IMPLIED = Cell(
    "implied",
    N_("Decimals left out"),
    "whole",
    132,
    tip=N_("With 2, the digits 1250 mean 12.50."),
)
_DECIMAL = Cell("decimal", N_("Decimal point"), "text", 108, default=".")
_THOUSANDS = Cell("thousands", N_("Thousands"), "text", 84)
_WORDS = Cell(
    "words",
    N_("Stands for"),
    "words",
    140,
    tip=N_("What a word of the file means, such as 1=near, 2=expired."),
)
_LITERAL = Cell("literal", N_("Must be"), "text", 84)

READ_CELLS: tuple[Cell, ...] = (
    Cell("field", N_("Field"), "choice", 150, _field_choices(READ_FIELDS)),
    _PLACE,
    _PATTERN,
    _SIGN,
    _IMPLIED,
    _CHECK,
    Cell("optional", N_("May be empty"), "flag", 106),
    Cell("default", N_("If empty"), "text", 76),
    _DECIMAL,
    _THOUSANDS,
    Cell("strip_zeros", N_("Leading zeros off"), "flag", 128),
    _WORDS,
    _LITERAL,
    Cell(
        "keep",
        N_("Only lines with"),
        "list",
        110,
        tip=N_("A line with another word here is passed over. Commas between several words."),
    ),
    Cell(
        "skip",
        N_("Not lines with"),
        "list",
        110,
        tip=N_("A line with this word here is passed over. Commas between several words."),
    ),
)

_WRITE_CELLS: tuple[Cell, ...] = (
    _PLACE,
    Cell("cut", N_("May be cut"), "flag", 84, tip=N_("Too long a text loses its end.")),
    Cell(
        "align",
        N_("Aligned"),
        "choice",
        84,
        ((Align.LEFT.value, N_("left")), (Align.RIGHT.value, N_("right"))),
        Align.LEFT.value,
    ),
    Cell("fill", N_("Filled with"), "text", 84, default=" "),
    _IMPLIED,
    _DECIMAL,
    _SIGN,
    Cell("optional", N_("May be empty"), "flag", 106),
    Cell("default", N_("If empty"), "text", 76),
    _CHECK,
    _LITERAL,
)


def list_cells(what: str) -> tuple[Cell, ...]:
    """What a column of a list of products or customers says."""
    names = [each for each in FIELD_WORDS if each in LIST_FIELDS.get(what, frozenset())]
    return (Cell("field", N_("Field"), "choice", 150, _field_choices(names)), *_WRITE_CELLS)


class ColumnModel(QAbstractTableModel):
    """`edited` follows every change that a person makes."""

    edited = Signal()

    def __init__(self, t: Language, cells: Sequence[Cell], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.cells = tuple(cells)
        self.editable = False
        self._t = t
        self._fixed = False
        self._columns: list[Plain] = []

    @property
    def columns(self) -> list[Plain]:
        """What stands in the table, a plain table each."""
        return [dict(each) for each in self._columns]

    def show_columns(
        self, columns: Sequence[Plain], is_fixed: bool, cells: Sequence[Cell] | None = None
    ) -> None:
        """Show these columns; the same ones again change nothing."""
        cells = self.cells if cells is None else tuple(cells)
        if list(columns) == self._columns and is_fixed == self._fixed and cells == self.cells:
            return
        same_shape = len(columns) == len(self._columns) and cells == self.cells
        if not same_shape:
            self.beginResetModel()
        self.cells = cells
        self._fixed = is_fixed
        self._columns = [dict(each) for each in columns]
        if same_shape:
            self._repaint()
        else:
            self.endResetModel()

    def add(self, column: Plain, row: int) -> None:
        """Put a column in before `row`."""
        self.beginInsertRows(QModelIndex(), row, row)
        self._columns.insert(row, dict(column))
        self.endInsertRows()
        self.edited.emit()

    def remove(self, row: int) -> None:
        self.beginRemoveRows(QModelIndex(), row, row)
        del self._columns[row]
        self.endRemoveRows()
        self.edited.emit()

    def move(self, row: int, by: int) -> bool:
        """Let a column change places with the one above (-1) or below (1)."""
        other = row + by
        if not 0 <= other < len(self._columns):
            return False
        columns = self._columns
        columns[row], columns[other] = columns[other], columns[row]
        self._repaint()
        self.edited.emit()
        return True

    def next_place(self) -> Plain:
        """A column without a field that stands behind all others."""
        if self._fixed:
            ends = [
                at[1] for each in self._columns if isinstance(at := each.get("at"), list) and at
            ]
            start = max((end for end in ends if isinstance(end, int)), default=0) + 1
            return {"at": [start, start]}
        found = [each.get("index") for each in self._columns]
        return {"index": max((each for each in found if isinstance(each, int)), default=0) + 1}

    def retranslate(self) -> None:
        self._repaint()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.cells) - 1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self._columns)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self.cells)

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Vertical:
            return section + 1 if role == Qt.ItemDataRole.DisplayRole else None
        cell = self.cells[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._t(cell.title)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._t(cell.tip) if cell.tip else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if not index.isValid() or not self.editable:
            return flags
        if self.cells[index.column()].control == "flag":
            return flags | Qt.ItemFlag.ItemIsUserCheckable
        return flags | Qt.ItemFlag.ItemIsEditable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        cell, column = self.cells[index.column()], self._columns[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole and cell.control == "flag":
            on = column.get(cell.key) is True
            return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._shown(cell, column)
        if role == Qt.ItemDataRole.EditRole:
            return self._written(cell, column)
        return None

    def setData(  # noqa: N802
        self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        if not index.isValid() or not self.editable:
            return False
        cell, column = self.cells[index.column()], self._columns[index.row()]
        before = dict(column)
        if role == Qt.ItemDataRole.CheckStateRole:
            _put(column, cell.key, Qt.CheckState(value) is Qt.CheckState.Checked or None)
        elif role != Qt.ItemDataRole.EditRole:
            return False
        elif cell.control == "place":
            at_index, at = place_of(str(value), self._fixed)
            if at_index is None and at is None:
                return False
            _put(column, "index", at_index)
            _put(column, "at", at)
        else:
            try:
                _put(column, cell.key, _TAKEN[cell.control](cell, str(value)))
            except ValueError:
                return False
        if column != before:
            self.dataChanged.emit(index, index)
            self.edited.emit()
        return True

    def _shown(self, cell: Cell, column: Plain) -> str:
        if cell.control == "flag":
            return ""
        value = str(column.get(cell.key, cell.default))
        if cell.control == "choice":
            if cell.key not in column and cell.key != "field":
                return ""
            words = dict(cell.choices)
            return self._t(words[value]) if value in words else value
        return self._written(cell, column)

    def _written(self, cell: Cell, column: Plain) -> str:
        if cell.control == "place":
            return place_text(column)
        value = column.get(cell.key)
        if cell.control == "choice":
            return cell.default if value is None else str(value)
        if cell.control == "words":
            return words_text(value)
        if isinstance(value, list):
            return ", ".join(map(str, value))
        return "" if value is None or isinstance(value, bool | dict) else str(value)

    def _repaint(self) -> None:
        if self._columns:
            corner = self.index(len(self._columns) - 1, len(self.cells) - 1)
            self.dataChanged.emit(self.index(0, 0), corner)


def _put(column: Plain, key: str, value: object) -> None:
    if value is None:
        column.pop(key, None)
    else:
        column[key] = value


def _text(cell: Cell, words: str) -> str | None:
    return None if words in ("", cell.default) else words


def _whole(_cell: Cell, words: str) -> int | None:
    return int(words) or None if words.strip() else None


_TAKEN: dict[str, Callable[[Cell, str], object]] = {
    "text": _text,
    "choice": _text,
    "whole": _whole,
    "words": lambda _cell, words: words_of(words) or None,
    "list": lambda _cell, words: list_of(words) or None,
}
