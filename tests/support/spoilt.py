"""Lines that cut, flip, drop and double, seeded."""

from dataclasses import dataclass, field
from random import Random

from tests.support.docked import Wire


@dataclass
class CutWire(Wire):
    """Lets `limit` bytes through; the rest of that write stays in the cable as `stale`."""

    limit: int = 0
    stale: bytes = b""

    def deliver(self, data: bytes) -> bytes:
        through = data[: max(0, self.limit - self.sent)]
        self.sent += len(data)
        self.cut = self.sent > self.limit
        self.stale = data[len(through) :]
        return through


@dataclass
class EveryWire(Wire):
    """Flips a bit of one byte in `every`, starting at `first`."""

    every: int = 1
    first: int = 0

    def deliver(self, data: bytes) -> bytes:
        spoilt = bytearray(data)
        for place in range((self.first - self.sent) % self.every, len(data), self.every):
            spoilt[place] ^= 0x10
        self.sent += len(data)
        return bytes(spoilt)


@dataclass
class OneFlipWire(Wire):
    """Flips one bit of the byte number `place`, once."""

    place: int = 0

    def deliver(self, data: bytes) -> bytes:
        spoilt = bytearray(data)
        if 0 <= self.place - self.sent < len(data):
            spoilt[self.place - self.sent] ^= 0x01
        self.sent += len(data)
        return bytes(spoilt)


@dataclass
class NoisyWire(Wire):
    """Flips and drops bytes, and doubles whole writes, at the given rates."""

    random: Random = field(default_factory=Random)
    flips: float = 0
    drops: float = 0
    doubles: float = 0

    def deliver(self, data: bytes) -> bytes:
        self.sent += len(data)
        kept = bytearray()
        for byte in data:
            dice = self.random.random()
            if dice >= self.drops:
                flipped = dice < self.drops + self.flips
                kept.append(byte ^ (1 << self.random.randrange(8)) if flipped else byte)
        return bytes(kept) * (2 if self.random.random() < self.doubles else 1)
