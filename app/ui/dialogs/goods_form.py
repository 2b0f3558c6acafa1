"""A form for goods: a head, lines of products and quantities, and F8 to book them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.i18n import N_
from app.storage.queries.directory import FoundProduct
from app.ui.messages import in_words
from app.ui.models.shelf import Shelf
from app.ui.tasks import DATABASE
from app.ui.widgets.entry_grid import EntryColumn, EntryGrid
from app.ui.widgets.goods_cells import read_goods
from app.ui.widgets.text import Text
from app.ui.workplace import Workplace

Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class GoodsRow:
    """`row` of the grid holds `qty` base units of a product, of a lot where one is named."""

    row: int
    product: FoundProduct
    qty: int
    lot: str


class GoodsForm(QDialog, Generic[Done]):
    """`done` is what the service gave back, None while nothing was booked.

    A form of its own says what its head is, what columns it has besides, and what it books.
    """

    title = ""
    act = N_("Book")

    def __init__(self, workplace: Workplace, shelf: Shelf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workplace, self.shelf, self._t = workplace, shelf, workplace.language
        self.done_with: Done | None = None
        self.head = QHBoxLayout()
        self.head.setSpacing(12)
        self.grid = EntryGrid(workplace.theme, self._all_columns())
        self.told = Text("muted", wrap=True)
        self.take, self._close = QPushButton(), QPushButton()
        self.take.setProperty("role", "primary")
        for button in (self.take, self._close):
            button.setAutoDefault(False)
        self.lay_out_head()
        self._lay_out()
        self.grid.edited.connect(self.cell_changed)
        self.grid.finished.connect(self.take.setFocus)
        self.take.clicked.connect(self.confirm)
        self._close.clicked.connect(self.reject)
        QShortcut(QKeySequence("F8"), self).activated.connect(self.take.click)

    def lay_out_head(self) -> None:
        """Put the fields of the head in, with `add_field`."""
        raise NotImplementedError

    def more_columns(self) -> Sequence[EntryColumn]:
        """Columns behind product, quantity and lot."""
        return ()

    def work(self, rows: Sequence[GoodsRow]) -> Callable[[], Done] | None:
        """What books the rows, in the database's lane; None after telling what is missing."""
        raise NotImplementedError

    def rows(self) -> list[GoodsRow] | None:
        """What is written; None while something is missing or wrong."""
        found = []
        for row in self.grid.filled():
            read = read_goods(self.grid, row, self.shelf, self._t)
            if read is None:
                return None
            found.append(GoodsRow(row, read[0], read[1].qty, self.grid.words(row, "lot")))
        return found

    def confirm(self) -> None:
        """Book what is written (F8)."""
        self.grid.finish()
        rows = self.rows()
        if not rows:
            self.tell(self._t("Something is missing or wrong: look at the marked cells."), "bad")
            return
        work = self.work(rows)
        if work is None:
            return
        self.take.setEnabled(False)
        self._workplace.tasks.start(
            DATABASE,
            lambda _job: work(),
            done=self._finish,
            failed=self.fail,
            title=self._t(self.title),
        )

    def cell_changed(self, row: int, key: str) -> None:
        """Look at a row as soon as something is written in it."""
        if key in ("product", "qty") and self.grid.words(row, "product"):
            read_goods(self.grid, row, self.shelf, self._t)

    def add_field(self, name: str, field: QWidget, stretch: int = 0) -> None:
        """Put a field with its name above it into the head; `name` is translated already."""
        label = QLabel(name)
        label.setTextFormat(label.textFormat().PlainText)
        label.setBuddy(field)
        field.setAccessibleName(name)
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(label)
        column.addWidget(field)
        self.head.addLayout(column, stretch)

    def tell(self, words: str, tone: str = "muted") -> None:
        self.told.setText(words)
        self.told.set_tone(tone)

    def fail(self, error: BaseException) -> None:
        self.take.setEnabled(True)
        self.tell(in_words(error, self._t), "bad")

    def _finish(self, done: Done) -> None:
        self.done_with = done
        self.accept()

    def _all_columns(self) -> list[EntryColumn]:
        return [
            EntryColumn("product", N_("Product"), 240, editable=True, offer=self._entries),
            EntryColumn("qty", N_("Quantity"), 100, editable=True),
            EntryColumn("lot", N_("Lot"), 110, editable=True),
            *self.more_columns(),
        ]

    def _entries(self) -> list[str]:
        return list(self.shelf.entries)

    def _lay_out(self) -> None:
        t = self._t
        self.setWindowTitle(t(self.title))
        self.grid.say(t)
        self.grid.setAccessibleName(t("Goods"))
        self.take.setText(t(self.act) + "  F8")
        self.take.setAccessibleName(t(self.act))
        self._close.setText(t("Close"))
        self._close.setAccessibleName(t("Close"))
        self.tell(t("Type 3, 3+4 or 3箱4瓶. Enter goes on, F8 books."))
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self.told, 1)
        foot.addWidget(self._close)
        foot.addWidget(self.take)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(self.head)
        layout.addWidget(self.grid, 1)
        layout.addLayout(foot)
        self.resize(1120, 560)
