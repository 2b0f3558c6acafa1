"""The text protocol of CipherLab CPT-7xx and 8xxx and of Metrologic's ScanPal2, the same by OEM.

Everything ends with a carriage return. READ has the terminal send its records one by one, each with
a rotating digit in front and two characters of checksum behind, and each answered with ACK or NAK.
CIPHER has it take records, which have the checksum but no digit; OVER ends them. Source: the
maker's "AG Data Transmit Protocol", as far as the public copies go: they break off in READ. So two
things are tried both ways, as the bytes themselves tell which it is: whether the checksum covers
the digit, and with which digit it begins. That OVER also ends READ is assumed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from drivers.protocols.transfer.events import Done, Failed, FileEnded

RETURN: Final = b"\r"
READ: Final = b"READ"
CIPHER: Final = b"CIPHER"
OVER: Final = b"OVER"
ACK: Final = b"ACK"
NAK: Final = b"NAK"

MAX_LINE: Final = 1024
MAX_SENT_RECORD: Final = 255  # the sum of more would not fit two characters
MAX_BYTES: Final = 16 * 1024 * 1024

ANSWER_S: Final = 3.0
QUIET_S: Final = 0.3
SPOILT_S: Final = 5.0
TRIES: Final = 4
MAX_NAKS: Final = 10
PARTING_S: Final = 1.0
DOUBLE_S: Final = 0.5

_CHECK_BYTES: Final = 2


class Reading(Enum):
    """What the checksum of a record may be taken over."""

    WITH_DIGIT = "with digit"
    WITHOUT_DIGIT = "without digit"


class CipherLabError(Exception):
    """A record that cannot be said in this protocol; `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class RecordArrived:
    """The next record, without digit and checksum."""

    data: bytes


@dataclass(frozen=True, slots=True)
class RecordTaken:
    """The terminal has so many records."""

    count: int


ReaderEvent = RecordArrived | FileEnded | Failed
WriterEvent = RecordTaken | Done | Failed


def checksum(data: bytes) -> bytes:
    """The sum by 256 and what remains of it; neither may be a return, so 13 becomes 14."""
    total = sum(data)
    return bytes(14 if part == 13 else part for part in (total // 256 % 256, total % 256))


def encode_record(record: bytes) -> bytes:
    """A record for the terminal, with its return. Raises CipherLabError."""
    if not 0 < len(record) <= MAX_SENT_RECORD:
        raise CipherLabError("length")
    if RETURN in record:
        raise CipherLabError("return")
    return record + checksum(record) + RETURN


class LineReader:
    """Cuts what arrives at its returns; holds at most MAX_LINE bytes."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._is_too_long = False

    @property
    def is_inside(self) -> bool:
        """A line has begun and not ended."""
        return bool(self._line) or self._is_too_long

    def feed(self, data: bytes) -> list[bytes | None]:
        """The lines that `data` ends, without their returns; None for one that is too long."""
        *whole, rest = data.split(RETURN)
        lines: list[bytes | None] = []
        for piece in whole:
            self._add(piece)
            lines.append(None if self._is_too_long else bytes(self._line))
            self.drop()
        self._add(rest)
        return lines

    def drop(self) -> None:
        """Forget a line that does not end."""
        self._line.clear()
        self._is_too_long = False

    def _add(self, piece: bytes) -> None:
        self._line += piece
        if len(self._line) > MAX_LINE:
            self._line.clear()
            self._is_too_long = True


class CipherLabReader:
    """The desk's side of READ. After the last record the terminal waits for `settle`."""

    def __init__(self) -> None:
        self._lines = LineReader()
        self._outbox = bytearray()
        self._readings = set(Reading)
        self._is_begun = False
        self._is_over = False
        self._digit: int | None = None
        self._last = b""
        self._bytes = 0
        self._left = 0
        self._naks = 0
        self._due_s: float | None = None
        self._spoilt_s: float | None = None
        self._is_owed = False
        self._refusals = 0

    def begin(self, now_s: float) -> None:
        """Ask for the records."""
        self._is_begun = self._is_over = False
        self._digit, self._last, self._bytes = None, b"", 0
        self._left, self._naks, self._refusals = TRIES, 0, 0
        self._is_owed = False
        self._call(READ, now_s)

    def settle(self) -> None:
        """The records are durable here: tell the terminal so."""
        if self._is_over:
            self._is_over = False
            self._outbox += ACK + RETURN

    def bytes_to_send(self, now_s: float) -> bytes:  # noqa: ARG002 - nothing waits here
        data = bytes(self._outbox)
        self._outbox.clear()
        return data

    def next_timeout(self, now_s: float) -> float | None:
        """Seconds until something is due; None if nothing was asked."""
        return None if self._due_s is None else max(0.0, self._due_s - now_s)

    def receive(self, data: bytes, now_s: float) -> list[ReaderEvent]:
        """What `data`, or the time that has passed without any, means."""
        events: list[ReaderEvent] = []
        for line in self._lines.feed(data):
            if self._due_s is None:
                break
            event = self._understand(line, now_s)
            if event:
                events.append(event)
        if data and self._spoilt_s is not None and self._due_s is not None:
            # One NAK for all that one fault made of a record, once the terminal waits for it.
            self._due_s = min(now_s + QUIET_S, self._spoilt_s + SPOILT_S)
        if self._due_s is not None and now_s >= self._due_s:
            failed = self._run_out_of_time(now_s)
            if failed:
                self._due_s = None
                events.append(failed)
        return events

    def _understand(self, line: bytes | None, now_s: float) -> ReaderEvent | None:
        # A record before the ACK is the rest of a transfer that broke off, not the first one.
        if self._is_begun and line is not None and self._fits(line):
            return self._take(line, now_s)
        if not self._is_begun:
            if line is not None and line.endswith(ACK):  # something may stand before it
                self._is_begun = True
                self._wait(now_s)
            elif line == NAK:
                self._refusals += 1
            return None
        if line in (OVER, OVER + checksum(OVER)):
            # With a record owed, the terminal took an ACK for the wrong one: it is lost on the way.
            self._is_over, self._due_s = not self._is_owed, None
            return FileEnded() if self._is_over else Failed("out_of_order")
        if line != ACK:  # our READ was heard twice
            self._spoilt_s = self._spoilt_s or now_s
            self._is_owed = self._is_owed or not _was_over(line)
        return None

    def _take(self, line: bytes, now_s: float) -> ReaderEvent | None:
        digit = line[0] - ord("0")
        self._is_owed = False
        if digit == self._digit and line == self._last:  # it has not heard the one before
            return self._answer_again(now_s)
        if self._digit is not None and digit != (self._digit + 1) % 10:
            return self._fail("out_of_order")
        self._bytes += len(line)
        if self._bytes > MAX_BYTES:
            return self._fail("endless")
        self._digit, self._last, self._naks = digit, line, 0
        self._outbox += ACK + RETURN
        self._wait(now_s)
        return RecordArrived(line[1:-_CHECK_BYTES])

    def _answer_again(self, now_s: float) -> Failed | None:
        self._naks += 1
        if self._naks > MAX_NAKS:
            return self._fail("damaged")
        self._outbox += ACK + RETURN
        self._wait(now_s)
        return None

    def _fail(self, reason: str) -> Failed:
        self._due_s = None
        return Failed(reason)

    def _fits(self, line: bytes) -> bool:
        if len(line) <= _CHECK_BYTES or not line[:1].isdigit():
            return False
        body, check = line[:-_CHECK_BYTES], line[-_CHECK_BYTES:]
        sums = {
            Reading.WITH_DIGIT: checksum(body),
            Reading.WITHOUT_DIGIT: checksum(body[1:]),
        }
        fitting = {reading for reading in self._readings if sums[reading] == check}
        self._readings = fitting or self._readings
        return bool(fitting)

    def _run_out_of_time(self, now_s: float) -> Failed | None:
        was_spoilt = self._spoilt_s is not None or self._lines.is_inside
        self._lines.drop()
        self._spoilt_s = None
        if not self._is_begun:
            self._left -= 1
            if self._left <= 0:
                return Failed("refused" if self._refusals else "silent")
            self._call(READ, now_s)
            return None
        self._naks += 1
        if self._naks > (MAX_NAKS if was_spoilt else TRIES):
            return Failed("damaged" if was_spoilt else "silent")
        self._call(NAK, now_s)
        return None

    def _call(self, word: bytes, now_s: float) -> None:
        self._outbox += word + RETURN
        self._wait(now_s)

    def _wait(self, now_s: float) -> None:
        self._spoilt_s = None
        self._due_s = now_s + ANSWER_S


def _was_over(line: bytes | None) -> bool:
    """Whether a line that is nothing was OVER before one of its characters was damaged."""
    same = sum(one == other for one, other in zip(line or b"", OVER, strict=False))
    return line is not None and len(line) <= len(OVER) + _CHECK_BYTES and same >= len(OVER) - 1


class CipherLabWriter:
    """The desk's side of CIPHER."""

    def __init__(self) -> None:
        self._lines = LineReader()
        self._outbox = bytearray()
        self._said: list[bytes] = []
        self._at = 0
        self._left = 0
        self._naks = 0
        self._due_s: float | None = None
        self._was_repeated = False
        self._is_held = False
        self._is_refused = False

    def send(self, records: Sequence[bytes], now_s: float) -> None:
        """Begin. Raises CipherLabError if one of them cannot go."""
        self._said = [CIPHER + RETURN, *map(encode_record, records), OVER + RETURN]
        self._at, self._naks = 0, 0
        self._was_repeated = self._is_held = self._is_refused = False
        self._say(now_s, TRIES)

    def bytes_to_send(self, now_s: float) -> bytes:  # noqa: ARG002 - nothing waits here
        data = bytes(self._outbox)
        self._outbox.clear()
        return data

    def next_timeout(self, now_s: float) -> float | None:
        """Seconds until something is due; None if nothing is being sent."""
        return None if self._due_s is None else max(0.0, self._due_s - now_s)

    def receive(self, data: bytes, now_s: float) -> list[WriterEvent]:
        """What `data`, or the time that has passed without any, means."""
        events: list[WriterEvent] = []
        for line in self._lines.feed(data):
            if self._due_s is None or self._is_held or line is None:
                continue
            if self._is_refused:
                self._due_s = now_s + QUIET_S  # one fault may make two lines, and two NAKs
                continue
            if line.endswith(ACK):
                if self._was_repeated:
                    # It may have heard it twice, and a second ACK is not for the next record.
                    self._is_held, self._due_s = True, now_s + DOUBLE_S
                else:
                    events.append(self._go_on(now_s))
            elif line.endswith(NAK):
                self._naks += 1
                if self._naks > MAX_NAKS:
                    self._due_s = None
                    return [*events, Failed("refused")]
                self._is_refused, self._due_s = True, now_s + QUIET_S
        if self._due_s is not None and now_s >= self._due_s:
            events += self._run_out_of_time(now_s)
        return events

    @property
    def _is_over(self) -> bool:
        return self._at == len(self._said) - 1

    def _go_on(self, now_s: float) -> WriterEvent:
        if self._is_over:
            self._due_s = None
            return Done()
        self._at, self._naks = self._at + 1, 0
        self._was_repeated = self._is_held = False
        self._say(now_s, TRIES)
        return RecordTaken(self._at - 1)

    def _run_out_of_time(self, now_s: float) -> list[WriterEvent]:
        self._lines.drop()
        if self._is_held:
            return [self._go_on(now_s)]
        if self._is_refused:
            self._is_refused, self._was_repeated = False, True
            self._say(now_s, self._left)
            return []
        self._left -= 1
        if self._is_over:
            self._due_s = None
            return [Done()]  # nothing says that OVER is answered
        if self._left <= 0:
            self._due_s = None
            return [Failed("silent")]
        self._was_repeated = True
        self._say(now_s, self._left)
        return []

    def _say(self, now_s: float, left: int) -> None:
        self._outbox += self._said[self._at]
        self._left = left
        self._due_s = now_s + (PARTING_S if self._is_over else ANSWER_S)
