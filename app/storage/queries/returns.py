"""Returns: lists of them, one whole, and how much of a delivery came back already."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from app.domain.numbering import DocumentKind
from app.domain.returns import ReturnState
from app.storage.queries.joins import meets, taken_back
from app.storage.reader import Reader
from app.storage.tables import (
    document,
    document_line,
    goods_return,
    goods_return_line,
    lot,
    party,
    product,
)


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """One line of the list; `qty` base units of all lines."""

    id: uuid.UUID
    number: str | None
    state: str
    mode: str
    business_date: date
    customer_code: str
    customer_name: str
    qty: int
    net_fen: int
    note: str
    created_by: str
    approved_by: str | None
    van_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class FoundReturnLine:
    line_id: uuid.UUID
    line_no: int
    product_id: uuid.UUID
    product_code: str
    product_name: str
    lot_id: uuid.UUID | None
    lot_code: str | None
    qty: int
    reason_code: str | None
    ref_line_id: uuid.UUID | None
    net_fen: int
    condition: str
    disposition: str
    received: int | None
    accepted: int | None
    no_reference: bool


def return_rows(
    reader: Reader, *, state: str = "", key: uuid.UUID | None = None, number: str = ""
) -> tuple[ReturnRow, ...]:
    """The newest first."""
    units = (
        select(func.sum(document_line.c.qty))
        .where(
            document_line.c.branch_id == document.c.branch_id,
            document_line.c.document_id == document.c.id,
        )
        .scalar_subquery()
    )
    query = (
        select(
            document.c.id,
            document.c.number,
            document.c.state,
            goods_return.c.mode,
            document.c.business_date,
            party.c.code,
            party.c.name,
            units.label("qty"),
            document.c.net_fen,
            document.c.note,
            document.c.created_by,
            goods_return.c.approved_by,
            goods_return.c.van_id,
        )
        .join(goods_return, meets(goods_return.c.document_id, document))
        .join(party, meets(document.c.party_id, party))
        .where(
            document.c.branch_id == reader.branch_id,
            document.c.kind == DocumentKind.RN.value,
        )
        .order_by(document.c.business_date.desc(), document.c.created_ms.desc(), document.c.id)
    )
    if state:
        query = query.where(document.c.state == state)
    if key is not None:
        query = query.where(document.c.id == key)
    if number:
        query = query.where(document.c.number == number)
    return tuple(
        ReturnRow(
            row[0], row[1], row[2], row[3], row[4], row[5], row[6], int(row.qty),
            row[8], row[9], row[10], row[11], row[12],
        )
        for row in reader.rows(query)
    )  # fmt: skip


def return_lines(reader: Reader, document_id: uuid.UUID) -> tuple[FoundReturnLine, ...]:
    line, back = document_line.c, goods_return_line.c
    query = (
        select(
            line.id,
            line.line_no,
            line.product_id,
            product.c.code,
            product.c.name,
            line.lot_id,
            lot.c.code.label("lot"),
            line.qty,
            line.reason_code,
            line.ref_line_id,
            line.net_fen,
            back.condition,
            back.disposition,
            back.received,
            back.accepted,
            back.no_reference,
        )
        .join(goods_return_line, meets(back.line_id, document_line))
        .join(product, meets(line.product_id, product))
        .outerjoin(lot, meets(line.lot_id, lot))
        .where(line.branch_id == reader.branch_id, line.document_id == document_id)
        .order_by(line.line_no)
    )
    return tuple(FoundReturnLine(*row) for row in reader.rows(query))


def came_back(reader: Reader, line_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Base units of these delivery lines that are on returns which were not rejected.

    What was looked at counts as far as it was accepted; everything else as it was asked for.
    """
    line = document_line.c
    query = (
        select(
            line.ref_line_id,
            func.sum(func.coalesce(goods_return_line.c.accepted, line.qty)).label("qty"),
        )
        .join(document, meets(line.document_id, document))
        .join(goods_return_line, meets(goods_return_line.c.line_id, document_line))
        .where(
            line.branch_id == reader.branch_id,
            line.ref_line_id.in_(sorted(set(line_ids))),
            document.c.state != ReturnState.REJECTED.value,
            ~taken_back(document),
        )
        .group_by(line.ref_line_id)
    )
    return {row.ref_line_id: int(row.qty) for row in reader.rows(query)}
