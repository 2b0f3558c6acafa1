"""Lists of write-offs and transfers that wait, and of claims on suppliers."""

import uuid
from dataclasses import dataclass

from sqlalchemy import func, select

from app.domain.numbering import DocumentKind
from app.storage.queries.joins import meets
from app.storage.reader import Reader
from app.storage.tables import (
    document,
    document_line,
    goods_receipt_line,
    location,
    party,
    product,
    stock_balance,
    stock_case,
    supplier_claim,
    transfer,
    transfer_line,
    write_off,
)


@dataclass(frozen=True, slots=True)
class ClaimRow:
    id: uuid.UUID
    receipt: str
    supplier_code: str
    product_code: str
    kind: str
    qty: int
    state: str
    note: str
    opened_ms: int


@dataclass(frozen=True, slots=True)
class InTransit:
    """A line of goods that were sent and have not all arrived."""

    document_id: uuid.UUID
    number: str
    source_code: str
    target_code: str
    line_no: int
    product_code: str
    shipped: int
    shipped_ms: int
    shipped_by: str


@dataclass(frozen=True, slots=True)
class ReceiptLineRow:
    line_no: int
    product_code: str
    expected: int
    received: int
    short: int
    rejected: int
    oversupply: int


def claims(reader: Reader, state: str = "open") -> tuple[ClaimRow, ...]:
    """Claims on suppliers, the oldest first."""
    claim = supplier_claim.c
    query = (
        select(
            claim.id,
            document.c.number,
            party.c.code,
            product.c.code,
            claim.kind,
            claim.qty,
            claim.state,
            claim.note,
            claim.opened_ms,
        )
        .join(document_line, meets(claim.line_id, document_line))
        .join(document, meets(document_line.c.document_id, document))
        .join(product, meets(document_line.c.product_id, product))
        .join(party, meets(claim.party_id, party))
        .where(claim.branch_id == reader.branch_id, claim.state == state)
        .order_by(claim.opened_ms, claim.id)
    )
    return tuple(ClaimRow(*row) for row in reader.rows(query))


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A place and a product whose stock cannot be; `qty` base units in the book now."""

    id: uuid.UUID
    kind: str
    place_code: str
    place_name: str
    product_code: str
    product_name: str
    qty: int
    state: str
    note: str
    opened_ms: int
    closed_by: str | None


def cases(reader: Reader, state: str = "open") -> tuple[CaseRow, ...]:
    """Cases about stock, the oldest first."""
    balance = (
        select(func.coalesce(func.sum(stock_balance.c.qty), 0))
        .where(
            stock_balance.c.branch_id == stock_case.c.branch_id,
            stock_balance.c.location_id == stock_case.c.location_id,
            stock_balance.c.product_id == stock_case.c.product_id,
        )
        .scalar_subquery()
    )
    query = (
        select(
            stock_case.c.id,
            stock_case.c.kind,
            location.c.code,
            location.c.name,
            product.c.code,
            product.c.name,
            balance.label("qty"),
            stock_case.c.state,
            stock_case.c.note,
            stock_case.c.opened_ms,
            stock_case.c.closed_by,
        )
        .join(location, meets(stock_case.c.location_id, location))
        .join(product, meets(stock_case.c.product_id, product))
        .where(stock_case.c.branch_id == reader.branch_id, stock_case.c.state == state)
        .order_by(stock_case.c.opened_ms, stock_case.c.id)
    )
    return tuple(CaseRow(*(*row[:6], int(row.qty), *row[7:])) for row in reader.rows(query))


def in_transit(reader: Reader) -> tuple[InTransit, ...]:
    """Goods between two places, the longest under way first."""
    source, target = location.alias(), location.alias()
    query = (
        select(
            document.c.id,
            document.c.number,
            source.c.code,
            target.c.code,
            document_line.c.line_no,
            product.c.code,
            transfer_line.c.shipped,
            transfer.c.shipped_ms,
            document.c.created_by,
        )
        .join(transfer, meets(transfer.c.document_id, document))
        .join(source, meets(transfer.c.source_id, source))
        .join(target, meets(transfer.c.target_id, target))
        .join(document_line, meets(document_line.c.document_id, document))
        .join(transfer_line, meets(transfer_line.c.line_id, document_line))
        .join(product, meets(document_line.c.product_id, product))
        .where(document.c.branch_id == reader.branch_id, document.c.state == "shipped")
        .order_by(transfer.c.shipped_ms, document.c.number, document_line.c.line_no)
    )
    return tuple(InTransit(*row) for row in reader.rows(query))


def places_of_transfer(
    reader: Reader, document_id: uuid.UUID
) -> tuple[uuid.UUID, uuid.UUID, dict[uuid.UUID, int]]:
    """Where goods came from, where they go, and units shipped by line."""
    head = reader.rows(
        select(transfer.c.source_id, transfer.c.target_id).where(
            transfer.c.branch_id == reader.branch_id, transfer.c.document_id == document_id
        )
    )[0]
    query = (
        select(transfer_line.c.line_id, transfer_line.c.shipped)
        .join(document_line, meets(transfer_line.c.line_id, document_line))
        .where(
            transfer_line.c.branch_id == reader.branch_id,
            document_line.c.document_id == document_id,
        )
    )
    return head[0], head[1], {row.line_id: row.shipped for row in reader.rows(query)}


def receipt_lines(reader: Reader, number: str) -> tuple[ReceiptLineRow, ...]:
    """The lines of a purchase receipt that was held against an announcement."""
    line = goods_receipt_line.c
    query = (
        select(
            document_line.c.line_no,
            product.c.code,
            line.expected,
            line.received,
            line.short,
            line.rejected,
            line.oversupply,
        )
        .join(document_line, meets(line.line_id, document_line))
        .join(document, meets(document_line.c.document_id, document))
        .join(product, meets(document_line.c.product_id, product))
        .where(line.branch_id == reader.branch_id, document.c.number == number)
        .order_by(document_line.c.line_no)
    )
    return tuple(ReceiptLineRow(*row) for row in reader.rows(query))


def write_offs_waiting(reader: Reader) -> tuple[tuple[uuid.UUID, str, int], ...]:
    """Key, who entered it, and fen at list price, of write-offs that a second person decides."""
    query = (
        select(document.c.id, document.c.created_by, document.c.net_fen)
        .join(write_off, meets(write_off.c.document_id, document))
        .where(
            document.c.branch_id == reader.branch_id,
            document.c.kind == DocumentKind.WO.value,
            document.c.state == "submitted",
        )
        .order_by(document.c.created_ms, document.c.id)
    )
    return tuple((row.id, row.created_by, row.net_fen) for row in reader.rows(query))


def place_of_write_off(reader: Reader, document_id: uuid.UUID) -> tuple[uuid.UUID, str]:
    """Where the goods lie, and whether they go to loss or consumption."""
    row = reader.rows(
        select(write_off.c.place_id, write_off.c.target).where(
            write_off.c.branch_id == reader.branch_id, write_off.c.document_id == document_id
        )
    )[0]
    return row.place_id, row.target
