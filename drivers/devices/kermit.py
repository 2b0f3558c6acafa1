"""The driver for terminals that send and receive files with Kermit."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from drivers.contract import Capability, Link, Progress
from drivers.devices.transfer_pump import LONGEST_WAIT_S, FilePartials, TransferPump
from drivers.errors import FileRefused, LinkError, LinkLost, TransferFailed
from drivers.file_contract import FileDriver, FileSession, FileTerminalInfo, TerminalFile
from drivers.protocols.transfer.events import (
    DataArrived,
    Done,
    FileBegun,
    FileEnded,
    FileOffered,
    FileSkipped,
)
from drivers.protocols.transfer.kermit_receiver import KermitReceiver
from drivers.protocols.transfer.kermit_sender import KermitSender
from drivers.protocols.transfer.listing import OutgoingFile

KEEP_EVERY_BYTES: Final = 32_768


class KermitDriver(FileDriver[Link]):
    """Whatever has `send` and `receive` of Kermit in its menu; a person starts it there.

    Nothing can be cleared over Kermit: a terminal that wants to do it itself does so when a file
    has been confirmed, and that is done only when the desk holds it.
    """

    name = "kermit"
    title = "Kermit"
    capabilities = frozenset({Capability.UPLOAD, Capability.DOWNLOAD})

    @contextmanager
    def connect(
        self,
        carrier: Link,
        clock_ms: Callable[[], int],  # noqa: ARG002 - no clock can be asked over Kermit
        progress: Progress,
    ) -> Iterator[FileSession]:
        """Nothing is said before `pull` or `push`: the terminal begins when its user wants it."""
        session = KermitSession(carrier, progress, self.scratch)
        try:
            yield session
        finally:
            session.break_off()


class KermitSession(FileSession):
    """Turns the calls of a docking into transfers, one after the other."""

    def __init__(self, link: Link, progress: Progress, scratch: Path | None) -> None:
        self._link = link
        self._progress = progress
        self._partials = FilePartials(scratch, KermitDriver.name)
        self._receiver = KermitReceiver()
        self._pump: TransferPump | None = None
        self._offer = FileOffered("")
        self._data = bytearray()
        self._is_settled = True

    def info(self) -> FileTerminalInfo:
        """Kermit tells nothing of the machine."""
        return FileTerminalInfo()

    def pull(self) -> Iterator[TerminalFile]:
        """Wait for a terminal that begins to send, a minute at most, and take what it sends."""
        engine = self._receiver = KermitReceiver()
        pump = self._pump = TransferPump(self._link, engine, self._progress, "upload")
        refused: list[FileSkipped] = []
        kept = b""
        try:
            while True:
                match pump.next():
                    case FileOffered() as offer:
                        self._offer, self._data = offer, bytearray()
                        kept = self._partials.find(offer)
                        engine.accept(kept)
                    case FileBegun(offset):
                        self._data = bytearray(kept[:offset])
                        self._partials.cut(self._offer, offset)
                    case DataArrived(_, data):
                        self._add(data)
                    case FileEnded():
                        self._is_settled = False
                        yield TerminalFile(
                            self._offer.name, bytes(self._data), _to_utc_ms(self._offer.mtime)
                        )
                        if not self._is_settled:  # what was not settled stays on the terminal
                            return
                    case FileSkipped() as skipped:
                        self._data.clear()
                        refused.append(skipped)
                    case Done():
                        pump.write()
                        break
        finally:
            self._keep()
        for skipped in refused:
            raise FileRefused(port=self._link.name, file=skipped.name, reason=skipped.reason)

    def settle(self, file: TerminalFile, clear: bool) -> None:  # noqa: ARG002
        """Confirm the file; the terminal goes on with the next one."""
        self._is_settled = True
        self._partials.cut(self._offer, 0)
        self._data.clear()
        self._receiver.settle()
        if self._pump is not None:
            self._pump.write()

    def push(self, files: Sequence[TerminalFile]) -> None:
        """Wait for a terminal that receives, a minute at most, and send it all files."""
        self.break_off()
        outgoing = [
            OutgoingFile(file.name.encode(), file.data, _to_local_s(file.modified_ms))
            for file in files
        ]
        pump = self._pump = TransferPump(
            self._link, KermitSender(outgoing), self._progress, "download"
        )
        answered: list[FileEnded | FileSkipped] = []
        try:
            while not isinstance(event := pump.next(), Done):
                if isinstance(event, FileEnded | FileSkipped):
                    answered.append(event)
        except LinkLost:
            if len(answered) < len(files):  # else only the goodbye is missing
                raise
        for skipped in answered:
            if isinstance(skipped, FileEnded):
                continue
            raise TransferFailed(
                port=self._link.name, file=skipped.name, reason=skipped.reason, text=""
            )

    def finish(self) -> None:
        """On a line that has lost something the last answer may be lost too: give it once more."""
        if (
            self._pump is None
            or not self._receiver.damaged_packets + self._receiver.repeated_packets
        ):
            return
        with suppress(LinkError):  # the terminal may be gone: it has all it needs
            self._pump.turn(LONGEST_WAIT_S)
            self._receiver.part()
            self._pump.write()

    def break_off(self) -> None:
        """Tell the terminal, if it is in the middle of something."""
        if self._pump is not None:
            self._pump.break_off()

    def _add(self, data: bytes) -> None:
        before = len(self._data)
        self._data += data
        if before // KEEP_EVERY_BYTES < len(self._data) // KEEP_EVERY_BYTES:
            self._keep()

    def _keep(self) -> None:
        """Only a file that is known by size and time can be told from another one later."""
        if self._data and None not in (self._offer.size, self._offer.mtime):
            self._partials.keep(self._offer, self._data)


def _to_utc_ms(local_s: int | None) -> int | None:
    """Kermit tells the time of a file without a zone; a terminal at this desk has this desk's."""
    if local_s is None:
        return None
    try:
        local = datetime.fromtimestamp(local_s, UTC).replace(tzinfo=None)
        return int(local.astimezone(UTC).timestamp() * 1000)
    except (ValueError, OverflowError, OSError):  # before or after all that this machine can tell
        return None


def _to_local_s(utc_ms: int | None) -> int | None:
    if utc_ms is None:
        return None
    local = datetime.fromtimestamp(utc_ms / 1000, UTC).astimezone()
    return int(local.replace(tzinfo=UTC).timestamp())
