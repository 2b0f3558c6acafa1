"""Where the rows of the orders screen come from."""

from collections.abc import Callable
from uuid import UUID

from app.services.ordering.entering import EnteredLine, EnteredOrder
from app.storage.queries.documents import documents_by_id
from app.storage.queries.orders import (
    OpenLine,
    OrderFilter,
    OrderRow,
    open_lines,
    order_rows,
    order_totals,
)
from app.storage.reader import Reader
from app.ui.models.columns import Ask
from app.ui.models.table_model import Page
from app.ui.screens.orders.columns import GROUPS


def wanted_by(ask: Ask) -> OrderFilter:
    return OrderFilter(states=GROUPS[ask.choice or "all"], words=ask.words)


def orders(reader: Reader, ask: Ask, offset: int, limit: int) -> Page[OrderRow]:
    """A page of the list, the newest first."""
    wanted = wanted_by(ask)
    total = sum(count for count, _ in order_totals(reader, wanted).values())
    return Page(order_rows(reader, wanted, limit=limit, offset=offset), total)


def lines_of(order_id: UUID) -> Callable[[Reader, Ask, int, int], Page[OpenLine]]:
    def source(reader: Reader, _ask: Ask, _offset: int, _limit: int) -> Page[OpenLine]:
        found = open_lines(reader, [order_id])
        return Page(found, len(found))

    return source


def no_lines(_reader: Reader, _ask: Ask, _offset: int, _limit: int) -> Page[OpenLine]:
    return Page((), 0)


def as_entered(reader: Reader, row: OrderRow) -> EnteredOrder:
    """The order as somebody would enter it, free goods left to the promotions."""
    found = documents_by_id(reader, [row.id])[row.id]
    facts = found.order
    if facts is None:
        raise LookupError(row.id)
    lines = tuple(
        EnteredLine(
            line.product_code,
            line.packing_code,
            line.packs,
            line.qty - line.packs * line.factor,
        )
        for line in found.lines
        if not line.free
    )
    return EnteredOrder(
        row.customer_code,
        facts.wanted_date,
        lines,
        origin=facts.origin,
        payment=facts.payment_mode,
        wholesaler=row.wholesaler_code or None,
        note=found.note,
    )
