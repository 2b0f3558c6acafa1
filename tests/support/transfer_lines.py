"""A line between our driver or engine and another engine, in a time of its own: no waiting."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from drivers.errors import LinkLost
from drivers.links.closing import ClosingLink
from drivers.protocols.transfer.events import (
    DataArrived,
    Done,
    Failed,
    FileBegun,
    FileEnded,
    FileOffered,
    FileSkipped,
)

Spoil = Callable[[bytes], bytes]
LONGEST_S = 20_000.0


def unspoilt(data: bytes) -> bytes:
    """A good line."""
    return data


@dataclass
class Flipping:
    """Flips and drops by chance; `rate` is per byte."""

    rate: float
    seed: int
    drop_rate: float = 0.0
    dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    def __call__(self, data: bytes) -> bytes:
        out = bytearray()
        for byte in data:
            if self.dice.random() < self.drop_rate:
                continue
            hit = self.dice.random() < self.rate
            out.append(byte ^ (1 << self.dice.randrange(8)) if hit else byte)
        return bytes(out)


@dataclass
class Side:
    """An engine, what it has told, and the files that came of it."""

    engine: Any
    kept: dict[str, bytes] = field(default_factory=dict)
    events: list[object] = field(default_factory=list)
    files: list[tuple[FileOffered, bytes]] = field(default_factory=list)
    begun_at: list[int] = field(default_factory=list)
    skipped: list[FileSkipped] = field(default_factory=list)
    offer: FileOffered | None = None
    data: bytearray = field(default_factory=bytearray)

    @property
    def is_over(self) -> bool:
        return any(isinstance(event, Done | Failed) for event in self.events)

    @property
    def failed(self) -> str:
        """Reason of the failure, empty if there is none."""
        return next((str(event.reason) for event in self.events if isinstance(event, Failed)), "")

    def hear(self, data: bytes, now_s: float, step: int | None = None) -> None:
        """Let it receive, `step` bytes at a time, and do what a caller does."""
        for at in range(0, len(data), step or max(1, len(data))):
            self.act(self.engine.receive(data[at : at + (step or len(data))], now_s))

    def act(self, events: list[Any]) -> None:
        for event in events:
            self.events.append(event)
            match event:
                case FileOffered():
                    self.offer = event
                    self.data[:] = self.kept.get(event.name, b"")
                    self.engine.accept(bytes(self.data))
                case FileBegun(offset):
                    self.begun_at.append(offset)
                    del self.data[offset:]
                case DataArrived(offset, data):
                    assert offset == len(self.data)
                    self.data += data
                case FileSkipped():
                    self.skipped.append(event)
                case FileEnded() if self.offer is not None:
                    self.files.append((self.offer, bytes(self.data)))
                    self.engine.settle()


def converse(left: Side, right: Side, spoil: Spoil = unspoilt, step: int | None = None) -> None:
    """Pass bytes both ways until both sides are over or silent for good."""
    now_s = 0.0
    while now_s < LONGEST_S and not (left.is_over and right.is_over):
        moved = False
        for side in (left, right):
            if not side.is_over:
                side.act(side.engine.tick(now_s))
        for source, target in ((left, right), (right, left)):
            data = spoil(source.engine.outgoing())
            moved |= bool(data)
            if data and not target.is_over:
                target.hear(data, now_s, step)
        waits = [
            wait_s
            for side in (left, right)
            if not side.is_over and (wait_s := side.engine.next_timeout(now_s)) is not None
        ]
        if not moved:
            if not waits:
                return
            now_s += max(0.001, min(waits))


class EngineLink(ClosingLink):
    """A link whose other end is an engine, in the same thread and in a time of its own."""

    name = "engine"

    def __init__(self, engine: Any, cut_at: int | None = None) -> None:
        self.side = Side(engine)
        self._now_s = 0.0
        self._waiting = bytearray()
        self._left = cut_at
        self.written = bytearray()
        self.sent_bytes = 0

    def now_s(self) -> float:
        return self._now_s

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        ends_s = self._now_s + timeout_s
        while not self._waiting:
            self._turn()
            if self._waiting or self._now_s >= ends_s:
                break
            wait_s = None
            if not self.side.is_over:
                wait_s = self.side.engine.next_timeout(self._now_s)
            step_s = ends_s - self._now_s if wait_s is None else max(0.001, wait_s)
            self._now_s = min(ends_s, self._now_s + step_s)
        taken = bytes(self._waiting[:max_bytes])
        del self._waiting[:max_bytes]
        return taken

    def write(self, data: bytes) -> None:
        self.written += data
        if not self.side.is_over:
            self.side.hear(data, self._now_s)

    def close(self) -> None:
        """There is nothing to be given back."""

    def _turn(self) -> None:
        if not self.side.is_over:
            self.side.act(self.side.engine.tick(self._now_s))
        data = self.side.engine.outgoing()
        if self._left is not None:
            if data and not self._left:
                raise LinkLost(port=self.name, reason="cut")
            data = data[: self._left]
            self._left -= len(data)
        self.sent_bytes += len(data)
        self._waiting += data
