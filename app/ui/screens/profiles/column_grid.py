"""The table in which the columns of a profile are edited, with its keys and buttons."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractItemModel, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.ui.language import Language
from app.ui.models.table_model import Index
from app.ui.screens.profiles.column_model import Cell, ColumnModel
from app.ui.screens.profiles.plain_text import Plain
from app.ui.theme import Theme, size
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.text import set_tip

_KEYS = {"add": "Ins", "remove": "Ctrl+Del", "up": "Alt+Up", "down": "Alt+Down"}


class ColumnGrid(QWidget):
    """`edited` follows every change; Enter goes down, Tab to the right, Delete empties a cell."""

    edited = Signal()

    def __init__(self, theme: Theme, t: Language, cells: Sequence[Cell]) -> None:
        super().__init__()
        self._t = t
        self._shaped: tuple[Cell, ...] = ()
        self.model = ColumnModel(t, cells, self)
        self.view = _Sheet(self.model, _Pen(theme, t, self.model, self))
        self.buttons = {name: QPushButton() for name in _KEYS}
        side = QVBoxLayout()
        side.setSpacing(6)
        for button in self.buttons.values():
            side.addWidget(button)
        side.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 8)
        layout.setSpacing(8)
        layout.addWidget(self.view, 1)
        layout.addLayout(side)
        self.model.edited.connect(self.edited)
        self.view.selectionModel().currentChanged.connect(lambda *_: self._show_ready())
        acts: dict[str, Callable[[], None]] = {
            "add": self.add,
            "remove": self.remove,
            "up": lambda: self._move(-1),
            "down": lambda: self._move(1),
        }
        for name, act in acts.items():
            self.buttons[name].clicked.connect(act)
            within = Qt.ShortcutContext.WidgetWithChildrenShortcut
            QShortcut(QKeySequence(_KEYS[name]), self, context=within).activated.connect(act)
        self._shape()

    def retranslate(self) -> None:
        t = self._t
        words = {"add": t("Add"), "remove": t("Remove"), "up": t("Up"), "down": t("Down")}
        for name, button in self.buttons.items():
            keys = QKeySequence(_KEYS[name]).toString(QKeySequence.SequenceFormat.NativeText)
            button.setText(words[name])
            button.setAccessibleName(t("{what}, columns", what=words[name]))
            set_tip(button, keys)
        self.view.setAccessibleName(t("Columns"))
        self.model.retranslate()

    def show_columns(
        self, columns: Sequence[Plain], is_fixed: bool, cells: Sequence[Cell] | None = None
    ) -> None:
        self.model.show_columns(columns, is_fixed, cells)
        self._shape()
        if self.model.rowCount() and not self.view.currentIndex().isValid():
            self.view.setCurrentIndex(self.model.index(0, 0))
        self._show_ready()

    def set_editable(self, editable: bool) -> None:
        self.model.editable = editable
        self._show_ready()

    def add(self, column: Plain | None = None) -> None:
        """Put a column in behind the chosen one, or behind the last one where it begins anew."""
        if not self.model.editable:
            return
        row = self.model.rowCount()
        self.model.add(column if isinstance(column, dict) else self.model.next_place(), row)
        self.view.setCurrentIndex(self.model.index(row, 0))
        self.view.setFocus()
        self._show_ready()

    def remove(self) -> None:
        index = self.view.currentIndex()
        if index.isValid() and self.model.editable:
            self.model.remove(index.row())
            self._show_ready()

    def _move(self, by: int) -> None:
        index = self.view.currentIndex()
        if index.isValid() and self.model.editable and self.model.move(index.row(), by):
            self.view.setCurrentIndex(self.model.index(index.row() + by, index.column()))

    def _shape(self) -> None:
        if self.model.cells != self._shaped:
            self._shaped = self.model.cells
            for number, cell in enumerate(self._shaped):
                self.view.setColumnWidth(number, cell.width)

    def _show_ready(self) -> None:
        index = self.view.currentIndex()
        may = self.model.editable
        self.buttons["add"].setEnabled(may)
        self.buttons["remove"].setEnabled(may and index.isValid())
        self.buttons["up"].setEnabled(may and index.isValid() and index.row() > 0)
        last = self.model.rowCount() - 1
        self.buttons["down"].setEnabled(may and index.isValid() and index.row() < last)


class _Sheet(QTableView):
    def __init__(self, model: ColumnModel, pen: QStyledItemDelegate) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegate(pen)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.SelectedClicked
        )
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        rows = self.verticalHeader()
        rows.setDefaultSectionSize(size("row"))
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setHighlightSections(False)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setFixedHeight(32)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        index = self.currentIndex()
        editing = self.state() == QAbstractItemView.State.EditingState
        if not editing and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._go(1)
        elif not editing and event.key() == Qt.Key.Key_Delete and not event.modifiers():
            self.model().setData(index, "", Qt.ItemDataRole.EditRole)
        else:
            super().keyPressEvent(event)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:  # noqa: N802
        super().closeEditor(editor, hint)
        if hint == QAbstractItemDelegate.EndEditHint.SubmitModelCache:
            self._go(1)

    def _go(self, by: int) -> None:
        index = self.currentIndex()
        row = index.row() + by
        if index.isValid() and 0 <= row < self.model().rowCount():
            self.setCurrentIndex(self.model().index(row, index.column()))


class _Pen(QStyledItemDelegate):
    """A list for what has choices, a line for all else."""

    def __init__(self, theme: Theme, t: Language, model: ColumnModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._t = t
        self._model = model

    def createEditor(  # noqa: N802
        self, parent: QWidget, _option: QStyleOptionViewItem, index: Index
    ) -> QWidget:
        cell = self._model.cells[index.column()]
        if cell.control != "choice":
            line = QLineEdit(parent)
            line.setProperty("role", "cell")
            line.setFrame(False)
            line.setAccessibleName(self._t(cell.title))
            return line
        box = ChoiceBox(self._theme, parent)
        box.setProperty("role", "cell")
        box.setAccessibleName(self._t(cell.title))
        for value, word in cell.choices:
            box.addItem(self._t(word), value)
        box.activated.connect(lambda _place: self._finish(box))
        return box

    def setEditorData(self, editor: QWidget, index: Index) -> None:  # noqa: N802
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(editor.findData(index.data(Qt.ItemDataRole.EditRole)))
            # it has its place only once this is over
            QTimer.singleShot(0, editor, editor.showPopup)
        else:
            super().setEditorData(editor, index)

    def setModelData(  # noqa: N802
        self, editor: QWidget, model: QAbstractItemModel, index: Index
    ) -> None:
        if isinstance(editor, QComboBox):
            model.setData(index, editor.currentData() or "", Qt.ItemDataRole.EditRole)
        elif isinstance(editor, QLineEdit):
            model.setData(index, editor.text(), Qt.ItemDataRole.EditRole)

    def updateEditorGeometry(  # noqa: N802
        self, editor: QWidget, option: QStyleOptionViewItem, _index: Index
    ) -> None:
        editor.setGeometry(option.rect)

    def _finish(self, box: ChoiceBox) -> None:
        self.commitData.emit(box)
        self.closeEditor.emit(box, QAbstractItemDelegate.EndEditHint.NoHint)
