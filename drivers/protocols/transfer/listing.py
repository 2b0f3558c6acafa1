"""How YMODEM and ZMODEM announce a file: its name, NUL, then size, time and mode as text.

Source: C. Forsberg, XMODEM/YMODEM Protocol Reference (1988), section 5.
"""

import re
from dataclasses import dataclass
from typing import Final

from drivers.protocols.transfer.events import FileOffered

MAX_NAME_BYTES: Final = 900
REGULAR_FILE: Final = 0o100644

_NUMBERS: Final = re.compile(rb"\s*(\d{1,15})?(?: +([0-7]{1,15}))?")


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file to be sent; `name` as the other side is to see it, `mtime` in seconds since 1970."""

    name: bytes
    data: bytes
    mtime: int | None = None


def read_listing(block: bytes) -> FileOffered:
    """What the other side says of its file; size and time are None where it says nothing."""
    name, _, rest = block.partition(b"\0")
    found = _NUMBERS.match(rest)
    size, mtime = found.groups() if found else (None, None)
    return FileOffered(
        decode_name(name),
        None if size is None else int(size),
        None if mtime is None else int(mtime, 8) or None,  # 0 means that the time is not known
    )


def write_listing(file: OutgoingFile) -> bytes:
    """The announcement of one file that is to be sent."""
    numbers = f"{len(file.data)} {file.mtime or 0:o} {REGULAR_FILE:o}"
    return file.name + b"\0" + numbers.encode("ascii") + b"\0"


def decode_name(name: bytes) -> str:
    """UTF-8, else GB18030, else Latin-1, which takes everything."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return name.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name.decode("latin-1")
