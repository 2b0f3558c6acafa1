"""A seeded working day of a handheld: orders, shelf counts and the totals at its end."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from drivers.devices.simulated.store import Identity, StoredRecord
from drivers.protocols.docking.batch import encode_record

ORDER, ORDER_LINE, COUNT, COUNT_LINE, DAY_END = 10, 11, 16, 17, 69
OFFSET_MIN = 480
BOTTLES_PER_CASE = 12
PRODUCTS = tuple(f"P{number:03}" for number in range(1, 13))
CUSTOMERS = tuple(f"C{number:03}" for number in range(1, 9))
MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS


@dataclass(slots=True)
class _Day:
    identity: Identity
    now_ms: int
    records: list[StoredRecord] = field(default_factory=list)
    counts: Counter[int] = field(default_factory=Counter)
    sum_qty: int = 0

    def add(self, kind: int, body: dict[int, object], qty_base: int = 0) -> int:
        seq = self.identity.last_seq + len(self.records) + 1
        self.now_ms += MINUTE_MS // 4
        data = encode_record(kind, seq, self.now_ms, OFFSET_MIN, self.identity.person, body)
        self.records.append(StoredRecord(seq, self.now_ms, data))
        self.counts[kind] += 1
        self.sum_qty += qty_base
        return seq


def make_day(identity: Identity, now_ms: int, seed: int) -> list[StoredRecord]:
    """Return the day's records, in sequence after the identity's last one; same in, same out."""
    dice = random.Random(f"{seed}/{identity.terminal}/{identity.last_seq}")  # noqa: S311 - a demo
    day = _Day(identity, now_ms - 8 * 60 * MINUTE_MS)
    for customer in dice.sample(CUSTOMERS, 5):
        _order(day, dice, customer)
        _count(day, dice, customer)
    _end(day)
    return day.records


def _order(day: _Day, dice: random.Random, customer: str) -> None:
    lines = [(product, dice.randint(1, 20)) for product in dice.sample(PRODUCTS, 4)]
    price_fen = 5_350
    total_fen = sum(packs * price_fen for _, packs in lines)
    wanted = (datetime.fromtimestamp(day.now_ms / 1000, UTC) + timedelta(days=1)).date().isoformat()
    header = {1: customer, 2: 0, 3: 0, 5: wanted, 6: 1, 8: len(lines), 9: total_fen, 11: 0}
    order = day.add(ORDER, header)
    for number, (product, packs) in enumerate(lines, start=1):
        qty_base = packs * BOTTLES_PER_CASE
        day.add(
            ORDER_LINE,
            {
                1: [day.identity.epoch, order], 2: number, 3: product, 4: "CS", 5: packs,
                6: qty_base, 7: price_fen, 9: False, 10: packs * price_fen,
            },
            qty_base,
        )  # fmt: skip


def _count(day: _Day, dice: random.Random, customer: str) -> None:
    products = dice.sample(PRODUCTS, 3)
    began_ms = day.now_ms
    header = {1: 0, 2: customer, 4: began_ms, 5: began_ms + 5 * MINUTE_MS, 6: True, 7: 3}
    count = day.add(COUNT, header)
    for product in products:
        cases, loose = dice.randint(0, 5), dice.randint(0, BOTTLES_PER_CASE - 1)
        qty_base = cases * BOTTLES_PER_CASE + loose
        day.add(
            COUNT_LINE,
            {
                1: [day.identity.epoch, count], 2: product, 3: "CS", 4: cases, 5: loose,
                6: qty_base, 9: 0 if qty_base else 1,
            },
            qty_base,
        )  # fmt: skip


def _end(day: _Day) -> None:
    first_seq = day.identity.last_seq + 1
    last_seq = first_seq + len(day.records) - 1
    day.add(DAY_END, {1: dict(day.counts), 2: day.sum_qty, 3: 0, 4: first_seq, 5: last_seq})
