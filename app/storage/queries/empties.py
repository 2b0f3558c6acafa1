"""Empties: which full goods hold which, and who has how many of ours."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select

from app.domain.empties import Tied
from app.domain.stock import LocationKind
from app.storage.queries.flows import REAL
from app.storage.queries.joins import meets
from app.storage.reader import Reader
from app.storage.tables import empties_bom, location, party, product, stock_balance
from app.storage.tables.columns import NO_KEY


@dataclass(frozen=True, slots=True)
class Outstanding:
    """Base units of an empty product that a customer has, and the deposit on them."""

    party_id: uuid.UUID
    customer_code: str
    customer_name: str
    product_code: str
    product_name: str
    qty: int
    deposit_fen: int


def boms(reader: Reader) -> dict[uuid.UUID, tuple[Tied, ...]]:
    """What full products hold, by product."""
    bom = empties_bom.c
    query = select(bom.product_id, bom.empty_id, bom.numerator, bom.denominator).where(
        bom.branch_id == reader.branch_id
    )
    found: dict[uuid.UUID, tuple[Tied, ...]] = {}
    for row in reader.rows(query.order_by(bom.product_id, bom.empty_id)):
        tied = Tied(row.empty_id, row.numerator, row.denominator)
        found[row.product_id] = (*found.get(row.product_id, ()), tied)
    return found


def own_stock(reader: Reader, product_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Base units of our own goods over all real places."""
    balance = stock_balance.c
    query = (
        select(balance.product_id, func.sum(balance.qty).label("qty"))
        .join(location, meets(balance.location_id, location))
        .where(
            balance.branch_id == reader.branch_id,
            balance.product_id.in_(sorted(product_ids)),
            balance.owner_id == NO_KEY,
            location.c.kind.in_(REAL),
        )
        .group_by(balance.product_id)
    )
    return {row.product_id: int(row.qty) for row in reader.rows(query)}


def at_place(
    reader: Reader, location_id: uuid.UUID, product_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, int]:
    """Base units at one place by product."""
    balance = stock_balance.c
    query = (
        select(balance.product_id, func.sum(balance.qty).label("qty"))
        .where(
            balance.branch_id == reader.branch_id,
            balance.location_id == location_id,
            balance.product_id.in_(sorted(product_ids)),
        )
        .group_by(balance.product_id)
    )
    return {row.product_id: int(row.qty) for row in reader.rows(query)}


def outstanding(reader: Reader, customer: str | None = None) -> tuple[Outstanding, ...]:
    """What customers have of our empties; below zero where more came back than went out."""
    balance = stock_balance.c
    qty = func.sum(balance.qty).label("qty")
    columns = (party.c.id, party.c.code, party.c.name, product.c.code, product.c.name)
    query = (
        select(*columns, product.c.deposit_fen, qty)
        .select_from(stock_balance)
        .join(location, meets(balance.location_id, location))
        .join(party, meets(location.c.party_id, party))
        .join(product, meets(balance.product_id, product))
        .where(
            balance.branch_id == reader.branch_id,
            location.c.kind == LocationKind.CUSTOMER.value,
            product.c.kind == "empty",
        )
        .group_by(*columns, product.c.deposit_fen)
        .having(qty != 0)
        .order_by(party.c.code, product.c.code)
    )
    if customer is not None:
        query = query.where(party.c.code == customer)
    return tuple(
        Outstanding(
            party_id=row[0],
            customer_code=row[1],
            customer_name=row[2],
            product_code=row[3],
            product_name=row[4],
            qty=int(row.qty),
            deposit_fen=int(row.qty) * row.deposit_fen,
        )
        for row in reader.rows(query)
    )
