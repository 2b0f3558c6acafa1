"""What a terminal takes home, as rows of codes: rounds, prices, goods on the van, past sales."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, exists, func, or_, select

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
    promotion,
    promotion_rule,
    raw_record,
    reason,
    route,
    route_stop,
    stock_balance,
    stock_move,
    territory,
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


def promotions(reader: Reader, day: date, last: date) -> list[Any]:
    """Rows of promotions that hold at some time from `day` to `last`, by code."""
    return list(reader.rows(select(promotion).where(*_held(reader, day, last))))


def promotion_rules(reader: Reader, day: date, last: date) -> list[tuple[Any, ...]]:
    """(promotion, rule number, kind, mode, params as JSON) of the same promotions."""
    rule = promotion_rule.c
    query = (
        select(promotion.c.code, rule.rule_no, rule.kind, rule.apply_mode, rule.params)
        .join(promotion, _is(promotion, rule.promotion_id, promotion_rule))
        .where(*_held(reader, day, last))
    )
    return [tuple(row) for row in reader.rows(query)]


def _held(reader: Reader, day: date, last: date) -> tuple[ColumnElement[bool], ...]:
    terms = promotion.c
    return (
        terms.branch_id == reader.branch_id,
        terms.active,
        terms.valid_from <= last,
        or_(terms.valid_to.is_(None), terms.valid_to > day),
    )


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
    or None, fen, least fen, territory or None).
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
            territory.c.code,
        )
        .select_from(
            price_item.join(price_list, _is(price_list, item.list_id, price_item))
            .join(product, _is(product, item.product_id, price_item))
            .join(packing, _is(packing, item.packing_id, price_item))
            .outerjoin(party, _is(party, lists.party_id, price_list))
            .outerjoin(territory, _is(territory, lists.territory_id, price_list))
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
    of_note = (
        select(document.c.id)
        .join(
            delivery,
            and_(
                delivery.c.branch_id == document.c.branch_id,
                delivery.c.document_id == document.c.id,
            ),
        )
        .where(
            document.c.branch_id == reader.branch_id,
            document.c.kind == DocumentKind.DN.value,
            document.c.state == DeliveryState.LOADED.value,
        )
    )
    if route_id is not None:
        of_note = of_note.where(delivery.c.route_id == route_id)
    line = document_line.c
    query = (
        select(document.c.number, line.line_no, party.c.code, product.c.code, lot.c.code, line.qty)
        .select_from(
            document_line.join(document, _is(document, line.document_id, document_line))
            .join(party, _is(party, document.c.party_id, document))
            .join(product, _is(product, line.product_id, document_line))
            .outerjoin(lot, _is(lot, line.lot_id, document_line))
        )
        .where(line.branch_id == reader.branch_id, line.document_id.in_(_keys(reader, of_note)))
    )
    return [tuple(row) for row in reader.rows(query)]


def stock_on_vans(reader: Reader, vehicle_id: uuid.UUID | None) -> list[tuple[Any, ...]]:
    """(van, product, lot or None, expiry or None, base units), of one vehicle or of all."""
    of_van = select(location.c.id).where(
        location.c.branch_id == reader.branch_id, location.c.kind == LocationKind.VAN.value
    )
    if vehicle_id is not None:
        of_van = of_van.where(location.c.vehicle_id == vehicle_id)
    balance = stock_balance.c
    groups = (location.c.code, product.c.code, lot.c.code, lot.c.expiry_date)
    query = (
        select(*groups, func.sum(balance.qty).label("qty"))
        .select_from(
            stock_balance.join(location, _is(location, balance.location_id, stock_balance))
            .join(product, _is(product, balance.product_id, stock_balance))
            .outerjoin(lot, _is(lot, balance.lot_id, stock_balance))
        )
        .where(
            balance.branch_id == reader.branch_id,
            balance.location_id.in_(_keys(reader, of_van)),
            balance.qty != 0,
        )
        .group_by(*groups)
        .having(func.sum(balance.qty) != 0)
    )
    # a sum comes as a decimal from PostgreSQL
    return [(*row[:4], int(row.qty)) for row in reader.rows(query)]


@dataclass(frozen=True, slots=True)
class PastDelivery:
    """Base units of a product that a customer got on a day, and the price of one packing."""

    party_id: uuid.UUID
    product_id: uuid.UUID
    packing_id: uuid.UUID
    business_date: date
    qty: int
    price_fen: int


def past_deliveries(
    reader: Reader, parties: Iterable[uuid.UUID], since_ms: int, moves: int
) -> list[PastDelivery]:
    """The newest `moves` handovers of each product to each customer, those of a day together.

    What was reversed is left out; of several prices on a day it is the highest.
    """
    of_customer = select(location.c.id, location.c.party_id).where(
        location.c.branch_id == reader.branch_id,
        location.c.kind == LocationKind.CUSTOMER.value,
        location.c.party_id.in_(sorted(set(parties))),
    )
    party_of = {row.id: row.party_id for row in reader.rows(of_customer)}
    move, newer, undone = stock_move.c, stock_move.alias(), stock_move.alias()
    pair = (
        select(stock_balance.c.location_id, stock_balance.c.product_id)
        .where(
            stock_balance.c.branch_id == reader.branch_id,
            stock_balance.c.location_id.in_(sorted(party_of)),
        )
        .distinct()
        .subquery()
    )
    # By the index of places, products and times: a window would read everything of 90 days.
    first_ms = (
        select(newer.c.event_ms)
        .where(
            newer.c.branch_id == reader.branch_id,
            newer.c.target_id == pair.c.location_id,
            newer.c.product_id == pair.c.product_id,
            newer.c.event_ms >= since_ms,
        )
        .order_by(newer.c.event_ms.desc())
        .limit(1)
        .offset(moves - 1)
        .scalar_subquery()
    )
    groups = (move.target_id, move.product_id, document_line.c.packing_id, move.business_date)
    query = (
        select(
            *groups,
            func.sum(move.qty).label("qty"),
            func.max(document_line.c.price_fen).label("price_fen"),
        )
        .select_from(
            pair.join(
                stock_move,
                and_(
                    move.branch_id == reader.branch_id,
                    move.target_id == pair.c.location_id,
                    move.product_id == pair.c.product_id,
                    move.event_ms >= func.coalesce(first_ms, since_ms),
                ),
            ).join(document_line, _is(document_line, move.line_id, stock_move))
        )
        .where(
            ~exists()
            .where(undone.c.branch_id == move.branch_id, undone.c.reverses_id == move.id)
            .correlate(stock_move)
        )
        .group_by(*groups)
    )
    return [
        PastDelivery(party_of[place], product_id, packing_id, day, int(qty), price_fen)
        for place, product_id, packing_id, day, qty, price_fen in reader.rows(query)
    ]


def told_lately(
    reader: Reader, terminal_no: int, epoch: int, since_ms: int, limit: int
) -> list[tuple[Any, ...]]:
    """(record, type, code, what has become of it) of the newest records that have a code."""
    batch, record = upload_batch.c, raw_record.c
    of_batch = select(batch.id).where(
        batch.branch_id == reader.branch_id,
        batch.terminal_no == terminal_no,
        batch.epoch == epoch,
        batch.received_ms >= since_ms,
    )
    query = (
        select(record.seq, record.type, record.code, record.disposition)
        .where(
            record.branch_id == reader.branch_id,
            record.batch_id.in_(_keys(reader, of_batch)),
            record.variant == 0,
            record.seq.is_not(None),
            record.code.is_not(None),
        )
        .order_by(record.seq.desc())
        .limit(limit)
    )
    return [tuple(row) for row in reader.rows(query)]


def _keys(reader: Reader, query: Select[tuple[uuid.UUID]]) -> list[uuid.UUID]:
    # Asked for first: SQLite, which knows nothing of how many rows there are, may otherwise begin
    # at the other end and read every line that there ever was.
    return list(reader.connection.scalars(query))


def _is(table: Table, column: Any, other: Table) -> Any:
    return and_(table.c.branch_id == other.c.branch_id, table.c.id == column)
