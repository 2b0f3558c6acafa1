"""A transfer arrives: how much of each line did, and why something is missing."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtWidgets import QLineEdit, QWidget

from app.i18n import N_
from app.services.stocking.transfers import receive_transfer
from app.storage.queries.directory import FoundProduct
from app.storage.queries.stock_papers import InTransit
from app.ui.dialogs.quantity_sheet import QuantitySheet, SheetRow
from app.ui.workplace import Workplace


class Arriving(QuantitySheet[int]):
    """Everything is proposed as it was sent; `done_with` is how many units are lost."""

    title = N_("A transfer arrives")
    expected = N_("Sent")
    found = N_("Arrived")
    hint = N_("What is missing is lost; somebody else than who sent it has to book that.")

    def __init__(
        self,
        workplace: Workplace,
        lines: Sequence[InTransit],
        products: Mapping[str, FoundProduct],
        parent: QWidget | None = None,
    ) -> None:
        self._lines = tuple(lines)
        rows = [SheetRow(products[line.product_code], line.shipped) for line in lines]
        super().__init__(workplace, rows, parent)
        self.setWindowTitle(self._t("Transfer {number} arrives", number=self._lines[0].number))

    def lay_out_form(self) -> None:
        self.reason = QLineEdit()
        self.add_field(self._t("Why something is missing"), self.reason)

    def work(self, found: Sequence[int | None]) -> Callable[[], int]:
        workplace, number, reason = self._workplace, self._lines[0].number, self.reason.text()
        came = {str(line.line_no): qty or 0 for line, qty in zip(self._lines, found, strict=True)}
        return lambda: receive_transfer(workplace.office, workplace.actor, number, came, reason)
