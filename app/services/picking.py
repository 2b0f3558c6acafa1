"""Which lots a day's deliveries take: the one that must leave first in front."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from app.domain.lots import LotStock, Pick, fefo
from app.storage.queries.directory import customers_by_code
from app.storage.queries.documents import FoundDocument, FoundLine
from app.storage.store import Store


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a line takes lot by lot, and how many base units are not there."""

    line: FoundLine
    picks: tuple[Pick, ...]
    missing: int


Planned = Sequence[tuple[FoundDocument, Sequence[Proposed]]]
"""Deliveries in the order of their stops, with what their lines take."""
Limits = Mapping[UUID, Mapping[UUID | None, int]]
"""Base units by product and lot."""


def propose(
    store: Store, planned: Sequence[FoundDocument], day: date, limits: Limits | None = None
) -> Planned:
    """Picks for one delivery after the other, in the order of stops; nothing is moved.

    Not more of any lot than `limits` say, if there are any.
    """
    customers = customers_by_code(store.reader, None, day).values()
    min_days = {customer.id: customer.min_remaining_days for customer in customers}
    wanted: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for delivery in planned:
        if delivery.delivery is not None:
            wanted[delivery.delivery.source_id] |= {line.product_id for line in delivery.lines}
    stock = {place: store.stock.lots_on_hand(place, ids) for place, ids in wanted.items()}
    left = None if limits is None else {key: dict(lots) for key, lots in limits.items()}
    found = []
    for delivery in planned:
        if delivery.delivery is None:
            continue
        on_hand = stock[delivery.delivery.source_id]
        days = min_days.get(delivery.party_id, 0) if delivery.party_id else 0
        lines = []
        for line in delivery.lines:
            there = on_hand.get(line.product_id, [])
            lots = None if left is None else left.get(line.product_id, {})
            picks, missing = fefo(_within(there, lots), line.qty, day, days)
            taken = {pick.stock.key: pick.qty for pick in picks}
            on_hand[line.product_id] = [
                replace(each, qty=each.qty - taken.get(each.key, 0)) for each in there
            ]
            if lots is not None:
                lots.update({key: lots[key] - qty for key, qty in taken.items()})
            lines.append(Proposed(line, picks, missing))
        found.append((delivery, lines))
    return found


def _within(stock: list[LotStock], lots: Mapping[UUID | None, int] | None) -> list[LotStock]:
    if lots is None:
        return stock
    return [replace(each, qty=min(each.qty, lots.get(each.key, 0))) for each in stock]
