"""What a customer owes or will owe, from the notes and orders that are there."""

import uuid
from collections.abc import Iterable
from datetime import date

from sqlalchemy import func, or_, select

from app.domain.credit import CreditMode, Exposure, Terms
from app.domain.money import line_amount
from app.domain.numbering import DocumentKind
from app.domain.orders import OrderState
from app.storage.queries.joins import meets, taken_back
from app.storage.queries.orders import open_lines
from app.storage.reader import Reader
from app.storage.tables import (
    credit_policy,
    delivery_line,
    document,
    document_line,
    packing,
    sales_order,
)


def credit_terms(
    reader: Reader, party_ids: Iterable[uuid.UUID], day: date
) -> dict[uuid.UUID, Terms]:
    """What was agreed for that day, with those customers with whom anything was."""
    policy = credit_policy.c
    query = select(policy.party_id, policy.limit_fen, policy.overdue_days_block, policy.mode).where(
        policy.branch_id == reader.branch_id,
        policy.party_id.in_(sorted(set(party_ids))),
        policy.valid_from <= day,
        or_(policy.valid_to.is_(None), policy.valid_to > day),
    )
    return {
        row.party_id: Terms(row.limit_fen, row.overdue_days_block, CreditMode(row.mode))
        for row in reader.rows(query)
    }


def exposure(reader: Reader, party_id: uuid.UUID) -> Exposure:
    """Open notes are all that was delivered on credit less what came back and was credited.

    Receipts are not booked yet, so none is allocated or waits to be: as soon as the books of money
    are there, this figure comes from them.
    """
    delivered, unposted = _delivered(reader, party_id)
    return Exposure(
        delivered - _credited(reader, party_id), unposted, _ordered(reader, party_id), 0
    )


def _delivered(reader: Reader, party_id: uuid.UUID) -> tuple[int, int]:
    """Fen of goods handed over on credit: on posted notes, and on those that are not yet."""
    order = document.alias()
    line = document_line.c
    query = (
        select(
            document.c.state,
            line.qty,
            line.net_fen,
            line.price_fen,
            packing.c.factor,
            delivery_line.c.delivered,
        )
        .join(
            document_line,
            meets(line.document_id, document),
        )
        .join(packing, meets(line.packing_id, packing))
        .join(
            delivery_line,
            meets(delivery_line.c.line_id, document_line),
        )
        .join(
            order,
            meets(document.c.parent_id, order),
        )
        .join(
            sales_order,
            meets(sales_order.c.document_id, order),
        )
        .where(
            document.c.branch_id == reader.branch_id,
            document.c.party_id == party_id,
            document.c.kind == DocumentKind.DN.value,
            document.c.state.in_(("posted", "delivered", "partly_delivered")),
            sales_order.c.payment_mode == "credit",
            delivery_line.c.delivered > 0,
            ~taken_back(document),
        )
    )
    sums = {True: 0, False: 0}
    for row in reader.rows(query):
        whole = row.delivered == row.qty
        fen = row.net_fen if whole else line_amount(row.net_fen, row.qty, row.delivered)
        sums[row.state == "posted"] += fen
    return sums[True], sums[False]


def _credited(reader: Reader, party_id: uuid.UUID) -> int:
    found = reader.connection.scalar(
        select(func.sum(document.c.net_fen)).where(
            document.c.branch_id == reader.branch_id,
            document.c.party_id == party_id,
            document.c.kind == DocumentKind.RN.value,
            document.c.state == "posted",
        )
    )
    return int(found or 0)


def _ordered(reader: Reader, party_id: uuid.UUID) -> int:
    """Of confirmed orders on credit, what is not delivered yet."""
    states = (OrderState.CONFIRMED.value, OrderState.PARTLY_DELIVERED.value)
    query = (
        select(document.c.id)
        .join(
            sales_order,
            meets(sales_order.c.document_id, document),
        )
        .where(
            document.c.branch_id == reader.branch_id,
            document.c.party_id == party_id,
            document.c.state.in_(states),
            sales_order.c.payment_mode == "credit",
        )
    )
    total = 0
    for line in open_lines(reader, [row.id for row in reader.rows(query)]):
        left = max(0, line.ordered - line.delivered)
        total += line_amount(line.net_fen, line.ordered, left) if left else 0
    return total
