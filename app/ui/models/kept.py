"""A table of rows that are in memory already, such as the lines of a file that was just read."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt

from app.ui.models.columns import Column
from app.ui.models.listed import narrowed
from app.ui.models.table_model import Index, Page, TableModel
from app.ui.workplace import Workplace

Row = TypeVar("Row")


class KeptModel(TableModel[Row]):
    """Shows what `show_rows` gives it at once, found and sorted without the database.

    `words_of` are the texts of a row among which words are looked for; `fixed` are the keys of
    columns in which every sign is equally wide; `value_of` gives what a row is sorted by.
    """

    def __init__(
        self,
        workplace: Workplace,
        columns: Sequence[Column[Row]],
        words_of: Callable[[Row], Sequence[str | None]],
        parent: QObject | None = None,
        fixed: Sequence[str] = (),
        value_of: Callable[[Row, str], Any] = getattr,
    ) -> None:
        super().__init__(workplace, columns, lambda *_: Page((), 0), parent)
        self._all: Sequence[Row] = ()
        self._words_of = words_of
        self._value_of = value_of
        self._fixed = frozenset(fixed)

    def show_rows(self, rows: Sequence[Row], columns: Sequence[Column[Row]] | None = None) -> None:
        """Show these rows from now on, under other columns if there are any."""
        if columns is not None and tuple(columns) != self.columns:
            self.beginResetModel()
            self.columns = tuple(columns)
            self._count = 0
            self.endResetModel()
        self._all = rows
        self.reload()

    def show_columns(self, columns: Sequence[Column[Row]]) -> None:
        """Name the columns anew, such as in another language; what they hold stays."""
        self.columns = tuple(columns)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    @property
    def all_rows(self) -> Sequence[Row]:
        """What was given to `show_rows`, whatever is found of it now."""
        return self._all

    def reload(self) -> None:
        ask = self.ask
        if not ask.words and not ask.sort:
            self._begin(Page(self._all, len(self._all)))
        else:
            self._begin(narrowed(self._all, ask, self._words_of, self._value_of))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.FontRole and index.isValid():
            key = self.columns[index.column()].key
            return self._workplace.theme.mono if key in self._fixed else None
        return super().data(index, role)
