"""Taking a file of master data in: which heading stands for what, every bad row, then all of it."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.explain.imports import bad_row_sentence
from app.i18n import N_
from app.services.importing.reading import BadRow, Headings, Imported, file_heads, import_table
from app.ui.language import Language
from app.ui.messages import in_words
from app.ui.models.columns import Column
from app.ui.models.kept import KeptModel
from app.ui.screens.masters.shelves import Shelf, heading
from app.ui.tasks import DATABASE, Job
from app.ui.theme import size
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.table import Table
from app.ui.widgets.text import Text
from app.ui.workplace import Workplace


def _line(row: BadRow, t: Language) -> str:
    return t.number(row.line)


def _column(row: BadRow, _t: Language) -> str:
    return row.column


def _value(row: BadRow, _t: Language) -> str:
    return row.value


def _reason(row: BadRow, t: Language) -> str:
    return bad_row_sentence(row.code, t.translator)


_BAD: tuple[Column[BadRow], ...] = (
    Column("line", N_("Line"), _line, 70, number=True),
    Column("column", N_("Column"), _column, 130),
    Column("value", N_("Written there"), _value, 180),
    Column("code", N_("What is wrong"), _reason, 320),
)


class FileImport(QDialog):
    """Looks at the file first; nothing is written before the button says so.

    `imported` is what became of it, None while nothing was taken in.
    """

    def __init__(
        self, workplace: Workplace, shelf: Shelf, file: Path, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._workplace, self._shelf, self._file = workplace, shelf, file
        self._t = workplace.language
        self.imported: Imported | None = None
        self.boxes: dict[str, ChoiceBox] = {}
        self._job: Job | None = None
        self.columns = QTableWidget(len(shelf.table.columns), 2)
        self.bad = Table(
            KeptModel(workplace, _BAD, lambda row: (row.column, row.value, row.code), self)
        )
        self.told = Text("muted", wrap=True)
        self.take, self._close = QPushButton(), QPushButton()
        self.take.setProperty("role", "primary")
        self.take.setEnabled(False)
        self._lay_out()
        self.take.clicked.connect(self.confirm)
        self._close.clicked.connect(self.reject)
        workplace.tasks.start(
            DATABASE, lambda _job: file_heads(file), done=self._offer, failed=self._fail
        )

    def headings(self) -> Headings:
        """Which of the file's headings stands for which column."""
        chosen = {name: str(box.currentData() or "") for name, box in self.boxes.items()}
        return Headings({name: head for name, head in chosen.items() if head})

    def look(self) -> None:
        """Read the file without taking anything in."""
        if self._job is not None:
            self._job.cancel()
        self.take.setEnabled(False)
        self._start(dry_run=True)

    def confirm(self) -> None:
        """Take the good rows in."""
        self.take.setEnabled(False)
        self._start(dry_run=False)

    def _start(self, *, dry_run: bool) -> None:
        workplace, kind, file = self._workplace, self._shelf.kind, self._file
        headings = self.headings()

        def work(job: Job) -> Imported:
            return import_table(
                workplace.office,
                workplace.actor,
                kind,
                file,
                mapping=headings,
                dry_run=dry_run,
                progress=lambda rows: job.step(rows, rows + 1),
            )

        self._job = workplace.tasks.start(
            DATABASE,
            work,
            done=self._looked if dry_run else self._finish,
            failed=self._fail,
            progress=lambda rows, _total, _note: self._tell(
                self._t("{n} rows read …", n=self._t.number(rows)), "muted"
            ),
            title=self._t("Taking {file} in", file=file.name),
        )

    def _offer(self, heads: list[str]) -> None:
        """A choice of the file's headings for each of our columns; the likely one is picked."""
        t = self._t
        for row, cell in enumerate(self._shelf.table.columns):
            title = QTableWidgetItem(heading(cell, t) + (" *" if cell.required else ""))
            title.setToolTip(cell.meaning)
            self.columns.setItem(row, 0, title)
            box = ChoiceBox(self._workplace.theme)
            box.setAccessibleName(heading(cell, t))
            box.addItem("–", "")
            for head in heads:
                box.addItem(head, head)
            likely = {cell.name.casefold(), cell.title.casefold(), heading(cell, t).casefold()}
            for head in heads:
                if head.strip().casefold() in likely:
                    box.setCurrentIndex(box.findData(head))
            box.currentIndexChanged.connect(lambda _place: self.look())
            self.boxes[cell.name] = box
            self.columns.setCellWidget(row, 1, box)
        self.look()

    def _looked(self, result: Imported) -> None:
        t = self._t
        self._show_bad(result)
        self.take.setEnabled(result.imported > 0)
        self._tell(
            t(
                "{rows} rows: {good} can be taken in, {bad} are wrong.",
                rows=t.number(result.rows),
                good=t.number(result.imported),
                bad=t.number(result.bad_rows),
            ),
            "bad" if result.bad_rows else "muted",
        )

    def _finish(self, result: Imported) -> None:
        self.imported = result
        if not result.bad_rows:
            self.accept()
            return
        t = self._t
        self._show_bad(result)
        self._tell(
            t(
                "{done} rows were taken in; {bad} were not: mend them in the file and take it in "
                "again.",
                done=t.number(result.imported),
                bad=t.number(result.bad_rows),
            ),
            "bad",
        )

    def _show_bad(self, result: Imported) -> None:
        model = self.bad.rows
        if isinstance(model, KeptModel):
            model.show_rows(result.bad)

    def _fail(self, error: BaseException) -> None:
        self._tell(in_words(error, self._t), "bad")

    def _tell(self, words: str, tone: str) -> None:
        self.told.setText(words)
        self.told.set_tone(tone)

    def _lay_out(self) -> None:
        t = self._t
        self.setWindowTitle(
            t("{table} from {file}", table=t(self._shelf.title), file=self._file.name)
        )
        self.columns.setHorizontalHeaderLabels([t("Column"), t("Heading in the file")])
        self.columns.setColumnWidth(0, 150)
        self.columns.horizontalHeader().setStretchLastSection(True)
        self.columns.verticalHeader().hide()
        self.columns.verticalHeader().setDefaultSectionSize(size("row") + 6)
        self.columns.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.columns.setAccessibleName(t("Which heading stands for which column"))
        self.bad.setAccessibleName(t("Rows that are wrong"))
        self.take.setText(t("Take in"))
        self._close.setText(t("Close"))
        for button in (self.take, self._close):
            button.setAccessibleName(button.text())
        beside = QSplitter(Qt.Orientation.Horizontal)
        beside.addWidget(self.columns)
        beside.addWidget(self.bad)
        beside.setSizes([380, 660])
        beside.setChildrenCollapsible(False)
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self.told, 1)
        foot.addWidget(self._close)
        foot.addWidget(self.take)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 12)
        layout.setSpacing(12)
        layout.addWidget(beside, 1)
        layout.addLayout(foot)
        self.resize(1080, 560)
