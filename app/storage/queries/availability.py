"""What of the goods on hand is promised to nobody."""

import uuid
from collections.abc import Collection

from sqlalchemy import func, select

from app.storage.reader import Reader
from app.storage.tables import reservation, stock_balance
from app.storage.tables.columns import NO_KEY


def free_goods(
    reader: Reader, location_id: uuid.UUID, product_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, int]:
    """Base units by product; one that is not there is at 0, below it what was promised in vain."""
    wanted = sorted(set(product_ids))
    balance, held = stock_balance.c, reservation.c
    on_hand = (
        select(balance.product_id, func.sum(balance.qty).label("qty"))
        .where(
            balance.branch_id == reader.branch_id,
            balance.location_id == location_id,
            balance.product_id.in_(wanted),
            balance.owner_id == NO_KEY,
        )
        .group_by(balance.product_id)
    )
    promised = (
        select(held.product_id, func.sum(held.qty).label("qty"))
        .where(
            held.branch_id == reader.branch_id,
            held.location_id == location_id,
            held.product_id.in_(wanted),
            held.state == "pending",
        )
        .group_by(held.product_id)
    )
    found = dict.fromkeys(wanted, 0)
    for row in reader.rows(on_hand):
        found[row.product_id] += int(row.qty)
    for row in reader.rows(promised):
        found[row.product_id] -= int(row.qty)
    return found
