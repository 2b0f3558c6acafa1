"""Stock of one product at one place, day by day: the table behind the chart of that name."""

from datetime import date
from typing import Protocol

from app.i18n import N_
from app.reports.table import Cell, ReportDefinition, TableColumn

_UNIT = N_("base units")


class DayOfStock(Protocol):
    """One business day in base units; `balance` is at its end, `counted` None without a count."""

    @property
    def day(self) -> date: ...
    @property
    def received(self) -> int: ...
    @property
    def issued(self) -> int: ...
    @property
    def balance(self) -> int: ...
    @property
    def counted(self) -> int | None: ...


def _row(day: DayOfStock) -> tuple[Cell, ...]:
    return (day.day, day.received, day.issued, day.balance, day.counted)


STOCK_OVER_TIME = ReportDefinition(
    name="stock-over-time",
    title=N_("Stock over time"),
    version=1,
    parameters=("product", "location", "from", "to"),
    columns=(
        TableColumn("day", N_("Day"), "date", 20),
        TableColumn("received", N_("In"), "quantity", 20, _UNIT, summed=True),
        TableColumn("issued", N_("Out"), "quantity", 20, _UNIT, summed=True),
        TableColumn("balance", N_("Balance"), "quantity", 20, _UNIT),
        TableColumn("counted", N_("Counted"), "quantity", 20, _UNIT),
    ),
    row=_row,
)
