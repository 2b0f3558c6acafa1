"""The pump between a link and a codec: it keeps telling, and says who is at fault."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from drivers.devices.exchange import LONGEST_WAIT_S, Exchange
from drivers.errors import (
    Damaged,
    DriverError,
    FileRefused,
    LinkLost,
    NotATerminal,
    PeerSilent,
    TransferFailed,
)
from drivers.links.closing import ClosingLink
from drivers.protocols.transfer.events import Failed


class Trickle(ClosingLink):
    """A line on which a byte comes every `every_s` seconds of its own time, if at all."""

    def __init__(self, every_s: float | None = None) -> None:
        self._every_s = every_s
        self._now_s = 100.0
        self.written = b""
        self.is_dead = False

    @property
    def name(self) -> str:
        return "trickle"

    def now_s(self) -> float:
        return self._now_s

    def read(self, max_bytes: int, timeout_s: float) -> bytes:  # noqa: ARG002 - one at a time
        if self.is_dead:
            raise LinkLost(port=self.name, reason="pulled")
        comes = self._every_s is not None and self._every_s <= timeout_s
        self._now_s += self._every_s if comes and self._every_s else timeout_s
        return b"x" if comes else b""

    def write(self, data: bytes) -> None:
        self.written += data

    def close(self) -> None:
        """Nothing to close."""


@dataclass
class Codec:
    """Gives up after `patience_s`, for `reason`; tells "three" at the third byte."""

    ends_s: float
    reason: str
    heard: bytes = b""
    said: list[bytes] = field(default_factory=lambda: [b"hello"])

    def receive(self, data: bytes, now_s: float) -> Sequence[str | Failed]:
        self.heard += data
        if len(self.heard) == 3:
            self.said.append(b"thanks")
            return ["three"]
        return [Failed(self.reason, "words")] if now_s >= self.ends_s else []

    def bytes_to_send(self, now_s: float) -> bytes:  # noqa: ARG002 - at once
        return self.said.pop() if self.said else b""

    def next_timeout(self, now_s: float) -> float | None:
        return self.ends_s - now_s


@pytest.mark.parametrize("every_s", [None, 0.05, 0.15, 0.39, 1.0])
def test_it_tells_at_least_twice_a_second(every_s: float | None) -> None:
    link = Trickle(every_s)
    told_s: list[float] = []
    codec = Codec(160.0, "silent", heard=b"....")
    exchange = Exchange[str](link, codec, lambda *_: told_s.append(link.now_s()))
    with pytest.raises(DriverError):
        exchange.next()
    gaps_s = [after - before for before, after in pairwise(told_s)]
    assert len(told_s) > 100
    assert max(gaps_s) < LONGEST_WAIT_S + 0.01


def test_what_an_event_has_to_be_answered_goes_out_with_it() -> None:
    link = Trickle(0.01)
    exchange = Exchange[str](link, Codec(200.0, "silent"), lambda *_: None)
    assert exchange.next() == "three"
    assert link.written == b"hellothanks"


@pytest.mark.parametrize(
    ("reason", "every_s", "greeted", "error"),
    [
        ("silent", None, False, PeerSilent),
        ("silent", 0.3, False, NotATerminal),
        ("silent", 0.3, True, PeerSilent),
        ("damaged", 0.3, False, NotATerminal),
        ("damaged", 0.3, True, Damaged),
        ("endless", 0.3, True, FileRefused),
        ("aborted", 0.3, True, TransferFailed),
    ],
)
def test_who_is_at_fault(
    reason: str, every_s: float | None, greeted: bool, error: type[DriverError]
) -> None:
    codec = Codec(102.0, reason, heard=b"....")
    exchange = Exchange[str](Trickle(every_s), codec, lambda *_: None)
    exchange.greeted, exchange.file = greeted, "A.DAT"
    with pytest.raises(error) as caught:
        exchange.next()
    assert type(caught.value) is error
    assert caught.value.fields["port"] == "trickle"


def test_a_lost_link_while_draining_is_told_by_the_next_turn() -> None:
    link = Trickle()
    exchange = Exchange[str](link, Codec(102.0, "silent"), lambda *_: None)
    link.is_dead = True
    exchange.take_arrived()
    with pytest.raises(LinkLost):
        exchange.next()
