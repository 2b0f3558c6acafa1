"""Lots: what expires soon, and where one came from and went."""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.domain.stock import LocationKind
from app.errors import NotFound
from app.storage.queries.directory import lots_by_code, products_by_code
from app.storage.queries.joins import meets
from app.storage.queries.stock import OnHandRow, on_hand
from app.storage.reader import Reader
from app.storage.tables import document, document_line, location, lot, party, product, stock_move

ALERT_DAYS = 30
"""When goods count as near their end where the product does not say."""


@dataclass(frozen=True, slots=True)
class Expiring:
    """`days_left` is negative when the best-before day has passed."""

    row: OnHandRow
    days_left: int


@dataclass(frozen=True, slots=True)
class LotStep:
    """`qty` base units from one place to another; `party` is who gave or got them, if anybody."""

    event_ms: int
    business_date: date
    source: str
    source_kind: LocationKind
    target: str
    target_kind: LocationKind
    qty: int
    document_id: uuid.UUID
    document_kind: str
    number: str | None
    party_code: str | None
    party_name: str | None


@dataclass(frozen=True, slots=True)
class LotTrace:
    """`came` from and `went` to parties, net base units by code; `lies` now, by place."""

    product: str
    lot: str
    produced: date | None
    expiry: date | None
    steps: tuple[LotStep, ...]
    came: Mapping[str, int]
    went: Mapping[str, int]
    lies: Mapping[str, int]


def expiring(reader: Reader, day: date, within_days: int | None = None) -> tuple[Expiring, ...]:
    """Lots in places of our own that are near their end on `day`, the nearest first.

    Near is the product's own alert, ALERT_DAYS where it has none, or so many days for all of them.
    Goods without a best-before day are none of them.
    """
    alerts = {
        row.code: row.alert_days
        for row in reader.rows(
            select(product.c.code, product.c.alert_days).where(
                product.c.branch_id == reader.branch_id, product.c.alert_days > 0
            )
        )
    }
    found = [
        Expiring(row, (row.expiry_date - day).days)
        for row in on_hand(reader)
        if row.expiry_date is not None and row.qty > 0
    ]
    due = []
    for each in found:
        alert = alerts.get(each.row.product_code, ALERT_DAYS)
        if each.days_left <= (alert if within_days is None else within_days):
            due.append(each)
    return tuple(sorted(due, key=lambda each: each.days_left))


def lot_codes(reader: Reader, lot_ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID | None, str]:
    """What is printed on the goods of these lots."""
    ids = sorted(key for key in lot_ids if key is not None)
    query = select(lot.c.id, lot.c.code).where(
        lot.c.branch_id == reader.branch_id, lot.c.id.in_(ids)
    )
    return {row.id: row.code for row in reader.rows(query)}


def trace_lot(reader: Reader, product_code: str, lot_code: str) -> LotTrace:
    """Every move of a lot in the order it happened. Raises NotFound."""
    found = products_by_code(reader, {product_code}).get(product_code)
    known = lots_by_code(reader, [(found.id, lot_code)] if found is not None else [])
    if found is None or not known:
        raise NotFound(what="lot", key=f"{product_code} {lot_code}")
    ((lot_id, lot),) = known.values()
    steps = _steps(reader, found.id, lot_id)
    came: Counter[str] = Counter()
    went: Counter[str] = Counter()
    for step in steps:
        if step.source_kind is LocationKind.SUPPLIER:
            came[step.party_code or step.source] += step.qty
        elif step.target_kind is LocationKind.SUPPLIER:
            came[step.party_code or step.target] -= step.qty
        if step.target_kind is LocationKind.CUSTOMER:
            went[step.party_code or step.target] += step.qty
        elif step.source_kind is LocationKind.CUSTOMER:
            went[step.party_code or step.source] -= step.qty
    lies: Counter[str] = Counter()
    for each in on_hand(reader, product_code=product_code):
        if each.lot_code == lot_code:
            lies[each.location_code] += each.qty
    return LotTrace(product_code, lot_code, lot.production, lot.expiry, steps, came, went, lies)


def _steps(reader: Reader, product_id: uuid.UUID, lot_id: uuid.UUID) -> tuple[LotStep, ...]:
    source, target, move = location.alias(), location.alias(), stock_move.c
    # named by their places too, moves of one product are found by an index and not by reading all
    anywhere = select(location.c.id).where(location.c.branch_id == reader.branch_id)
    query = (
        select(
            move.event_ms,
            move.business_date,
            source.c.code,
            source.c.kind,
            target.c.code,
            target.c.kind,
            move.qty,
            document.c.id,
            document.c.kind,
            document.c.number,
            party.c.code,
            party.c.name,
        )
        .select_from(
            stock_move.join(source, meets(move.source_id, source))
            .join(target, meets(move.target_id, target))
            .join(document_line, meets(move.line_id, document_line))
            .join(document, meets(document_line.c.document_id, document))
            .outerjoin(party, meets(document.c.party_id, party))
        )
        .where(
            move.branch_id == reader.branch_id,
            move.source_id.in_(anywhere),
            move.product_id == product_id,
            move.lot_id == lot_id,
        )
        .order_by(move.event_ms, move.record_ms, move.id)
    )
    return tuple(
        LotStep(
            row[0], row[1], row[2], LocationKind(row[3]), row[4], LocationKind(row[5]), *row[6:]
        )
        for row in reader.rows(query)
    )
