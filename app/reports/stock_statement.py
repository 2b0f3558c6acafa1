"""The stock statement (进销存): opening, in, out and closing of every product in a period."""

from dataclasses import dataclass

from app.domain.quantity import Packing, Packings
from app.errors import RuleBroken
from app.i18n import N_
from app.reports.table import Cell, ReportDefinition, TableColumn

_UNIT = N_("base units")


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One product in the period, in base units.

    `transfers` came from other places of our own; they and `adjustments` may be negative.

    `packing_name` and `packing_factor` are the default packing ("箱", 12).
    """

    product_code: str
    product_name: str
    packing_name: str
    packing_factor: int
    base_name: str
    opening: int
    receipts: int
    returns: int
    issues: int
    transfers: int
    adjustments: int
    closing: int

    @property
    def packing_text(self) -> str:
        """`箱=12瓶`, or only the base unit."""
        if self.packing_factor == 1:
            return self.base_name
        return f"{self.packing_name}={self.packing_factor}{self.base_name}"

    @property
    def closing_shown(self) -> str:
        """The closing stock in packings: `12箱3瓶`."""
        base = Packing("base", self.base_name, 1)
        if self.packing_factor == 1:
            return Packings((base,)).show(self.closing)
        default = Packing("default", self.packing_name, self.packing_factor)
        return Packings((default, base)).show(self.closing)

    @property
    def foots(self) -> bool:
        """Whether opening, ins, outs and adjustments lead to the closing stock."""
        ins = self.opening + self.receipts + self.returns
        return ins - self.issues + self.transfers + self.adjustments == self.closing


def _row(line: StatementLine) -> tuple[Cell, ...]:
    if not line.foots:
        raise RuleBroken("statement-foots", product=line.product_code, closing=line.closing)
    return (
        line.product_code,
        line.product_name,
        line.packing_text,
        line.opening,
        line.receipts,
        line.returns,
        line.issues,
        line.transfers,
        line.adjustments,
        line.closing,
        line.closing_shown,
    )


def _quantity(name: str, title: str) -> TableColumn:
    return TableColumn(name, title, "quantity", 20, _UNIT, summed=True)


STOCK_STATEMENT = ReportDefinition(
    name="stock-statement",
    title=N_("Stock statement"),
    version=1,
    parameters=("from", "to", "location"),
    columns=(
        TableColumn("product", N_("Product"), "text", 22),
        TableColumn("name", N_("Name"), "text", 50),
        TableColumn("packing", N_("Packing"), "text", 22),
        _quantity("opening", N_("Opening")),
        _quantity("receipts", N_("Receipts")),
        _quantity("returns", N_("Returns")),
        _quantity("issues", N_("Issues")),
        _quantity("transfers", N_("Transfers")),
        _quantity("adjustments", N_("Adjustments")),
        _quantity("closing", N_("Closing")),
        TableColumn("closing_shown", N_("Closing in packings"), "text", 30),
    ),
    row=_row,
)
