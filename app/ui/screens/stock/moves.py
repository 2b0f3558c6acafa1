"""The moves behind one number of the stock."""

from app.i18n import N_
from app.storage.queries.stock import MoveRow, moves_behind
from app.storage.reader import Reader
from app.ui.language import Language
from app.ui.models.columns import Ask, Column, Look
from app.ui.models.listed import narrowed
from app.ui.models.table_model import Page, Source
from app.ui.screens.stock.on_hand import StockRow

IN = Look("ok", "arrow-left", "")
OUT = Look("text", "chevron-right", "")
KIND_NAMES = {
    "SO": N_("Order"),
    "DN": N_("Delivery"),
    "RN": N_("Return"),
    "RC": N_("Receipt of payment"),
    "PR": N_("Goods receipt"),
    "TR": N_("Transfer"),
    "CT": N_("Stock count"),
    "ST": N_("Settlement"),
    "RV": N_("Reversal"),
    "LS": N_("Load sheet"),
    "WO": N_("Write-off"),
    "IM": N_("Imported moves"),
    "CN": N_("Consignment"),
}


def moves_of(stock: StockRow) -> Source[MoveRow]:
    """Return the moves whose sum is the number of this row, the newest first."""

    def source(reader: Reader, ask: Ask, _offset: int, _limit: int) -> Page[MoveRow]:
        rows = moves_behind(reader, stock.place_code, stock.product_code, lot_code=stock.lot_code)
        if stock.lot_code is None:
            rows = tuple(row for row in rows if row.lot_code is None)
        return narrowed(reversed(rows), ask, _words_of)

    return source


def _words_of(row: MoveRow) -> tuple[str | None, ...]:
    return (row.document_number, row.other_code, row.other_name, row.reason)


def _when(row: MoveRow, t: Language) -> str:
    return t.date(row.business_date)


def _posted(row: MoveRow, t: Language) -> str:
    return t.date(row.posting_date)


def _quantity(row: MoveRow, t: Language) -> str:
    return f"+{t.number(row.qty)}" if row.qty > 0 else t.number(row.qty)


def _other(row: MoveRow, t: Language) -> str:
    place = row.other_name or row.other_code
    return t("from {place}", place=place) if row.qty > 0 else t("to {place}", place=place)


def _document(row: MoveRow, t: Language) -> str:
    return f"{t(KIND_NAMES[row.document_kind])} {row.document_number or ''}".strip()


def _line(row: MoveRow, t: Language) -> str:
    return t.number(row.line_no)


def _reversal(row: MoveRow, t: Language) -> str:
    return t("takes back an earlier move") if row.reverses_id else ""


def _direction(row: MoveRow) -> Look:
    return IN if row.qty > 0 else OUT


COLUMNS: tuple[Column[MoveRow], ...] = (
    Column("event_ms", N_("Business day"), _when, 110),
    Column("qty", N_("Quantity"), _quantity, 90, number=True),
    Column("other_name", N_("From or to"), _other, 210),
    Column("document_number", N_("Document"), _document, 270),
    Column("line_no", N_("Line"), _line, 56, number=True),
    Column("posting_date", N_("Posting day"), _posted, 110),
    Column("", N_("Remark"), _reversal, 160),
)
