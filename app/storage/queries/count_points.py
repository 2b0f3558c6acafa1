"""Posted counts as points to be drawn over the book."""

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, select

from app.domain.counts import CountState
from app.storage.queries.flows import REAL
from app.storage.reader import Reader
from app.storage.tables import count_line, document, document_line, location, stock_count


@dataclass(frozen=True, slots=True)
class CountPoint:
    """What was counted, against what the book said at that moment."""

    business_date: date
    counted_ms: int
    counted: int
    book_at_count: int
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
    )
    keys = (*columns[:2], document.c.number, document.c.id)
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
    return tuple(
        CountPoint(row[0], row[1], int(row[2]), int(row[3] or 0), row[4])
        for row in reader.rows(query)
    )
