"""What lies where, the moves behind a number, the stock statement, and stock over time."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, select

from app.domain.stock import LocationKind
from app.errors import NotFound
from app.storage.queries.balances import balances_on
from app.storage.queries.count_points import CountPoint, count_points
from app.storage.queries.directory import find_branch
from app.storage.queries.flows import REAL, flows, flows_of_product
from app.storage.reader import Reader
from app.storage.tables import (
    document,
    document_line,
    location,
    lot,
    product,
    stock_balance,
    stock_move,
)

_KEYS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class OnHandRow:
    """Base units of one lot at one place; negative ones are shown, zeros are not."""

    location_code: str
    location_name: str
    kind: LocationKind
    product_code: str
    product_name: str
    lot_code: str | None
    expiry_date: date | None
    qty: int


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A move as seen from one place: `qty` is positive when goods came in."""

    id: uuid.UUID
    event_ms: int
    business_date: date
    posting_date: date
    qty: int
    reason: str
    other_code: str
    other_name: str
    lot_code: str | None
    document_id: uuid.UUID
    document_kind: str
    document_number: str | None
    line_no: int
    reverses_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class StatementRow:
    """opening + received + returned - issued + transferred + adjusted = closing."""

    product_code: str
    product_name: str
    base_unit_name: str
    opening: int
    received: int
    returned: int
    issued: int
    transferred: int
    adjusted: int
    closing: int


@dataclass(frozen=True, slots=True)
class StockOverTime:
    """Closing balance of every day from the first to the last, and the counts in between."""

    product_code: str
    product_name: str
    base_unit_name: str
    location_code: str | None
    days: tuple[tuple[date, int], ...]
    counts: tuple[CountPoint, ...]


def on_hand(
    reader: Reader, *, product_code: str | None = None, location_code: str | None = None
) -> tuple[OnHandRow, ...]:
    """Real places of our own, warehouses first, by place, product and expiry."""
    balance = stock_balance.c
    query = (
        select(
            location.c.code,
            location.c.name,
            location.c.kind,
            product.c.code,
            product.c.name,
            lot.c.code,
            lot.c.expiry_date,
            balance.qty,
        )
        .select_from(
            stock_balance.join(
                location,
                and_(
                    location.c.branch_id == balance.branch_id,
                    location.c.id == balance.location_id,
                ),
            )
            .join(
                product,
                and_(product.c.branch_id == balance.branch_id, product.c.id == balance.product_id),
            )
            .outerjoin(lot, and_(lot.c.branch_id == balance.branch_id, lot.c.id == balance.lot_id))
        )
        .where(balance.branch_id == reader.branch_id, balance.qty != 0, location.c.kind.in_(REAL))
        .order_by(
            case((location.c.kind == LocationKind.WAREHOUSE.value, 0), else_=1),
            location.c.code,
            product.c.code,
            lot.c.expiry_date.nulls_first(),
            lot.c.code.nulls_first(),
        )
    )
    if product_code is not None:
        query = query.where(product.c.code == product_code)
    if location_code is not None:
        query = query.where(location.c.code == location_code)
    return tuple(
        OnHandRow(row[0], row[1], LocationKind(row[2]), *row[3:]) for row in reader.rows(query)
    )


def moves_behind(
    reader: Reader,
    location_code: str,
    product_code: str,
    *,
    lot_code: str | None = None,
    d_from: date | None = None,
    d_to: date | None = None,
) -> tuple[MoveRow, ...]:
    """All moves of a product into and out of a place, by time; days are posting dates."""
    place_id = _location_id(reader, location_code)
    product_id = _product(reader, product_code).id
    found: list[MoveRow] = []
    for near, far, sign in (
        (stock_move.c.target_id, stock_move.c.source_id, 1),
        (stock_move.c.source_id, stock_move.c.target_id, -1),
    ):
        conditions = [near == place_id, stock_move.c.product_id == product_id]
        if lot_code is not None:
            conditions.append(lot.c.code == lot_code)
        if d_from is not None:
            conditions.append(stock_move.c.posting_date >= d_from)
        if d_to is not None:
            conditions.append(stock_move.c.posting_date <= d_to)
        found.extend(_moves(reader, far, sign, conditions))
    return tuple(sorted(found, key=lambda row: (row.event_ms, row.id)))


def known_moves(reader: Reader, keys: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these moves that are posted."""
    wanted = sorted(set(keys))
    found: set[uuid.UUID] = set()
    for start in range(0, len(wanted), _KEYS_AT_ONCE):
        query = select(stock_move.c.id).where(
            stock_move.c.branch_id == reader.branch_id,
            stock_move.c.id.in_(wanted[start : start + _KEYS_AT_ONCE]),
        )
        found.update(row.id for row in reader.rows(query))
    return found


def statement(
    reader: Reader, d_from: date, d_to: date, location_code: str | None = None
) -> tuple[StatementRow, ...]:
    """Per product, over posting dates from `d_from` to `d_to` inclusive.

    For one place, or for all real places of our own together (moves between them cancel out).
    It costs what happened between the days, however long ago that was. Products that neither moved
    nor lie there are left out.
    """
    balances = _closing(reader, location_code, d_to)
    inside: dict[uuid.UUID, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for flow in flows(reader, stock_move.c.posting_date.between(d_from, d_to), location_code):
        inside[flow.product_id][flow.column] += flow.change
    rows = []
    for item in _products(reader):
        moved = inside[item.id]
        closing = balances.get(item.id, 0)
        if not (moved or closing):
            continue
        rows.append(
            StatementRow(
                product_code=item.code,
                product_name=item.name,
                base_unit_name=item.base_unit_name,
                opening=closing - sum(moved.values()),
                received=moved["received"],
                returned=moved["returned"],
                issued=-moved["issued"],
                transferred=moved["transferred"],
                adjusted=moved["adjusted"],
                closing=closing,
            )
        )
    return tuple(rows)


def over_time(
    reader: Reader, product_code: str, location_code: str | None, d_from: date, d_to: date
) -> StockOverTime:
    """Closing balances by posting date, at one place or at all real places of our own."""
    item = _product(reader, product_code)
    balance = _closing(reader, location_code, d_to, item.id).get(item.id, 0)
    changes: dict[date, int] = defaultdict(int)
    for flow in flows_of_product(reader, item.code, location_code, d_from, d_to):
        changes[flow.posting_date] += flow.change
    days = []
    for back in range((d_to - d_from).days + 1):
        day = d_to - timedelta(days=back)
        days.append((day, balance))
        balance -= changes.get(day, 0)
    return StockOverTime(
        item.code,
        item.name,
        item.base_unit_name,
        location_code,
        tuple(reversed(days)),
        count_points(reader, item.id, location_code, d_from, d_to),
    )


def _closing(
    reader: Reader, location_code: str | None, day: date, product_id: uuid.UUID | None = None
) -> dict[uuid.UUID, int]:
    """Base units by product at the end of the day, at one place or at all real ones of our own."""
    places = None if location_code is None else {_location_id(reader, location_code)}
    products = None if product_id is None else {product_id}
    sums: dict[uuid.UUID, int] = defaultdict(int)
    for shelf, qty in balances_on(reader, day, places=places, products=products).items():
        sums[shelf.goods.product] += qty
    return sums


def _moves(
    reader: Reader,
    far: ColumnElement[uuid.UUID],
    sign: int,
    conditions: list[ColumnElement[bool]],
) -> Iterator[MoveRow]:
    move = stock_move.c
    joined = (
        stock_move.join(
            location, and_(location.c.branch_id == move.branch_id, location.c.id == far)
        )
        .join(
            document_line,
            and_(document_line.c.branch_id == move.branch_id, document_line.c.id == move.line_id),
        )
        .join(
            document,
            and_(
                document.c.branch_id == move.branch_id,
                document.c.id == document_line.c.document_id,
            ),
        )
        .outerjoin(lot, and_(lot.c.branch_id == move.branch_id, lot.c.id == move.lot_id))
    )
    query = (
        select(
            move.id,
            move.event_ms,
            move.business_date,
            move.posting_date,
            move.qty,
            move.reason,
            location.c.code,
            location.c.name,
            lot.c.code,
            document.c.id,
            document.c.kind,
            document.c.number,
            document_line.c.line_no,
            move.reverses_id,
        )
        .select_from(joined)
        .where(move.branch_id == reader.branch_id, *conditions)
    )
    for row in reader.rows(query):
        values = list(row)
        values[4] *= sign
        yield MoveRow(*values)


def _location_id(reader: Reader, code: str) -> uuid.UUID:
    found: uuid.UUID = _only(reader, location, code, location.c.id).id
    return found


def _product(reader: Reader, code: str) -> Any:
    return _only(
        reader,
        product,
        code,
        product.c.id,
        product.c.code,
        product.c.name,
        product.c.base_unit_name,
    )


def _only(reader: Reader, table: Any, code: str, *columns: ColumnElement[Any]) -> Any:
    rows = reader.rows(
        select(*columns).where(table.c.branch_id == reader.branch_id, table.c.code == code)
    )
    if not rows:
        raise NotFound(what=table.name, key=code)
    return rows[0]


def _products(reader: Reader) -> list[Any]:
    find_branch(reader)
    columns = (product.c.id, product.c.code, product.c.name, product.c.base_unit_name)
    query = select(*columns).where(product.c.branch_id == reader.branch_id)
    return reader.rows(query.order_by(product.c.code))
