"""Counts: which there are, and the sheet of one with its two figures and the book of its moment."""

import json
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import func, select

from app.domain.numbering import DocumentKind
from app.storage.queries.joins import meets
from app.storage.reader import Reader
from app.storage.tables import (
    count_line,
    document,
    document_line,
    location,
    lot,
    packing,
    person,
    product,
    stock_count,
)


@dataclass(frozen=True, slots=True)
class CountRow:
    """One count in a list; `counted` of its `lines` have a figure."""

    id: uuid.UUID
    number: str | None
    state: str
    place_code: str
    place_name: str
    location_id: uuid.UUID
    business_date: date
    blind: bool
    planned_by: str
    counter: str | None
    checker: str | None
    approved_by: str | None
    scope: Mapping[str, Any]
    lines: int
    counted: int


@dataclass(frozen=True, slots=True)
class SheetLine:
    """Base units; `book` is of the moment `scanned_ms`, None before the line is counted."""

    id: uuid.UUID
    line_no: int
    product_id: uuid.UUID
    product_code: str
    product_name: str
    lot_id: uuid.UUID | None
    lot_code: str | None
    packing_code: str
    factor: int
    state: str
    counted: int | None
    first: int | None
    second: int | None
    book: int | None
    scanned_ms: int | None

    @property
    def difference(self) -> int | None:
        """Counted minus book, None for a line that was left blank."""
        return None if self.counted is None else self.counted - (self.book or 0)


def count_rows(
    reader: Reader, *, states: Collection[str] = (), key: uuid.UUID | None = None, number: str = ""
) -> tuple[CountRow, ...]:
    """Counts of places of our own and of customers, the newest first."""
    counter, checker = person.alias(), person.alias()
    of_lines = (
        select(
            document_line.c.document_id,
            func.count().label("lines"),
            func.count(count_line.c.counted).label("counted"),
        )
        .join(count_line, meets(count_line.c.line_id, document_line))
        .where(document_line.c.branch_id == reader.branch_id)
        .group_by(document_line.c.document_id)
        .subquery()
    )
    query = (
        select(
            document.c.id,
            document.c.number,
            document.c.state,
            location.c.code,
            location.c.name,
            stock_count.c.location_id,
            document.c.business_date,
            stock_count.c.blind,
            stock_count.c.planned_by,
            counter.c.code,
            checker.c.code,
            stock_count.c.approved_by,
            stock_count.c.scope,
            func.coalesce(of_lines.c.lines, 0),
            func.coalesce(of_lines.c.counted, 0),
        )
        .join(stock_count, meets(stock_count.c.document_id, document))
        .join(location, meets(stock_count.c.location_id, location))
        .outerjoin(counter, meets(stock_count.c.counter_id, counter))
        .outerjoin(checker, meets(stock_count.c.checker_id, checker))
        .outerjoin(of_lines, of_lines.c.document_id == document.c.id)
        .where(document.c.branch_id == reader.branch_id, document.c.kind == DocumentKind.CT.value)
        .order_by(document.c.business_date.desc(), document.c.created_ms.desc(), document.c.id)
    )
    if states:
        query = query.where(document.c.state.in_(sorted(states)))
    if key is not None:
        query = query.where(document.c.id == key)
    if number:
        query = query.where(document.c.number == number)
    return tuple(
        CountRow(*(*row[:12], json.loads(row[12] or "{}"), row[13], row[14]))
        for row in reader.rows(query)
    )


def sheet_lines(reader: Reader, document_id: uuid.UUID) -> tuple[SheetLine, ...]:
    """The lines of a count in their order."""
    line, counted = document_line.c, count_line.c
    query = (
        select(
            line.id,
            line.line_no,
            line.product_id,
            product.c.code,
            product.c.name,
            line.lot_id,
            lot.c.code.label("lot"),
            packing.c.code.label("packing"),
            packing.c.factor,
            counted.state,
            counted.counted,
            counted.first_counted,
            counted.second_counted,
            counted.book_at_count,
            counted.scanned_ms,
        )
        .join(count_line, meets(counted.line_id, document_line))
        .join(product, meets(line.product_id, product))
        .join(packing, meets(line.packing_id, packing))
        .outerjoin(lot, meets(line.lot_id, lot))
        .where(line.branch_id == reader.branch_id, line.document_id == document_id)
        .order_by(line.line_no)
    )
    return tuple(SheetLine(*row) for row in reader.rows(query))


def blinded(row: CountRow, lines: tuple[SheetLine, ...]) -> tuple[SheetLine, ...]:
    """The lines as whoever counts may see them.

    A blind count shows no book before it is handed in; a second counter sees no first figure.
    """
    shown = lines
    if row.blind and row.state in ("planned", "open", "recount"):
        shown = tuple(replace(each, book=None) for each in shown)
    if row.state == "recount":
        shown = tuple(replace(each, first=None, counted=each.second) for each in shown)
    return shown
