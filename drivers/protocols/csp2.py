"""CSP2, the command protocol of small Symbol and Opticon scanners: frames, check, scans, clock.

A frame is a command or a status, STX, for some commands a head of fixed length, strings with their
length in front, a zero and a CRC-16/USB over all of it, high byte first. Sources: Symbol's protocol
as written down in ianburrell/cs1504 (with its check values) and in Simon Jouet's opn.py.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final

from drivers.protocols.transfer.events import Failed

STX: Final = 2
MAX_STRING: Final = 250
TIMESTAMP_BYTES: Final = 4
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2063

PAUSE_S: Final = 0.1  # before each command; the scanner needs it
FIRST_BYTE_S: Final = 2.0
GAP_S: Final = 1.0
QUIET_S: Final = 0.25
SPOILT_S: Final = 5.0
TRIES: Final = 3


class Command(IntEnum):
    """What the desk may ask for."""

    INTERROGATE = 1
    CLEAR = 2
    SET_PARAMETERS = 3
    SET_DEFAULTS = 4
    POWER_DOWN = 5
    UPLOAD = 7
    GET_PARAMETERS = 8
    SET_TIME = 9
    GET_TIME = 10


class Status(IntEnum):
    """How an answer begins; all but OK stand alone."""

    UNSUPPORTED = 5
    OK = 6
    CRC_ERROR = 7
    CHARACTER_ERROR = 8
    GENERAL_ERROR = 9


_HEADS: Final = {Command.INTERROGATE: 18, Command.UPLOAD: 8}
_MAX_BYTES: Final = {Command.UPLOAD: 2 * 1024 * 1024}  # the largest of the family keeps 1 MB
_MAX_S: Final = {Command.UPLOAD: 3600.0}  # so many bytes at 9600 baud, and a half more
_MAX_ANSWER_BYTES: Final = 65_536
_MAX_ANSWER_S: Final = 90.0
_REPEATABLE: Final = (Status.CRC_ERROR, Status.CHARACTER_ERROR)


class Csp2Error(Exception):
    """Something that cannot be said in this protocol; `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Answered:
    """What the scanner said to `command`: the head, empty for most commands, and the strings."""

    command: Command
    head: bytes
    strings: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """The scanner said no to `command`."""

    command: Command
    status: int


@dataclass(frozen=True, slots=True)
class Scan:
    """One barcode. `taken` is the scanner's local time, None if no clock can have shown it."""

    symbology: int
    barcode: bytes
    taken: datetime | None
    raw: bytes


Csp2Event = Answered | Refused | Failed


def _crc_table() -> tuple[int, ...]:
    rows = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)  # noqa: PLW2901 - shifted out
        rows.append(value)
    return tuple(rows)


_CRC: Final = _crc_table()


def crc16(data: bytes | bytearray) -> int:
    """CRC-16/USB: 0xB4C8 for the digits 1 to 9."""
    rest = 0xFFFF
    for byte in data:
        rest = rest >> 8 ^ _CRC[(rest ^ byte) & 0xFF]
    return rest ^ 0xFFFF


def encode_command(command: Command, *strings: bytes) -> bytes:
    """The frame of a command. Raises Csp2Error for a string that has no length byte."""
    frame = bytearray((command, STX))
    for string in strings:
        if not 0 < len(string) <= MAX_STRING:
            raise Csp2Error("string_length")
        frame.append(len(string))
        frame += string
    frame.append(0)
    return bytes(frame) + crc16(frame).to_bytes(2, "big")


def parse_scan(raw: bytes) -> Scan:
    """A string of an upload. Any bytes are one; too few of them leave fields empty."""
    if len(raw) <= TIMESTAMP_BYTES:
        return Scan(raw[0] if raw else 0, b"", None, raw)
    return Scan(raw[0], raw[1:-TIMESTAMP_BYTES], _moment(raw[-TIMESTAMP_BYTES:]), raw)


def _moment(packed: bytes) -> datetime | None:
    bits = int.from_bytes(packed, "big")
    year, month, day = FIRST_YEAR + (bits & 63), bits >> 6 & 15, bits >> 10 & 31
    return _datetime(year, month, day, bits >> 15 & 31, bits >> 20 & 63, bits >> 26)


def pack_time(local: datetime) -> bytes:
    """The string of SET_TIME. Raises Csp2Error for a year that the scanner cannot show."""
    if not FIRST_YEAR <= local.year <= LAST_YEAR:
        raise Csp2Error("year")
    year = local.year - FIRST_YEAR
    return bytes((local.second, local.minute, local.hour, local.day, local.month, year))


def unpack_time(string: bytes) -> datetime | None:
    """The local time in an answer to GET_TIME; None if it is none."""
    if len(string) != 6:
        return None
    second, minute, hour, day, month, year = string
    return _datetime(FIRST_YEAR + year, month, day, hour, minute, second)


def _datetime(*numbers: int) -> datetime | None:
    try:
        return datetime(*numbers)  # type: ignore[arg-type]  # noqa: DTZ001 - a clock without zone
    except ValueError:
        return None


class AnswerReader:
    """Cuts one answer out of what arrives; holds at most what the command may answer."""

    def __init__(self, command: Command) -> None:
        self._command = command
        self._head = 2 + _HEADS.get(command, 0)
        self._most = _MAX_BYTES.get(command, _MAX_ANSWER_BYTES)
        self._bytes = bytearray()
        self._at = self._head
        self._strings: list[bytes] = []

    @property
    def held_bytes(self) -> int:
        """How much of the answer is here."""
        return len(self._bytes)

    @property
    def refusal(self) -> int:
        """The status, if nothing but one other than OK is here; else 0."""
        alone = len(self._bytes) == 1 and self._bytes[0] in set(Status) - {Status.OK}
        return self._bytes[0] if alone else 0

    def feed(self, data: bytes) -> Answered | None:
        """The answer once it is whole and its CRC is right; what is behind it is dropped.

        Raises Csp2Error: `damaged` as soon as it cannot become right, `endless` over the cap.
        """
        self._bytes += data
        if len(self._bytes) > self._most:
            raise Csp2Error("endless")
        if self.refusal:
            return None
        if not self._bytes.startswith(bytes((Status.OK, STX))[: len(self._bytes)]):
            raise Csp2Error("damaged")
        while self._at < len(self._bytes):
            length = self._bytes[self._at]
            ends = self._at + 1 + (length or 2)
            if length > MAX_STRING:
                raise Csp2Error("damaged")
            if ends > len(self._bytes):
                break
            if not length:
                return self._checked(ends)
            self._strings.append(bytes(self._bytes[self._at + 1 : ends]))
            self._at = ends
        return None

    def _checked(self, ends: int) -> Answered:
        body, crc = self._bytes[: ends - 2], self._bytes[ends - 2 : ends]
        if crc16(body) != int.from_bytes(crc, "big"):
            raise Csp2Error("damaged")
        return Answered(self._command, bytes(body[2 : self._head]), tuple(self._strings))


class Csp2Desk:
    """The desk's side: one command at a time, asked again when its answer was damaged or lost."""

    def __init__(self) -> None:
        self._command = Command.INTERROGATE
        self._frame = b""
        self._tries = 0
        self._reader: AnswerReader | None = None
        self._send_s: float | None = None
        self._asked_s = 0.0
        self._heard_s: float | None = None
        self._spoilt_s: float | None = None

    @property
    def held_bytes(self) -> int:
        """How much of the present answer has arrived."""
        return self._reader.held_bytes if self._reader else 0

    def ask(self, command: Command, now_s: float, *strings: bytes, tries: int = TRIES) -> None:
        """Begin; `tries` is 1 for what must not be done twice. Raises Csp2Error."""
        self._frame = encode_command(command, *strings)
        self._command, self._tries = command, tries
        self._begin(now_s)

    def bytes_to_send(self, now_s: float) -> bytes:
        """The command, once its time has come."""
        if self._send_s is None or now_s < self._send_s:
            return b""
        self._send_s, self._asked_s = None, now_s
        return self._frame

    def receive(self, data: bytes, now_s: float) -> list[Csp2Event]:
        """What `data`, or the time that has passed without any, means."""
        reader = self._reader
        if reader is None or self._send_s is not None:
            return []  # said before it was asked: the rest of something else
        if self._spoilt_s is None and data:
            try:
                if answer := reader.feed(data):
                    self._reader = None
                    return [answer]
            except Csp2Error as error:
                if error.reason == "endless":
                    return self._fail("endless")
                self._spoilt_s = now_s
        if data:
            self._heard_s = now_s
        return self._look_at_clock(reader, now_s)

    def next_timeout(self, now_s: float) -> float | None:
        """Seconds until something is due; None if nothing was asked."""
        if self._reader is None:
            return None
        due_s = self._send_s if self._send_s is not None else self._patience_ends_s(self._reader)
        return max(0.0, due_s - now_s)

    def _patience_ends_s(self, reader: AnswerReader) -> float:
        if self._spoilt_s is not None:
            return min((self._heard_s or 0.0) + QUIET_S, self._spoilt_s + SPOILT_S)
        if self._heard_s is None:
            return self._asked_s + FIRST_BYTE_S
        most_s = self._asked_s + _MAX_S.get(self._command, _MAX_ANSWER_S)
        return min(self._heard_s + (QUIET_S if reader.refusal else GAP_S), most_s)

    def _look_at_clock(self, reader: AnswerReader, now_s: float) -> list[Csp2Event]:
        if now_s < self._patience_ends_s(reader):
            return []
        if reader.refusal and self._spoilt_s is None and reader.refusal not in _REPEATABLE:
            self._reader = None
            return [Refused(self._command, reader.refusal)]
        self._tries -= 1
        if self._tries <= 0:
            return self._fail("silent" if self._heard_s is None else "damaged")
        self._begin(now_s)
        return []

    def _begin(self, now_s: float) -> None:
        self._reader = AnswerReader(self._command)
        self._send_s = now_s + PAUSE_S
        self._heard_s = self._spoilt_s = None

    def _fail(self, reason: str) -> list[Csp2Event]:
        self._reader = None
        return [Failed(reason)]
