"""What a terminal takes home, as rows of codes: rounds, prices, goods on the van, past sales."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Table, and_, exists, func, or_, select

from app.domain.deliveries import DeliveryState
from app.domain.numbering import DocumentKind
from app.domain.pricing import PriceLevel
from app.domain.stock import LocationKind
from app.storage.reader import Reader
from app.storage.tables import (
    delivery,
    document,
    document_line,
    location,
    lot,
    packing,
    party,
    person,
    price_item,
    price_list,
    product,
    raw_record,
    reason,
    route,
    route_stop,
    stock_balance,
    stock_move,
    upload_batch,
    vehicle,
)


def routes(reader: Reader) -> list[tuple[Any, ...]]:
    """(code, name, person or None, vehicle or None) of every route in use."""
    query = (
        select(route.c.code, route.c.name, person.c.code, vehicle.c.code)
        .select_from(
            route.outerjoin(person, _is(person, route.c.person_id, route)).outerjoin(
                vehicle, _is(vehicle, route.c.vehicle_id, route)
            )
        )
        .where(route.c.branch_id == reader.branch_id, route.c.active)
    )
    return [tuple(row) for row in reader.rows(query)]


def stops(reader: Reader, route_id: uuid.UUID | None) -> list[tuple[Any, ...]]:
    """(route, place in the round, customer) of one route or of all that are in use."""
    query = (
        select(route.c.code, route_stop.c.stop_seq, party.c.code)
        .join(route, _is(route, route_stop.c.route_id, route_stop))
        .join(party, _is(party, route_stop.c.party_id, route_stop))
        .where(route_stop.c.branch_id == reader.branch_id, route.c.active)
    )
    if route_id is not None:
        query = query.where(route_stop.c.route_id == route_id)
    return [tuple(row) for row in reader.rows(query)]


def parties_at_stops(reader: Reader, route_id: uuid.UUID) -> set[uuid.UUID]:
    """Everybody in the round of a route."""
    query = select(route_stop.c.party_id).where(
        route_stop.c.branch_id == reader.branch_id, route_stop.c.route_id == route_id
    )
    return set(reader.connection.scalars(query))


def reasons(reader: Reader) -> list[tuple[Any, ...]]:
    """(code, name, what it applies to, sellable, claim on the supplier) of those in use."""
    columns = reason.c
    query = select(
        columns.code, columns.name, columns.applies_to, columns.sellable, columns.supplier_claim
    ).where(columns.branch_id == reader.branch_id, columns.active)
    return [tuple(row) for row in reader.rows(query)]


def listed_prices(reader: Reader, first: date, last: date) -> list[tuple[Any, ...]]:
    """Prices that are valid on some day from `first` to `last`.

    (list, product, packing, level, customer or None, group or None, priority, valid from, valid to
    or None, fen, least fen).
    """
    item, lists = price_item.c, price_list.c
    query = (
        select(
            lists.code,
            product.c.code,
            packing.c.code,
            lists.kind,
            party.c.code,
            lists.price_group,
            lists.priority,
            lists.valid_from,
            lists.valid_to,
            item.price_fen,
            item.min_price_fen,
        )
        .select_from(
            price_item.join(price_list, _is(price_list, item.list_id, price_item))
            .join(product, _is(product, item.product_id, price_item))
            .join(packing, _is(packing, item.packing_id, price_item))
            .outerjoin(party, _is(party, lists.party_id, price_list))
        )
        .where(
            item.branch_id == reader.branch_id,
            lists.active,
            product.c.active,
            lists.valid_from <= last,
            or_(lists.valid_to.is_(None), lists.valid_to > first),
        )
    )
    return [(*row[:3], PriceLevel[row[3].upper()].value, *row[4:]) for row in reader.rows(query)]


def lines_on_vans(reader: Reader, route_id: uuid.UUID | None) -> list[tuple[Any, ...]]:
    """(note, line, customer, product, lot or None, base units) of what is loaded and not answered.

    Of one route, or of all.
    """
    line = document_line.c
    query = (
        select(document.c.number, line.line_no, party.c.code, product.c.code, lot.c.code, line.qty)
        .select_from(
            document.join(
                delivery,
                and_(
                    delivery.c.branch_id == document.c.branch_id,
                    delivery.c.document_id == document.c.id,
                ),
            )
            .join(
                document_line,
                and_(line.branch_id == document.c.branch_id, line.document_id == document.c.id),
            )
            .join(party, _is(party, document.c.party_id, document))
            .join(product, _is(product, line.product_id, document_line))
            .outerjoin(lot, _is(lot, line.lot_id, document_line))
        )
        .where(
            document.c.branch_id == reader.branch_id,
            document.c.kind == DocumentKind.DN.value,
            document.c.state == DeliveryState.LOADED.value,
        )
    )
    if route_id is not None:
        query = query.where(delivery.c.route_id == route_id)
    return [tuple(row) for row in reader.rows(query)]


def stock_on_vans(reader: Reader, vehicle_id: uuid.UUID | None) -> list[tuple[Any, ...]]:
    """(van, product, lot or None, expiry or None, base units), of one vehicle or of all."""
    balance = stock_balance.c
    query = (
        select(
            location.c.code,
            product.c.code,
            lot.c.code,
            lot.c.expiry_date,
            func.sum(balance.qty).label("qty"),
        )
        .select_from(
            location.join(
                stock_balance,
                and_(
                    balance.branch_id == location.c.branch_id, balance.location_id == location.c.id
                ),
            )
            .join(product, _is(product, balance.product_id, stock_balance))
            .outerjoin(lot, _is(lot, balance.lot_id, stock_balance))
        )
        .where(location.c.branch_id == reader.branch_id, location.c.kind == LocationKind.VAN.value)
        .group_by(location.c.code, product.c.code, lot.c.code, lot.c.expiry_date)
        .having(func.sum(balance.qty) != 0)
    )
    if vehicle_id is not None:
        query = query.where(location.c.vehicle_id == vehicle_id)
    # a sum comes as a decimal from PostgreSQL
    return [(*row[:4], int(row.qty)) for row in reader.rows(query)]


def past_deliveries(
    reader: Reader, parties: Iterable[uuid.UUID], since_ms: int, days: int
) -> list[tuple[Any, ...]]:
    """(party, product, packing, business day, base units, fen) that customers were handed over.

    The newest `days` days of each customer and product; the price is the highest of a day. What
    was reversed is left out.
    """
    move, undone = stock_move.c, stock_move.alias()
    groups = (location.c.party_id, move.product_id, document_line.c.packing_id, move.business_date)
    rank = (
        func.dense_rank()
        .over(partition_by=(groups[0], groups[1]), order_by=move.business_date.desc())
        .label("place")
    )
    handed_over = (
        select(
            *groups,
            func.sum(move.qty).label("qty"),
            func.max(document_line.c.price_fen).label("price_fen"),
            rank,
        )
        .select_from(
            location.join(
                stock_move,
                and_(move.branch_id == location.c.branch_id, move.target_id == location.c.id),
            ).join(document_line, _is(document_line, move.line_id, stock_move))
        )
        .where(
            location.c.branch_id == reader.branch_id,
            location.c.kind == LocationKind.CUSTOMER.value,
            location.c.party_id.in_(sorted(set(parties))),
            move.event_ms >= since_ms,
            ~exists()
            .where(undone.c.branch_id == move.branch_id, undone.c.reverses_id == move.id)
            .correlate(stock_move),
        )
        .group_by(*groups)
        .subquery()
    )
    found = handed_over.c
    query = (
        select(
            found.party_id,
            product.c.code,
            packing.c.code,
            found.business_date,
            found.qty,
            found.price_fen,
        )
        .join(
            product,
            and_(product.c.branch_id == reader.branch_id, product.c.id == found.product_id),
        )
        .join(
            packing,
            and_(packing.c.branch_id == reader.branch_id, packing.c.id == found.packing_id),
        )
        .where(found.place <= days)
    )
    return [(*row[:4], int(row.qty), row.price_fen) for row in reader.rows(query)]


def told_lately(
    reader: Reader, terminal_no: int, epoch: int, since_ms: int, limit: int
) -> list[tuple[Any, ...]]:
    """(record, type, code, what has become of it) of the newest records that have a code."""
    record, batch = raw_record.c, upload_batch.c
    query = (
        select(record.seq, record.type, record.code, record.disposition)
        .join(upload_batch, _is(upload_batch, record.batch_id, raw_record))
        .where(
            record.branch_id == reader.branch_id,
            batch.terminal_no == terminal_no,
            batch.epoch == epoch,
            batch.received_ms >= since_ms,
            record.variant == 0,
            record.seq.is_not(None),
            record.code.is_not(None),
        )
        .order_by(record.seq.desc())
        .limit(limit)
    )
    return [tuple(row) for row in reader.rows(query)]


def _is(table: Table, column: Any, other: Table) -> Any:
    return and_(table.c.branch_id == other.c.branch_id, table.c.id == column)
