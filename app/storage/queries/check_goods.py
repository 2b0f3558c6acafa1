"""Invariants of the day of goods: promises, empties, dated rows, kept months."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Table, and_, func, or_, select

from app.domain.stock import LocationKind
from app.storage.queries.balances import last_period
from app.storage.queries.counterexamples import (
    Check,
    Counterexample,
    count_of,
    found_in,
    of_branch,
)
from app.storage.queries.empties import boms, own_stock
from app.storage.queries.flows import REAL
from app.storage.queries.joins import meets
from app.storage.reader import Reader
from app.storage.tables import (
    credit_policy,
    customer_profile,
    empties_bom,
    location,
    period_balance,
    product,
    reservation,
    stock_balance,
    stock_move,
)
from app.storage.tables.columns import NO_KEY


def promises_are_covered(reader: Reader) -> list[Counterexample]:
    """INV-05: no more is promised of a product at a place than lies there."""
    held, balance = reservation.c, stock_balance.c
    promised = (
        select(held.location_id, held.product_id, func.sum(held.qty).label("qty"))
        .where(held.branch_id == reader.branch_id, held.state == "pending")
        .group_by(held.location_id, held.product_id)
        .subquery()
    )
    there = (
        select(balance.location_id, balance.product_id, func.sum(balance.qty).label("qty"))
        .where(balance.branch_id == reader.branch_id, balance.owner_id == NO_KEY)
        .group_by(balance.location_id, balance.product_id)
        .subquery()
    )
    same = and_(
        there.c.location_id == promised.c.location_id, there.c.product_id == promised.c.product_id
    )
    query = (
        select(
            promised.c.location_id,
            promised.c.product_id,
            promised.c.qty.label("promised"),
            func.coalesce(there.c.qty, 0).label("there"),
        )
        .outerjoin(there, same)
        .where(promised.c.qty > func.coalesce(there.c.qty, 0))
    )
    return found_in(reader, query)


def empties_follow_goods(reader: Reader) -> list[Counterexample]:
    """INV-16: full goods of our own hold exactly the empties that are kept as tied in them."""
    known = boms(reader)
    stock = own_stock(reader, known.keys()) if known else {}
    expected: dict[UUID, int] = {}
    for full, parts in known.items():
        for tied in parts:
            held = tied.held(stock.get(full, 0))
            expected[tied.empty] = expected.get(tied.empty, 0) + held
    balance = stock_balance.c
    query = (
        select(balance.product_id, product.c.code, func.sum(balance.qty).label("qty"))
        .join(location, meets(balance.location_id, location))
        .join(product, meets(balance.product_id, product))
        .where(
            balance.branch_id == reader.branch_id,
            location.c.kind == LocationKind.CONVERSION.value,
        )
        .group_by(balance.product_id, product.c.code)
    )
    tied_now = {row.product_id: int(row.qty) for row in reader.rows(query)}
    return [
        {"empty": str(key), "tied": tied_now.get(key, 0), "held": expected.get(key, 0)}
        for key in sorted(expected.keys() | tied_now.keys(), key=str)
        if tied_now.get(key, 0) != expected.get(key, 0)
    ]


def dated_rows_do_not_overlap(reader: Reader) -> list[Counterexample]:
    """INV-23: of one customer, one profile and one credit policy hold on any day."""
    return [
        each
        for table in (customer_profile, credit_policy)
        for each in found_in(reader, _overlaps(reader, table))
    ]


def _overlaps(reader: Reader, table: Table) -> Select[Any]:
    first, later = table.c, table.alias()
    return (
        of_branch(reader, first, first.party_id, first.valid_from, later.c.valid_from)
        .join(
            later,
            and_(
                later.c.branch_id == first.branch_id,
                later.c.party_id == first.party_id,
                later.c.valid_from > first.valid_from,
            ),
        )
        .where(or_(first.valid_to.is_(None), first.valid_to > later.c.valid_from))
    )


def months_are_the_sums_of_moves(reader: Reader) -> list[Counterexample]:
    """INV-03 for the newest month kept: what it says is what the moves up to its end come to."""
    end = last_period(reader)
    if end is None:
        return []
    move, kept = stock_move.c, period_balance.c
    sums: dict[tuple[object, object], int] = {}
    for place, sign in ((move.target_id, 1), (move.source_id, -1)):
        query = (
            select(place.label("place"), move.product_id, func.sum(move.qty).label("qty"))
            .join(location, meets(place, location))
            .where(
                move.branch_id == reader.branch_id,
                move.posting_date <= end,
                location.c.kind.in_(REAL),
            )
            .group_by(place, move.product_id)
        )
        for row in reader.rows(query):
            key = (row.place, row.product_id)
            sums[key] = sums.get(key, 0) + sign * int(row.qty)
    said = (
        select(kept.location_id, kept.product_id, func.sum(kept.qty).label("qty"))
        .where(kept.branch_id == reader.branch_id, kept.period_end == end)
        .group_by(kept.location_id, kept.product_id)
    )
    kept_now = {(row.location_id, row.product_id): int(row.qty) for row in reader.rows(said)}
    return [
        {"place": str(key[0]), "product": str(key[1]), "kept": kept_now.get(key, 0)}
        for key in sorted(sums.keys() | kept_now.keys(), key=str)
        if sums.get(key, 0) != kept_now.get(key, 0)
    ]


GOODS_CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "INV-05": (count_of(reservation.c, reservation.c.state == "pending"), promises_are_covered),
        "INV-16": (count_of(empties_bom.c), empties_follow_goods),
        "INV-23": (count_of(customer_profile.c), dated_rows_do_not_overlap),
        "kept-months": (count_of(period_balance.c), months_are_the_sums_of_moves),
    }
)
