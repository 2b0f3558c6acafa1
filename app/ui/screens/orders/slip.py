"""A wholesaler's slip: what he delivered of an order that was handed to him."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from PySide6.QtWidgets import QLineEdit, QWidget

from app.domain.business_day import business_date
from app.i18n import N_
from app.services.deliveries.by_wholesaler import Slip, SlipLine, take_slip
from app.storage.queries.directory import FoundProduct, products_by_code
from app.storage.queries.orders import OpenLine, OrderRow, open_lines
from app.storage.reader import Reader
from app.ui.dialogs.quantity_sheet import QuantitySheet, SheetRow
from app.ui.widgets.day_line import DayLine
from app.ui.workplace import Workplace

Open = tuple[tuple[OpenLine, ...], Mapping[str, FoundProduct]]


def read_open(reader: Reader, order_id: UUID) -> Open:
    """The lines of an order of which something is open, with their products."""
    lines = tuple(line for line in open_lines(reader, [order_id]) if line.remaining)
    return lines, products_by_code(reader, {line.product_code for line in lines})


class SlipSheet(QuantitySheet[str]):
    """`done_with` is the number under which the slip is kept."""

    title = N_("Wholesaler's slip")
    act = N_("Book")
    expected = N_("Remaining")
    found = N_("Delivered")
    hint = N_("What he did not bring stays open.")

    def __init__(
        self, workplace: Workplace, row: OrderRow, told: Open, parent: QWidget | None = None
    ) -> None:
        self._order = row.number or ""
        self._lines, products = told
        rows = [SheetRow(products[line.product_code], line.remaining) for line in self._lines]
        super().__init__(workplace, rows, parent)
        self.setWindowTitle(
            self._t("{wholesaler}: slip for {number}", wholesaler=row.wholesaler, number=row.number)
        )
        self.number.setFocus()

    def lay_out_form(self) -> None:
        t, clock = self._t, self._workplace.clock
        self.number, self.signer = QLineEdit(), QLineEdit()
        today = business_date(clock.now_ms(), clock.offset_min())
        self.day = DayLine(self._workplace.theme, t, today)
        self.add_field(t("Number of his slip"), self.number)
        self.add_field(t("Day"), self.day)
        self.add_field(t("Signed by"), self.signer)

    def work(self, found: Sequence[int | None]) -> Callable[[], str]:
        workplace = self._workplace
        lines = tuple(
            SlipLine(line.line_no, qty or 0) for line, qty in zip(self._lines, found, strict=True)
        )
        slip = Slip(self._order, self.number.text(), self.day.day, lines, self.signer.text())
        return lambda: take_slip(workplace.office, workplace.actor, slip)
