"""Keys: fresh ones (UUID version 7), and ones that follow from what they stand for (version 5)."""

import hashlib
import os
import threading
import time
import uuid

_NAMESPACE = uuid.UUID("7d1f4f0e-6a51-5c0b-9a8e-2f6c1b0d3e47")
_KEPT_BITS = ~(0xF << 76 | 0b11 << 62)
_VERSION_5_BITS = 0x5 << 76 | 0b10 << 62


class _Sequence:
    """Counts inside one millisecond, so that keys made in a row sort in that order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ticks = 0

    def next(self) -> int:
        """Milliseconds and a 12-bit fraction of one, always larger than the last answer."""
        ticks = (time.time_ns() << 12) // 1_000_000
        with self._lock:
            self._ticks = max(ticks, self._ticks + 1)
            return self._ticks


_sequence = _Sequence()


def new_key() -> uuid.UUID:
    """A fresh key (RFC 9562, 5.7). Its time orders keys, it is never business time."""
    ms, fraction = divmod(_sequence.next(), 1 << 12)
    low = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    return uuid.UUID(int=(ms << 80) | (0x7 << 76) | (fraction << 64) | (0b10 << 62) | low)


def derived_key(*parts: object) -> uuid.UUID:
    """Always the same key for the same parts, so that a replay makes the same rows again."""
    # `uuid.uuid5` gives the same at twice the cost, and a day's upload asks 10,000 times.
    name = _NAMESPACE.bytes + "/".join(map(str, parts)).encode()
    digest = hashlib.sha1(name, usedforsecurity=False).digest()
    number = int.from_bytes(digest[:16], "big")
    return uuid.UUID(int=number & _KEPT_BITS | _VERSION_5_BITS)
