"""The driver for Unitech terminals that speak MULTIPOINT: PT630, HT630, PT600, MR350.

Every file of the terminal's RAM comes as it is, but for programs (PROGRAM_SUFFIXES): they are
neither collected data nor ever to be erased by a desk. A transfer goes on at the byte where it
broke off, within a docking and from the last one. That the file is still the same is believed only
if its last OVERLAP_BYTES before that byte, read again, are what is held; if not, or if a terminal
does not begin where it is told to, the file is read from its beginning. A terminal appends, so a
file that was begun anew meanwhile does not agree in so many bytes by chance; and before a file is
erased all of it is read once more and compared.

The checksum of MULTIPOINT is a sum of one byte: it sees one flipped bit of a packet, not every two.
So where a packet was seen to be damaged, a file counts only if two readings of it agree.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from drivers.contract import Capability, Link, Progress, SerialSettings
from drivers.devices.exchange import Exchange
from drivers.devices.file_partials import FilePartials
from drivers.errors import (
    Damaged,
    FileChanged,
    FileRefused,
    FileUnstable,
    PeerRefused,
    PeerSilent,
    ProtocolError,
    TransferFailed,
)
from drivers.file_contract import (
    MAX_FILE_BYTES,
    MAX_FILES,
    FileDriver,
    FileSession,
    FileTerminalInfo,
    TerminalFile,
)
from drivers.protocols.multipoint import (
    MAX_SENT_DATA,
    TRIES,
    WAKE_S,
    WAKING,
    Action,
    Answered,
    MultipointDesk,
    MultipointEvent,
    Refused,
)

OVERLAP_BYTES: Final = 4096
ATTEMPTS: Final = 4
BREAKS: Final = 200
READINGS: Final = 4
MOST_NOISE_S: Final = 5.0
MAX_LISTINGS: Final = 1000
MAX_NAME_BYTES: Final = 64
PROGRAM_SUFFIXES: Final = (".EXE", ".COM", ".BAT")

_IN_RAM: Final = (b"0", b"\0")  # the guide writes 0 for one command and 00H for the others
_DONE: Final = (b"\0", b"0")
_DATA_ANSWERS: Final = frozenset({bytes(Action.DATA), bytes(Action.END)})


class UnitechDriver(FileDriver[Link]):
    """Terminals with files, at address A as they leave the factory."""

    name = "unitech"
    title = "Unitech PT630, HT630, PT600, MR350 (MULTIPOINT)"
    serial = SerialSettings(baud=9600)
    capabilities = frozenset(
        {
            Capability.IDENTIFY,
            Capability.UPLOAD,
            Capability.DOWNLOAD,
            Capability.CLEAR,
            Capability.SET_CLOCK,
        }
    )
    doubts = (
        "The manual does not show whether the checksum is taken before or after conversion (both "
        "are accepted), which character says that a directory goes on (a comma is assumed), and "
        "whether an offset counts from 0 (a transfer that goes on proves it)."
    )

    @contextmanager
    def connect(
        self,
        carrier: Link,
        clock_ms: Callable[[], int],  # noqa: ARG002 - no terminal of these tells its time
        progress: Progress,
    ) -> Iterator[FileSession]:
        session = UnitechSession(carrier, progress, FilePartials(self.scratch, OVERLAP_BYTES + 1))
        session.greet()
        yield session


class UnitechSession(FileSession):
    """One terminal that has told its name."""

    def __init__(self, link: Link, progress: Progress, partials: FilePartials) -> None:
        self._link = link
        self._engine = MultipointDesk()
        self._exchange = Exchange[MultipointEvent](link, self._engine, progress)
        self._partials = partials
        self._starts_anywhere = True
        self._name = ""

    def greet(self) -> None:
        """Wake the terminal and ask for its name."""
        self._exchange.report("connect", 0, 0)
        self._link.write(WAKING)
        self._wait_until_quiet()
        self._name = _as_text(self._answer(Action.IDENTITY)).strip("\0 ")
        self._exchange.greeted = True

    def info(self) -> FileTerminalInfo:
        return FileTerminalInfo(serial=self._name)

    def pull(self) -> Iterator[TerminalFile]:
        for name in self._directory():
            self._exchange.file = name
            if _is_impossible(name):
                raise FileRefused(port=self._link.name, file=name, reason="name")
            yield TerminalFile(name, self._fetch_surely(name))
            self._partials.drop(self._name, name)

    def settle(self, file: TerminalFile, clear: bool) -> None:
        if not clear:
            return
        self._exchange.file = file.name
        length = self._length(file.name)
        if length is not None and length != len(file.data):
            raise FileChanged(port=self._link.name, file=file.name)
        if self._fetch(file.name)[0] != file.data:
            raise FileChanged(port=self._link.name, file=file.name)
        code = self._answer(Action.ERASE, _as_bytes(file.name))
        if code[:1] not in _DONE and self._exists(file.name):  # else an answer was lost on its way
            raise PeerRefused(port=self._link.name, refusal=code[0] if code else 0, text="erase")

    def push(self, files: Sequence[TerminalFile]) -> None:
        total, done = sum(len(file.data) for file in files), 0
        for file in files:
            self._exchange.file = file.name
            if _is_impossible(file.name) or not file.name.isascii():
                raise FileRefused(port=self._link.name, file=file.name, reason="name")
            for left in reversed(range(ATTEMPTS)):
                try:
                    self._send(file, done, total)
                    break
                except (PeerSilent, Damaged, TransferFailed):
                    self._cancel(Action.CANCEL_DOWNLOAD)
                    if not left:
                        raise
            done += len(file.data)

    def set_clock(self, now_ms: int, offset_min: int) -> None:
        local = datetime.fromtimestamp(now_ms / 1000, UTC) + timedelta(minutes=offset_min)
        code = self._answer(Action.SET_TIME, local.strftime("%Y%m%d%H%M%S").encode())
        if code[:1] not in _DONE:
            raise PeerRefused(port=self._link.name, refusal=code[0] if code else 0, text="clock")

    def finish(self) -> None:
        """There is no word for it."""

    def _directory(self) -> list[str]:
        """Names of files that are no programs, impossible ones last. A comma at the end of a
        listing is taken to say that it goes on."""
        listed = b""
        for _ in range(MAX_LISTINGS):
            listed += self._answer(Action.DIRECTORY)
            if not listed.endswith(b","):
                break
        names = [_as_text(name) for name in listed.split(b",") if name.strip(b"\0 ")]
        if len(names) > MAX_FILES or listed.endswith(b","):
            raise FileRefused(port=self._link.name, file="", reason="endless")
        names = [name for name in names if not name.upper().endswith(PROGRAM_SUFFIXES)]
        return sorted(names, key=_is_impossible)

    def _fetch_surely(self, name: str) -> bytes:
        """The file, read until two readings agree where the line was seen to be bad."""
        before = b""
        kept = self._partials.find(self._name, name)
        for number in range(READINGS):
            damaged, silences = self._engine.damaged_packets, self._engine.silences
            data, length = self._fetch(name, kept)
            was_clean = damaged == self._engine.damaged_packets
            was_clean &= length is not None or silences == self._engine.silences
            if was_clean or (number and data == before):
                return data
            before, kept = data, b""
        raise Damaged(port=self._link.name, reason="readings_differ", text=name)

    def _fetch(self, name: str, kept: bytes = b"") -> tuple[bytes, int | None]:
        """(the file, its length as told), going on after `kept` and after every break."""
        data = bytearray(kept)
        length = self._length(name)
        self._report(data, length)
        idle = 0
        for _ in range(BREAKS):
            before = len(data)
            try:
                self._read_on(name, data, length)
                if length is None or len(data) == length:
                    return bytes(data), length
                if self._length(name) != length:
                    raise FileUnstable(
                        port=self._link.name, file=name, listed_bytes=length, read_bytes=len(data)
                    )
                data.clear()  # a packet came twice or not at all
                idle += 1
            except (PeerSilent, Damaged, TransferFailed):
                self._cancel(Action.CANCEL_UPLOAD)
                idle = 0 if len(data) > before else idle + 1
                if idle >= ATTEMPTS:
                    self._keep(name, data)
                    raise
            except BaseException:
                self._keep(name, data)
                raise
            if idle >= ATTEMPTS:
                break
        raise TransferFailed(port=self._link.name, file=name, reason="length", text=str(length))

    def _keep(self, name: str, data: bytearray) -> None:
        if not self._engine.damaged_packets:  # else one of them may have looked whole
            self._partials.keep(self._name, name, data)

    def _cancel(self, action: Action) -> None:
        with suppress(ProtocolError):
            self._accept(action, tries=1)
            self._wait_until_quiet()

    def _wait_until_quiet(self) -> None:
        """What is late must not be taken for the answer to what is asked next."""
        ends_s = self._link.now_s() + MOST_NOISE_S
        while self._link.now_s() < ends_s and self._link.read(4096, WAKE_S):
            self._exchange.report_again()

    def _read_on(self, name: str, data: bytearray, length: int | None) -> None:
        """One upload from a little before the end of `data`, which is then put behind it."""
        can_start = self._starts_anywhere and "[" not in name
        start = max(0, len(data) - OVERLAP_BYTES) if can_start else 0
        held = bytes(data[start:])
        if not start:
            data.clear()
        self._begin_upload(name, start)
        read = 0 if start else len(held)
        while True:
            event = self._ask(Action.DATA, answers=_DATA_ANSWERS, tries=1)
            if not isinstance(event, Answered):
                raise TransferFailed(port=self._link.name, file=name, reason="refused", text="")
            piece = event.data
            proving = held[read : read + len(piece)]
            if piece[: len(proving)] != proving or (event.action == Action.END and held[read:]):
                self._starts_anywhere = False
                data.clear()
                raise TransferFailed(port=self._link.name, file=name, reason="prefix", text="")
            if event.action == Action.END:
                return
            read += len(proving)
            data += piece[len(proving) :]
            if len(data) > MAX_FILE_BYTES:
                raise FileRefused(port=self._link.name, file=name, reason="endless")
            self._report(data, length)

    def _begin_upload(self, name: str, start: int) -> None:
        behind = f"[{start}]" if start else ""
        try:
            self._accept(Action.UPLOAD, _as_bytes(name + behind))
        except PeerRefused:
            if not start:
                raise
            self._starts_anywhere = False
            raise TransferFailed(
                port=self._link.name, file=name, reason="offset", text=str(start)
            ) from None

    def _send(self, file: TerminalFile, done: int, total: int) -> None:
        damaged = self._engine.damaged_packets
        self._accept(Action.DOWNLOAD, _as_bytes(file.name))
        for at in range(0, len(file.data), MAX_SENT_DATA):
            # Not sent again when the answer is lost: it might then be in the file twice.
            self._accept(Action.DATA, file.data[at : at + MAX_SENT_DATA], tries=1)
            self._exchange.report("download", done + at, total)
        self._accept(Action.END)
        length = self._length(file.name)
        if length is not None and length != len(file.data):
            raise TransferFailed(
                port=self._link.name, file=file.name, reason="length", text=str(length)
            )
        if damaged != self._engine.damaged_packets and self._fetch(file.name)[0] != file.data:
            raise TransferFailed(port=self._link.name, file=file.name, reason="differs", text="")
        self._exchange.report("download", done + len(file.data), total)

    def _length(self, name: str) -> int | None:
        """What the terminal says of it; None if it says only that there is such a file."""
        told = self._answer(Action.EXISTS, _as_bytes(name))
        digits = told[1:].strip(b"\0 ")
        if told[:1] not in _IN_RAM or not (digits.isdigit() and len(digits) < 12):
            return None
        if int(digits) > MAX_FILE_BYTES:
            raise FileRefused(port=self._link.name, file=name, reason="endless")
        return int(digits)

    def _exists(self, name: str) -> bool:
        return self._answer(Action.EXISTS, _as_bytes(name))[:1] in _IN_RAM

    def _answer(self, action: Action, parameters: bytes = b"") -> bytes:
        event = self._ask(action, parameters, frozenset({bytes(action)}))
        if isinstance(event, Answered):
            return event.data
        raise PeerRefused(port=self._link.name, refusal=0, text=action.name.lower())

    def _accept(self, action: Action, parameters: bytes = b"", tries: int = TRIES) -> None:
        if isinstance(self._ask(action, parameters, tries=tries), Refused):
            raise PeerRefused(port=self._link.name, refusal=0, text=action.name.lower())

    def _ask(
        self,
        action: Action,
        parameters: bytes = b"",
        answers: frozenset[bytes] = frozenset(),
        tries: int = TRIES,
    ) -> MultipointEvent:
        self._engine.ask(action, self._link.now_s(), parameters, answers, tries)
        return self._exchange.next()

    def _report(self, data: bytearray, length: int | None) -> None:
        self._exchange.report("upload", len(data), length or 0)


def _is_impossible(name: str) -> bool:
    return not 0 < len(name) <= MAX_NAME_BYTES or any(ord(c) < 32 or ord(c) == 127 for c in name)


def _as_text(name: bytes) -> str:
    return name.decode("latin-1")


def _as_bytes(name: str) -> bytes:
    return name.encode("latin-1", "replace")
