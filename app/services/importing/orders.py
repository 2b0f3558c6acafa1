"""Orders that another system wrote down, taken in once each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.domain.quantity_text import read_quantity
from app.domain.rights import Actor, Right
from app.errors import NotFound
from app.services.importing.kinds import Row
from app.services.office import Office
from app.services.ordering.entering import EnteredLine, EnteredOrder, enter_order
from app.storage.queries.directory import products_by_code
from app.storage.queries.orders import known_references


def take_orders(office: Office, actor: Actor, rows: Sequence[Row]) -> int:
    """Enter each order whose reference is new; returns how many rows that were."""
    actor.require(Right.POST_ORDERS)
    orders: dict[str, list[Row]] = {}
    for row in rows:
        orders.setdefault(row["reference"], []).append(row)
    with office.database.read() as reader:
        known = known_references(reader, orders)
        products = products_by_code(reader, {row["product"] for row in rows})
    taken = 0
    for reference, own in orders.items():
        if reference in known:
            continue
        lines = []
        for row in own:
            product = products.get(row["product"])
            if product is None:
                raise NotFound(what="product", key=row["product"])
            typed = read_quantity(product.packings, row["quantity"])
            line = EnteredLine(row["product"], typed.packing.code, typed.packs, typed.loose)
            lines.append(line)
        first: Any = own[0]
        order = EnteredOrder(
            first["customer"],
            first["wanted"],
            tuple(lines),
            origin="host",
            payment=first.get("payment") or "cash",
            note=first.get("note") or "",
            host_number=reference,
        )
        enter_order(office, actor, order)
        taken += len(own)
    return taken
