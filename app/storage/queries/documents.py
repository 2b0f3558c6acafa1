"""Documents with their lines and what their kind adds, found by number, key, day or state."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, and_, func, select

from app.domain.counts import CountState
from app.domain.deliveries import DeliveryState
from app.domain.numbering import DocumentKind
from app.domain.orders import OrderState
from app.storage.reader import Reader
from app.storage.tables import (
    count_line,
    delivery,
    delivery_line,
    document,
    document_line,
    lot,
    packing,
    product,
    sales_order,
    stock_count,
)


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A line of any kind of document; what its kind does not know is None.

    Quantities in base units, `price_fen` per packing of `factor` units.
    """

    id: uuid.UUID
    document_id: uuid.UUID
    line_no: int
    product_id: uuid.UUID
    product_code: str
    packing_id: uuid.UUID
    packing_code: str
    factor: int
    lot_id: uuid.UUID | None
    lot_code: str | None
    packs: int
    qty: int
    price_fen: int
    price_source: str
    gross_fen: int
    discount_fen: int
    net_fen: int
    free: bool
    reason_code: str | None
    remark: str
    ref_line_id: uuid.UUID | None
    promotions: str
    ordered: int | None
    delivered: int | None
    refused: int | None
    short: int | None
    back_ordered: int | None
    count_state: str | None
    loose: int | None
    counted: int | None
    book_at_count: int | None


@dataclass(frozen=True, slots=True)
class OrderFacts:
    order_class: str
    ended_because: str
    origin: str
    fulfilment_mode: str
    payment_mode: str
    wanted_date: date
    wholesaler_id: uuid.UUID | None
    hold_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeliveryFacts:
    route_id: uuid.UUID | None
    stop_seq: int
    vehicle_id: uuid.UUID | None
    driver_id: uuid.UUID | None
    load_no: str
    source_id: uuid.UUID
    van_id: uuid.UUID | None
    prepared_by: str
    result: str | None
    receiver_name: str
    delivered_ms: int | None
    attempt: int

    @property
    def by_wholesaler(self) -> bool:
        """Whether the goods were a wholesaler's: what ours bring goes by a load and its van."""
        return self.result is not None and self.van_id is None


@dataclass(frozen=True, slots=True)
class CountFacts:
    location_id: uuid.UUID
    counted_ms: int
    blind: bool
    counter_id: uuid.UUID | None
    approved_by: str | None


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """One of `order`, `delivery`, `count` is set for the kinds that have it."""

    id: uuid.UUID
    kind: DocumentKind
    state: str
    rev: int
    number: str | None
    party_id: uuid.UUID | None
    person_id: uuid.UUID | None
    parent_id: uuid.UUID | None
    reversal_of: uuid.UUID | None
    note: str
    net_fen: int
    event_ms: int
    offset_min: int
    business_date: date
    posting_date: date | None
    posted_ms: int | None
    posted_by: str | None
    src_batch_id: uuid.UUID | None
    src_seq: int | None
    created_by: str
    lines: tuple[FoundLine, ...]
    order: OrderFacts | None
    delivery: DeliveryFacts | None
    count: CountFacts | None


def documents_by_number(reader: Reader, numbers: Iterable[str]) -> dict[str, FoundDocument]:
    """The known ones of these numbers."""
    found = _find(reader, document.c.number.in_(sorted(set(numbers))))
    return {item.number or "": item for item in found}


def documents_by_id(reader: Reader, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, FoundDocument]:
    """The known ones of these keys."""
    return {item.id: item for item in _find(reader, document.c.id.in_(sorted(set(ids))))}


def states_by_id(reader: Reader, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The state of each document that exists, without all else that is known of it."""
    query = select(document.c.id, document.c.state).where(
        document.c.branch_id == reader.branch_id, document.c.id.in_(sorted(set(ids)))
    )
    return {row.id: row.state for row in reader.rows(query)}


def answered_orders(reader: Reader, ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these orders for which a delivery is planned or was loaded."""
    query = select(document.c.parent_id).where(
        document.c.branch_id == reader.branch_id,
        document.c.parent_id.in_(sorted(set(ids))),
        document.c.kind == DocumentKind.DN.value,
        document.c.state != DeliveryState.DROPPED.value,
    )
    return {row.parent_id for row in reader.rows(query)}


def orders_to_plan(reader: Reader, wanted_by: date) -> tuple[FoundDocument, ...]:
    """Orders for our own vans, wanted up to that day, that go ahead and are not all delivered."""
    return _find(
        reader,
        document.c.kind == DocumentKind.SO.value,
        document.c.state.in_((OrderState.CONFIRMED.value, OrderState.PARTLY_DELIVERED.value)),
        sales_order.c.fulfilment_mode == "own_delivery",
        sales_order.c.wanted_date <= wanted_by,
    )


def notes_made(reader: Reader, order_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many deliveries were made for each of these orders, dropped ones included."""
    query = (
        select(document.c.parent_id, func.count().label("notes"))
        .where(
            document.c.branch_id == reader.branch_id,
            document.c.parent_id.in_(sorted(set(order_ids))),
            document.c.kind == DocumentKind.DN.value,
        )
        .group_by(document.c.parent_id)
    )
    return {row.parent_id: row.notes for row in reader.rows(query)}


def deliveries_of_day(
    reader: Reader,
    day: date,
    *,
    route_id: uuid.UUID | None = None,
    states: Iterable[DeliveryState] | None = None,
) -> tuple[FoundDocument, ...]:
    """Deliveries of a business day in the order of route, stop and number."""
    conditions: list[ColumnElement[bool]] = [
        document.c.kind == DocumentKind.DN.value,
        document.c.business_date == day,
    ]
    if route_id is not None:
        conditions.append(delivery.c.route_id == route_id)
    if states is not None:
        conditions.append(document.c.state.in_([state.value for state in states]))
    return _find(reader, *conditions)


def counts_to_approve(reader: Reader) -> tuple[FoundDocument, ...]:
    """Counts that were further off than their tolerance and wait for a second person."""
    return documents_in_state(reader, DocumentKind.CT, CountState.SUBMITTED)


def documents_in_state(reader: Reader, kind: DocumentKind, state: str) -> tuple[FoundDocument, ...]:
    """For example the counts that wait for approval."""
    return _find(reader, document.c.kind == kind.value, document.c.state == state)


_EXTENSIONS = (
    (sales_order, OrderFacts),
    (delivery, DeliveryFacts),
    (stock_count, CountFacts),
)


def _find(reader: Reader, *conditions: ColumnElement[bool]) -> tuple[FoundDocument, ...]:
    joined: Any = document
    columns: list[ColumnElement[Any]] = list(document.c)
    for table, facts in _EXTENSIONS:
        joined = joined.outerjoin(table, _same(document, table, "document_id"))
        names = facts.__dataclass_fields__
        columns += [table.c[name].label(f"{table.name}_{name}") for name in names]
        columns.append(table.c.document_id.label(f"{table.name}_is"))
    query = (
        select(*columns)
        .select_from(joined)
        .where(document.c.branch_id == reader.branch_id, *conditions)
        .order_by(
            document.c.business_date,
            delivery.c.route_id.nulls_first(),
            delivery.c.stop_seq.nulls_first(),
            document.c.number_seq.nulls_first(),
            document.c.id,
        )
    )
    headers = reader.rows(query)
    lines: dict[uuid.UUID, list[FoundLine]] = {row.id: [] for row in headers}
    for row in reader.rows(_lines(reader, [row.id for row in headers])):
        lines[row.document_id].append(FoundLine(*row))
    return tuple(_document(row, lines[row.id]) for row in headers)


def _same(parent: Table, child: Table, column: str) -> ColumnElement[bool]:
    return and_(child.c.branch_id == parent.c.branch_id, child.c[column] == parent.c.id)


def _lines(reader: Reader, ids: list[uuid.UUID]) -> Select[Any]:
    line = document_line.c
    joined = (
        document_line.join(
            product, and_(product.c.branch_id == line.branch_id, product.c.id == line.product_id)
        )
        .join(packing, and_(packing.c.branch_id == line.branch_id, packing.c.id == line.packing_id))
        .outerjoin(lot, and_(lot.c.branch_id == line.branch_id, lot.c.id == line.lot_id))
        .outerjoin(delivery_line, _same(document_line, delivery_line, "line_id"))
        .outerjoin(count_line, _same(document_line, count_line, "line_id"))
    )
    elsewhere = {
        "product_code": product.c.code,
        "packing_code": packing.c.code,
        "factor": packing.c.factor,
        "lot_code": lot.c.code,
        "count_state": count_line.c.state,
        "loose": count_line.c.loose,
        "counted": count_line.c.counted,
        "book_at_count": count_line.c.book_at_count,
    } | {
        name: delivery_line.c[name]
        for name in ("ordered", "delivered", "refused", "short", "back_ordered")
    }
    columns = [
        elsewhere[name] if name in elsewhere else line[name]
        for name in FoundLine.__dataclass_fields__
    ]
    return (
        select(*columns)
        .select_from(joined)
        .where(line.branch_id == reader.branch_id, line.document_id.in_(ids))
        .order_by(line.document_id, line.line_no)
    )


def _document(row: Row[Any], lines: list[FoundLine]) -> FoundDocument:
    order = _facts(row, "sales_order", OrderFacts)
    if order is not None:
        order[-1] = tuple(filter(None, order[-1].split(",")))
    placed = _facts(row, "delivery", DeliveryFacts)
    counted = _facts(row, "stock_count", CountFacts)
    return FoundDocument(
        row.id,
        DocumentKind(row.kind),
        row.state,
        row.rev,
        row.number,
        row.party_id,
        row.person_id,
        row.parent_id,
        row.reversal_of,
        row.note,
        row.net_fen,
        row.event_ms,
        row.offset_min,
        row.business_date,
        row.posting_date,
        row.posted_ms,
        row.posted_by,
        row.src_batch_id,
        row.src_seq,
        row.created_by,
        tuple(lines),
        None if order is None else OrderFacts(*order),
        None if placed is None else DeliveryFacts(*placed),
        None if counted is None else CountFacts(*counted),
    )


def _facts(row: Row[Any], table: str, facts: type) -> Any:
    found = row._mapping
    if found[f"{table}_is"] is None:
        return None
    return [found[f"{table}_{name}"] for name in facts.__dataclass_fields__]  # type: ignore[attr-defined]
