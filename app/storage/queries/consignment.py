"""Goods of ours at customers', and when they were last counted there."""

import uuid
from dataclasses import dataclass

from sqlalchemy import BigInteger, cast, func, select

from app.domain.stock import LocationKind
from app.storage.queries.joins import meets
from app.storage.reader import Reader
from app.storage.tables import location, party, product, stock_balance, stock_count


@dataclass(frozen=True, slots=True)
class ConsignedRow:
    """`qty` base units of a product with a customer; `counted_ms` None if never counted."""

    party_id: uuid.UUID
    customer_code: str
    customer_name: str
    product_code: str
    product_name: str
    qty: int
    counted_ms: int | None


def consigned(reader: Reader, customer: str | None = None) -> tuple[ConsignedRow, ...]:
    """What lies with customers, by customer and product; places that are empty are left out."""
    counted = (
        select(stock_count.c.location_id, func.max(stock_count.c.counted_ms).label("last_ms"))
        .where(stock_count.c.branch_id == reader.branch_id)
        .group_by(stock_count.c.location_id)
        .subquery()
    )
    qty = func.sum(stock_balance.c.qty)
    columns = (party.c.id, party.c.code, party.c.name, product.c.code, product.c.name)
    query = (
        select(*columns, cast(qty, BigInteger), counted.c.last_ms)
        .select_from(stock_balance)
        .join(location, meets(stock_balance.c.location_id, location))
        .join(party, meets(location.c.party_id, party))
        .join(product, meets(stock_balance.c.product_id, product))
        .outerjoin(counted, counted.c.location_id == location.c.id)
        .where(
            stock_balance.c.branch_id == reader.branch_id,
            location.c.kind == LocationKind.CONSIGNMENT.value,
        )
        .group_by(*columns, counted.c.last_ms)
        .having(qty != 0)
        .order_by(party.c.code, product.c.code)
    )
    if customer is not None:
        query = query.where(party.c.code == customer)
    return tuple(ConsignedRow(*row) for row in reader.rows(query))
