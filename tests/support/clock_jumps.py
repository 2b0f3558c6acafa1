"""A branch whose clocks jump: terminal and desk, by minutes to years, forward and back.

True time goes on evenly underneath. Whatever the clocks say, order and numbers follow sequence
numbers alone, what is posted stays as it was posted, and a day that is wrong is told.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from app.domain.business_day import business_date
from app.services.clock_faults import CLOCK_LIMIT_MS
from app.services.intake import IntakeResult, take_in
from app.services.office import Office
from app.storage import migrate
from drivers.protocols.docking.clock import ClockComparison
from drivers.protocols.docking.messages import ClockPong
from tests.support.offices import CLERK, MORNING_MS, Terminal, found_sample_branch, open_office

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
YEAR_MS = 365 * DAY_MS
SIZES_MS = (
    2 * MINUTE_MS, 4 * MINUTE_MS, 6 * MINUTE_MS, 30 * MINUTE_MS, 3 * HOUR_MS, 9 * HOUR_MS, DAY_MS,
    20 * DAY_MS, YEAR_MS, 7 * YEAR_MS, 30 * YEAR_MS,
)  # fmt: skip
PLACES = ("terminal in its day", "terminal overnight", "desk overnight", "desk in the day", "set")
CHINA_MIN = 480
STEP_MIN = (3, 20)
_POSTED = """
    SELECT src_seq, id, number, number_yymm, number_seq, business_date, posting_date, event_ms
    FROM document WHERE kind = 'SO' AND src_batch_id IS NOT NULL ORDER BY src_seq
"""


@dataclass(frozen=True, slots=True)
class Written:
    """An order: its sequence number, what its terminal's clock said, and the truth."""

    seq: int
    said_ms: int
    true_ms: int

    def shift_days(self, offset_ms: int) -> int:
        """How far from its true day it will count."""
        corrected = business_date(self.said_ms + offset_ms, CHINA_MIN)
        return (corrected - business_date(self.true_ms, CHINA_MIN)).days


@dataclass
class JumpingClock:
    """The desk's: true time and what it is off."""

    true_ms: int = MORNING_MS
    error_ms: int = 0

    def now_ms(self) -> int:
        return self.true_ms + self.error_ms

    def offset_min(self) -> int:
        return CHINA_MIN


@dataclass
class Days:
    """One office and one terminal, day after day; one jump on each."""

    office: Office
    clock: JumpingClock
    dice: Random
    terminal: Terminal = field(default_factory=Terminal)
    error_ms: int = 0
    last_ms: int = 0
    notes: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def live(self, number: int) -> None:
        """One day with one jump, and what must hold behind it."""
        place = self.dice.choice(PLACES)
        size_ms = self.dice.choice(SIZES_MS) * self.dice.choice((1, -1))
        self._note(place, 1)
        before = self._posted()
        orders = self.dice.randrange(2, 5)
        jumps_at = self.dice.randrange(1, orders)
        if place == "terminal overnight":
            self.error_ms = self._bearable(size_ms)
        if place == "desk overnight":
            self.clock.error_ms = self._bearable(size_ms)
        written: list[Written] = []
        for turn in range(orders):
            if turn == jumps_at:
                if place == "terminal in its day":
                    self.error_ms = self._bearable(size_ms)
                elif place == "set":
                    self.error_ms = 0
                elif place == "desk in the day":
                    self.clock.error_ms = self.dice.choice((0, self._bearable(size_ms)))
            written.append(self._order())
        offset_ms = self._measure()
        result = self._dock(offset_ms)
        self._check(f"day {number}, {place}", result, written, offset_ms, before)
        self.clock.true_ms += self.dice.randrange(10, 20) * HOUR_MS

    def _bearable(self, size_ms: int) -> int:
        """Every clock shows a time that a calendar has."""
        return max(size_ms, 10 * YEAR_MS - self.clock.true_ms)

    def _order(self) -> Written:
        self.clock.true_ms += self.dice.randrange(*STEP_MIN) * MINUTE_MS
        self.terminal.now_ms = self.clock.true_ms + self.error_ms
        seq = self.terminal.order("C0001", ("HX500", 1))
        return Written(seq, self.terminal.now_ms, self.clock.true_ms)

    def _measure(self) -> int:
        """As a docking measures it, with clocks that tick while the three questions travel."""
        comparison, reading, now_s = ClockComparison(0.0, self.clock.now_ms()), None, 0.0
        while reading is None:
            ping = comparison.ask(now_s)
            said_ms = self.clock.true_ms + self.error_ms + round(now_s * 1000) + 10
            now_s += 0.02
            reading = comparison.answer(ClockPong(ping.number, said_ms), now_s)
        return reading.offset_ms

    def _dock(self, offset_ms: int) -> IntakeResult:
        data = self.terminal.seal()
        return take_in(self.office, CLERK, self.terminal.origin, data, clock_offset_ms=offset_ms)

    def _posted(self) -> dict[int, Any]:
        """What stands in the books, by sequence number."""
        with self.office.database.read() as reader:
            return {row.src_seq: row for row in reader.connection.exec_driver_sql(_POSTED)}

    def _check(
        self,
        name: str,
        result: IntakeResult,
        written: list[Written],
        offset_ms: int,
        before: dict[int, Any],
    ) -> None:
        after = self._posted()
        told = {each.code for each in result.problems} & {"W_CLOCK", "W_CLOCK_SET"}
        is_off = abs(offset_ms) > CLOCK_LIMIT_MS
        same = {seq: row for seq, row in after.items() if seq in before}
        self._expect(name, same == before, "what was posted has changed")
        self._expect(name, result.receipt.received_seq == self.terminal.seq, "the watermark")
        self._expect(name, ("W_CLOCK" in told) == is_off, f"off by {offset_ms}, told {told}")
        waiting = [each for each in written if each.seq not in after]
        self._note("orders that wait", len(waiting))
        self._expect(
            name, result.counts.quarantined == 2 * len(waiting), f"{len(waiting)} are lost"
        )
        for each in written:
            self._check_day(name, each, offset_ms, after.get(each.seq), told)
        is_silent = any(each.shift_days(offset_ms) for each in written) and not told
        if is_silent and not self.clock.error_ms:
            self._note("not to be seen", 1)
            self._expect(name, self._looks_right(written, offset_ms), "another day, in silence")
        self.last_ms = min(written[-1].said_ms + offset_ms, self.clock.now_ms())
        self._check_numbers(name, after)

    def _check_day(
        self, name: str, order: Written, offset_ms: int, row: Any, told: set[str]
    ) -> None:
        event_ms = order.said_ms + offset_ms
        self._note("orders on another day, told", int(bool(order.shift_days(offset_ms) and told)))
        if row is not None:
            day = business_date(event_ms, CHINA_MIN).isoformat()
            self._expect(name, str(row.business_date) == day, f"record {order.seq}: not {day}")
            self._expect(name, row.event_ms == event_ms, f"record {order.seq}: another time")

    def _looks_right(self, written: list[Written], offset_ms: int) -> bool:
        """Nothing can show it: the times rise from the last ones that were seen."""
        times = [self.last_ms, *(each.said_ms + offset_ms for each in written)]
        return all(later - earlier >= -CLOCK_LIMIT_MS for earlier, later in pairwise(times))

    def _check_numbers(self, name: str, rows: dict[int, Any]) -> None:
        """Each series is 1, 2, 3 ... in the order of the sequence numbers."""
        series: dict[str, list[int]] = {}
        for row in rows.values():
            series.setdefault(row.number_yymm, []).append(row.number_seq)
        for month, numbers in series.items():
            wanted = list(range(1, len(numbers) + 1))
            self._expect(name, numbers == wanted, f"{month}: {numbers}")

    def _note(self, name: str, times: int) -> None:
        self.notes[name] = self.notes.get(name, 0) + times

    def _expect(self, name: str, holds: bool, words: str) -> None:
        if not holds:
            self.faults.append(f"{name}: {words}")


@contextmanager
def days(seed: int) -> Iterator[Days]:
    """An office of its own, closed and forgotten at the end."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/desk.db"
        migrate.upgrade(url)
        clock = JumpingClock()
        office = found_sample_branch(open_office(url, Path(folder) / "data"))
        try:
            yield Days(office.with_clock(clock), clock, Random(f"clocks/{seed}"))
        finally:
            office.database.close()


def jump(count: int, per_office: int = 50) -> dict[str, Any]:
    """`trials`, `bad`, `faults`, `notes` of so many jumps, a new office for every `per_office`."""
    notes: dict[str, int] = {}
    faults: list[str] = []
    for first in range(0, count, per_office):
        with days(first) as story:
            for number in range(first, min(first + per_office, count)):
                story.live(number)
            faults += story.faults
            for name, times in story.notes.items():
                notes[name] = notes.get(name, 0) + times
    return {"trials": count, "bad": len(faults), "faults": faults[:20], "notes": notes}
