"""The blocks of the BHT-protocol of Denso's terminals: headings, data texts, their check character.

A file goes as one heading text and numbered data texts of equal length, each block closed by ETX
and a horizontal parity. Source: Denso's user's manuals of the BHT-7000, BHT-7500 and BHT-100,
chapter 3 and appendix B. The protocol is not transparent: no text has a control character of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import reduce
from operator import xor
from typing import Final

SOH: Final = 0x01
STX: Final = 0x02
ETX: Final = 0x03

MAX_TEXTS: Final = 32_767
MAX_FIELDS: Final = 16
MAX_FIELD: Final = 254
MAX_TEXT: Final = 255  # all fields, and one more for each
NAME_BYTES: Final = 12
SERIAL_BYTES: Final = 5
MAX_BLOCK: Final = 300
PROGRAM_SUFFIXES: Final = (".PD3", ".PD4", ".EX3", ".FN3")

_COUNT_BYTES: Final = 5
_FIXED_BYTES: Final = NAME_BYTES + _COUNT_BYTES
_FORBIDDEN: Final = frozenset(b"\x01\x02\x03\x04\x05")


class Control(IntEnum):
    """A character that stands alone."""

    EOT = 0x04
    ENQ = 0x05
    ACK = 0x06
    NAK = 0x15


_CONTROLS: Final = {int(control): control for control in Control}


class BhtError(Exception):
    """A text that cannot be; `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Heading:
    """What a file is called, how many data texts it has and how long the fields of each are.

    Programs have no fields: a text of theirs is one piece.
    """

    name: str
    texts: int
    lengths: tuple[int, ...] = ()

    @property
    def is_program(self) -> bool:
        return self.name.upper().endswith(PROGRAM_SUFFIXES)


@dataclass(frozen=True, slots=True)
class Block:
    """A block whose parity is right; `start` is SOH or STX."""

    start: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A block whose parity is wrong."""


def parity(body: bytes) -> int:
    """The check character behind ETX: every bit of `body` and ETX, summed without carry."""
    return reduce(xor, body, ETX)


def encode_block(start: int, body: bytes) -> bytes:
    """A block for the line. Raises BhtError for control characters in it."""
    if _FORBIDDEN & set(body):
        raise BhtError("control")
    return bytes((start,)) + body + bytes((ETX, parity(body)))


def encode_heading(heading: Heading) -> bytes:
    """The body of a heading text. Raises BhtError."""
    name = heading.name
    if not (name.isascii() and 0 < len(name) <= NAME_BYTES):
        raise BhtError("name")
    if not 0 <= heading.texts <= MAX_TEXTS:
        raise BhtError("texts")
    body = f"{name:<{NAME_BYTES}}{heading.texts:0{_COUNT_BYTES}}"
    if not heading.is_program:
        check_lengths(heading.lengths)
        body += f"{len(heading.lengths):02}" + "".join(map(_as_two, heading.lengths))
    return body.encode()


def decode_heading(body: bytes) -> Heading:
    """What a heading text says; lengths may have two or three characters. Raises BhtError."""
    name = body[:NAME_BYTES].decode("latin-1").rstrip()
    texts = _number(body[NAME_BYTES:_FIXED_BYTES], MAX_TEXTS)
    if not name:
        raise BhtError("name")
    if len(body) == _FIXED_BYTES:
        return Heading(name, texts)
    count = _number(body[_FIXED_BYTES : _FIXED_BYTES + 2], MAX_FIELDS)
    told = body[_FIXED_BYTES + 2 :]
    if not count or len(told) not in (2 * count, 3 * count):
        raise BhtError("lengths")
    size = len(told) // count
    lengths = tuple(_length(told[at : at + size]) for at in range(0, len(told), size))
    check_lengths(lengths)
    return Heading(name, texts, lengths)


def check_lengths(lengths: Sequence[int]) -> None:
    """Raises BhtError if no file can have such fields."""
    if not (
        0 < len(lengths) <= MAX_FIELDS
        and all(0 < length <= MAX_FIELD for length in lengths)
        and sum(lengths) + len(lengths) <= MAX_TEXT
    ):
        raise BhtError("lengths")


def encode_text(serial: int, fields: Sequence[bytes], lengths: Sequence[int]) -> bytes:
    """The body of a data text: its number, then the fields, filled up with spaces."""
    filled = [field.ljust(length) for field, length in zip(fields, lengths, strict=True)]
    if any(len(field) > length for field, length in zip(filled, lengths, strict=True)):
        raise BhtError("lengths")
    return f"{serial:0{SERIAL_BYTES}}".encode() + b"".join(filled)


def decode_text(body: bytes, lengths: Sequence[int]) -> tuple[int, tuple[bytes, ...]]:
    """(number, fields with their filling) of a data text. Raises BhtError."""
    serial = _number(body[:SERIAL_BYTES], MAX_TEXTS)
    rest = body[SERIAL_BYTES:]
    if not lengths:
        return serial, (rest,)
    if len(rest) != sum(lengths):
        raise BhtError("lengths")
    fields = []
    for length in lengths:
        fields.append(rest[:length])
        rest = rest[length:]
    return serial, tuple(fields)


def _number(digits: bytes, most: int) -> int:
    if not digits.isdigit() or int(digits) > most:
        raise BhtError("number")
    return int(digits)


def _as_two(length: int) -> str:
    """Two digits up to 99, then @0 to I9 for 100 to 199 and P0 to U4 for 200 to 254."""
    if length < 100:
        return f"{length:02}"
    first = "@" if length < 200 else "P"
    return chr(ord(first) + length % 100 // 10) + str(length % 10)


def _length(told: bytes) -> int:
    if told.isdigit():
        return int(told)
    first, last = told[0], told[1:]
    if last.isdigit() and len(last) == 1:
        if 0 <= first - ord("@") <= 9:
            return 100 + 10 * (first - ord("@")) + int(last)
        if 0 <= first - ord("P") <= 5:
            return 200 + 10 * (first - ord("P")) + int(last)
    raise BhtError("lengths")


class BlockReader:
    """Cuts what arrives into blocks and control characters; holds at most MAX_BLOCK bytes."""

    def __init__(self) -> None:
        self._start = 0
        self._body = bytearray()
        self._at_parity = False
        self._after_noise = False
        self.was_noisy = False

    def feed(self, data: bytes) -> list[Block | Spoilt | Control]:
        """What `data` completes, in order. `was_noisy` is set by bytes that belong to nothing."""
        return [found for byte in data if (found := self._take(byte)) is not None]

    def pause(self) -> None:
        """Nothing came for a while: what comes now is no rest of what came before."""
        self._note_noise(bool(self._start))
        self._drop()
        self._after_noise = False

    def _take(self, byte: int) -> Block | Spoilt | Control | None:
        if self._at_parity:
            found = Block(self._start, bytes(self._body))
            self._drop()
            return found if byte == parity(found.body) else Spoilt()
        if byte in (SOH, STX):
            self._note_noise(bool(self._start))
            self._drop()
            self._start, self._after_noise = byte, False
        elif self._start and byte == ETX:
            self._at_parity = True
        elif self._start and byte not in (Control.ENQ, Control.EOT):
            self._body.append(byte)
            if len(self._body) > MAX_BLOCK:
                self._note_noise(True)
                self._drop()
        else:
            self._note_noise(bool(self._start))
            is_inside = bool(self._start)
            self._drop()
            # The parity of a block whose beginning was lost may look like any of them.
            if byte in _CONTROLS and (is_inside or not self._after_noise):
                return _CONTROLS[byte]
            self._note_noise(True)
        return None

    def _note_noise(self, is_noise: bool) -> None:
        if is_noise:
            self.was_noisy = self._after_noise = True

    def _drop(self) -> None:
        self._start, self._at_parity = 0, False
        self._body.clear()
