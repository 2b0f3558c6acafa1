"""Looking at goods that came back: how much is accepted, and what becomes of it."""

from collections.abc import Sequence

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.domain.returns import Disposition
from app.i18n import N_
from app.services.returning.receiving import Looked, inspect_return
from app.storage.queries.directory import FoundProduct
from app.storage.queries.returns import FoundReturnLine, ReturnRow
from app.ui.messages import in_words
from app.ui.screens.returns.columns import CONDITIONS, DISPOSITIONS
from app.ui.tasks import DATABASE
from app.ui.widgets.entry_grid import EntryColumn, EntryGrid
from app.ui.widgets.goods_cells import read_units
from app.ui.widgets.text import Text
from app.ui.workplace import Workplace

_USUAL = {
    "good": Disposition.SELLABLE,
    "near": Disposition.NEAR_EXPIRY,
    "damaged": Disposition.DAMAGED,
    "expired": Disposition.EXPIRED,
}


class Looking(QDialog):
    """Everything is proposed as it was asked for; F8 credits it. `credited_fen` is None before."""

    def __init__(
        self,
        workplace: Workplace,
        row: ReturnRow,
        lines: Sequence[FoundReturnLine],
        products: dict[str, FoundProduct],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workplace, self._row, self._t = workplace, row, workplace.language
        self._lines, self._products = tuple(lines), products
        t = self._t
        self._words = {t(words): code for code, words in DISPOSITIONS.items()}
        self.credited_fen: int | None = None
        self.grid = EntryGrid(
            workplace.theme,
            (
                EntryColumn("product", N_("Product"), 240),
                EntryColumn("lot", N_("Lot"), 100),
                EntryColumn("condition", N_("Condition"), 100),
                EntryColumn("came", N_("Came"), 100, number=True),
                EntryColumn("accepted", N_("Accepted"), 110, editable=True),
                EntryColumn(
                    "disposition",
                    N_("What becomes of it"),
                    200,
                    editable=True,
                    stretch=True,
                    offer=lambda: list(self._words),
                ),
            ),
            most_rows=max(1, len(self._lines)),
        )
        self.told = Text("muted", wrap=True)
        self.take, self._close = QPushButton(), QPushButton()
        self.take.setProperty("role", "primary")
        self._lay_out()
        self._fill()
        self.take.clicked.connect(self.confirm)
        self._close.clicked.connect(self.reject)
        self.grid.finished.connect(self.take.setFocus)
        QShortcut(QKeySequence("F8"), self).activated.connect(self.take.click)

    def confirm(self) -> None:
        """Send the goods where they belong and credit what is accepted (F8)."""
        self.grid.finish()
        looked = self._looked()
        if looked is None:
            self._tell(
                self._t("Something is missing or wrong: look at the marked cells."), tone="bad"
            )
            return
        workplace, key = self._workplace, self._row.id
        self.take.setEnabled(False)
        workplace.tasks.start(
            DATABASE,
            lambda _job: inspect_return(workplace.office, workplace.actor, key, looked),
            done=self._finish,
            failed=self._fail,
            title=self._t("Crediting a return"),
        )

    def _looked(self) -> list[Looked] | None:
        found: list[Looked] = []
        for row, line in enumerate(self._lines):
            product = self._products[line.product_code]
            typed = read_units(self.grid, row, "accepted", product, self._t)
            said = self.grid.words(row, "disposition")
            code = self._words.get(said, said)
            if code not in DISPOSITIONS:
                self.grid.put(row, "disposition", said, self._t("Choose from the list"))
                return None
            if typed is None:
                return None
            found.append(Looked(line.line_no, typed.qty, Disposition(code)))
        return found

    def _fill(self) -> None:
        t = self._t
        for row, line in enumerate(self._lines):
            packings = self._products[line.product_code].packings
            came = packings.usual.show(line.qty)
            self.grid.put_row(
                row,
                {
                    "product": f"{line.product_code}  {line.product_name}",
                    "lot": line.lot_code or "–",
                    "condition": t(CONDITIONS.get(line.condition, line.condition)),
                    "came": came,
                    "accepted": came,
                    "disposition": t(DISPOSITIONS[_USUAL[line.condition]]),
                },
            )
        self.grid.setCurrentCell(0, 4)

    def _finish(self, fen: int) -> None:
        self.credited_fen = fen
        self.accept()

    def _fail(self, error: BaseException) -> None:
        self.take.setEnabled(True)
        self._tell(in_words(error, self._t), tone="bad")

    def _tell(self, words: str, tone: str = "muted") -> None:
        self.told.setText(words)
        self.told.set_tone(tone)

    def _lay_out(self) -> None:
        t = self._t
        self.setWindowTitle(t("Look at the goods of {number}", number=self._row.number or ""))
        self.grid.say(t)
        self.grid.setAccessibleName(t("Goods that came back"))
        self.take.setText(t("Credit it") + "  F8")
        self.take.setAccessibleName(t("Credit it"))
        self._close.setText(t("Close"))
        self._close.setAccessibleName(t("Close"))
        self._tell(t("What is not accepted goes back to the customer and is not credited."))
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self.told, 1)
        foot.addWidget(self._close)
        foot.addWidget(self.take)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(self.grid, 1)
        layout.addLayout(foot)
        self.resize(960, 460)
