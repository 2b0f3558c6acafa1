"""A sheet of goods that are known already: how many of each, and F8 to book them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.i18n import N_
from app.storage.queries.directory import FoundProduct
from app.ui.messages import in_words
from app.ui.tasks import DATABASE
from app.ui.widgets.entry_grid import EntryColumn, EntryGrid
from app.ui.widgets.goods_cells import read_units
from app.ui.widgets.text import Text
from app.ui.workplace import Workplace

Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """`expected` base units of a product, of a lot where one is named."""

    product: FoundProduct
    expected: int
    lot: str = ""


class QuantitySheet(QDialog, Generic[Done]):
    """`done_with` is what the service gave back, None while nothing was booked.

    A sheet of its own says what it is called, what it asks besides, and what it books. What is
    expected is proposed as found, unless it is `blind`: then it is not even shown.
    """

    title = ""
    act = N_("Book in")
    expected = N_("Expected")
    found = N_("Found")
    hint = N_("Type 3, 3+4 or 3箱4瓶. Enter goes on, F8 books.")
    blanks = False
    """Whether a line may be left blank, which is not the same as nothing."""

    def __init__(
        self,
        workplace: Workplace,
        rows: Sequence[SheetRow],
        parent: QWidget | None = None,
        *,
        blind: bool = False,
    ) -> None:
        super().__init__(parent)
        self._workplace, self._t = workplace, workplace.language
        self.rows = tuple(rows)
        self.done_with: Done | None = None
        self.grid = EntryGrid(
            workplace.theme,
            (
                EntryColumn("product", N_("Product"), 300),
                EntryColumn("lot", N_("Lot"), 110),
                EntryColumn("expected", self.expected, 130, number=True),
                EntryColumn("found", self.found, 130, editable=True, stretch=True),
            ),
            most_rows=max(1, len(self.rows)),
        )
        self.grid.setColumnHidden(1, not any(row.lot for row in self.rows))
        self.form = QFormLayout()
        self.form.setSpacing(10)
        self.told = Text("muted", wrap=True)
        self.take, self._close = QPushButton(), QPushButton()
        self.take.setProperty("role", "primary")
        self.lay_out_form()
        self._lay_out()
        self.propose(blind=blind)
        self.take.clicked.connect(self.confirm)
        self._close.clicked.connect(self.reject)
        self.grid.finished.connect(self.take.setFocus)
        QShortcut(QKeySequence("F8"), self).activated.connect(self.take.click)

    def lay_out_form(self) -> None:
        """Put what is asked besides in, with `add_field`."""

    def work(self, found: Sequence[int | None]) -> Callable[[], Done] | None:
        """What books the quantities, in the database's lane; None after telling what is missing.

        A cell that was left blank is None.
        """
        raise NotImplementedError

    def add_field(self, name: str, field: QWidget) -> None:
        """`name` is translated already."""
        self.form.addRow(name, field)
        field.setAccessibleName(name)

    def propose(self, *, blind: bool) -> None:
        """Fill the sheet anew: with what is expected, or with nothing but the goods."""
        self.grid.setColumnHidden(2, blind)
        for place, row in enumerate(self.rows):
            units = "" if blind else row.product.packings.usual.show(row.expected)
            name = f"{row.product.code}  {row.product.name}"
            cells = {"product": name, "lot": row.lot, "expected": units, "found": units}
            self.grid.put_row(place, cells)
        self.grid.setCurrentCell(0, 3)

    def confirm(self) -> None:
        """Book what is written (F8)."""
        self.grid.finish()
        found: list[int | None] = []
        for place, row in enumerate(self.rows):
            if self.blanks and not self.grid.words(place, "found"):
                found.append(None)
                continue
            typed = read_units(self.grid, place, "found", row.product, self._t)
            if typed is None:
                return
            found.append(typed.qty)
        work = self.work(found)
        if work is None:
            return
        self.take.setEnabled(False)
        self._workplace.tasks.start(
            DATABASE,
            lambda _job: work(),
            done=self._finish,
            failed=self._fail,
            title=self._t(self.title),
        )

    def tell(self, words: str, tone: str = "muted") -> None:
        self.told.setText(words)
        self.told.set_tone(tone)

    def _finish(self, done: Done) -> None:
        self.done_with = done
        self.accept()

    def _fail(self, error: BaseException) -> None:
        self.take.setEnabled(True)
        self.tell(in_words(error, self._t), "bad")

    def _lay_out(self) -> None:
        t = self._t
        self.setWindowTitle(t(self.title))
        self.grid.say(t)
        self.grid.setAccessibleName(t("Goods"))
        self.take.setText(t(self.act) + "  F8")
        self.take.setAccessibleName(t(self.act))
        self._close.setText(t("Close"))
        self._close.setAccessibleName(t("Close"))
        for button in (self.take, self._close):
            button.setAutoDefault(False)
        self.tell(t(self.hint))
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self.told, 1)
        foot.addWidget(self._close)
        foot.addWidget(self.take)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(self.form)
        layout.addWidget(self.grid, 1)
        layout.addLayout(foot)
        self.resize(760, 460)
