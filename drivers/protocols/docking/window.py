"""The sending half of a reliable stream: what is in flight, what is lost, how long a frame is.

On a line that keeps order, everything sent before a frame that arrived has arrived or is lost.
Every transmission has a serial number of its own and an acknowledgement names the highest one
seen, so loss is known without a timer.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from drivers.protocols.docking.frames import OVERHEAD_BYTES

SPAN_WINDOWS: Final = 4
"""How many windows the receiver must be able to hold behind a missing byte."""

_HORIZON_BYTES: Final = 16 * 1024
_PATIENCE_BYTES: Final = 4 * 1024
_COST_BYTES: Final = OVERHEAD_BYTES + 4


class FrameSize:
    """The best payload for the damage seen: sqrt(overhead / damages per byte).

    Damages are remembered over about the last 16 KiB; the cautious start is forgotten sooner.
    """

    def __init__(self, first: int, smallest: int, largest: int) -> None:
        self._smallest = smallest
        self._largest = largest
        self._damages = 0.0
        self._doubt = _COST_BYTES * _HORIZON_BYTES / first**2

    @property
    def payload_bytes(self) -> int:
        """What a frame should carry now."""
        damages = max(self._damages + self._doubt, 1e-9)
        best = sqrt(_COST_BYTES * _HORIZON_BYTES / damages)
        return int(min(self._largest, max(self._smallest, best)))

    def record(self, size: int, lost: bool) -> None:
        """A transmission of `size` bytes has arrived or was lost."""
        self._damages = self._damages * max(0.0, 1 - size / _HORIZON_BYTES) + lost
        self._doubt *= max(0.0, 1 - size / _PATIENCE_BYTES)


@dataclass(frozen=True, slots=True)
class _Flight:
    serial: int
    start: int
    end: int


class SendWindow:
    """Bytes written but not acknowledged, by offset in the stream."""

    def __init__(self, window_bytes: int, size: FrameSize) -> None:
        self._window = window_bytes
        self._size = size
        self._data = bytearray()
        self._base = 0
        self._next = 0
        self._serial = 0
        self._flights: deque[_Flight] = deque()
        self._flying_bytes = 0
        self._missing: list[tuple[int, int]] = []
        self.resent_bytes = 0

    @property
    def unsent_bytes(self) -> int:
        """Written, and not handed out even once."""
        return self._base + len(self._data) - self._next

    @property
    def arrived_bytes(self) -> int:
        """So much of the stream has arrived without a gap."""
        return self._base

    @property
    def flying(self) -> bool:
        """Something is handed out whose fate is not known."""
        return bool(self._flights)

    @property
    def empty(self) -> bool:
        """Everything written has arrived."""
        return not self._data

    def write(self, data: bytes) -> None:
        """Queue more of the stream."""
        self._data += data

    def next_serial(self) -> int:
        """A serial number for the next transmission of any kind."""
        self._serial += 1
        return self._serial

    def next_segment(self) -> tuple[int, int, bytes] | None:
        """(serial, offset, bytes) to send now, lost bytes first; None: window full or no data."""
        largest = self._size.payload_bytes
        if self._flying_bytes >= self._window:
            return None
        if self._missing:
            start, end = self._missing[0]
            cut = min(end, start + largest)
            if cut == end:
                self._missing.pop(0)
            else:
                self._missing[0] = (cut, end)
            self.resent_bytes += cut - start
        else:
            start = self._next
            limit = min(self._base + len(self._data), self._base + SPAN_WINDOWS * self._window)
            cut = min(limit, start + largest)
            if cut <= start:
                return None
            self._next = cut
        serial = self.next_serial()
        self._flights.append(_Flight(serial, start, cut))
        self._flying_bytes += cut - start
        return serial, start, bytes(self._data[start - self._base : cut - self._base])

    def acknowledge(
        self, arrived_to: int, highest_serial: int, ranges: Sequence[tuple[int, int]]
    ) -> bool:
        """Take an acknowledgement in wire numbers (32, 16, 32 bits). False: it cannot be true."""
        arrived = (arrived_to - self._base) & 0xFFFF_FFFF
        if arrived > self._next - self._base:
            return False
        base = self._base + arrived
        # Relative to the old base, so that the low 32 bits are enough.
        held = sorted(
            (self._base + ((start - self._base) & 0xFFFF_FFFF), (end - start) & 0xFFFF_FFFF)
            for start, end in ranges
        )
        highest = self._serial - ((self._serial - highest_serial) & 0xFFFF)
        del self._data[:arrived]
        self._base = base
        while self._flights and self._flights[0].serial <= highest:
            flight = self._flights.popleft()
            self._flying_bytes -= flight.end - flight.start
            lost = flight.end > base and not _covered(flight, held)
            self._size.record(flight.end - flight.start, lost)
            if lost:
                self._miss(max(flight.start, base), flight.end)
        self._missing = [(max(start, base), end) for start, end in self._missing if end > base]
        return True

    def _miss(self, start: int, end: int) -> None:
        self._missing.append((start, end))
        self._missing.sort()


def _covered(flight: _Flight, held: Sequence[tuple[int, int]]) -> bool:
    index = bisect_right(held, (flight.start, 1 << 33)) - 1
    return index >= 0 and held[index][0] + held[index][1] >= flight.end
