"""Attribute packets of Kermit: size, date and kind of a file, and the wish to go on in it."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

SIZE_BYTES: Final = ord("1")
SIZE_KILOBYTES: Final = ord("!")
KIND: Final = ord('"')
DATE: Final = ord("#")
DISPOSITION: Final = ord("+")
LAST: Final = ord("@")

_DATE_FORMATS: Final = ("%Y%m%d %H:%M:%S", "%Y%m%d %H:%M", "%Y%m%d", "%y%m%d %H:%M:%S")
_MAX_DIGITS: Final = 15


@dataclass(frozen=True, slots=True)
class Attributes:
    """What is known of a file; `mtime` is in seconds since 1970.

    `is_binary` is None if nothing was said; only a binary file is as long here as there.
    `resend` asks to be told how much of it is held; `is_last` says that no more attributes follow.
    """

    size: int | None = None
    mtime: int | None = None
    is_binary: bool | None = None
    resend: bool = False
    is_last: bool = False


def encode_attributes(attributes: Attributes, zone: tzinfo | None) -> bytes:
    """The data of an A packet; it is not quoted.

    Times of day have no zone there: both sides are taken to be in `zone`, None for that of this
    machine.
    """
    fields = [(KIND, b"B8")]
    if attributes.mtime is not None:
        date = datetime.fromtimestamp(attributes.mtime, zone).strftime(_DATE_FORMATS[0])
        fields.append((DATE, date.encode()))
    if attributes.size is not None:
        fields.append((SIZE_BYTES, b"%d" % attributes.size))
    if attributes.resend:
        fields.append((DISPOSITION, b"R"))
    fields.append((LAST, b""))
    return b"".join(bytes((tag, len(value) + 32)) + value for tag, value in fields)


def add_attributes(known: Attributes, data: bytes, zone: tzinfo | None) -> Attributes:
    """`known` with what an A packet adds; what makes no sense is left out."""
    fields: dict[int, bytes] = {}
    at = 0
    while at + 2 <= len(data):
        length = max(0, data[at + 1] - 32)
        fields[data[at]] = data[at + 2 : at + 2 + length]
        at += 2 + length
    size, mtime, is_binary = known.size, known.mtime, known.is_binary
    if (exact := _number(fields.get(SIZE_BYTES, b""))) is not None:
        size = exact
    if (date := _seconds(fields.get(DATE, b""), zone)) is not None:
        mtime = date
    if kind := fields.get(KIND):
        is_binary = kind[:1] in (b"B", b"I")
    return Attributes(
        size,
        mtime,
        is_binary,
        known.resend or fields.get(DISPOSITION, b"")[:1] == b"R",
        known.is_last or LAST in fields,
    )


def encode_held(held_bytes: int) -> bytes:
    """The answer to the wish to go on: how many bytes are held; nothing if there are none."""
    if held_bytes <= 0:
        return b""
    digits = b"%d" % held_bytes
    return bytes((SIZE_BYTES, len(digits) + 32)) + digits


def decode_held(data: bytes) -> int:
    """How many bytes the answer says are held; 0 if it says nothing of it."""
    if len(data) < 3 or data[0] != SIZE_BYTES:
        return 0
    return _number(data[2 : 2 + max(0, data[1] - 32)]) or 0


def _number(digits: bytes) -> int | None:
    return int(digits) if digits.isdigit() and len(digits) <= _MAX_DIGITS else None


def _seconds(date: bytes, zone: tzinfo | None) -> int | None:
    text = date.decode("latin-1").strip()
    for form in _DATE_FORMATS:
        try:
            return int(datetime.strptime(text, form).replace(tzinfo=zone).timestamp())
        except (ValueError, OverflowError, OSError):  # none, or none that this machine can tell
            continue
    return None
