"""Posted counts as points to be drawn over the book."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, func, or_, select

from app.domain.counts import CountState, LineState
from app.storage.queries.flows import REAL
from app.storage.queries.joins import meets, taken_back
from app.storage.reader import Reader
from app.storage.tables import (
    count_line,
    document,
    document_line,
    location,
    stock_count,
    stock_move,
)

found_ms = func.coalesce(count_line.c.scanned_ms, stock_count.c.counted_ms)
"""When a line was found: at its own time, or at that of the whole count."""


@dataclass(frozen=True, slots=True)
class CountPoint:
    """What was counted, against what the book said at that moment.

    `uncounted` is the book stock of those lots of the product that the count left out: with it
    `counted` is comparable to the stock of the whole product.
    """

    business_date: date
    counted_ms: int
    counted: int
    book_at_count: int
    uncounted: int
    document_number: str | None


def count_points(
    reader: Reader,
    product_id: uuid.UUID,
    location_code: str | None,
    d_from: date,
    d_to: date,
) -> tuple[CountPoint, ...]:
    """Per count of a product at one place, or at any real place of our own, by time."""
    joined = (
        stock_count.join(
            document,
            and_(
                document.c.branch_id == stock_count.c.branch_id,
                document.c.id == stock_count.c.document_id,
            ),
        )
        .join(
            document_line,
            and_(
                document_line.c.branch_id == document.c.branch_id,
                document_line.c.document_id == document.c.id,
            ),
        )
        .join(
            count_line,
            and_(
                count_line.c.branch_id == document_line.c.branch_id,
                count_line.c.line_id == document_line.c.id,
            ),
        )
        .join(
            location,
            and_(
                location.c.branch_id == stock_count.c.branch_id,
                location.c.id == stock_count.c.location_id,
            ),
        )
    )
    columns = (
        document.c.business_date,
        stock_count.c.counted_ms,
        func.sum(count_line.c.counted),
        func.sum(count_line.c.book_at_count),
        document.c.number,
        _book(reader.branch_id, product_id).label("book"),
    )
    keys = (*columns[:2], document.c.number, document.c.id, stock_count.c.location_id)
    query = (
        select(*columns)
        .select_from(joined)
        .where(
            document.c.branch_id == reader.branch_id,
            document.c.state == CountState.POSTED.value,
            document.c.business_date.between(d_from, d_to),
            document_line.c.product_id == product_id,
            count_line.c.counted.is_not(None),
            location.c.kind.in_(REAL),
            *([] if location_code is None else [location.c.code == location_code]),
        )
        .group_by(*keys)
        .order_by(stock_count.c.counted_ms, document.c.id)
    )
    points = []
    for day, counted_ms, counted, book_at_count, number, book in reader.rows(query):
        expected = int(book_at_count or 0)
        uncounted = int(book or 0) - expected
        points.append(CountPoint(day, counted_ms, int(counted), expected, uncounted, number))
    return tuple(points)


def last_counted_ms(
    reader: Reader, location_ids: Iterable[uuid.UUID], after_ms: int
) -> dict[tuple[uuid.UUID, uuid.UUID], int]:
    """When goods were counted last in a posted count, by (location, product)."""
    goods = (stock_count.c.location_id, document_line.c.product_id)
    last_ms = func.max(found_ms).label("counted_ms")
    query = _posted_after(reader, location_ids, after_ms, *goods, last_ms).group_by(*goods)
    return {(row.location_id, row.product_id): int(row.counted_ms) for row in reader.rows(query)}


def counted_later(
    reader: Reader, location_id: uuid.UUID, after_ms: int, product_ids: Iterable[uuid.UUID]
) -> dict[uuid.UUID, frozenset[uuid.UUID | None]]:
    """Lots of each product, None for all of them, that a posted count after `after_ms` names."""
    goods = (document_line.c.product_id, document_line.c.lot_id)
    query = _posted_after(reader, [location_id], after_ms, *goods).distinct()
    found: dict[uuid.UUID, frozenset[uuid.UUID | None]] = {}
    for product_id, lot_id in reader.rows(
        query.where(document_line.c.product_id.in_(sorted(set(product_ids))))
    ):
        found[product_id] = found.get(product_id, frozenset()) | {lot_id}
    return found


def _posted_after(
    reader: Reader, location_ids: Iterable[uuid.UUID], after_ms: int, *columns: ColumnElement[Any]
) -> Select[Any]:
    """These columns of the lines that posted counts of the places found after `after_ms`.

    A count that was taken back says nothing any more.
    """
    return (
        select(*columns)
        .select_from(stock_count)
        .join(document, meets(stock_count.c.document_id, document))
        .join(document_line, meets(document_line.c.document_id, document))
        .join(count_line, meets(count_line.c.line_id, document_line))
        .where(
            stock_count.c.branch_id == reader.branch_id,
            stock_count.c.location_id.in_(sorted(set(location_ids))),
            found_ms > after_ms,
            document.c.state == CountState.POSTED.value,
            ~taken_back(document),
            count_line.c.state != LineState.SKIPPED.value,
        )
    )


def _book(branch_id: int, product_id: uuid.UUID) -> ScalarSelect[int]:
    """The whole product's book stock at the place and just before the moment of a count."""
    move = stock_move.c
    change = case((move.target_id == stock_count.c.location_id, move.qty), else_=-move.qty)
    return (
        select(func.sum(change))
        .where(
            move.branch_id == branch_id,
            move.product_id == product_id,
            move.event_ms < stock_count.c.counted_ms,
            or_(
                move.target_id == stock_count.c.location_id,
                move.source_id == stock_count.c.location_id,
            ),
        )
        .correlate(stock_count)
        .scalar_subquery()
    )
