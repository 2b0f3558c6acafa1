"""The sheet that somebody counts with: blind unless the book is to be shown."""

from dataclasses import dataclass, replace

from app.i18n import N_
from app.reports.table import Cell, ReportDefinition, TableColumn


@dataclass(frozen=True, slots=True)
class CountSheetLine:
    """One lot of a product; `book` words of what the books say, empty on a blind sheet."""

    line_no: int
    product_code: str
    product_name: str
    lot: str
    packing: str
    book: str


def _row(line: CountSheetLine) -> tuple[Cell, ...]:
    goods = (str(line.line_no), line.product_code, line.product_name, line.lot, line.packing)
    return (*goods, line.book, "", "", "")


WITH_BOOK = ReportDefinition(
    name="count-sheet",
    title=N_("Count sheet"),
    version=1,
    parameters=("id",),
    columns=(
        TableColumn("line", N_("Line"), "text", 10),
        TableColumn("product", N_("Product"), "text", 22),
        TableColumn("name", N_("Name"), "text", 56),
        TableColumn("lot", N_("Lot"), "text", 24),
        TableColumn("packing", N_("Packing"), "text", 18),
        TableColumn("book", N_("Book"), "text", 24),
        TableColumn("packs", N_("Whole packings"), "text", 26),
        TableColumn("loose", N_("Loose units"), "text", 22),
        TableColumn("remark", N_("Remark"), "text", 30),
    ),
    row=_row,
    signatures=(N_("Counted by"), N_("Date and time")),
)
BLIND = replace(
    WITH_BOOK,
    columns=tuple(column for column in WITH_BOOK.columns if column.name != "book"),
    row=lambda line: tuple(cell for place, cell in enumerate(_row(line)) if place != 5),
)
