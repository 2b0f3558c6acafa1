"""A table of any length that keeps only the pages near what is seen."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any, Generic, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from app.storage.reader import Reader
from app.ui.models.columns import Ask, Column
from app.ui.tasks import Job
from app.ui.workplace import Workplace

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex

PAGE_ROWS = 200
_PAGES_KEPT = 50


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows and how many there are in all; a short list may come whole at once."""

    rows: Sequence[Row]
    total: int


Source = Callable[[Reader, Ask, int, int], Page[Row]]
"""Called with (reader, ask, offset, limit) in the database lane."""


class TableModel(QAbstractTableModel, Generic[Row]):
    """Rows of a `Source`; sorting and finding are done by the database, never here."""

    loaded = Signal(int)
    failed = Signal(object)

    def __init__(
        self,
        workplace: Workplace,
        columns: Sequence[Column[Row]],
        source: Source[Row],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.ask = Ask()
        self._workplace = workplace
        self._t = workplace.language
        self._source = source
        self._count = 0
        self._kept = _PAGES_KEPT
        self._pages: OrderedDict[int, Sequence[Row]] = OrderedDict()
        self._jobs: dict[int, Job] = {}
        self._first: Job | None = None
        workplace.language.changed.connect(self._repaint)
        workplace.theme.changed.connect(self._repaint)

    def reload(self) -> None:
        """Ask again: the number of rows and the first page arrive together as `loaded`."""
        ask, source = self.ask, self._source
        if self._first is not None:
            self._first.cancel()
        self._first = self._workplace.read(
            lambda reader: source(reader, ask, 0, PAGE_ROWS), self._begin, self.failed.emit
        )

    def show_source(self, source: Source[Row]) -> None:
        """Show the rows of another source."""
        self._source = source
        self.reload()

    def choose(self, **wishes: object) -> None:
        """Change fields of `ask` and show what follows from it."""
        ask = replace(self.ask, **wishes)  # type: ignore[arg-type]
        if ask != self.ask:
            self.ask = ask
            self.reload()

    def row(self, number: int) -> Row | None:
        """Return one row, or None while its page is still on its way."""
        page = self._pages.get(number // PAGE_ROWS)
        within = number % PAGE_ROWS
        return page[within] if page is not None and within < len(page) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self.columns)

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._t(self.columns[section].title)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(self.columns[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        row = self.row(index.row())
        if row is None:
            if role == Qt.ItemDataRole.DisplayRole:
                self._fetch(index.row() // PAGE_ROWS)
                return "…"
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return column.show(row, self._t)
        if role == Qt.ItemDataRole.ToolTipRole:
            # Qt guesses whether a tip is rich text; what a terminal wrote must stay text.
            return f"<span>{escape(column.show(row, self._t))}</span>"
        look = column.look(row) if column.look is not None else None
        if look is not None:
            if role == Qt.ItemDataRole.DecorationRole:
                return self._workplace.theme.icon(look.icon, look.tone)
            if role == Qt.ItemDataRole.ForegroundRole:
                return self._workplace.theme.colour(look.tone)
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if 0 <= column < len(self.columns) and self.columns[column].key:
            descending = order is Qt.SortOrder.DescendingOrder
            self.choose(sort=self.columns[column].key, descending=descending)

    def _fetch(self, page: int) -> None:
        if page in self._jobs:
            return
        ask, source = self.ask, self._source

        def keep(answer: Page[Row]) -> None:
            self._jobs.pop(page, None)
            rows = answer.rows[:PAGE_ROWS]
            self._keep(page, rows)
            first = page * PAGE_ROWS
            last = min(first + len(rows), self._count) - 1
            if last >= first:
                self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))

        # A scroll bar dragged through a million rows passes pages that nobody looks at any more.
        for passed in [each for each in self._jobs if abs(each - page) > 1]:
            self._jobs.pop(passed).cancel()
        self._jobs[page] = self._workplace.read(
            lambda reader: source(reader, ask, page * PAGE_ROWS, PAGE_ROWS),
            keep,
            self.failed.emit,
        )

    def _begin(self, answer: Page[Row]) -> None:
        for job in self._jobs.values():
            job.cancel()
        self.beginResetModel()
        self._jobs.clear()
        self._pages.clear()
        self._count = answer.total
        self._kept = max(_PAGES_KEPT, len(answer.rows) // PAGE_ROWS + 1)
        for first in range(0, len(answer.rows), PAGE_ROWS):
            self._keep(first // PAGE_ROWS, answer.rows[first : first + PAGE_ROWS])
        self.endResetModel()
        self._first = None
        self.loaded.emit(self._count)

    def _keep(self, page: int, rows: Sequence[Row]) -> None:
        self._pages[page] = rows
        self._pages.move_to_end(page)
        while len(self._pages) > self._kept:
            self._pages.popitem(last=False)

    def _repaint(self) -> None:
        if self._count:
            corner = self.index(self._count - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), corner)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)


def _alignment(column: Column[Any]) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
