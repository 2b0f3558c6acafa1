"""The lines of a note as its paper tells them, filled in with the keys alone."""

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QIntValidator, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from app.services.paper_entry import PaperLine
from app.services.paper_notes import ExpectedNote
from app.ui.theme import size

PRODUCT, LOT, SHIPPED, DELIVERED, REFUSED, REASON = range(6)
_EDITABLE = (DELIVERED, REFUSED, REASON)
_REASON_LENGTH = 4

Index = QModelIndex | QPersistentModelIndex


class PaperGrid(QTableWidget):
    """Delivered is filled in with what was loaded; Enter and Tab go on to the next cell.

    `told` follows every change, `finished` a step behind the last cell.
    """

    told = Signal()
    finished = Signal()

    def __init__(self, note: ExpectedNote) -> None:
        super().__init__(len(note.lines), len(_EDITABLE) + 3)
        self._note = note
        self.setItemDelegate(_Pen(note, self))
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(size("row"))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(PRODUCT, QHeaderView.ResizeMode.Stretch)
        for column, width_px in ((LOT, 110), (SHIPPED, 84), (DELIVERED, 84), (REFUSED, 84)):
            self.setColumnWidth(column, width_px)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for column in (SHIPPED, DELIVERED, REFUSED):
            title = QTableWidgetItem()
            title.setTextAlignment(right)
            self.setHorizontalHeaderItem(column, title)
        self._fill()
        self.setCurrentCell(0, DELIVERED)
        self.itemChanged.connect(self._balance)

    def lines(self) -> tuple[PaperLine, ...]:
        """What is filled in, a line for each line of the note."""
        return tuple(
            PaperLine(
                line.product_code,
                line.lot,
                self.units(row, DELIVERED),
                self.units(row, REFUSED),
                self._words(row, REASON),
            )
            for row, line in enumerate(self._note.lines)
        )

    def units(self, row: int, column: int) -> int:
        return int(self._words(row, column) or 0)

    def finish(self) -> None:
        """Take what is being written into a cell at this moment."""
        for editor in self.viewport().findChildren(QLineEdit):
            self.commitData(editor)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if self.state() == QAbstractItemView.State.EditingState:
            event.accept()  # the cell that is written in has dealt with it
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                event.ignore()
                return
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

    def _fill(self) -> None:
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for row, line in enumerate(self._note.lines):
            name = f"{line.product_code}  {line.product_name}"
            cells = (name, line.lot or "–", str(line.shipped), str(line.shipped), "0", "")
            for column, words in enumerate(cells):
                item = QTableWidgetItem(words)
                if column in (SHIPPED, DELIVERED, REFUSED):
                    item.setTextAlignment(right)
                if column not in _EDITABLE:
                    item.setFlags(Qt.ItemFlag.ItemIsEnabled)
                self.setItem(row, column, item)

    def _balance(self, changed: QTableWidgetItem) -> None:
        """What was refused was not delivered: the two never exceed what was loaded."""
        row, column = changed.row(), changed.column()
        if column in (DELIVERED, REFUSED):
            other = REFUSED if column == DELIVERED else DELIVERED
            rest = self._note.lines[row].shipped - self.units(row, column)
            cell = self.item(row, other)
            if cell is not None and self.units(row, other) > rest:
                cell.setText(str(max(0, rest)))
        self.told.emit()

    def _step(self, by: int) -> None:
        places = [(row, column) for row in range(self.rowCount()) for column in _EDITABLE]
        now = (self.currentRow(), self.currentColumn())
        place = places.index(now) + by if now in places else 0
        if place >= len(places):
            self.finished.emit()
        elif place >= 0:
            self.setCurrentCell(*places[place])

    def _words(self, row: int, column: int) -> str:
        item = self.item(row, column)
        return "" if item is None else item.text().strip()


class _Pen(QStyledItemDelegate):
    """Lets nothing be written that cannot be: units up to what was loaded, codes of reasons."""

    def __init__(self, note: ExpectedNote, parent: QWidget) -> None:
        super().__init__(parent)
        self._note = note

    def createEditor(  # noqa: N802
        self, parent: QWidget, _option: QStyleOptionViewItem, index: Index
    ) -> QWidget:
        line = QLineEdit(parent)
        line.setProperty("role", "cell")
        line.setFrame(False)
        if index.column() == REASON:
            line.setMaxLength(_REASON_LENGTH)
        else:
            line.setAlignment(Qt.AlignmentFlag.AlignRight)
            line.setValidator(QIntValidator(0, self._note.lines[index.row()].shipped, line))
        return line

    def setModelData(  # noqa: N802
        self, editor: QWidget, model: QAbstractItemModel, index: Index
    ) -> None:
        if not isinstance(editor, QLineEdit):
            return
        words = editor.text().strip()
        if index.column() == REASON:
            allowed = "".join(each for each in words.upper() if each.isascii() and each.isalnum())
            model.setData(index, allowed)
        elif editor.hasAcceptableInput():
            model.setData(index, str(int(words)))
