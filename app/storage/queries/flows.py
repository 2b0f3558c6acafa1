"""Changes of stock by product, day and statement column, read from the ledger."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, select

from app.domain.stock import Book, LocationKind
from app.storage.reader import Reader
from app.storage.tables import location, product, stock_move

REAL = [kind.value for kind in LocationKind if not kind.virtual and kind.book is Book.OWN]


@dataclass(frozen=True, slots=True)
class Flow:
    """Change of one product at the places asked for, on one day, in one statement column."""

    product_id: uuid.UUID
    posting_date: date
    column: str
    change: int


def flows(
    reader: Reader, condition: ColumnElement[bool], location_code: str | None
) -> Iterator[Flow]:
    """What crossed the edge of one place, or of all real places of our own together."""
    for near, far, sign in (
        (stock_move.c.target_id, stock_move.c.source_id, 1),
        (stock_move.c.source_id, stock_move.c.target_id, -1),
    ):
        here, there = location.alias(), location.alias()
        is_reversal = stock_move.c.reverses_id.is_not(None).label("is_reversal")
        groups = (
            stock_move.c.product_id,
            stock_move.c.posting_date,
            there.c.kind,
            is_reversal,
        )
        query = (
            select(*groups, func.sum(stock_move.c.qty).label("qty"))
            .join(here, and_(here.c.branch_id == stock_move.c.branch_id, here.c.id == near))
            .join(there, and_(there.c.branch_id == stock_move.c.branch_id, there.c.id == far))
            .where(stock_move.c.branch_id == reader.branch_id, condition)
            .group_by(*groups)
        )
        if location_code is None:
            query = query.where(here.c.kind.in_(REAL), there.c.kind.not_in(REAL))
        else:
            query = query.where(here.c.code == location_code)
        for row in reader.rows(query):
            # A reversal belongs where the move it undoes stood, with the opposite sign.
            inward = (sign > 0) != row.is_reversal
            column = _column(LocationKind(row.kind), inward=inward)
            yield Flow(row.product_id, row.posting_date, column, sign * int(row.qty))


def _column(other: LocationKind, *, inward: bool) -> str:
    if other is LocationKind.SUPPLIER:
        return "received"
    if other is LocationKind.CUSTOMER:
        return "returned" if inward else "issued"
    if other is LocationKind.CONSUMPTION:
        return "issued"
    return "adjusted" if other.virtual else "transferred"


def flows_of_product(
    reader: Reader, product_code: str, location_code: str | None, d_from: date, d_to: date
) -> Iterator[Flow]:
    """The changes of one product over posting dates from `d_from` to `d_to` inclusive."""
    one = select(product.c.id).where(
        product.c.branch_id == reader.branch_id, product.c.code == product_code
    )
    condition = and_(
        stock_move.c.product_id.in_(one), stock_move.c.posting_date.between(d_from, d_to)
    )
    return flows(reader, condition, location_code)
