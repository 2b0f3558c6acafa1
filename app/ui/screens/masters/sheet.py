"""A sheet of master data: rows written, pasted from a spreadsheet, and taken in together."""

from collections.abc import Sequence

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.explain.imports import bad_row_sentence
from app.services.importing.reading import Imported, import_typed
from app.ui.messages import in_words
from app.ui.screens.masters.shelves import Shelf, heading, is_number, offered, said, width_of
from app.ui.tasks import DATABASE
from app.ui.widgets.entry_grid import EntryColumn, EntryGrid
from app.ui.widgets.text import Text
from app.ui.workplace import Workplace

_MOST_ROWS = 2_000


class Sheet(QDialog):
    """F8 takes the rows in: good ones go, bad ones stay here and say what is the matter.

    `taken` counts the rows that went into the books.
    """

    def __init__(
        self,
        workplace: Workplace,
        shelf: Shelf,
        rows: Sequence[Sequence[str]] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workplace, self._shelf, self._t = workplace, shelf, workplace.language
        self.taken = 0
        t, kind = self._t, shelf.table
        self.grid = EntryGrid(
            workplace.theme,
            [
                EntryColumn(
                    cell.name,
                    heading(cell, t) + (" *" if cell.required else ""),
                    width_of(cell),
                    editable=True,
                    number=is_number(cell),
                    offer=offered(cell, t),
                )
                for cell in kind.columns
            ],
            _MOST_ROWS,
        )
        self.grid.say(str)
        for place, cell in enumerate(kind.columns):
            head = self.grid.horizontalHeaderItem(place)
            if head is not None:
                head.setToolTip(cell.meaning)
        for number, cells in enumerate(rows):
            pairs = zip(kind.columns, cells, strict=True)
            self.grid.put_row(number, {cell.name: said(cell, words, t) for cell, words in pairs})
        self.grid.setCurrentCell(0, 0)
        self.told = Text("muted", wrap=True)
        self.take, self._close = QPushButton(), QPushButton()
        self.take.setProperty("role", "primary")
        for button in (self.take, self._close):
            button.setAutoDefault(False)
        self._lay_out()
        self.take.clicked.connect(self.confirm)
        self._close.clicked.connect(self.reject)
        QShortcut(QKeySequence("F8"), self).activated.connect(self.take.click)
        self.grid.finished.connect(self.confirm)
        self._say()

    def confirm(self) -> None:
        """Take the rows into the books (F8)."""
        self.grid.finish()
        filled = self.grid.filled()
        if not filled:
            self._tell(self._t("Nothing is written here yet."), "warn")
            return
        keys = [column.key for column in self.grid.columns]
        rows = [[self.grid.words(row, key) for key in keys] for row in filled]
        workplace, kind = self._workplace, self._shelf.kind
        self.take.setEnabled(False)
        workplace.tasks.start(
            DATABASE,
            lambda _job: import_typed(workplace.office, workplace.actor, kind, rows),
            done=lambda result: self._finish(result, rows),
            failed=self._fail,
            title=self._t("Taking rows in"),
        )

    def _finish(self, result: Imported, rows: Sequence[Sequence[str]]) -> None:
        t = self._t
        self.take.setEnabled(True)
        self.taken += result.imported + result.unchanged
        if not result.bad:
            self.accept()
            return
        keys = [column.key for column in self.grid.columns]
        kept = sorted({bad.line for bad in result.bad})
        self.grid.empty()
        for number, line in enumerate(kept):
            self.grid.put_row(number, dict(zip(keys, rows[line], strict=True)))
        for bad in result.bad:
            row, key = kept.index(bad.line), bad.column if bad.column in keys else keys[0]
            says = bad_row_sentence(bad.code, t.translator)
            self.grid.put(row, key, self.grid.words(row, key), says)
        first = result.bad[0]
        place = keys.index(first.column) if first.column in keys else 0
        self.grid.setCurrentCell(0, place)
        self.grid.setFocus()
        column = self._shelf.table.columns[place]
        self._tell(
            t(
                "{n} rows are still wrong; {done} were taken in. {column}: {reason}",
                n=t.number(len(kept)),
                done=t.number(result.imported),
                column=heading(column, t),
                reason=bad_row_sentence(first.code, t.translator),
            ),
            "bad",
        )

    def _fail(self, error: BaseException) -> None:
        self.take.setEnabled(True)
        self._tell(in_words(error, self._t), "bad")

    def _tell(self, words: str, tone: str) -> None:
        self.told.setText(words)
        self.told.set_tone(tone)

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self.told, 1)
        foot.addWidget(self._close)
        foot.addWidget(self.take)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 12)
        layout.setSpacing(12)
        layout.addWidget(self.grid, 1)
        layout.addLayout(foot)
        self.resize(1180, 560)

    def _say(self) -> None:
        t = self._t
        self.setWindowTitle(t(self._shelf.title))
        self.grid.setAccessibleName(t(self._shelf.title))
        self.take.setText(t("Take in") + "  F8")
        self.take.setAccessibleName(t("Take in"))
        self._close.setText(t("Close"))
        help_words = t(
            "Columns with a star must be filled in. Ctrl+V pastes from a spreadsheet, Ctrl+D takes "
            "the cell above, Ctrl+Delete takes the row away."
        )
        if self._shelf.table.together:
            whole = t("Rows of one list belong together: what is here replaces all of it.")
            help_words = f"{whole} {help_words}"
        self.told.setText(help_words)
