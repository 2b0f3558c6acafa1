"""Working papers of a route day: what to fetch from the warehouse, and what stands on the van."""

from dataclasses import dataclass
from datetime import date

from app.i18n import N_
from app.reports.table import Cell, ReportDefinition, TableColumn


@dataclass(frozen=True, slots=True)
class PickLine:
    """One lot of a product over all stops; `missing` base units are not in the warehouse."""

    product_code: str
    product_name: str
    lot: str
    expiry: date | None
    packed: str
    qty: int
    missing: int
    stops: int


@dataclass(frozen=True, slots=True)
class LoadLine:
    """One line of a stop's note; the last stop is loaded first."""

    stop: int
    customer: str
    number: str
    product: str
    lot: str
    packed: str
    qty: int


def _pick_row(line: PickLine) -> tuple[Cell, ...]:
    return (
        line.product_code,
        line.product_name,
        line.lot,
        line.expiry,
        line.packed,
        line.qty,
        line.stops,
        line.missing or None,
        "",
    )


def _load_row(line: LoadLine) -> tuple[Cell, ...]:
    return (
        str(line.stop),
        line.customer,
        line.number,
        line.product,
        line.lot,
        line.packed,
        line.qty,
        "",
    )


_UNIT = N_("base units")
PICK_LIST = ReportDefinition(
    name="pick-list",
    title=N_("Pick list"),
    version=1,
    parameters=("day", "route"),
    columns=(
        TableColumn("product", N_("Product"), "text", 18),
        TableColumn("name", N_("Name"), "text", 46),
        TableColumn("lot", N_("Lot"), "text", 22),
        TableColumn("expiry", N_("Expires"), "date", 22),
        TableColumn("packed", N_("In packings"), "text", 24),
        TableColumn("qty", N_("Quantity"), "quantity", 18, _UNIT, summed=True),
        TableColumn("stops", N_("Stops"), "quantity", 12),
        TableColumn("missing", N_("Missing"), "quantity", 16, _UNIT, summed=True),
        TableColumn("picked", N_("Picked"), "text", 26),
    ),
    row=_pick_row,
    signatures=(N_("Picked by"), N_("Checked by"), N_("Date and time")),
)
LOAD_SHEET = ReportDefinition(
    name="load-sheet",
    title=N_("Load sheet"),
    version=1,
    parameters=("day", "route"),
    columns=(
        TableColumn("stop", N_("Stop"), "text", 9),
        TableColumn("customer", N_("Customer"), "text", 44),
        TableColumn("number", N_("Delivery note"), "text", 36),
        TableColumn("product", N_("Product"), "text", 48),
        TableColumn("lot", N_("Lot"), "text", 20),
        TableColumn("packed", N_("In packings"), "text", 22),
        TableColumn("qty", N_("Quantity"), "quantity", 16, _UNIT, summed=True),
        TableColumn("checked", N_("Checked"), "text", 20),
    ),
    row=_load_row,
    signatures=(N_("Warehouse keeper"), N_("Driver"), N_("Checked by"), N_("Date and time")),
)
