"""How far the terminal's clock is off, by asking three times and taking the median."""

from dataclasses import dataclass
from statistics import median
from typing import Final

from drivers.protocols.docking.codes import Code
from drivers.protocols.docking.messages import ClockPing, ClockPong, MessageError

PINGS: Final = 3


@dataclass(frozen=True, slots=True)
class ClockReading:
    """`offset_ms` is desk time minus terminal time, at the middle of the round trip."""

    offset_ms: int
    round_trip_ms: int


class ClockComparison:
    """Alternate `ask` and `answer` until a reading comes out."""

    def __init__(self, now_s: float, now_ms: int) -> None:
        self._utc_ms_at_0 = now_ms - now_s * 1000
        self._asked_s = now_s
        self._offsets_ms: list[float] = []
        self._trips_ms: list[float] = []

    def ask(self, now_s: float) -> ClockPing:
        """The next question."""
        self._asked_s = now_s
        return ClockPing(len(self._offsets_ms))

    def answer(self, pong: ClockPong, now_s: float) -> ClockReading | None:
        """None: ask again. Raises MessageError for an answer to another question."""
        if pong.number != len(self._offsets_ms):
            raise MessageError(Code.MESSAGE_UNEXPECTED)
        middle_ms = self._utc_ms_at_0 + (self._asked_s + now_s) * 500
        self._offsets_ms.append(middle_ms - pong.now_ms)
        self._trips_ms.append((now_s - self._asked_s) * 1000)
        if len(self._offsets_ms) < PINGS:
            return None
        return ClockReading(round(median(self._offsets_ms)), round(median(self._trips_ms)))
