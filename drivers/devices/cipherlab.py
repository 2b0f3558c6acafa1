"""The driver for CipherLab CPT-7xx and 8xxx terminals and Metrologic's ScanPal2, which is beta.

What the terminal has collected comes as one file, `records.txt`, one line for each record and
nothing changed in it (`lines` says what becomes of a line end inside a record). It goes the other
way in the same form, without empty lines. Names are not part of the protocol.

The terminal gives its next record only when the one before is acknowledged, but the end of it all
is acknowledged in `settle`. Whether it erases then is up to its own settings: there is no command
for it. A transfer without its end is no file, and is asked for again from the beginning.

A record that is sent has no number, so one whose answer was lost goes again and may stand twice in
the terminal's table.

Nothing is known of a terminal before `pull` or `push`, so entering `connect` proves nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from drivers.contract import Capability, Link, Progress, SerialSettings
from drivers.devices.exchange import Exchange
from drivers.devices.lines import read_lines, write_line
from drivers.errors import FileRefused
from drivers.file_contract import FileDriver, FileSession, FileTerminalInfo, TerminalFile
from drivers.protocols.cipherlab import (
    CipherLabError,
    CipherLabReader,
    CipherLabWriter,
    ReaderEvent,
    RecordArrived,
    RecordTaken,
    WriterEvent,
)
from drivers.protocols.transfer.events import Done, FileEnded

FILE_NAME: Final = "records.txt"


class CipherLabDriver(FileDriver[Link]):
    """Terminals that know READ and CIPHER."""

    name = "cipherlab"
    title = "CipherLab CPT-7xx, CPT-8xxx; Metrologic ScanPal2"
    serial = SerialSettings(baud=38_400)
    capabilities = frozenset({Capability.UPLOAD, Capability.DOWNLOAD})
    doubts = (
        "The public copies of the protocol do not show whether the checksum of a record covers its "
        "sequence digit (both are accepted), with which word an upload ends (OVER is assumed), "
        "and at which speed the terminals leave the factory (38400 baud is assumed)."
    )

    @contextmanager
    def connect(
        self,
        carrier: Link,
        clock_ms: Callable[[], int],  # noqa: ARG002 - no terminal of these tells its time
        progress: Progress,
    ) -> Iterator[FileSession]:
        yield CipherLabSession(carrier, progress)


class CipherLabSession(FileSession):
    """Both directions on one link, one after the other."""

    def __init__(self, link: Link, progress: Progress) -> None:
        self._link = link
        self._reader = CipherLabReader()
        self._writer = CipherLabWriter()
        self._incoming = Exchange[ReaderEvent](link, self._reader, progress)
        self._outgoing = Exchange[WriterEvent](link, self._writer, progress)

    def info(self) -> FileTerminalInfo:
        return FileTerminalInfo()

    def pull(self) -> Iterator[TerminalFile]:
        self._incoming.file = FILE_NAME
        self._incoming.report("connect", 0, 0)
        self._incoming.take_arrived()
        self._reader.begin(self._link.now_s())
        text = bytearray()
        while not isinstance(event := self._incoming.next(), FileEnded):
            if isinstance(event, RecordArrived):
                self._incoming.greeted = True
                text += write_line(event.data.split(b"\t"))
                self._incoming.report("upload", len(text), 0)
        if text:
            yield TerminalFile(FILE_NAME, bytes(text))
        else:
            self._close()

    def settle(self, file: TerminalFile, clear: bool) -> None:  # noqa: ARG002 - see above
        self._close()

    def push(self, files: Sequence[TerminalFile]) -> None:
        total, done = sum(len(file.data) for file in files), 0
        for file in files:
            self._outgoing.file = file.name
            self._outgoing.report("download", done, total)
            self._send(file, done, total)
            done += len(file.data)
            self._outgoing.report("download", done, total)

    def finish(self) -> None:
        """There is no word for it."""

    def _close(self) -> None:
        self._incoming.take_arrived()
        self._reader.settle()
        self._incoming.write()

    def _send(self, file: TerminalFile, done: int, total: int) -> None:
        records = list(filter(None, map(b"\t".join, read_lines(file.data))))
        self._outgoing.take_arrived()  # what is late must not be taken for an answer
        try:
            self._writer.send(records, self._link.now_s())
        except CipherLabError as error:
            raise FileRefused(port=self._link.name, file=file.name, reason=error.reason) from error
        while not isinstance(event := self._outgoing.next(), Done):
            self._outgoing.greeted = True
            if isinstance(event, RecordTaken):
                part = len(file.data) * event.count // max(1, len(records))
                self._outgoing.report("download", done + part, total)
