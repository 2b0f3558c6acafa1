"""The lines of a terminal's file: what each means, or why it means nothing.

Nothing is dropped and nothing guessed: every line of a file is a Line, a BadLine or an Aside.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.profiles.profile import Column, CountRule, Form, Profile, Value
from app.domain.profiles.splitting import Body, RawLine, body_of, cells_of, piece_of, raw_lines
from app.domain.profiles.values import LONGEST_NUMBER, Unfit, read_value

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_LINE_BYTES = 4096
MAX_LINES = 1_000_000
"""What no terminal ever sends; the rest of a longer file is one BadLine."""

_NO_FIELDS: Mapping[str, Value] = {}


@dataclass(frozen=True, slots=True)
class Line:
    """A line that was understood. `offset` and `length` are bytes of the file, without the end of
    the line; `fields` has those of its head and the constants of the profile too. `head` is the
    number of the line that is its head, 0 without one."""

    number: int
    offset: int
    length: int
    text: str
    fields: Mapping[str, Value]
    head: int = 0


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that was not: `reason` is a code of `app.explain.profiles`, `column` where it lies.

    `data` are the bytes as they came, at most MAX_LINE_BYTES. What is missing at the end of a
    file is a BadLine of no length behind the last one.
    """

    number: int
    offset: int
    length: int
    text: str
    reason: str
    column: str = ""
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Aside:
    """A line that is no goods and should not be: `role` is skipped, head, comment, blank, tail,
    ignored or filling. A head has fields."""

    number: int
    offset: int
    length: int
    text: str
    role: str
    fields: Mapping[str, Value] = field(default_factory=dict)


Entry = Line | BadLine | Aside


@dataclass(frozen=True, slots=True)
class FileRead:
    """All lines of a file, each kind in the order of the file."""

    lines: tuple[Line, ...]
    bad: tuple[BadLine, ...]
    asides: tuple[Aside, ...]


def read_file(profile: Profile, data: bytes) -> FileRead:
    """Read all of a file."""
    lines: list[Line] = []
    bad: list[BadLine] = []
    asides: list[Aside] = []
    for entry in read_lines(profile, data):
        if isinstance(entry, Line):
            lines.append(entry)
        elif isinstance(entry, BadLine):
            bad.append(entry)
        else:
            asides.append(entry)
    return FileRead(tuple(lines), tuple(sorted(bad, key=lambda each: each.offset)), tuple(asides))


def read_lines(profile: Profile, data: bytes) -> Iterator[Entry]:
    """Every line of a file, in the memory of one line.

    They come in the order of the file, but for a first line that says a wrong number of lines:
    that is known, and told, last.
    """
    if len(data) > MAX_FILE_BYTES:
        yield BadLine(1, 0, len(data), "", "file_too_large", data=data[:MAX_LINE_BYTES])
        return
    body = body_of(profile.encoding, data)
    yield from _Reading(profile, data, body).entries()
    if body.end < len(data):
        yield Aside(0, body.end, len(data) - body.end, "", "filling")


@dataclass(frozen=True, slots=True)
class _Fault:
    reason: str
    column: str


class _Reading:
    """One pass over a file: what was seen so far."""

    def __init__(self, profile: Profile, data: bytes, body: Body) -> None:
        self._profile = profile
        self._data = data
        self._body = body
        self._goods = 0
        self._head: Mapping[str, Value] | None = {} if profile.head is None else None
        self._head_no = 0
        self._tail_from = _tail_start(profile, data, body)
        self._tailed = False
        self._counted: tuple[RawLine, int | None] | None = None

    def entries(self) -> Iterator[Entry]:
        last = RawLine(0, self._body.start, b"")
        for raw in raw_lines(self._profile.layout, self._data, self._body):
            if raw.number > MAX_LINES:
                cut = self._data[raw.offset : raw.offset + MAX_LINE_BYTES]
                length = self._body.end - raw.offset
                yield BadLine(raw.number, raw.offset, length, "", "too_many_lines", data=cut)
                return
            last = raw
            yield self._entry(raw)
        yield from self._at_end(last)

    def _entry(self, raw: RawLine) -> Entry:
        lines = self._profile.lines
        if len(raw.data) > MAX_LINE_BYTES:
            self._goods += 1
            return self._bad(raw, "too_long")
        try:
            text = raw.data.decode(self._body.codec)
        except UnicodeDecodeError:
            if raw.number <= lines.skip and self._profile.head is None:
                return self._aside(raw, self._shown(raw), "skipped")
            self._goods += 1
            return self._bad(raw, "encoding")
        if lines.closed and raw.offset + len(raw.data) == len(self._data) and text:
            self._goods += 1
            return self._bad(raw, "cut_off")
        role = self._role(raw, text)
        try:
            if role == "head":
                return self._read_head(raw, text)
            if not role:
                return self._read_goods(raw, text)
            if role in ("tail", "skipped"):
                self._note_count(raw, text, in_tail=role == "tail")
        except Unfit as unfit:
            return self._bad(raw, unfit.reason)
        return self._aside(raw, text, role)

    def _role(self, raw: RawLine, text: str) -> str:
        """What a line is other than goods; empty for goods."""
        lines, head = self._profile.lines, self._profile.head
        if head is not None and (head.line == raw.number or _begins(text, head.mark)):
            return "head"
        if raw.number <= lines.skip:
            return "skipped"
        if not text.strip():
            return "blank"
        is_tail = raw.offset >= self._tail_from or _begins(text, lines.tail_mark)
        if is_tail and (lines.tail or not self._tailed):
            return "tail"
        return "comment" if _begins(text, lines.comment) else ""

    def _read_head(self, raw: RawLine, text: str) -> Entry:
        head = self._profile.head
        # a head that cannot be read must not leave its goods to the one before it
        self._head = None
        if head is None:
            raise LookupError("a head without a rule")
        if head.line:
            self._note_count(raw, text, in_tail=False)
        fields = self._fields(head.columns, raw, text, _cells(self._profile, text))
        if not isinstance(fields, Mapping):
            fault = fields or _Fault("unknown_line", "")
            return self._bad(raw, fault.reason, fault.column)
        self._head, self._head_no = fields, raw.number
        return self._aside(raw, text, "head", fields)

    def _read_goods(self, raw: RawLine, text: str) -> Entry:
        profile = self._profile
        if self._tailed:
            return self._bad(raw, "after_tail")
        if profile.lines.mark and not _begins(text, profile.lines.mark):
            return self._bad(raw, "unknown_line")
        self._goods += 1
        cells = _cells(profile, text)
        _check_length(profile, raw, text, cells)
        fields = self._fields(profile.columns, raw, text, cells)
        if fields is None:
            return self._aside(raw, text, "ignored")
        if isinstance(fields, _Fault):
            return self._bad(raw, fields.reason, fields.column)
        if self._head is None:
            return self._bad(raw, "no_head")
        own = {**profile.constants, **self._head, **fields}
        return Line(raw.number, raw.offset, len(raw.data), text, own, self._head_no)

    def _fields(
        self, columns: Sequence[Column], raw: RawLine, text: str, cells: Sequence[str]
    ) -> Mapping[str, Value] | _Fault | None:
        """What the pieces mean; None for a line that its pieces say to pass over."""
        layout, codec = self._profile.layout, self._body.codec
        pieces = []
        for column in columns:
            try:
                if layout.form is Form.FIXED:
                    piece = piece_of(layout, column, raw.data, text, codec)
                else:
                    piece = _cell(column, cells)
            except Unfit as unfit:
                return _Fault(unfit.reason, column.name)
            word = piece.strip()
            if word in column.skip or (column.keep and word not in column.keep):
                return None
            pieces.append(piece)
        fields: dict[str, Value] = {}
        for column, piece in zip(columns, pieces, strict=True):
            if not column.field and column.literal is None:
                continue
            try:
                value = read_value(column, piece)
            except Unfit as unfit:
                return _Fault(unfit.reason, column.name)
            if value is not None and column.field:
                fields[column.field] = value
        return fields

    def _note_count(self, raw: RawLine, text: str, *, in_tail: bool) -> None:
        """Keep what a first line says, check what a last one says. Raises Unfit."""
        self._tailed = self._tailed or in_tail
        rule = self._profile.lines.count
        if rule is None or rule.in_tail != in_tail or self._counted is not None:
            return
        if not in_tail and raw.number != 1:
            return
        self._counted = raw, None
        declared = _declared(self._profile, rule, text)
        self._counted = raw, declared
        if in_tail and declared != self._goods + rule.extra:
            raise Unfit("count_differs")

    def _at_end(self, last: RawLine) -> Iterator[Entry]:
        lines = self._profile.lines
        behind = RawLine(last.number + 1, self._body.end, b"")
        rule = lines.count
        if lines.tail_mark and not self._tailed:
            yield self._bad(behind, "no_tail")
        elif rule is not None and self._counted is None:
            yield self._bad(behind, "no_count")
        if rule is None or rule.in_tail or self._counted is None:
            return
        raw, declared = self._counted
        if declared is not None and declared != self._goods + rule.extra:
            yield self._bad(raw, "count_differs")

    def _bad(self, raw: RawLine, reason: str, column: str = "") -> BadLine:
        length, data = len(raw.data), raw.data[:MAX_LINE_BYTES]
        return BadLine(raw.number, raw.offset, length, self._shown(raw), reason, column, data)

    def _aside(
        self, raw: RawLine, text: str, role: str, fields: Mapping[str, Value] = _NO_FIELDS
    ) -> Aside:
        return Aside(raw.number, raw.offset, len(raw.data), text, role, fields)

    def _shown(self, raw: RawLine) -> str:
        return raw.data[:MAX_LINE_BYTES].decode(self._body.codec, "replace")


def _begins(text: str, mark: str) -> bool:
    return bool(mark) and text.startswith(mark)


def _tail_start(profile: Profile, data: bytes, body: Body) -> int:
    """Where the last lines begin that are no goods; behind the end when there are none."""
    wanted = profile.lines.tail
    if not wanted:
        return len(data) + 1
    raws = raw_lines(profile.layout, data, body)
    last = deque((raw.offset for raw in raws if raw.data.strip(b" \t\0")), wanted)
    return last[0] if last else len(data) + 1


def _cells(profile: Profile, text: str) -> list[str]:
    if profile.layout.form is Form.FIXED:
        return []
    return cells_of(profile.layout, text)


def _cell(column: Column, cells: Sequence[str]) -> str:
    if column.index <= len(cells):
        return cells[column.index - 1]
    if column.optional or column.default is not None:
        return ""
    raise Unfit("too_few_pieces")


def _check_length(profile: Profile, raw: RawLine, text: str, cells: Sequence[str]) -> None:
    layout = profile.layout
    if layout.form is Form.FIXED:
        length = len(raw.data) if layout.by_bytes else len(text)
        if layout.record and length != layout.record:
            raise Unfit("too_short" if length < layout.record else "too_wide")
        return
    least, most = layout.pieces
    if least and len(cells) < least:
        raise Unfit("too_few_pieces")
    if most and len(cells) > most:
        raise Unfit("too_many_pieces")


def _declared(profile: Profile, rule: CountRule, text: str) -> int:
    """The number of lines that a first or last line says. Raises Unfit("number")."""
    if rule.index:
        cells = _cells(profile, text)
        word = cells[rule.index - 1] if rule.index <= len(cells) else ""
    elif rule.end:
        word = text[rule.start - 1 : rule.end]
    else:
        word = text
    word = word.strip()
    if not (word.isascii() and word.isdigit() and len(word) <= LONGEST_NUMBER):
        raise Unfit("number")
    return int(word)
