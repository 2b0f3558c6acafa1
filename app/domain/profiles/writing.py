"""Rows into a file as a terminal reads it: lists to take along, and lines of a profile itself."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.domain.profiles.profile import (
    Align,
    Column,
    Encoding,
    Form,
    Layout,
    LineEnd,
    Listing,
    Profile,
    Value,
    ValueKind,
)
from app.domain.profiles.reading import MAX_LINE_BYTES
from app.domain.profiles.splitting import quoted_where_needed
from app.domain.profiles.values import Unfit, read_value, write_value

Row = Mapping[str, Value | int]
"""Values by the names of fields; whole numbers may be plain ints."""

# ends of lines, ends of files, marks of encodings
_STEERING = "\r\n\x1a\ufeff"
_BLANKS = str.maketrans(dict.fromkeys(_STEERING, " "))
_ENDS = {LineEnd.CRLF: "\r\n", LineEnd.LF: "\n", LineEnd.CR: "\r", LineEnd.NONE: ""}
_MARKED = {Encoding.AUTO: ("utf-8", codecs.BOM_UTF8)}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that the layout cannot say: its place from 1, the column, and why."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Written:
    """A file, and the rows that are not in it because they would be read as something else."""

    data: bytes
    left_out: tuple[LeftOut, ...]


def write_list(listing: Listing, rows: Iterable[Row]) -> Written:
    """The list for the terminal; only columns with `cut` may lose what has no room."""
    codec, mark = _codec(listing.encoding)
    titles = listing.titles + _ENDS[listing.layout.line_end] if listing.titles else ""
    lead = mark + titles.encode(codec, "replace")
    return _write(listing.layout, listing.columns, codec, lead, rows)


def write_lines(profile: Profile, rows: Iterable[Row]) -> Written:
    """Lines of goods as the profile reads them; `rows` hold the fields of its columns.

    First and last lines and heads are not made, and `lines.mark` is not put in front.
    """
    codec, mark = _codec(profile.encoding)
    # a line that begins like one of these would be read as no goods
    others = [
        each.encode(codec) for each in (profile.lines.comment, profile.lines.tail_mark) if each
    ]
    return _write(profile.layout, profile.columns, codec, mark, rows, others)


def _codec(encoding: Encoding) -> tuple[str, bytes]:
    return _MARKED.get(encoding, (encoding.value, b""))


def _write(
    layout: Layout,
    columns: Sequence[Column],
    codec: str,
    lead: bytes,
    rows: Iterable[Row],
    others: Sequence[bytes] = (),
) -> Written:
    end = _ENDS[layout.line_end].encode(codec)
    parts = [lead]
    left_out = []
    write = _fixed if layout.form is Form.FIXED else _delimited
    for place, row in enumerate(rows, start=1):
        line = write(layout, columns, codec, row)
        if not isinstance(line, bytes):
            left_out.append(LeftOut(place, *line))
        elif len(line) > MAX_LINE_BYTES:
            left_out.append(LeftOut(place, "", "too_long"))
        elif any(line.startswith(each) for each in others):
            left_out.append(LeftOut(place, "", "blank"))
        else:
            parts += [line, end]
    return Written(b"".join(parts), tuple(left_out))


def _delimited(
    layout: Layout, columns: Sequence[Column], codec: str, row: Row
) -> bytes | tuple[str, str]:
    least = layout.pieces[0]
    cells = [b""] * max(least, *(column.index for column in columns))
    for column in columns:
        try:
            text = _text(column, row)
            _check_same(column, text, row)
            if layout.quote or not column.cut:
                text = quoted_where_needed(layout, text)
            else:
                text = text.replace(layout.delimiter, " ")
            cells[column.index - 1] = _encoded(column, text, codec)
        except Unfit as unfit:
            return column.name, unfit.reason
    return layout.delimiter.encode(codec).join(cells)


def _fixed(
    layout: Layout, columns: Sequence[Column], codec: str, row: Row
) -> bytes | tuple[str, str]:
    length = max(layout.record, *(column.end for column in columns))
    pieces = [" ".encode(codec)] * length if not layout.by_bytes else [b" "] * length
    for column in columns:
        try:
            text = _text(column, row)
            piece = _brought_to_width(layout, column, text, codec)
            _check_same(column, piece.decode(codec), row)
        except Unfit as unfit:
            return column.name, unfit.reason
        # one entry holds the whole piece, those behind it nothing
        pieces[column.start - 1 : column.end] = [piece] + [b""] * (column.width - 1)
    return b"".join(pieces)


def _value(column: Column, row: Row) -> Value | None:
    value = row.get(column.field) if column.field else None
    return Decimal(value) if isinstance(value, int) else value


def _text(column: Column, row: Row) -> str:
    text = write_value(column, _value(column, row))
    if any(sign in text for sign in _STEERING):
        if not column.cut:
            raise Unfit("blank")
        text = " ".join(text.translate(_BLANKS).split())
    return text


def _check_same(column: Column, piece: str, row: Row) -> None:
    """Raises Unfit("blank") for a piece that would be read as something else."""
    value = _value(column, row)
    if not column.field or column.cut or value is None:
        return
    word = piece.strip()
    is_passed_over = word in column.skip or (column.keep and word not in column.keep)
    if is_passed_over or read_value(column, piece) != value:
        raise Unfit("blank")


def _encoded(column: Column, text: str, codec: str) -> bytes:
    try:
        return text.encode(codec)
    except UnicodeEncodeError as error:
        if not column.cut:
            raise Unfit("encoding") from error
        return text.encode(codec, "replace")


def _brought_to_width(layout: Layout, column: Column, text: str, codec: str) -> bytes:
    """A fixed piece. Raises Unfit("too_wide"), Unfit("encoding")."""
    data = _encoded(column, text, codec)
    size = len(data) if layout.by_bytes else len(data.decode(codec))
    if size > column.width:
        if not column.cut:
            raise Unfit("too_wide")
        data, size = _cut(layout, data, column.width, codec)
    sign = b""
    if column.kind is ValueKind.NUMBER and column.fill == "0" and data[:1] == b"-":
        # zeros go between the sign and the number
        sign, data = data[:1], data[1:]
    fill = column.fill.encode(codec) * (column.width - size)
    return sign + (fill + data if column.align is Align.RIGHT else data + fill)


def _cut(layout: Layout, data: bytes, width: int, codec: str) -> tuple[bytes, int]:
    """As many whole characters as have room, and how much room they take."""
    if layout.by_bytes:
        data = data[:width].decode(codec, "ignore").encode(codec)
        return data, len(data)
    text = data.decode(codec)[:width]
    return text.encode(codec), len(text)
