"""The rows and columns of the stock on hand."""

from dataclasses import dataclass
from datetime import date

from app.domain.quantity import Packings
from app.i18n import N_
from app.storage.queries.directory import products_by_code
from app.storage.queries.stock import on_hand
from app.storage.reader import Reader
from app.ui.language import Language
from app.ui.models.columns import Ask, Column, Look
from app.ui.models.listed import narrowed
from app.ui.models.table_model import Page

NEGATIVE = Look("bad", "triangle-alert", "")
KINDS = {
    "all": (),
    "warehouse": ("warehouse", "empties_yard"),
    "van": ("van", "transit"),
    "quarantine": ("quarantine",),
}


@dataclass(frozen=True, slots=True)
class StockRow:
    """One lot of a product at one place; `qty` in base units, below zero if the book is wrong."""

    place_code: str
    place_name: str
    kind: str
    product_code: str
    product_name: str
    lot_code: str | None
    expiry_date: date | None
    qty: int
    packings: Packings

    @property
    def packed(self) -> str:
        """The quantity as people say it: cases and single units, "3箱4瓶"."""
        return self.packings.usual.show(self.qty)

    @property
    def where(self) -> str:
        return self.place_name or self.place_code


def stock(reader: Reader, ask: Ask, _offset: int, _limit: int) -> Page[StockRow]:
    """Return what lies at all real places, narrowed down by kind of place and words."""
    found = on_hand(reader)
    products = products_by_code(reader, {row.product_code for row in found})
    kinds = KINDS[ask.choice or "all"]
    rows = [
        StockRow(
            row.location_code,
            row.location_name,
            row.kind.value,
            row.product_code,
            row.product_name,
            row.lot_code,
            row.expiry_date,
            row.qty,
            products[row.product_code].packings,
        )
        for row in found
        if not kinds or row.kind.value in kinds
    ]
    return narrowed(rows, ask, _words_of)


def _words_of(row: StockRow) -> tuple[str | None, ...]:
    return (row.product_code, row.product_name, row.place_code, row.place_name, row.lot_code)


def _quantity(row: StockRow, t: Language) -> str:
    return t.number(row.qty)


def _packed(row: StockRow, _t: Language) -> str:
    return row.packed


def _expiry(row: StockRow, t: Language) -> str:
    return t.date(row.expiry_date) if row.expiry_date else "–"


def _product(row: StockRow, _t: Language) -> str:
    return row.product_name


def _product_code(row: StockRow, _t: Language) -> str:
    return row.product_code


def _where(row: StockRow, _t: Language) -> str:
    return row.where


def _lot(row: StockRow, _t: Language) -> str:
    return row.lot_code or "–"


def _sign(row: StockRow) -> Look | None:
    return NEGATIVE if row.qty < 0 else None


COLUMNS: tuple[Column[StockRow], ...] = (
    Column("product_name", N_("Product"), _product, 178),
    Column("where", N_("Place"), _where, 112),
    Column("qty", N_("On hand"), _quantity, 86, number=True, look=_sign),
    Column("qty", N_("In packings"), _packed, 104, number=True),
    Column("lot_code", N_("Lot"), _lot, 88),
    Column("expiry_date", N_("Expires"), _expiry, 104),
    Column("product_code", N_("Code"), _product_code, 90, hidden=True),
)
