"""Orders: what is still open of them, how they stand, and lists of them."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case, func, or_, select

from app.domain.numbering import DocumentKind
from app.domain.orders import OPEN_STATES, OrderClass, OrderState
from app.storage.queries.joins import meets, taken_back
from app.storage.reader import Reader
from app.storage.tables import (
    delivery_line,
    document,
    document_line,
    packing,
    party,
    person,
    product,
    reservation,
    sales_order,
)

_carrier = party.alias("carrier")

# A note in one of these states is still to bring its goods.
_UNDERWAY = ("draft", "picked", "loaded", "delivered", "partly_delivered")


@dataclass(frozen=True, slots=True)
class OpenLine:
    """Base units of one line of an order; `underway` are on notes that have not come back yet."""

    line_id: uuid.UUID
    order_id: uuid.UUID
    line_no: int
    product_id: uuid.UUID
    product_code: str
    product_name: str
    packing_code: str
    factor: int
    free: bool
    ordered: int
    delivered: int
    refused: int
    underway: int
    reserved: int
    gross_fen: int
    net_fen: int

    @property
    def remaining(self) -> int:
        """What is neither delivered nor on its way; never below zero, whatever was delivered."""
        return max(0, self.ordered - self.delivered - self.underway)

    @property
    def due(self) -> int:
        """What is to be planned without being told to: all that remains but what was refused."""
        return max(0, self.remaining - self.refused)


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One line of a list of orders."""

    id: uuid.UUID
    number: str | None
    state: OrderState
    order_class: OrderClass
    origin: str
    business_date: date
    wanted_date: date
    customer_code: str
    customer_name: str
    salesperson: str
    lines: int
    net_fen: int
    hold_codes: tuple[str, ...]
    ended_because: str
    created_by: str
    wholesaler_code: str = ""
    wholesaler: str = ""


def open_lines(reader: Reader, order_ids: Iterable[uuid.UUID]) -> tuple[OpenLine, ...]:
    """Every line of these orders with what became of it, reversed deliveries left out."""
    wanted = list(order_ids)
    if not wanted:
        return ()
    line, note = document_line.c, document.alias()
    done = document_line.alias()
    delivered = case(
        (note.c.state == "posted", func.coalesce(delivery_line.c.delivered, 0)), else_=0
    )
    refused = case((note.c.state == "posted", func.coalesce(delivery_line.c.refused, 0)), else_=0)
    underway = case((note.c.state.in_(_UNDERWAY), done.c.qty), else_=0)
    parts = (
        select(
            done.c.ref_line_id,
            func.sum(delivered).label("delivered"),
            func.sum(refused).label("refused"),
            func.sum(underway).label("underway"),
        )
        .join(note, meets(done.c.document_id, note))
        .join(
            delivery_line,
            meets(delivery_line.c.line_id, done),
        )
        .where(
            done.c.branch_id == reader.branch_id,
            note.c.parent_id.in_(wanted),
            note.c.kind == DocumentKind.DN.value,
            ~taken_back(note),
        )
        .group_by(done.c.ref_line_id)
        .subquery()
    )
    held = (
        select(reservation.c.order_line_id, func.sum(reservation.c.qty).label("qty"))
        .where(reservation.c.branch_id == reader.branch_id, reservation.c.state == "pending")
        .group_by(reservation.c.order_line_id)
        .subquery()
    )
    query = (
        select(
            line.id,
            line.document_id,
            line.line_no,
            line.product_id,
            product.c.code,
            product.c.name,
            packing.c.code.label("packing"),
            packing.c.factor,
            line.free,
            line.qty,
            func.coalesce(parts.c.delivered, 0),
            func.coalesce(parts.c.refused, 0),
            func.coalesce(parts.c.underway, 0),
            func.coalesce(held.c.qty, 0),
            line.gross_fen,
            line.net_fen,
        )
        .join(product, meets(line.product_id, product))
        .join(packing, meets(line.packing_id, packing))
        .outerjoin(parts, parts.c.ref_line_id == line.id)
        .outerjoin(held, held.c.order_line_id == line.id)
        .where(line.branch_id == reader.branch_id, line.document_id.in_(wanted))
        .order_by(line.document_id, line.line_no)
    )
    return tuple(OpenLine(*row[:9], *(int(each) for each in row[9:])) for row in reader.rows(query))


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilter:
    """What a list is narrowed to; days are the days on which they were ordered."""

    states: frozenset[str] = frozenset()
    d_from: date | None = None
    d_to: date | None = None
    customer: str = ""
    order_class: str = ""
    words: str = ""


def order_rows(
    reader: Reader, wanted: OrderFilter, *, limit: int | None = None, offset: int = 0
) -> tuple[OrderRow, ...]:
    """The newest first."""
    query = _narrowed(_listed(), reader, wanted)
    query = query.order_by(
        document.c.business_date.desc(), document.c.created_ms.desc(), document.c.number.desc()
    )
    if limit is not None:
        query = query.limit(limit).offset(offset)
    return tuple(
        OrderRow(
            row.id,
            row.number,
            OrderState(row.state),
            OrderClass(row.order_class),
            row.origin,
            row.business_date,
            row.wanted_date,
            row.customer_code or "",
            row.customer_name or "",
            row.salesperson or "",
            row.lines,
            row.net_fen,
            tuple(filter(None, row.hold_codes.split(","))),
            row.ended_because,
            row.created_by,
            row.wholesaler_code or "",
            row.wholesaler or "",
        )
        for row in reader.rows(query)
    )


def order_totals(reader: Reader, wanted: OrderFilter) -> dict[str, tuple[int, int]]:
    """Orders and fen by class, of all that the list shows."""
    sums = select(sales_order.c.order_class, func.count(), func.sum(document.c.net_fen))
    query = _narrowed(_joined(sums), reader, wanted).group_by(sales_order.c.order_class)
    return {row[0]: (row[1], int(row[2])) for row in reader.rows(query)}


def held_orders(reader: Reader) -> int:
    """How many wait for a second person."""
    query = select(func.count()).where(
        document.c.branch_id == reader.branch_id,
        document.c.kind == DocumentKind.SO.value,
        document.c.state == OrderState.HELD.value,
    )
    return int(reader.connection.scalar(query) or 0)


def known_references(reader: Reader, references: Iterable[str]) -> set[str]:
    """Those of these numbers of another system for which there is an order already."""
    wanted = set(references)
    query = (
        select(document.c.note)
        .join(sales_order, meets(sales_order.c.document_id, document))
        .where(document.c.branch_id == reader.branch_id, sales_order.c.origin == "host")
    )
    return {row.note.split(" ")[0] for row in reader.rows(query)} & wanted


def last_lines(
    reader: Reader, party_id: uuid.UUID, orders: int = 5
) -> tuple[tuple[str, str, str, int, int], ...]:
    """Order number, product, packing, packs and base units of the customer's last orders' lines.

    The newest order first; free goods and orders that came to nothing are left out.
    """
    newest = (
        select(document.c.id, document.c.number, document.c.created_ms)
        .where(
            document.c.branch_id == reader.branch_id,
            document.c.party_id == party_id,
            document.c.kind == DocumentKind.SO.value,
            document.c.state.not_in(("rejected", "cancelled")),
        )
        .order_by(document.c.created_ms.desc(), document.c.number.desc())
        .limit(orders)
        .subquery()
    )
    line = document_line.c
    query = (
        select(
            newest.c.number, product.c.code, packing.c.code.label("packing"), line.packs, line.qty
        )
        .select_from(newest)
        .join(document_line, line.document_id == newest.c.id)
        .join(product, meets(line.product_id, product))
        .join(packing, meets(line.packing_id, packing))
        .where(line.branch_id == reader.branch_id, ~line.free)
        .order_by(newest.c.created_ms.desc(), newest.c.number.desc(), line.line_no)
    )
    return tuple(tuple(row) for row in reader.rows(query))


Goods = tuple[tuple[uuid.UUID, int], ...]


def standing_orders(
    reader: Reader, party_ids: Iterable[uuid.UUID], days: Iterable[date]
) -> dict[tuple[uuid.UUID, date], list[tuple[str, Goods]]]:
    """Numbers and goods (product, base units) of open orders, by customer and wanted day."""
    query = (
        select(document.c.id, document.c.number, document.c.party_id, sales_order.c.wanted_date)
        .join(sales_order, meets(sales_order.c.document_id, document))
        .where(
            document.c.branch_id == reader.branch_id,
            document.c.party_id.in_(sorted(set(party_ids))),
            document.c.kind == DocumentKind.SO.value,
            document.c.state.in_([state.value for state in OPEN_STATES]),
            sales_order.c.wanted_date.in_(sorted(set(days))),
        )
        .order_by(document.c.number)
    )
    orders = reader.rows(query)
    lines: dict[uuid.UUID, list[tuple[uuid.UUID, int]]] = {row.id: [] for row in orders}
    if lines:
        of_these = select(
            document_line.c.document_id, document_line.c.product_id, document_line.c.qty
        ).where(
            document_line.c.branch_id == reader.branch_id,
            document_line.c.document_id.in_(list(lines)),
        )
        for row in reader.rows(of_these):
            lines[row.document_id].append((row.product_id, row.qty))
    found: dict[tuple[uuid.UUID, date], list[tuple[str, Goods]]] = {}
    for row in orders:
        goods = tuple(sorted(lines[row.id]))
        found.setdefault((row.party_id, row.wanted_date), []).append((row.number or "", goods))
    return found


def _listed() -> Any:
    lines = (
        select(func.count())
        .where(
            document_line.c.branch_id == document.c.branch_id,
            document_line.c.document_id == document.c.id,
        )
        .scalar_subquery()
    )
    return _joined(
        select(
            document.c.id,
            document.c.number,
            document.c.state,
            document.c.business_date,
            document.c.net_fen,
            document.c.created_by,
            sales_order.c.order_class,
            sales_order.c.origin,
            sales_order.c.wanted_date,
            sales_order.c.hold_codes,
            sales_order.c.ended_because,
            party.c.code.label("customer_code"),
            party.c.name.label("customer_name"),
            person.c.name.label("salesperson"),
            lines.label("lines"),
            _carrier.c.code.label("wholesaler_code"),
            _carrier.c.name.label("wholesaler"),
        )
    )


def _joined(query: Any) -> Any:
    return (
        query.select_from(document)
        .join(sales_order, meets(sales_order.c.document_id, document))
        .outerjoin(
            party,
            meets(document.c.party_id, party),
        )
        .outerjoin(
            person,
            meets(document.c.person_id, person),
        )
        .outerjoin(_carrier, meets(sales_order.c.wholesaler_id, _carrier))
    )


def _narrowed(query: Any, reader: Reader, wanted: OrderFilter) -> Any:
    query = query.where(document.c.branch_id == reader.branch_id)
    if wanted.states:
        query = query.where(document.c.state.in_(sorted(wanted.states)))
    if wanted.d_from is not None:
        query = query.where(document.c.business_date >= wanted.d_from)
    if wanted.d_to is not None:
        query = query.where(document.c.business_date <= wanted.d_to)
    if wanted.customer:
        query = query.where(party.c.code == wanted.customer)
    if wanted.order_class:
        query = query.where(sales_order.c.order_class == wanted.order_class)
    searched = (document.c.number, party.c.code, party.c.name, party.c.initials)
    for word in wanted.words.split():
        query = query.where(or_(*(each.icontains(word, autoescape=True) for each in searched)))
    return query
