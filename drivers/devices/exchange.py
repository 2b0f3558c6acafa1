"""Moves bytes between a link and a codec until it tells something, and says who is at fault."""

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, Generic, Protocol, TypeVar

from drivers.contract import Link, Progress
from drivers.errors import (
    Damaged,
    DriverError,
    FileRefused,
    NotATerminal,
    PeerSilent,
    TransferFailed,
)
from drivers.protocols.transfer.events import Failed

READ_BYTES: Final = 65_536
LONGEST_WAIT_S: Final = 0.4
CLOSE_S: Final = 0.001
SAMPLE_BYTES: Final = 32

Event = TypeVar("Event")
Event_co = TypeVar("Event_co", covariant=True)


class Engine(Protocol[Event_co]):
    """What a codec is to its driver."""

    def receive(self, data: bytes, now_s: float) -> Sequence[Event_co | Failed]: ...

    def bytes_to_send(self, now_s: float) -> bytes: ...

    def next_timeout(self, now_s: float) -> float | None: ...


class Exchange(Generic[Event]):
    """Owns neither link nor engine. `file` is what errors call the file that is under way.

    `greeted`: something was heard that only a terminal of this family says. `measure` gives the
    bytes that are done while one event is waited for.
    """

    def __init__(self, link: Link, engine: Engine[Event], progress: Progress) -> None:
        self._link = link
        self._engine = engine
        self._progress = progress
        self._stage = ("connect", 0, 0)
        self._reported_s = link.now_s()
        self._heard_s = link.now_s()
        self._received_bytes = 0
        self._sample = b""
        self._events: deque[Event | Failed] = deque()
        self.measure: Callable[[], int] | None = None
        self.file = ""
        self.greeted = False

    def next(self) -> Event:
        """Wait for what the engine tells next. Raises DriverError where it gives up."""
        while not self._events:
            self._turn(max(0.0, self._reported_s + LONGEST_WAIT_S - self._link.now_s()))
            self.report_again()
        event = self._events.popleft()
        if isinstance(event, Failed):
            raise self._error(event)
        return event

    def report(self, stage: str, done_bytes: int, total_bytes: int) -> None:
        self._stage = (stage, done_bytes, total_bytes)
        self._reported_s = self._link.now_s()
        self._progress(stage, done_bytes, total_bytes)

    def report_again(self) -> None:
        """The same once more if it is time to: who wants to cancel can do it here."""
        if self._link.now_s() - self._reported_s >= LONGEST_WAIT_S - CLOSE_S:
            stage, done_bytes, total_bytes = self._stage
            self.report(stage, self.measure() if self.measure else done_bytes, total_bytes)

    def take_arrived(self) -> None:
        """Give the engine what is here already, without waiting for more."""
        with suppress(DriverError):
            for _ in range(64):  # an endless sender must not keep us here
                data = self._link.read(READ_BYTES, 0.0)
                if not data:
                    break
                self._events.extend(self._engine.receive(data, self._link.now_s()))

    def write(self) -> None:
        """Send what is due."""
        if data := self._engine.bytes_to_send(self._link.now_s()):
            self._link.write(data)

    def _turn(self, wait_s: float) -> None:
        self.write()
        timeout_s = self._engine.next_timeout(self._link.now_s())
        wait_s = wait_s if timeout_s is None else min(timeout_s, wait_s)
        data = self._link.read(READ_BYTES, wait_s)
        now_s = self._link.now_s()
        if data:
            self._heard_s = now_s
            self._received_bytes += len(data)
            self._sample = (self._sample + data)[:SAMPLE_BYTES]
        self._events.extend(self._engine.receive(data, now_s))
        self.write()

    def _error(self, failed: Failed) -> DriverError:
        port, reason = self._link.name, failed.reason
        unheard = reason in ("silent", "damaged") and not self.greeted
        if unheard and self._received_bytes:
            return NotATerminal(
                port=port, received_bytes=self._received_bytes, sample=self._sample.hex()
            )
        if reason == "silent":
            return PeerSilent(port=port, silent_s=round(self._link.now_s() - self._heard_s, 1))
        if reason == "damaged":
            return Damaged(port=port, reason=reason, text=failed.text)
        if reason == "endless":
            return FileRefused(port=port, file=self.file, reason=reason)
        return TransferFailed(port=port, file=self.file, reason=reason, text=failed.text)
