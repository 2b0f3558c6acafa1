"""Lots that expire soon, and the way of one from its supplier to whoever has it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from app.domain.quantity import Packings
from app.i18n import N_
from app.storage.queries.directory import products_by_code
from app.storage.queries.lots import LotStep, expiring, trace_lot
from app.storage.reader import Reader
from app.ui.language import Language
from app.ui.models.columns import Ask, Column, Look
from app.ui.models.listed import narrowed
from app.ui.models.table_model import Page

_SOON_DAYS = 30
_PAST = Look("bad", "ban", "")
_SOON = Look("warn", "triangle-alert", "")


@dataclass(frozen=True, slots=True)
class ExpiringRow:
    """Goods of one lot at one place; `days_left` below zero when it has expired."""

    product_code: str
    product_name: str
    lot_code: str
    where: str
    expiry_date: date
    days_left: int
    qty: int
    packings: Packings


def expiring_on(day: date) -> Callable[[Reader, Ask, int, int], Page[ExpiringRow]]:
    """What is nearer to its end than its product's alert, or past it, the nearest first."""

    def source(reader: Reader, ask: Ask, _offset: int, _limit: int) -> Page[ExpiringRow]:
        found = expiring(reader, day)
        products = products_by_code(reader, {each.row.product_code for each in found})
        rows = [
            ExpiringRow(
                each.row.product_code,
                each.row.product_name,
                each.row.lot_code or "",
                each.row.location_name or each.row.location_code,
                each.row.expiry_date or day,
                each.days_left,
                each.row.qty,
                products[each.row.product_code].packings,
            )
            for each in found
        ]
        return narrowed(
            rows, ask, lambda row: (row.product_code, row.product_name, row.lot_code, row.where)
        )

    return source


def steps_of(product: str, lot: str) -> Callable[[Reader, Ask, int, int], Page[LotStep]]:
    """Every move of a lot, in the order it happened."""

    def source(reader: Reader, ask: Ask, _offset: int, _limit: int) -> Page[LotStep]:
        steps = trace_lot(reader, product, lot).steps
        return narrowed(
            steps, ask, lambda row: (row.number, row.party_code, row.party_name, row.source)
        )

    return source


def no_steps(_reader: Reader, _ask: Ask, _offset: int, _limit: int) -> Page[LotStep]:
    """Stand in until a lot is opened."""
    return Page((), 0)


def _sign(row: ExpiringRow) -> Look | None:
    if row.days_left < 0:
        return _PAST
    return _SOON if row.days_left <= _SOON_DAYS else None


def _party(row: LotStep, _t: Language) -> str:
    return f"{row.party_code}  {row.party_name}" if row.party_code else "–"


COLUMNS: tuple[Column[ExpiringRow], ...] = (
    Column(
        "product_name",
        N_("Product"),
        lambda row, _t: f"{row.product_code}  {row.product_name}",
        260,
    ),
    Column("lot_code", N_("Lot"), lambda row, _t: row.lot_code or "–", 120),
    Column("where", N_("Place"), lambda row, _t: row.where, 160),
    Column("expiry_date", N_("Expires"), lambda row, t: t.date(row.expiry_date), 120),
    Column(
        "days_left",
        N_("Days left"),
        lambda row, t: t.number(row.days_left),
        100,
        number=True,
        look=_sign,
    ),
    Column("qty", N_("On hand"), lambda row, t: t.number(row.qty), 100, number=True),
    Column(
        "qty", N_("In packings"), lambda row, _t: row.packings.usual.show(row.qty), 120, number=True
    ),
)
STEP_COLUMNS: tuple[Column[LotStep], ...] = (
    Column("event_ms", N_("Time"), lambda row, t: t.time(row.event_ms), 160),
    Column("source", N_("From"), lambda row, _t: row.source, 160),
    Column("target", N_("To"), lambda row, _t: row.target, 160),
    Column("qty", N_("Units"), lambda row, t: t.number(row.qty), 90, number=True),
    Column("number", N_("Document"), lambda row, _t: row.number or row.document_kind, 190),
    Column("party_name", N_("Customer or supplier"), _party, 240),
)
