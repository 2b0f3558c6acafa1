"""The receiving half of a reliable stream: order restored, doubles dropped, gaps reported."""

from bisect import bisect_left
from typing import Final

MAX_SEGMENTS: Final = 512
MAX_RANGES: Final = 24


class Reassembly:
    """Holds what came too early, at most `span_bytes` and MAX_SEGMENTS pieces of it."""

    def __init__(self, span_bytes: int) -> None:
        self._span = span_bytes
        self._starts: list[int] = []
        self._pieces: list[bytes] = []
        self.expected = 0
        self.duplicate_bytes = 0

    def add(self, wire_offset: int, data: bytes) -> bytes:
        """Take a piece at a 32-bit offset; return the bytes that are in order now."""
        delta = (wire_offset - self.expected) & 0xFFFF_FFFF
        if delta >= 1 << 31:
            delta -= 1 << 32
        if delta <= 0:
            if delta + len(data) <= 0:
                self.duplicate_bytes += len(data)
                return b""
            self.duplicate_bytes -= delta
            ready = data[-delta:] if delta else data
            self.expected += len(ready)
            return ready + self._drain() if self._starts else ready
        if delta + len(data) <= self._span and len(self._starts) < MAX_SEGMENTS:
            self._keep(self.expected + delta, data)
        return b""

    def ranges(self) -> list[tuple[int, int]]:
        """(start, end) of what is held behind gaps, the highest ones, touching pieces joined."""
        joined: list[tuple[int, int]] = []
        for start, piece in zip(self._starts, self._pieces, strict=True):
            if joined and joined[-1][1] == start:
                joined[-1] = (joined[-1][0], start + len(piece))
            else:
                joined.append((start, start + len(piece)))
        return joined[-MAX_RANGES:]

    def _keep(self, start: int, data: bytes) -> None:
        index = bisect_left(self._starts, start)
        if index:
            previous_end = self._starts[index - 1] + len(self._pieces[index - 1])
            if previous_end > start:
                self.duplicate_bytes += min(len(data), previous_end - start)
                data = data[previous_end - start :]
                start = previous_end
        end = start + len(data)
        while index < len(self._starts) and data:
            next_start, next_end = (
                self._starts[index],
                self._starts[index] + len(self._pieces[index]),
            )
            if next_start >= end:
                break
            self.duplicate_bytes += min(end, next_end) - next_start
            if next_end >= end:
                data = data[: next_start - start]
                break
            del self._starts[index], self._pieces[index]
        if data:
            self._starts.insert(index, start)
            self._pieces.insert(index, data)

    def _drain(self) -> bytes:
        ready: list[bytes] = []
        used = 0
        for start, piece in zip(self._starts, self._pieces, strict=True):
            if start > self.expected:
                break
            used += 1
            fresh = piece[self.expected - start :]
            self.expected += len(fresh)
            self.duplicate_bytes += len(piece) - len(fresh)
            ready.append(fresh)
        del self._starts[:used], self._pieces[:used]
        return b"".join(ready)
