"""What every family does whose terminals send and take files by a protocol for files."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar, Final, Protocol

from drivers.contract import Capability, Link, Progress
from drivers.devices.transfer_pump import Engine, FilePartials, TransferPump
from drivers.errors import DriverError, FileRefused, LinkLost, TransferFailed
from drivers.file_contract import FileDriver, FileSession, FileTerminalInfo, TerminalFile
from drivers.protocols.transfer.events import (
    DataArrived,
    Done,
    FileBegun,
    FileEnded,
    FileOffered,
    FileSkipped,
    TransferEvent,
)
from drivers.protocols.transfer.listing import MAX_NAME_BYTES, OutgoingFile
from drivers.protocols.transfer.reasons import Reason

KEEP_BYTES: Final = 64 * 1024


class PartingEngine(Engine, Protocol):
    """An engine that knows when all is said, so that it does not matter if the terminal goes."""

    @property
    def is_parting(self) -> bool: ...


class Receiver(PartingEngine, Protocol):
    """The receiving side of such a protocol."""

    def accept(self, kept: bytes) -> None: ...

    def settle(self) -> None: ...


class TransferDriver(FileDriver[Link]):
    """A family with such a protocol; a person starts the transfer at the terminal."""

    capabilities = frozenset({Capability.UPLOAD, Capability.DOWNLOAD})
    can_resume: ClassVar[bool] = False
    has_names: ClassVar[bool] = True

    @contextmanager
    def connect(
        self, carrier: Link, clock_ms: Callable[[], int], progress: Progress
    ) -> Iterator[FileSession]:
        del clock_ms
        session = TransferSession(self, carrier, progress)
        try:
            yield session
        finally:
            session.break_off()

    @abstractmethod
    def receiver(self, now_s: float) -> Receiver:
        """A fresh receiving side."""

    @abstractmethod
    def senders(self, files: Sequence[OutgoingFile]) -> list[Callable[[float], PartingEngine]]:
        """Makers of sending sides, one for each transfer that the files need."""

    def strip(self, data: bytes) -> bytes:
        """Take off what the protocol could not help adding."""
        return data


class TransferSession(FileSession):
    """Turns the calls of a docking into those of the engines."""

    def __init__(self, driver: TransferDriver, link: Link, progress: Progress) -> None:
        self._driver = driver
        self._link = link
        self._progress = progress
        self._partials = FilePartials(driver.scratch if driver.can_resume else None, driver.name)
        self._pump: TransferPump | None = None
        self._receiver: Receiver | None = None
        self._offer = FileOffered("")
        self._data = bytearray()
        self._is_settled = True

    def info(self) -> FileTerminalInfo:
        return FileTerminalInfo()

    def pull(self) -> Iterator[TerminalFile]:
        engine = self._receiver = self._driver.receiver(self._link.now_s())
        pump = self._pump = TransferPump(self._link, engine, self._progress, "upload")
        pump.report()
        refused: FileSkipped | None = None
        try:
            while not isinstance(event := _next(pump, engine), Done):
                if isinstance(event, FileEnded):
                    yield from self._hand_over(pump)
                elif isinstance(event, FileSkipped):
                    refused = event
                    self._forget()
                else:
                    self._take(event, engine)
        finally:
            if self._data:
                self._partials.keep(self._offer, self._data)
        if refused is not None:
            raise _skipped(refused, self._link.name)

    def settle(self, file: TerminalFile, clear: bool) -> None:
        del file, clear  # the terminal itself decides what it does with what was taken
        if self._receiver is None or self._pump is None:
            return
        self._is_settled = True
        self._forget()
        self._receiver.settle()
        self._pump.write()

    def push(self, files: Sequence[TerminalFile]) -> None:
        outgoing = [self._outgoing(file) for file in files]
        for make in self._driver.senders(outgoing) if outgoing else []:
            engine = make(self._link.now_s())
            pump = self._pump = TransferPump(self._link, engine, self._progress, "download")
            pump.report()
            left = [file.name for file in files]
            pump.file = left[0]
            while not isinstance(event := _next(pump, engine), Done):
                if isinstance(event, FileSkipped):
                    pump.break_off()
                    raise _skipped(event, self._link.name)
                del left[0]
                pump.file = left[0] if left else ""

    def finish(self) -> None:
        """Both sides have said all when `pull` and `push` are over."""

    def break_off(self) -> None:
        """Tell the terminal, if a transfer is under way."""
        if self._pump is not None:
            self._pump.break_off()

    def _take(self, event: TransferEvent, engine: Receiver) -> None:
        match event:
            case FileOffered():
                self._offer = event
                self._data[:] = self._partials.find(event)
                engine.accept(bytes(self._data))
            case FileBegun(offset):
                del self._data[offset:]
                self._partials.cut(self._offer, offset)
            case DataArrived(offset, data):
                self._data[offset:] = data
                if offset // KEEP_BYTES != len(self._data) // KEEP_BYTES:
                    self._partials.keep(self._offer, self._data)

    def _forget(self) -> None:
        self._partials.cut(self._offer, 0)
        self._data.clear()

    def _hand_over(self, pump: TransferPump) -> Iterator[TerminalFile]:
        offer = self._offer
        mtime = offer.mtime
        self._is_settled = False
        yield TerminalFile(
            offer.name,
            self._driver.strip(bytes(self._data)),
            None if mtime is None else mtime * 1000,
        )
        if not self._is_settled:
            pump.break_off()
            raise TransferFailed(
                port=self._link.name, file=offer.name, reason=str(Reason.CANCELLED_HERE), text=""
            )

    def _outgoing(self, file: TerminalFile) -> OutgoingFile:
        name = file.name.encode("utf-8", "replace")
        if self._driver.has_names and (not name or len(name) > MAX_NAME_BYTES or b"\0" in name):
            raise FileRefused(
                port=self._link.name, file=file.name, reason=str(Reason.NAME_IMPOSSIBLE)
            )
        mtime = None if file.modified_ms is None else file.modified_ms // 1000
        return OutgoingFile(name, file.data, mtime)


def _skipped(event: FileSkipped, port: str) -> DriverError:
    if event.reason == Reason.SKIPPED_BY_PEER:
        return TransferFailed(port=port, file=event.name, reason=str(event.reason), text="")
    return FileRefused(port=port, file=event.name, reason=str(event.reason))


def _next(pump: TransferPump, engine: PartingEngine) -> TransferEvent:
    try:
        return pump.next()
    except LinkLost:
        if not engine.is_parting:
            raise
        pump.ended = True
        return Done()
