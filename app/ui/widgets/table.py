"""The table of every list: keyboard first, opens on Enter, copies like a spreadsheet."""

from typing import Generic, TypeVar

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.ui.models.table_model import TableModel
from app.ui.theme import size
from app.ui.widgets.empty import EmptyState

Row = TypeVar("Row")


class Table(QTableView, Generic[Row]):
    """Shows a `TableModel`; `opened` says that the user wants what is behind a row."""

    opened = Signal(object)
    chosen = Signal(object)

    def __init__(self, model: TableModel[Row], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = model
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(size("row"))
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsMovable(True)
        header.setStretchLastSection(True)
        header.setFixedHeight(32)
        header.setSortIndicatorClearable(False)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.sortIndicatorChanged.connect(model.sort)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._choose_columns)
        for number, column in enumerate(model.columns):
            self.setColumnWidth(number, column.width)
            self.setColumnHidden(number, column.hidden)
        self.doubleClicked.connect(lambda _index: self._open())
        self.selectionModel().currentRowChanged.connect(lambda now, _was: self._choose(now.row()))
        model.loaded.connect(self._start_at_top)

    def current(self) -> Row | None:
        """Return the row with the cursor, if it is there and has arrived."""
        index = self.currentIndex()
        return self.rows.row(index.row()) if index.isValid() else None

    def selected(self) -> list[Row]:
        """Return the selected rows that have arrived, in the order they are shown."""
        numbers = sorted(index.row() for index in self.selectionModel().selectedRows())
        found = (self.rows.row(number) for number in numbers)
        return [row for row in found if row is not None]

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
        else:
            super().keyPressEvent(event)

    def _open(self) -> None:
        row = self.current()
        if row is not None:
            self.opened.emit(row)

    def _choose(self, number: int) -> None:
        row = self.rows.row(number) if number >= 0 else None
        if row is not None:
            self.chosen.emit(row)

    def _start_at_top(self, count: int) -> None:
        if count:
            first = self.rows.index(0, 0)
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().setCurrentIndex(first, flags.ClearAndSelect | flags.Rows)

    def _copy(self) -> None:
        numbers = sorted(index.row() for index in self.selectionModel().selectedRows())
        shown = [n for n in range(len(self.rows.columns)) if not self.isColumnHidden(n)]
        lines = ["\t".join(self.rows.headerData(n, Qt.Orientation.Horizontal) for n in shown)]
        lines += [
            "\t".join(self.rows.index(row, n).data().replace("\t", " ") for n in shown)
            for row in numbers
        ]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def _choose_columns(self, where: QPoint) -> None:
        menu = QMenu(self)
        for number, _column in enumerate(self.rows.columns):
            title = self.rows.headerData(number, Qt.Orientation.Horizontal)
            action = QAction(title.replace("&", "&&"), menu, checkable=True)
            action.setChecked(not self.isColumnHidden(number))
            action.setEnabled(number > 0)
            action.toggled.connect(lambda on, n=number: self.setColumnHidden(n, not on))
            menu.addAction(action)
        menu.exec(self.horizontalHeader().mapToGlobal(where))


class TableOrEmpty(QStackedWidget):
    """A table, or the words that teach while it has no rows."""

    def __init__(self, table: "Table", empty: EmptyState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = table
        self.empty = empty
        self.addWidget(table)
        self.addWidget(empty)
        table.rows.loaded.connect(lambda count: self.setCurrentIndex(0 if count else 1))


def stack(*parts: QWidget, spacing_px: int = 12, margin_px: int = 0) -> QWidget:
    """Return a widget with the parts below each other."""
    widget = QWidget()
    layout = QVBoxLayout(widget)
    layout.setContentsMargins(margin_px, margin_px, margin_px, margin_px)
    layout.setSpacing(spacing_px)
    for part in parts:
        layout.addWidget(part)
    return widget
