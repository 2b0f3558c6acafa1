"""Turns what a count found into moves between a place and the adjustment of the branch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain.lots import LotStock
from app.domain.stock import Goods, Location, LocationKind, Move, Negative
from app.errors import RuleBroken
from app.services.moving import move_goods
from app.storage.keys import derived_key
from app.storage.queries.count_points import counted_later
from app.storage.store import Store
from app.storage.store.scope import Source


@dataclass(frozen=True, slots=True)
class Found:
    """Counted minus book of one line; `lot_id` is None when the counter named no lot."""

    document_id: UUID
    line_id: UUID
    location: Location
    product_id: UUID
    lot_id: UUID | None
    difference: int
    event_ms: int
    business_date: date
    source: Source | None


def not_counted_since(store: Store, found: Sequence[Found]) -> list[Found]:
    """Those of one count's differences whose goods no posted count found again later.

    What is there now was found by that count, so what an earlier one found moves nothing more.
    """
    kept = []
    for event_ms in sorted({each.event_ms for each in found}):
        own = [each for each in found if each.event_ms == event_ms]
        products = {each.product_id for each in own}
        later = counted_later(store.reader, own[0].location.key, event_ms, products)
        kept += [each for each in own if not _is_named(later.get(each.product_id, ()), each.lot_id)]
    return kept


def _is_named(lots: Collection[UUID | None], lot_id: UUID | None) -> bool:
    """Whether a count that names these lots, None for all of them, says something of this one."""
    return bool(lots) and (lot_id is None or None in lots or lot_id in lots)


def by_lot_and_product(books: Mapping[Goods, int]) -> dict[tuple[UUID, UUID | None], int]:
    """Book by (product, lot), and by (product, None) for lines that name no lot."""
    sums: defaultdict[tuple[UUID, UUID | None], int] = defaultdict(int)
    for goods, qty in books.items():
        if goods.owner is None:
            sums[goods.product, None] += qty
            if goods.lot is not None:
                sums[goods.product, goods.lot] += qty
    return dict(sums)


def adjust(store: Store, found: Sequence[Found], posting_dates: Mapping[UUID, date]) -> int:
    """Posts the differences, each document on its posting date; returns the number of moves.

    Raises RuleBroken("negative-stock") when goods that are to be written off have left since.
    """
    if not found:
        return 0
    adjustment = Location(
        store.masters.common_place(LocationKind.ADJUSTMENT), LocationKind.ADJUSTMENT
    )
    moves = []
    for each in found:
        on_hand = store.stock.lots_on_hand(each.location.key, [each.product_id])
        for place, (lot_id, qty) in enumerate(_spread(each, on_hand.get(each.product_id, []))):
            gain = each.difference > 0
            moves.append(
                Move(
                    key=derived_key("difference", each.line_id, place),
                    product=each.product_id,
                    source=adjustment if gain else each.location,
                    target=each.location if gain else adjustment,
                    qty=qty,
                    reason="count",
                    event_ms=each.event_ms,
                    business_date=each.business_date,
                    posting_date=posting_dates[each.document_id],
                    lot=lot_id,
                    line=each.line_id,
                    batch=None if each.source is None else each.source.batch_id,
                    seq=None if each.source is None else each.source.seq,
                )
            )
    for negative in move_goods(store, moves):
        if negative.kind.negative is Negative.REFUSED:
            raise RuleBroken("negative-stock", shelf=negative.location_code, balance=negative.qty)
    return len(moves)


def can_adjust(store: Store, found: Sequence[Found]) -> bool:
    """Whether everything to be written off is still there."""
    for each in found:
        if each.difference < 0 and each.location.kind.negative is Negative.REFUSED:
            on_hand = store.stock.lots_on_hand(each.location.key, [each.product_id])
            there = sum(
                stock.qty
                for stock in on_hand.get(each.product_id, [])
                if each.lot_id in (None, stock.key)
            )
            if there < -each.difference:
                return False
    return True


def _spread(found: Found, on_hand: Iterable[LotStock]) -> list[tuple[UUID | None, int]]:
    """(lot, quantity) of a difference: the lot named, else missing goods are the oldest ones
    and surplus belongs to the newest, because that is how shelves go wrong."""
    qty = abs(found.difference)
    if found.lot_id is not None:
        return [(found.lot_id, qty)]
    oldest_first = sorted(
        on_hand, key=lambda stock: (stock.lot.removal or date.max, stock.received, stock.lot.code)
    )
    if not oldest_first:
        return [(None, qty)]
    if found.difference > 0:
        return [(oldest_first[-1].key, qty)]
    parts: list[tuple[UUID | None, int]] = []
    for stock in oldest_first:
        taken = min(qty, stock.qty)
        if taken:
            parts.append((stock.key, taken))
        qty -= taken
    return [*parts, (oldest_first[-1].key, qty)] if qty else parts
