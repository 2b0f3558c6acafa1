"""The driver for terminals that speak our own docking protocol (PROTOCOL.md)."""

import secrets
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TypeVar

from drivers.contract import (
    Capability,
    Driver,
    Link,
    Package,
    Progress,
    Receipt,
    Session,
    TerminalInfo,
    Upload,
    Watermarks,
)
from drivers.devices.partials import Partials
from drivers.errors import (
    Damaged,
    DriverError,
    NotATerminal,
    PeerRefused,
    PeerSilent,
    TerminalFault,
    TerminalFull,
    VersionMismatch,
)
from drivers.protocols.docking.codes import Code
from drivers.protocols.docking.desk import DeskSession
from drivers.protocols.docking.events import (
    BatchArrived,
    BatchChunk,
    DeskEvent,
    PackagesTaken,
    SafeToRemove,
    SessionEnded,
    TerminalReady,
    UploadsDone,
)

READ_BYTES: Final = 65_536
LONGEST_WAIT_S: Final = 0.5
PARTING_S: Final = 1.0
SAMPLE_BYTES: Final = 32
DESK_NAME: Final = "Tallydock"

Wanted = TypeVar("Wanted", bound=DeskEvent)


class TallydockDriver(Driver):
    """Handhelds with our protocol on board, over whatever carries bytes."""

    name = "tallydock"
    title = "Tallydock handheld"
    capabilities = frozenset(Capability)

    def __init__(
        self, scratch: Path | None = None, random_bits: Callable[[int], int] = secrets.randbits
    ) -> None:
        """`random_bits`: a replay gives back the connection number of the recording."""
        super().__init__(scratch)
        self._random_bits = random_bits

    @contextmanager
    def connect(
        self, link: Link, clock_ms: Callable[[], int], progress: Progress
    ) -> Iterator[Session]:
        engine = DeskSession(self._random_bits(32), link.now_s(), clock_ms())
        session = TallydockSession(link, engine, progress, Partials(self.scratch))
        try:
            session.greet()
            yield session
        finally:
            session.break_off()


class TallydockSession(Session):
    """Moves bytes between a link and the protocol's desk side until the wanted event comes."""

    def __init__(
        self, link: Link, engine: DeskSession, progress: Progress, partials: Partials
    ) -> None:
        self._link = link
        self._engine = engine
        self._progress = progress
        self._partials = partials
        self._events: deque[DeskEvent] = deque()
        self._info: TerminalInfo | None = None
        self._watermarks = Watermarks(0, 0)
        self._reported = ("connect", 0, 0)
        self._ended = False
        self._received_bytes = 0
        self._sample = b""
        self._heard_s = link.now_s()

    def greet(self) -> None:
        """Wait until the terminal has said who it is."""
        self._report("connect", 0, 0)
        ready = self._wait(TerminalReady)
        hello = ready.hello
        self._info = TerminalInfo(
            branch=hello.branch,
            terminal=hello.terminal,
            epoch=hello.epoch,
            serial=hello.serial,
            model=hello.model,
            app_version=hello.app_version,
            protocol_version=ready.version,
            person=hello.person,
            battery_percent=hello.battery_percent,
            free_bytes=hello.free_bytes,
            clock_offset_ms=ready.clock_offset_ms,
            last_seq=hello.last_seq,
            schema_version=hello.schema_version,
        )

    def info(self) -> TerminalInfo:
        if self._info is None:
            raise PeerSilent(port=self._link.name, silent_s=0.0)
        return self._info

    def pull(self, watermarks: Watermarks) -> Iterator[Upload]:
        self._watermarks = watermarks
        kept = self._partials.find(self.info())
        self._engine.welcome(DESK_NAME)
        self._engine.resume(watermarks.received_seq, watermarks.backed_up_seq, kept)
        while True:
            match self._next():
                case BatchChunk() as chunk:
                    self._partials.add(self.info(), chunk)
                    done_bytes = chunk.offset + len(chunk.data)
                    self._report("upload", done_bytes, chunk.size)
                case BatchArrived() as batch:
                    yield Upload(batch.batch_no, batch.data)
                case UploadsDone():
                    return

    def acknowledge(self, receipt: Receipt) -> None:
        self._watermarks = Watermarks(receipt.received_seq, receipt.backed_up_seq)
        self._engine.acknowledge(receipt)
        self._partials.drop(self.info())
        self._write()

    def push(self, packages: Sequence[Package]) -> None:
        self._engine.push(packages)
        while not self._events:
            self._turn(LONGEST_WAIT_S)
            self._report("download", self._engine.pushed_bytes, self._engine.push_total_bytes)
        self._wait(PackagesTaken)

    def refuse(self, code: int, text: str) -> None:
        self._engine.refuse(Code(code), text)
        self._part()

    def finish(self) -> None:
        self._report("finish", 0, 0)
        self._engine.seal(self._watermarks.received_seq, self._watermarks.backed_up_seq)
        self._wait(SafeToRemove)
        self._part()

    def break_off(self) -> None:
        """Say goodbye if that is still possible; nothing is lost if it is not."""
        if not self._ended:
            self._engine.refuse(Code.BROKEN_OFF)
            self._part()

    def _wait(self, kind: type[Wanted]) -> Wanted:
        while not isinstance(event := self._next(), kind):
            pass
        return event

    def _next(self) -> DeskEvent:
        while not self._events:
            if not self._turn(LONGEST_WAIT_S):
                self._report(*self._reported)  # whoever wants to cancel can do it here
        event = self._events.popleft()
        if isinstance(event, SessionEnded):
            self._ended = True
            raise self._error(event)
        return event

    def _turn(self, wait_s: float) -> bool:
        self._write()
        now_s = self._link.now_s()
        timeout_s = self._engine.next_timeout(now_s)
        data = self._link.read(READ_BYTES, wait_s if timeout_s is None else min(timeout_s, wait_s))
        now_s = self._link.now_s()
        if data:
            self._heard_s = now_s
            self._received_bytes += len(data)
            self._sample = (self._sample + data)[:SAMPLE_BYTES]
        self._events.extend(self._engine.receive(data, now_s))
        return bool(data)

    def _report(self, stage: str, done_bytes: int, total_bytes: int) -> None:
        self._reported = (stage, done_bytes, total_bytes)
        self._progress(stage, done_bytes, total_bytes)

    def _write(self) -> None:
        if data := self._engine.bytes_to_send(self._link.now_s()):
            self._link.write(data)

    def _part(self) -> None:
        # The other side's last word is of no more use, so its absence is not an error.
        ends_s = self._link.now_s() + PARTING_S
        with suppress(DriverError):
            while not any(isinstance(event, SessionEnded) for event in self._events):
                left_s = ends_s - self._link.now_s()
                if left_s <= 0:
                    break
                self._turn(min(left_s, LONGEST_WAIT_S))
            self._write()
        self._ended = True

    def _error(self, end: SessionEnded) -> DriverError:
        port, code = self._link.name, end.code
        unheard = code == Code.PEER_SILENT and not end.by_peer
        if code == Code.NOT_A_TERMINAL or (unheard and self._talks_rubbish):
            error: DriverError = NotATerminal(
                port=port, received_bytes=self._received_bytes, sample=self._sample.hex()
            )
        elif unheard:
            error = PeerSilent(port=port, silent_s=round(self._link.now_s() - self._heard_s, 1))
        elif code in (Code.VERSION_UNSUPPORTED, Code.SUITE_REFUSED):
            error = VersionMismatch(port=port, reason=_code_name(code), text=end.text)
        elif not end.by_peer:
            error = Damaged(port=port, reason=_code_name(code), text=end.text)
        elif code == Code.TERMINAL_FULL:
            error = TerminalFull(port=port, text=end.text)
        elif code == Code.TERMINAL_FAULT:
            error = TerminalFault(port=port, fault=code, text=end.text)
        else:
            error = PeerRefused(port=port, refusal=code, text=end.text)
        return error

    @property
    def _talks_rubbish(self) -> bool:
        return self._info is None and self._received_bytes > 0


def _code_name(number: int) -> str:
    return Code(number).name.lower() if number in list(Code) else str(number)
