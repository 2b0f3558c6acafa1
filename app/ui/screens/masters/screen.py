"""Master data in the window: found, written like a spreadsheet, brought in and out as files."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QPushButton, QSplitter, QStackedWidget

from app.domain.rights import Right
from app.i18n import N_
from app.services.importing.writing import Written, export_table, written_rows
from app.ui.dialogs.files import ask_file, ask_target
from app.ui.dock_watcher import DockWatcher
from app.ui.models.kept import KeptModel
from app.ui.screens.masters import past
from app.ui.screens.masters.file_import import FileImport
from app.ui.screens.masters.sheet import Sheet
from app.ui.screens.masters.shelves import (
    CUSTOMERS,
    MASTERS,
    Shelf,
    columns_of,
    heading,
    value_of,
    words_of,
)
from app.ui.screens.screen import Screen
from app.ui.tasks import DATABASE, Job
from app.ui.widgets.empty import EmptyState
from app.ui.widgets.filter_line import FilterLine
from app.ui.widgets.table import Table, TableOrEmpty
from app.ui.workplace import Workplace

_FILES = "CSV, XLSX (*.csv *.txt *.xlsx *.xls *.ods)"


class MasterScreen(Screen):
    """Tables on the left, rows on the right, what was changed below; Enter opens rows as a sheet.

    Ctrl+N writes new rows, Ctrl+I takes a file in, Ctrl+E writes one.
    """

    name: str
    icon: str
    shelves: Sequence[Shelf]

    def __init__(self, workplace: Workplace, _watcher: DockWatcher) -> None:
        super().__init__(workplace)
        self.filter = FilterLine(workplace.theme)
        self.new, self.edit = QPushButton(), QPushButton()
        self.bring_in, self.write_out = QPushButton(), QPushButton()
        self.new.setProperty("role", "primary")
        self.names = QListWidget()
        self.names.setFixedWidth(190)
        self.names.addItems([shelf.title for shelf in self.shelves])
        self.pages = QStackedWidget()
        self.empty = [EmptyState(workplace.theme, self.icon) for _shelf in self.shelves]
        self.tables = [self._table(shelf) for shelf in self.shelves]
        self.past = Table(KeptModel(workplace, past.COLUMNS, past.past_words, self))
        self._past_job: Job | None = None
        self._lay_out()
        self._connect()
        self.names.setCurrentRow(0)

    @property
    def shelf(self) -> Shelf:
        """The table that is seen."""
        return self.shelves[self.pages.currentIndex()]

    @property
    def table(self) -> Table[Written]:
        return self.tables[self.pages.currentIndex()]

    def retranslate(self) -> None:
        t = self._t
        self.title.setText(t(self.name))
        self.filter.say(t("Code, name, initials …"))
        for button, words, key in (
            (self.new, t("New rows"), "Ctrl+N"),
            (self.edit, t("Change"), "Enter"),
            (self.bring_in, t("From a file …"), "Ctrl+I"),
            (self.write_out, t("Into a file …"), "Ctrl+E"),
        ):
            button.setText(words)
            button.setToolTip(f"{words}  {key}")
            button.setAccessibleName(words)
        self.names.setAccessibleName(t("Tables"))
        self.past.setAccessibleName(t("What was changed"))
        for place, shelf in enumerate(self.shelves):
            item = self.names.item(place)
            item.setText(t(shelf.title))
            self.tables[place].setAccessibleName(t(shelf.title))
            self.empty[place].teach(
                t("Nothing here yet"),
                t("Write rows like in a spreadsheet (Ctrl+N), or take in a file (Ctrl+I)."),
            )
            model = self.tables[place].rows
            if isinstance(model, KeptModel):
                model.show_columns(columns_of(shelf.table, t))

    def refresh(self) -> None:
        shelf, workplace, place = self.shelf, self.workplace, self.pages.currentIndex()
        workplace.read(
            lambda reader: written_rows(reader, shelf.table, workplace.clock),
            lambda rows: self._show(place, rows),
            self.show_error,
            title=self._t("Reading {table}", table=self._t(shelf.title)),
        )

    def take_focus(self) -> None:
        self.table.setFocus()

    def focus_filter(self) -> None:
        self.filter.setFocus()
        self.filter.selectAll()

    def look_for(self, words: str) -> None:
        self.names.setCurrentRow(0)
        self.filter.setText(words)

    def write_new(self) -> None:
        """Write new rows (Ctrl+N)."""
        self._open_sheet(())

    def change(self) -> None:
        """Open the selected rows as a sheet; of rows that belong together, all."""
        rows = self.table.selected()
        together = self.shelf.table.together
        if together and rows:
            place = [cell.name for cell in self.shelf.table.columns].index(together)
            wanted = {row.cells[place] for row in rows}
            model = self.table.rows
            rows = [row for row in _all_rows(model) if row.cells[place] in wanted]
        if rows:
            self._open_sheet([row.cells for row in rows])

    def take_file(self) -> None:
        """Take a file in, after a look at it (Ctrl+I)."""
        if not self._may_write:
            return
        file = ask_file(self, self._t("Take a file in"), _FILES)
        if file is not None:
            self.import_file(file)

    def import_file(self, file: Path) -> None:
        dialog = FileImport(self.workplace, self.shelf, file, self)
        dialog.exec()
        if dialog.imported is not None:
            done = self._t.number(dialog.imported.imported)
            self.news.emit(self._t("{n} rows were taken in.", n=done))
            self.refresh()

    def write_file(self) -> None:
        """Write the table into a file that can be taken in again (Ctrl+E)."""
        t, workplace, shelf = self._t, self.workplace, self.shelf
        file = ask_target(self, t("Write a file"), f"{shelf.kind}.xlsx", "XLSX, CSV (*.xlsx *.csv)")
        if file is None:
            return
        workplace.tasks.start(
            DATABASE,
            lambda _job: export_table(workplace.office, workplace.actor, shelf.kind, file),
            done=lambda n: self.news.emit(t("{n} rows: {file}", n=t.number(n), file=file.name)),
            failed=self.show_error,
            title=t("Writing {file}", file=file.name),
        )

    @property
    def _may_write(self) -> bool:
        return Right.MASTERS in self.workplace.actor.rights

    def _table(self, shelf: Shelf) -> Table[Written]:
        columns = columns_of(shelf.table, self._t)
        model = KeptModel(self.workplace, columns, words_of, self, value_of=value_of)
        return Table(model)

    def _lay_out(self) -> None:
        self.controls.addWidget(self.filter)
        for button in (self.new, self.edit, self.bring_in, self.write_out):
            self.controls.addWidget(button)
        for button in (self.new, self.edit, self.bring_in):
            button.setVisible(self._may_write)
        for table, empty in zip(self.tables, self.empty, strict=True):
            self.pages.addWidget(TableOrEmpty(table, empty))
        rows = QSplitter(Qt.Orientation.Vertical)
        rows.addWidget(self.pages)
        rows.addWidget(self.past)
        rows.setSizes([430, 150])
        rows.setChildrenCollapsible(False)
        beside = QHBoxLayout()
        beside.setSpacing(8)
        beside.addWidget(self.names)
        beside.addWidget(rows, 1)
        self.content.addLayout(beside, 1)

    def _connect(self) -> None:
        self.names.currentRowChanged.connect(self._turn_to)
        self.filter.narrowed.connect(lambda words: self.table.rows.choose(words=words))
        self.filter.returnPressed.connect(self.take_focus)
        for table in self.tables:
            table.opened.connect(lambda _row: self.change() if self._may_write else None)
            table.chosen.connect(self._ask_past)
            table.rows.loaded.connect(self._count)
        self.new.clicked.connect(self.write_new)
        self.edit.clicked.connect(self.change)
        self.bring_in.clicked.connect(self.take_file)
        self.write_out.clicked.connect(self.write_file)
        for key, act in (
            ("Ctrl+N", self.write_new),
            ("Ctrl+I", self.take_file),
            ("Ctrl+E", self.write_file),
        ):
            QShortcut(QKeySequence(key), self).activated.connect(act)

    def _turn_to(self, place: int) -> None:
        self.pages.setCurrentIndex(place)
        self.filter.clear()
        self._show_past([])
        self.refresh()

    def _show(self, place: int, rows: Sequence[Written]) -> None:
        model = self.tables[place].rows
        if isinstance(model, KeptModel):
            model.show_rows(rows)

    def _count(self, count: int) -> None:
        t = self._t
        self.summary.setText(t("{n} rows", n=t.number(count)) if count else "")

    def _ask_past(self, row: Written) -> None:
        shelf, t = self.shelf, self._t
        names = {cell.name: heading(cell, t) for cell in shelf.table.columns}
        if self._past_job is not None:
            self._past_job.cancel()
        self._past_job = self.workplace.read(
            lambda reader: past.past_of(reader, shelf.logged, row.cells[0], names),
            self._show_past,
            self.show_error,
        )

    def _show_past(self, rows: Sequence[past.PastRow]) -> None:
        model = self.past.rows
        if isinstance(model, KeptModel):
            model.show_rows(rows)

    def _open_sheet(self, rows: Sequence[Sequence[str]]) -> None:
        if not self._may_write:
            return
        sheet = Sheet(self.workplace, self.shelf, rows, self)
        sheet.exec()
        if sheet.taken:
            taken = self._t.number(sheet.taken)
            self.news.emit(self._t("{n} rows were taken in.", n=taken))
            self.refresh()


def _all_rows(model: object) -> Sequence[Written]:
    return model.all_rows if isinstance(model, KeptModel) else ()


class CustomersScreen(MasterScreen):
    """Who is served, and how."""

    name, icon, shelves = N_("Customers & routes"), "map-pin", CUSTOMERS


class MastersScreen(MasterScreen):
    """Goods, prices, people and places."""

    name, icon, shelves = N_("Master data"), "database", MASTERS
