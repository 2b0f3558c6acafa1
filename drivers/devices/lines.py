"""Records without names for their fields, as lines of text from which every byte comes back.

Fields stand beside each other with a tab between them. A tab, a line end or a DLE inside a field is
written as DLE and the letter that Ctrl would make it from: DLE I is a tab.
"""

import re
from collections.abc import Iterable
from typing import Final

LINE_END: Final = b"\r\n"
_DLE: Final = b"\x10"
_ODD: Final = re.compile(rb"[\t\n\r\x10]")
_ESCAPED: Final = re.compile(rb"\x10([IJMP])")


def write_line(fields: Iterable[bytes]) -> bytes:
    """One record with its line end."""
    return b"\t".join(_ODD.sub(_escape, field) for field in fields) + LINE_END


def read_lines(text: bytes) -> list[tuple[bytes, ...]]:
    """The fields of every line; CR LF and LF end one."""
    lines = text.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return [_fields(line.removesuffix(b"\r")) for line in lines]


def _fields(line: bytes) -> tuple[bytes, ...]:
    return tuple(_ESCAPED.sub(_unescape, field) for field in line.split(b"\t"))


def _escape(found: re.Match[bytes]) -> bytes:
    return _DLE + bytes((found[0][0] + 0x40,))


def _unescape(found: re.Match[bytes]) -> bytes:
    return bytes((found[1][0] - 0x40,))
