"""Which lots a day's deliveries take: the one that must leave first in front."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from app.domain.lots import Pick, fefo
from app.storage.queries.directory import customers_by_code
from app.storage.queries.documents import FoundDocument, FoundLine
from app.storage.store import Store


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a line takes lot by lot, and how many base units are not there."""

    line: FoundLine
    picks: tuple[Pick, ...]
    missing: int


def propose(
    store: Store, planned: Sequence[FoundDocument], day: date
) -> list[tuple[FoundDocument, list[Proposed]]]:
    """Picks for one delivery after the other, in the order of stops; nothing is moved."""
    customers = customers_by_code(store.reader, None, day).values()
    min_days = {customer.id: customer.min_remaining_days for customer in customers}
    wanted: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for delivery in planned:
        if delivery.delivery is not None:
            wanted[delivery.delivery.source_id] |= {line.product_id for line in delivery.lines}
    stock = {place: store.stock.lots_on_hand(place, ids) for place, ids in wanted.items()}
    found = []
    for delivery in planned:
        if delivery.delivery is None:
            continue
        on_hand = stock[delivery.delivery.source_id]
        days = min_days.get(delivery.party_id, 0) if delivery.party_id else 0
        lines = []
        for line in delivery.lines:
            there = on_hand.get(line.product_id, [])
            picks, missing = fefo(there, line.qty, day, days)
            taken = {pick.stock.key: pick.qty for pick in picks}
            on_hand[line.product_id] = [
                replace(each, qty=each.qty - taken.get(each.key, 0)) for each in there
            ]
            lines.append(Proposed(line, picks, missing))
        found.append((delivery, lines))
    return found
