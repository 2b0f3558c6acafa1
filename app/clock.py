"""The time of day, from the only place that asks the system for it."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells UTC in epoch milliseconds and how many minutes east of UTC the desk stands."""

    def now_ms(self) -> int: ...

    def offset_min(self) -> int: ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The clock of this machine."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def offset_min(self) -> int:
        offset = datetime.now(UTC).astimezone().utcoffset()
        return 0 if offset is None else round(offset.total_seconds() / 60)


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still, for tests and for work that must come out the same again."""

    ms: int
    minutes_east: int = 480

    def now_ms(self) -> int:
        return self.ms

    def offset_min(self) -> int:
        return self.minutes_east


@dataclass(frozen=True, slots=True)
class ShiftedClock:
    """The clock of this machine, `shift_ms` later: the sample branch lives on a day of its own."""

    shift_ms: int
    minutes_east: int = 480

    def now_ms(self) -> int:
        return SystemClock().now_ms() + self.shift_ms

    def offset_min(self) -> int:
        return self.minutes_east
