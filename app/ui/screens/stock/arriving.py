"""A transfer arrives: how much of each line did, and why something is missing."""

from collections.abc import Mapping, Sequence

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.i18n import N_
from app.services.stocking.transfers import receive_transfer
from app.storage.queries.directory import FoundProduct
from app.storage.queries.stock_papers import InTransit
from app.ui.messages import in_words
from app.ui.tasks import DATABASE
from app.ui.widgets.entry_grid import EntryColumn, EntryGrid
from app.ui.widgets.goods_cells import read_units
from app.ui.widgets.text import Text
from app.ui.workplace import Workplace


class Arriving(QDialog):
    """Everything is proposed as it was sent; F8 books it. `lost` units, None while nothing was."""

    def __init__(
        self,
        workplace: Workplace,
        lines: Sequence[InTransit],
        products: Mapping[str, FoundProduct],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workplace, self._t = workplace, workplace.language
        self._lines, self._products = tuple(lines), products
        self.lost: int | None = None
        self.grid = EntryGrid(
            workplace.theme,
            (
                EntryColumn("product", N_("Product"), 300),
                EntryColumn("sent", N_("Sent"), 130, number=True),
                EntryColumn("came", N_("Arrived"), 130, editable=True, stretch=True),
            ),
            most_rows=len(self._lines),
        )
        self.reason = QLineEdit()
        self.told = Text("muted", wrap=True)
        self.take, self._close = QPushButton(), QPushButton()
        self.take.setProperty("role", "primary")
        self._lay_out()
        for row, line in enumerate(self._lines):
            product = products[line.product_code]
            sent = product.packings.usual.show(line.shipped)
            name = f"{product.code}  {product.name}"
            self.grid.put_row(row, {"product": name, "sent": sent, "came": sent})
        self.grid.setCurrentCell(0, 2)
        self.take.clicked.connect(self.confirm)
        self._close.clicked.connect(self.reject)
        self.grid.finished.connect(self.take.setFocus)
        QShortcut(QKeySequence("F8"), self).activated.connect(self.confirm)

    def confirm(self) -> None:
        """Book what arrived; the rest is lost and takes a reason (F8)."""
        self.grid.finish()
        came = {}
        for row, line in enumerate(self._lines):
            product = self._products[line.product_code]
            typed = read_units(self.grid, row, "came", product, self._t)
            if typed is None:
                return
            came[str(line.line_no)] = typed.qty
        workplace, number, reason = self._workplace, self._lines[0].number, self.reason.text()
        self.take.setEnabled(False)
        workplace.tasks.start(
            DATABASE,
            lambda _job: receive_transfer(workplace.office, workplace.actor, number, came, reason),
            done=self._finish,
            failed=self._fail,
            title=self._t("Receiving a transfer"),
        )

    def _finish(self, lost: int) -> None:
        self.lost = lost
        self.accept()

    def _fail(self, error: BaseException) -> None:
        self.take.setEnabled(True)
        self.told.setText(in_words(error, self._t))
        self.told.set_tone("bad")

    def _lay_out(self) -> None:
        t = self._t
        self.setWindowTitle(t("Transfer {number} arrives", number=self._lines[0].number))
        self.grid.say(t)
        self.grid.setAccessibleName(t("Goods"))
        self.reason.setPlaceholderText(t("Why something is missing"))
        self.reason.setAccessibleName(t("Why something is missing"))
        self.take.setText(t("Book in") + "  F8")
        self.take.setAccessibleName(t("Book in"))
        self._close.setText(t("Close"))
        self._close.setAccessibleName(t("Close"))
        self.told.setText(
            t("What is missing is lost; somebody else than who sent it has to book that.")
        )
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self.told, 1)
        foot.addWidget(self._close)
        foot.addWidget(self.take)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(self.grid, 1)
        layout.addWidget(self.reason)
        layout.addLayout(foot)
        self.resize(760, 420)
