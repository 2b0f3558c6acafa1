"""Invariants of papers: what came back, how old goods were, who approved, where assets are."""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import ColumnElement, Table, and_, exists, func, or_, select, true

from app.domain.numbering import DocumentKind
from app.domain.returns import ReturnState
from app.domain.stock import ALONE_FEN, LocationKind
from app.storage.queries.counterexamples import (
    Check,
    Counterexample,
    count_of,
    found_in,
    of_branch,
    plain_row,
)
from app.storage.queries.joins import meets, taken_back
from app.storage.reader import Reader
from app.storage.tables import (
    asset,
    customer_profile,
    delivery_line,
    document,
    document_line,
    goods_return,
    goods_return_line,
    location,
    lot,
    person,
    stock_balance,
    stock_case,
    stock_count,
    stock_move,
    write_off,
)

_counter, _checker = person.alias("counter"), person.alias("checker")


def vans_below_zero_have_a_case(reader: Reader) -> list[Counterexample]:
    """INV-06: a van that gave more than it had opened a case that says so."""
    balance, told = stock_balance.c, stock_case.c
    case_there = exists().where(
        told.branch_id == balance.branch_id,
        told.location_id == balance.location_id,
        told.product_id == balance.product_id,
    )
    query = (
        of_branch(reader, balance, location.c.code, balance.product_id, balance.qty)
        .join(location, meets(balance.location_id, location))
        .where(balance.qty < 0, location.c.kind == LocationKind.VAN.value, ~case_there)
    )
    return found_in(reader, query)


def no_more_back_than_delivered(reader: Reader) -> list[Counterexample]:
    """INV-14: of no line of a delivery more came back than was handed over."""
    line, origin = document_line.c, document_line.alias()
    qty = func.sum(func.coalesce(goods_return_line.c.accepted, line.qty))
    query = (
        of_branch(reader, line, line.ref_line_id, qty.label("returned"))
        .join(document, meets(line.document_id, document))
        .join(goods_return_line, meets(goods_return_line.c.line_id, document_line))
        .join(origin, meets(line.ref_line_id, origin))
        .join(delivery_line, meets(delivery_line.c.line_id, origin))
        .where(document.c.state != ReturnState.REJECTED.value, ~taken_back(document))
        .group_by(line.ref_line_id, delivery_line.c.delivered)
        .having(qty > func.coalesce(delivery_line.c.delivered, 0))
    )
    return found_in(reader, query)


def what_was_handed_over_moved(reader: Reader) -> list[Counterexample]:
    """What a posted note says was handed over is what left for the customer, line by line."""
    line, move = document_line.c, stock_move.c
    moved = func.coalesce(
        select(func.sum(move.qty))
        .where(
            move.branch_id == line.branch_id,
            move.line_id == line.id,
            move.product_id == line.product_id,
            move.reason == "delivered",
            move.reverses_id.is_(None),
        )
        .scalar_subquery(),
        0,
    )
    query = (
        of_branch(
            reader,
            line,
            document.c.number,
            line.line_no,
            delivery_line.c.delivered,
            moved.label("moved"),
        )
        .join(document, meets(line.document_id, document))
        .join(delivery_line, meets(delivery_line.c.line_id, document_line))
        .where(
            document.c.kind == DocumentKind.DN.value,
            document.c.state == "posted",
            delivery_line.c.delivered != moved,
        )
    )
    return found_in(reader, query)


def goods_outlast_their_delivery(reader: Reader) -> list[Counterexample]:
    """INV-15: what was loaded for a customer keeps at least as long as the customer asks."""
    line, profile = document_line.c, customer_profile.c
    query = (
        of_branch(
            reader,
            line,
            document.c.number,
            document.c.business_date,
            lot.c.code,
            lot.c.expiry_date,
            profile.min_remaining_days,
        )
        .join(document, meets(line.document_id, document))
        .join(lot, meets(line.lot_id, lot))
        .join(
            customer_profile,
            and_(
                profile.branch_id == document.c.branch_id,
                profile.party_id == document.c.party_id,
                profile.valid_from <= document.c.business_date,
                or_(profile.valid_to.is_(None), profile.valid_to > document.c.business_date),
            ),
        )
        .where(
            document.c.kind == DocumentKind.DN.value,
            line.qty > 0,
            lot.c.expiry_date.is_not(None),
        )
    )
    return [
        plain_row(row)
        for row in reader.rows(query)
        if (row.expiry_date - row.business_date).days < row.min_remaining_days
    ]


def nobody_approves_his_own(reader: Reader) -> list[Counterexample]:
    """INV-19: counts, costly write-offs and returns are approved by somebody else."""
    return [
        row
        for table, author, holds in (
            (write_off, document.c.created_by, document.c.net_fen > ALONE_FEN),
            (goods_return, document.c.created_by, true()),
            (stock_count, _counter.c.code, true()),
            (stock_count, _checker.c.code, true()),
        )
        for row in _approved_alone(reader, table, author, holds)
    ]


def _approved_alone(
    reader: Reader, table: Table, author: ColumnElement[str], holds: ColumnElement[bool]
) -> list[Counterexample]:
    approver = table.c.approved_by
    query = (
        of_branch(reader, document.c, document.c.id, author.label("author"), approver)
        .join(table, meets(table.c.document_id, document))
        .where(func.lower(approver) == func.lower(author), holds)
    )
    if table is stock_count:
        query = query.outerjoin(_counter, meets(stock_count.c.counter_id, _counter))
        query = query.outerjoin(_checker, meets(stock_count.c.checker_id, _checker))
    return found_in(reader, query)


def assets_are_in_one_place(reader: Reader) -> list[Counterexample]:
    """INV-24: what is with a customer names him, and what is not names none."""
    query = of_branch(reader, asset.c, asset.c.code, asset.c.state).where(
        (asset.c.state == "in_store") != asset.c.party_id.is_not(None)
    )
    return found_in(reader, query)


PAPER_CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "INV-06": (count_of(stock_case.c), vans_below_zero_have_a_case),
        "INV-14": (count_of(goods_return_line.c), no_more_back_than_delivered),
        "INV-15": (count_of(delivery_line.c), goods_outlast_their_delivery),
        "INV-19": (count_of(document.c), nobody_approves_his_own),
        "handed-over": (count_of(delivery_line.c), what_was_handed_over_moved),
        "INV-24": (count_of(asset.c), assets_are_in_one_place),
    }
)
