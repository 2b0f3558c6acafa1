"""One random stream per purpose, so that adding a stream moves no other."""

import hashlib
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

BASE_SEED = 20260630


def sub_seed(seed: int, name: str) -> int:
    """The 64-bit seed of the stream `name`: the same on every platform and Python."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{name}".encode()).digest()[:8], "big")


class Streams:
    """Hands out independent random generators by name; asking again continues the same one."""

    def __init__(self, seed: int = BASE_SEED) -> None:
        self._seed = seed
        self._streams: dict[str, random.Random] = {}

    def stream(self, name: str) -> random.Random:
        if name not in self._streams:
            self._streams[name] = random.Random(sub_seed(self._seed, name))  # noqa: S311 - sample data
        return self._streams[name]

    def chance(self, name: str, per_thousand: int) -> bool:
        """True `per_thousand` times in a thousand; compares integers only."""
        return self.stream(name).randrange(1000) < per_thousand

    def pick(self, name: str, choices: Sequence[T]) -> T:
        return choices[self.stream(name).randrange(len(choices))]
