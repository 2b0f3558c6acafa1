"""The driver for Denso terminals that speak the BHT-protocol: BHT-6000, 7000, 7500, 100.

A person starts each transfer on the terminal. For an upload the terminal calls, and `pull` waits
LISTEN_S for it; for a download the terminal waits, and `push` calls it for as long. So nothing is
known of a terminal before one of both, and entering `connect` proves nothing.

A file comes as text, one line for each data text, its fields with a tab between them and filled up
with spaces as they were, so that the places of a line are those of the record (`lines` says what
becomes of a tab in a field). A file that is sent is read in the same way: a field is as long as its
longest value. Programs are one piece for each line.

A whole file is confirmed only in `settle`: the terminal asks for the last answer for half a minute,
and what breaks off before that it sends again. What it does with a file that was sent is up to its
own program: there is no command to erase one.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from drivers.contract import Capability, Link, Progress, SerialSettings
from drivers.devices.exchange import Exchange
from drivers.devices.lines import read_lines, write_line
from drivers.errors import DriverError, FileRefused, PeerSilent
from drivers.file_contract import (
    MAX_FILES,
    FileDriver,
    FileSession,
    FileTerminalInfo,
    TerminalFile,
)
from drivers.protocols.bht import PROGRAM_SUFFIXES, BhtError, Heading
from drivers.protocols.bht_stations import (
    BhtReceiver,
    BhtSender,
    HeadingArrived,
    ReceiverEvent,
    SenderEvent,
    TextArrived,
    TextTaken,
)
from drivers.protocols.transfer.events import Done, FileEnded

LISTEN_S: Final = 30.0
NEXT_FILE_S: Final = 5.0


class DensoDriver(FileDriver[Link]):
    """Terminals whose files are records with fields of a fixed length."""

    name = "denso"
    title = "Denso BHT-6000, BHT-7000, BHT-7500, BHT-100 (BHT-protocol)"
    serial = SerialSettings(baud=9600)
    capabilities = frozenset({Capability.UPLOAD, Capability.DOWNLOAD})

    @contextmanager
    def connect(
        self,
        carrier: Link,
        clock_ms: Callable[[], int],  # noqa: ARG002 - no terminal of these tells its time
        progress: Progress,
    ) -> Iterator[FileSession]:
        session = DensoSession(carrier, progress)
        try:
            yield session
        finally:
            session.break_off()


class DensoSession(FileSession):
    """Both stations on one link, one after the other."""

    def __init__(self, link: Link, progress: Progress) -> None:
        self._link = link
        self._receiver = BhtReceiver()
        self._sender = BhtSender()
        self._incoming = Exchange[ReceiverEvent](link, self._receiver, progress)
        self._outgoing = Exchange[SenderEvent](link, self._sender, progress)

    def info(self) -> FileTerminalInfo:
        return FileTerminalInfo()

    def pull(self) -> Iterator[TerminalFile]:
        self._incoming.report("connect", 0, 0)
        patience_s = LISTEN_S
        for _ in range(MAX_FILES):
            self._receiver.listen(self._link.now_s(), patience_s)
            try:
                event = self._incoming.next()
            except PeerSilent:
                if patience_s == LISTEN_S:
                    raise
                return
            if isinstance(event, HeadingArrived):
                self._incoming.greeted = True
                yield TerminalFile(event.heading.name, self._texts(event.heading))
                self._receiver.break_off()  # if it was not settled
            patience_s = NEXT_FILE_S
        raise FileRefused(port=self._link.name, file="", reason="endless")

    def settle(self, file: TerminalFile, clear: bool) -> None:  # noqa: ARG002 - see above
        self._incoming.take_arrived()  # one answer for all that it asked meanwhile
        self._receiver.settle()
        self._incoming.write()

    def push(self, files: Sequence[TerminalFile]) -> None:
        total, done = sum(len(file.data) for file in files), 0
        for file in files:
            self._outgoing.file = file.name
            self._outgoing.report("download", done, total)
            self._send(file, done, total)
            done += len(file.data)

    def finish(self) -> None:
        """There is no word for it."""

    def break_off(self) -> None:
        """Stop what is under way; nothing is lost by it."""
        with suppress(DriverError):
            self._receiver.break_off()
            self._incoming.write()
            self._sender.break_off()
            self._outgoing.write()

    def _texts(self, heading: Heading) -> bytes:
        self._incoming.file = heading.name
        total = heading.texts * (sum(heading.lengths) + len(heading.lengths) + 1)
        text = bytearray()
        self._incoming.report("upload", 0, total)
        while not isinstance(event := self._incoming.next(), FileEnded):
            if isinstance(event, TextArrived):
                text += write_line(event.fields)
                self._incoming.report("upload", len(text), max(total, len(text)))
        return bytes(text)

    def _send(self, file: TerminalFile, done: int, total: int) -> None:
        lines = read_lines(file.data)
        self._outgoing.take_arrived()  # what is late must not be taken for an answer
        try:
            self._sender.send(_heading_of(file.name, lines), lines, self._link.now_s())
        except (BhtError, ValueError) as error:  # ValueError: lines of different fields
            raise FileRefused(port=self._link.name, file=file.name, reason=str(error)) from error
        while not isinstance(event := self._outgoing.next(), Done):
            self._outgoing.greeted = True
            if isinstance(event, TextTaken):
                part = len(file.data) * event.serial // len(lines)
                self._outgoing.report("download", done + part, total)


def _heading_of(name: str, lines: list[tuple[bytes, ...]]) -> Heading:
    """A heading whose fields hold all the lines. Raises ValueError if those are not alike."""
    if name.upper().endswith(PROGRAM_SUFFIXES):
        return Heading(name, len(lines))
    columns = list(zip(*lines, strict=True)) or [(b"",)]
    lengths = tuple(max(1, *map(len, column)) for column in columns)
    return Heading(name, len(lines), lengths)
