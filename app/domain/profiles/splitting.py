"""Bytes into raw lines, and the text of a line into its pieces."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.profiles.profile import Column, Encoding, Form, Layout, LineEnd
from app.domain.profiles.values import Unfit

_PIECE_BYTES = 1024 * 1024
_LINE_END = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class RawLine:
    """A line as it lies in the file, without its end; `number` from 1, `offset` in bytes."""

    number: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Body:
    """The part of a file that holds lines: after a byte order mark, before the filling."""

    codec: str
    start: int
    end: int

    @property
    def step(self) -> int:
        """Bytes of the smallest character."""
        return 2 if self.codec.startswith("utf-16") else 1


def body_of(encoding: Encoding, data: bytes) -> Body:
    """Where the lines are and how their bytes are read.

    A mark at the beginning is believed for AUTO and passed over for UTF-8.
    """
    codec, start = str(encoding.value), 0
    marks: tuple[tuple[bytes, str], ...] = ((codecs.BOM_UTF8, "utf-8"),)
    if encoding is Encoding.AUTO:
        marks += ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
    for mark, name in marks:
        if encoding in (Encoding.AUTO, Encoding.UTF_8) and data.startswith(mark):
            codec, start = name, len(mark)
    if codec == Encoding.AUTO.value:
        codec = "utf-8" if _is_utf8(data) else "gb18030"
    # DOS ends text with SUB, and XMODEM fills its last block with it
    filling = "\x1a".encode(codec)
    end = len(data)
    while end - len(filling) >= start and data.endswith(filling, start, end):
        end -= len(filling)
    return Body(codec, start, end)


def raw_lines(layout: Layout, data: bytes, body: Body) -> Iterator[RawLine]:
    """Every line of the body; one without an end at the very end counts too."""
    if layout.line_end is LineEnd.NONE:
        yield from _records(layout, data, body)
        return
    if body.step == 2:
        yield from _wide_lines(data, body)
        return
    number, start = 0, body.start
    for found in _LINE_END.finditer(data, body.start, body.end):
        number += 1
        yield RawLine(number, start, data[start : found.start()])
        start = found.end()
    if start < body.end:
        yield RawLine(number + 1, start, data[start : body.end])


def cells_of(layout: Layout, text: str) -> list[str]:
    """The delimited pieces of a line. Raises Unfit("open_quote")."""
    quote, delimiter = layout.quote, layout.delimiter
    if not quote or quote not in text:
        return text.split(delimiter)
    cells: list[str] = []
    start = 0
    while start <= len(text):
        opened = start
        while text.startswith(" ", opened):
            opened += 1
        cell, behind = "", start
        if text.startswith(quote, opened):
            cell, behind = _quoted(quote, text, opened + len(quote))
        stop = text.find(delimiter, behind)
        stop = stop if stop >= 0 else len(text)
        rest = text[behind:stop]
        cells.append(f"{cell}{rest.strip(' ')}" if behind > start else rest)
        start = stop + len(delimiter)
    return cells


def piece_of(layout: Layout, column: Column, line: bytes, text: str, codec: str) -> str:
    """The fixed piece of a column. Raises Unfit("too_short"), Unfit("encoding")."""
    if not layout.by_bytes:
        piece = text[column.start - 1 : column.end]
        if len(text) < column.start and not column.optional:
            raise Unfit("too_short")
        return piece
    cut = line[column.start - 1 : column.end]
    if len(line) < column.start and not column.optional:
        raise Unfit("too_short")
    try:
        return cut.decode(codec)
    except UnicodeDecodeError as error:
        raise Unfit("encoding") from error


def quoted_where_needed(layout: Layout, text: str) -> str:
    """A delimited piece as it is written. Raises Unfit("blank") where quoting would be needed
    and the layout has no quotes."""
    is_plain = layout.delimiter not in text and not any(end in text for end in "\r\n")
    if not layout.quote:
        if not is_plain:
            raise Unfit("blank")
        return text
    if is_plain and layout.quote not in text and text == text.strip(" "):
        return text
    if any(end in text for end in "\r\n"):
        raise Unfit("blank")
    inside = text.replace(layout.quote, layout.quote * 2)
    return f"{layout.quote}{inside}{layout.quote}"


def length_of(layout: Layout, line: bytes, text: str) -> int:
    """Length of a fixed line, in what its places are counted in."""
    return len(line) if layout.by_bytes else len(text)


def is_fixed(layout: Layout) -> bool:
    return layout.form is Form.FIXED


def _is_utf8(data: bytes) -> bool:
    # piece by piece: the text of a large file would take four times its room
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _PIECE_BYTES):
            decoder.decode(data[start : start + _PIECE_BYTES])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _records(layout: Layout, data: bytes, body: Body) -> Iterator[RawLine]:
    starts = range(body.start, body.end, layout.record)
    for number, start in enumerate(starts, start=1):
        yield RawLine(number, start, data[start : min(start + layout.record, body.end)])


def _wide_lines(data: bytes, body: Body) -> Iterator[RawLine]:
    feed, back = ("\n".encode(body.codec), "\r".encode(body.codec))
    number, start, next_feed, next_back = 0, body.start, -1, -1
    while start < body.end:
        # each is looked for once, however far away it is
        if next_feed < start:
            next_feed = _aligned(data, feed, start, body)
        if next_back < start:
            next_back = _aligned(data, back, start, body)
        number, stop = number + 1, min(next_feed, next_back)
        yield RawLine(number, start, data[start:stop])
        start = stop + (4 if data[stop : stop + 4] == back + feed else 2)


def _aligned(data: bytes, wanted: bytes, start: int, body: Body) -> int:
    """Where a two-byte character stands next, the end of the body when nowhere."""
    place = data.find(wanted, start, body.end)
    while place >= 0 and (place - body.start) % 2:
        place = data.find(wanted, place + 1, body.end)
    return place if place >= 0 else body.end


def _quoted(quote: str, text: str, start: int) -> tuple[str, int]:
    """What stands between quotes, and where the text goes on. Raises Unfit("open_quote")."""
    parts = []
    while True:
        stop = text.find(quote, start)
        if stop < 0:
            raise Unfit("open_quote")
        parts.append(text[start:stop])
        start = stop + len(quote)
        if not text.startswith(quote, start):
            return "".join(parts), start
        parts.append(quote)
        start += len(quote)
