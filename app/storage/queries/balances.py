"""What lay where at the end of a day: the nearest kept balances, and the moves between."""

import uuid
from collections import Counter
from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Table, and_, func, select, true

from app.domain.stock import Goods
from app.storage.queries.flows import REAL
from app.storage.reader import Reader
from app.storage.tables import location, period_balance, stock_balance, stock_move, stock_period
from app.storage.tables.columns import NO_KEY


class Shelf(NamedTuple):
    """Where a balance is kept."""

    location_id: uuid.UUID
    goods: Goods


Places = frozenset[uuid.UUID]
Products = Collection[uuid.UUID] | None


def balances_on(
    reader: Reader,
    day: date,
    *,
    places: Collection[uuid.UUID] | None = None,
    products: Products = None,
) -> dict[Shelf, int]:
    """Base units at the end of `day` by posting date, in these places and of these products.

    None stands for all products, and for all real places of our own. Shelves at zero are left out.
    In real places it adds up at most the moves between `day` and the nearest month kept, so ten
    years of moves cost what one year costs; elsewhere, what moved there since.
    """
    ours = _real_places(reader)
    wanted = ours if places is None else frozenset(places)
    sums: Counter[Shelf] = Counter()
    newest: date | None = reader.connection.scalar(
        select(func.max(stock_move.c.posting_date)).where(
            stock_move.c.branch_id == reader.branch_id
        )
    )
    if newest is None:
        return {}
    before = _latest_end(reader, stock_period.c.period_end <= day)
    is_recent = before is None or newest - day < day - before
    backwards = wanted if is_recent else wanted - ours
    if backwards:
        _add(sums, reader, _kept(reader, stock_balance, backwards, products), 1, backwards)
        if newest > day:
            _add_moves(
                sums,
                reader,
                stock_move.c.posting_date > day,
                -1,
                backwards,
                products,
                ours_alone=backwards <= ours,
            )
    if forwards := wanted - backwards:
        kept = _kept(reader, period_balance, forwards, products)
        _add(sums, reader, kept.where(period_balance.c.period_end == before), 1, forwards)
        since = and_(stock_move.c.posting_date > before, stock_move.c.posting_date <= day)
        _add_moves(sums, reader, since, 1, forwards, products, ours_alone=True)
    return {shelf: qty for shelf, qty in sums.items() if qty}


def last_period(reader: Reader) -> date | None:
    """The end of the newest month that is kept."""
    return _latest_end(reader, true())


def _real_places(reader: Reader) -> frozenset[uuid.UUID]:
    query = select(location.c.id).where(
        location.c.branch_id == reader.branch_id, location.c.kind.in_(REAL)
    )
    return frozenset(row.id for row in reader.rows(query))


def _latest_end(reader: Reader, condition: ColumnElement[bool]) -> date | None:
    found: date | None = reader.connection.scalar(
        select(func.max(stock_period.c.period_end)).where(
            stock_period.c.branch_id == reader.branch_id, condition
        )
    )
    return found


def _kept(reader: Reader, table: Table, places: Places, products: Products) -> Select[Any]:
    kept = table.c
    query = select(kept.location_id, kept.product_id, kept.lot_id, kept.owner_id, kept.qty).where(
        kept.branch_id == reader.branch_id, kept.qty != 0, kept.location_id.in_(sorted(places))
    )
    if products is not None:
        query = query.where(kept.product_id.in_(sorted(products)))
    return query


def _add_moves(
    sums: Counter[Shelf],
    reader: Reader,
    when: ColumnElement[bool],
    sign: int,
    places: Places,
    products: Products,
    *,
    ours_alone: bool,
) -> None:
    move = stock_move.c
    for place, towards in ((move.target_id, sign), (move.source_id, -sign)):
        shelf = (place.label("location_id"), move.product_id, move.lot_id, move.owner_id)
        # By their kind, not by their keys: else SQLite walks through all that ever moved there.
        there = and_(location.c.branch_id == move.branch_id, location.c.id == place)
        query = (
            select(*shelf, func.sum(move.qty).label("qty"))
            .join(location, there)
            .where(move.branch_id == reader.branch_id, when)
            .group_by(*shelf)
        )
        if ours_alone:
            query = query.where(location.c.kind.in_(REAL))
        else:
            query = query.where(place.in_(sorted(places)))
        if products is not None:
            query = query.where(move.product_id.in_(sorted(products)))
        _add(sums, reader, query, towards, places)


def _add(
    sums: Counter[Shelf], reader: Reader, query: Select[Any], sign: int, places: Places
) -> None:
    for row in reader.rows(query):
        if row.location_id in places:
            goods = Goods(row.product_id, _key(row.lot_id), _key(row.owner_id))
            sums[Shelf(row.location_id, goods)] += sign * int(row.qty)


def _key(stored: uuid.UUID | None) -> uuid.UUID | None:
    return None if stored is None or stored == NO_KEY else stored
