"""A grid that is filled in like a spreadsheet, with the keys alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QCompleter,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from app.ui.theme import Theme, size

Index = QModelIndex | QPersistentModelIndex
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class EntryColumn:
    """`title` is an English word, to be translated; `offer` gives completions of what is typed."""

    key: str
    title: str
    width: int = 100
    editable: bool = False
    number: bool = False
    stretch: bool = False
    offer: Callable[[], Sequence[str]] | None = None


class EntryGrid(QTableWidget):
    """Enter and Tab go on to the next cell that is written in, from the last one to a new row.

    `edited` carries row and key after each change by the user; `finished` follows Enter on an
    empty last row. Ctrl+V pastes a block as Excel copies it, Ctrl+D takes the cell above, Ctrl+C
    copies, Ctrl+Delete takes the row away.
    """

    edited = Signal(int, str)
    finished = Signal()

    def __init__(
        self,
        theme: Theme,
        columns: Sequence[EntryColumn],
        most_rows: int = 256,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(1, len(columns), parent)
        self.columns = tuple(columns)
        self._theme = theme
        self._most_rows = most_rows
        self._places = {column.key: place for place, column in enumerate(columns)}
        self._own = False
        self.setItemDelegate(_Pen(self))
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setWordWrap(False)
        self.verticalHeader().setDefaultSectionSize(size("row"))
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for place, column in enumerate(columns):
            self.setColumnWidth(place, column.width)
            if column.stretch:
                header.setSectionResizeMode(place, QHeaderView.ResizeMode.Stretch)
        self._fill_row(0)
        self.setCurrentCell(0, next(iter(self._editable()), 0))
        self.itemChanged.connect(self._tell)
        theme.changed.connect(self.viewport().update)

    def say(self, translate: Callable[[str], str]) -> None:
        """Name the columns in the language of now."""
        for place, column in enumerate(self.columns):
            title = QTableWidgetItem(translate(column.title))
            if column.number:
                title.setTextAlignment(_RIGHT)
            self.setHorizontalHeaderItem(place, title)

    def words(self, row: int, key: str) -> str:
        item = self.item(row, self._places[key])
        return "" if item is None else item.text().strip()

    def put(self, row: int, key: str, words: str, wrong: str = "") -> None:
        """Write a cell; `wrong` says what is the matter with it, in colour and as a tip."""
        item = self.item(row, self._places[key])
        if item is None:
            return
        self._own = True
        item.setText(words)
        item.setToolTip(wrong)
        item.setForeground(self._theme.colour("bad" if wrong else "text"))
        self._own = False

    def put_row(self, row: int, cells: dict[str, str]) -> None:
        """Write a row as if the user had, and tell so; rows up to it are made."""
        while self.rowCount() <= row and self.rowCount() < self._most_rows:
            self._add_row()
        for key, words in cells.items():
            self.put(row, key, words)
        for key in cells:
            self.edited.emit(row, key)

    def filled(self) -> list[int]:
        """Rows in which something is written by the user."""
        keys = [column.key for column in self.columns if column.editable]
        return [row for row in range(self.rowCount()) if any(self.words(row, key) for key in keys)]

    def empty(self) -> None:
        """Take everything away but one row to write in."""
        self._own = True
        self.setRowCount(0)
        self._add_row()
        self._own = False
        self.setCurrentCell(0, next(iter(self._editable()), 0))

    def finish(self) -> None:
        """Take what is being written into a cell at this moment."""
        for editor in self.viewport().findChildren(QLineEdit):
            self.commitData(editor)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if self.state() == QAbstractItemView.State.EditingState:
            event.accept()  # the cell that is written in has dealt with it
        elif event.matches(QKeySequence.StandardKey.Paste):
            self._paste(QGuiApplication.clipboard().text())
        elif event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
        elif control and event.key() == Qt.Key.Key_D:
            self._take_above()
        elif control and event.key() == Qt.Key.Key_Delete:
            self._remove_row()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._clear_cells()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab) and not control:
            self._step(1)
        elif event.key() == Qt.Key.Key_Backtab:
            self._step(-1)
        else:
            super().keyPressEvent(event)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:  # noqa: N802
        ends = QAbstractItemDelegate.EndEditHint
        super().closeEditor(editor, ends.NoHint)
        if hint in (ends.SubmitModelCache, ends.EditNextItem):
            self._step(1)
        elif hint == ends.EditPreviousItem:
            self._step(-1)

    def _editable(self) -> list[int]:
        return [place for place, column in enumerate(self.columns) if column.editable]

    def _step(self, by: int) -> None:
        editable, row, column = self._editable(), self.currentRow(), self.currentColumn()
        if not editable:
            return
        if by > 0 and column <= editable[0] and not self._row_words(row) and self.filled():
            self.finished.emit()
            return
        places = [(r, c) for r in range(self.rowCount()) for c in editable]
        after = [each for each in places if each > (row, column)]
        before = [each for each in places if each < (row, column)]
        if by > 0 and not after:
            if self.rowCount() >= self._most_rows:
                self.finished.emit()
                return
            self._add_row()
            after = [(self.rowCount() - 1, editable[0])]
        target = after[:1] if by > 0 else before[-1:]
        for place in target:
            self.setCurrentCell(*place)

    def _row_words(self, row: int) -> str:
        return "".join(self.words(row, c.key) for c in self.columns if c.editable)

    def _add_row(self) -> None:
        row = self.rowCount()
        self.insertRow(row)
        self._fill_row(row)

    def _fill_row(self, row: int) -> None:
        was, self._own = self._own, True
        for place, column in enumerate(self.columns):
            item = QTableWidgetItem()
            if column.number:
                item.setTextAlignment(_RIGHT)
            if not column.editable:
                item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            self.setItem(row, place, item)
        self._own = was

    def _tell(self, item: QTableWidgetItem) -> None:
        if not self._own:
            self.edited.emit(item.row(), self.columns[item.column()].key)

    def _paste(self, text: str) -> None:
        """Cells behind tabs, rows behind line ends; quoted cells may hold both."""
        row, first = self.currentRow(), self.currentColumn()
        for line in _cells(text):
            if row >= self._most_rows:
                break
            while row >= self.rowCount():
                self._add_row()
            for place, words in enumerate(line, start=first):
                if place < len(self.columns) and self.columns[place].editable:
                    self.put(row, self.columns[place].key, words)
                    self.edited.emit(row, self.columns[place].key)
            row += 1

    def _copy(self) -> None:
        for area in self.selectedRanges()[:1]:
            lines = [
                "\t".join(
                    (self.item(row, column) or QTableWidgetItem()).text()
                    for column in range(area.leftColumn(), area.rightColumn() + 1)
                )
                for row in range(area.topRow(), area.bottomRow() + 1)
            ]
            QGuiApplication.clipboard().setText("\n".join(lines))

    def _take_above(self) -> None:
        row, place = self.currentRow(), self.currentColumn()
        if row > 0 and self.columns[place].editable:
            key = self.columns[place].key
            self.put(row, key, self.words(row - 1, key))
            self.edited.emit(row, key)

    def _clear_cells(self) -> None:
        for item in self.selectedItems():
            if self.columns[item.column()].editable and item.text():
                item.setText("")

    def _remove_row(self) -> None:
        row = self.currentRow()
        if self.rowCount() > 1:
            self.removeRow(row)
        else:
            self.empty()
        self.edited.emit(min(row, self.rowCount() - 1), self.columns[0].key)


def _cells(text: str) -> list[list[str]]:
    rows: list[list[str]] = [[""]]
    quoted = False
    for place, letter in enumerate(text):
        if letter == '"' and (quoted or not rows[-1][-1]):
            if quoted and text[place + 1 : place + 2] == '"':
                rows[-1][-1] += letter
            quoted = not quoted
        elif letter == "\t" and not quoted:
            rows[-1].append("")
        elif letter == "\n" and not quoted:
            rows.append([""])
        elif letter != "\r":
            rows[-1][-1] += letter
    if rows[-1] == [""]:
        rows.pop()
    return rows


class _Pen(QStyledItemDelegate):
    """A line to write in, with completions where the column offers some."""

    def __init__(self, grid: EntryGrid) -> None:
        super().__init__(grid)
        self._grid = grid
        self._line: QLineEdit | None = None

    def createEditor(  # noqa: N802
        self, parent: QWidget, _option: QStyleOptionViewItem, index: Index
    ) -> QWidget:
        column = self._grid.columns[index.column()]
        line = QLineEdit(parent)
        line.setProperty("role", "cell")
        line.setFrame(False)
        if column.number:
            line.setAlignment(Qt.AlignmentFlag.AlignRight)
        if column.offer is not None:
            completer = QCompleter(line)
            completer.setModel(QStringListModel(list(column.offer()), completer))
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            popup = completer.popup()
            if popup is not None:
                popup.setMinimumWidth(360)
            line.setCompleter(completer)
            line.returnPressed.connect(lambda: QTimer.singleShot(0, self, self._take))
        self._line = line
        return line

    def destroyEditor(self, editor: QWidget, index: Index) -> None:  # noqa: N802
        if editor is self._line:
            self._line = None
        super().destroyEditor(editor, index)

    def _take(self) -> None:
        """Enter ends the cell while completions are open too: they hide the key from the grid."""
        line = self._line
        if line is None:
            return
        self.commitData.emit(line)
        self.closeEditor.emit(line, QAbstractItemDelegate.EndEditHint.SubmitModelCache)
