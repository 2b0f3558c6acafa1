"""What a profile is: how the lines of a terminal's file are cut, and what their pieces mean."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from app.domain.records.catalogue import RECORD_TYPES

Value = str | Decimal | date | time | datetime
"""A piece of a line that was understood. Times are the terminal's own clock, without a zone."""


class ProfileKind(StrEnum):
    """What the lines of a file become."""

    COUNT = "count"
    ORDER = "order"
    RECEIPT = "receipt"
    RETURN = "return"


class Form(StrEnum):
    DELIMITED = "delimited"
    FIXED = "fixed"


class LineEnd(StrEnum):
    """How a line ends when it is written; NONE is for records of one length without any ends.

    When a file is read, CR LF, LF and CR all end a line, whatever is said here.
    """

    CRLF = "crlf"
    LF = "lf"
    CR = "cr"
    NONE = "none"


class Encoding(StrEnum):
    """AUTO believes a mark at the beginning; without one the file is UTF-8 if all of it is valid
    UTF-8, else GB18030."""

    UTF_8 = "utf-8"
    GB18030 = "gb18030"
    LATIN_1 = "latin-1"
    AUTO = "auto"


class Sign(StrEnum):
    """Where the sign of a number stands; OVERPUNCH is the zoned last digit of mainframes."""

    NONE = "none"
    LEADING = "leading"
    TRAILING = "trailing"
    OVERPUNCH = "overpunch"


class Check(StrEnum):
    """What is asked of a code: GTIN has 8, 12, 13 or 14 digits of which the last checks the
    others; MOD10 is the same digit at any length; ADD_MOD10 means that the file leaves it out."""

    NONE = "none"
    GTIN = "gtin"
    MOD10 = "mod10"
    ADD_MOD10 = "add-mod10"


class Align(StrEnum):
    LEFT = "left"
    RIGHT = "right"


class ValueKind(StrEnum):
    """What the text of a field is read as."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    TIME = "time"
    STAMP = "stamp"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class FieldUse:
    """What a field is read as; `words` are the only ones it may have, empty for any text."""

    kind: ValueKind
    words: tuple[str, ...] = ()


def _words(type_no: int, name: str) -> FieldUse:
    """The words that a record of this type knows for a field."""
    known = RECORD_TYPES[type_no].field(name)
    return FieldUse(ValueKind.WORD, known.words if known is not None else ())


_TEXT = FieldUse(ValueKind.TEXT)
_NUMBER = FieldUse(ValueKind.NUMBER)
_DAY = FieldUse(ValueKind.DAY)

FIELDS: Mapping[str, FieldUse] = MappingProxyType(
    {
        # what was scanned: a barcode, or the code of a product
        "code": _TEXT,
        "qty": _NUMBER,
        "packing": _TEXT,
        "lot": _TEXT,
        "expiry": _DAY,
        "produced": _DAY,
        "price": _NUMBER,
        # when, by the terminal's clock: in two fields or in one
        "day": _DAY,
        "time": FieldUse(ValueKind.TIME),
        "at": FieldUse(ValueKind.STAMP),
        # whose, where, by whom
        "customer": _TEXT,
        "supplier": _TEXT,
        "location": _TEXT,
        "place": _words(16, "place"),
        "person": _TEXT,
        "document": _TEXT,
        # of orders
        "wanted": _DAY,
        "origin": _words(10, "origin"),
        "fulfilment": _words(10, "fulfilment"),
        "payment": _words(10, "payment"),
        "note": _TEXT,
        # of returns
        "mode": _words(14, "mode"),
        "reason": _TEXT,
        "condition": _words(15, "condition"),
        "original": _TEXT,
        # only shown
        "serial": _TEXT,
        "terminal": _TEXT,
        "symbology": _TEXT,
        "mark": _TEXT,
        "name": _TEXT,
        "unit": _TEXT,
        "text": _TEXT,
        # only in lists that are written for a terminal
        "short_name": _TEXT,
        "gtin": _TEXT,
        "factor": _NUMBER,
        "stock": _NUMBER,
        "address": _TEXT,
        "phone": _TEXT,
    }
)
"""Every field that a column may fill."""

LIST_FIELDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "products": frozenset(
            {
                "code",
                "name",
                "short_name",
                "gtin",
                "packing",
                "factor",
                "price",
                "stock",
                "unit",
                "text",
            }
        ),
        "customers": frozenset({"customer", "name", "short_name", "address", "phone", "text"}),
    }
)
"""What each kind of list can tell a terminal."""


@dataclass(frozen=True, slots=True)
class Column:
    """One piece of a line.

    `index` is its place among delimited pieces, from 1; `start` and `end` are the first and the
    last place of a fixed one, from 1. A column without a field is passed over; one with a
    `literal` must be exactly that.
    """

    field: str = ""
    index: int = 0
    start: int = 0
    end: int = 0
    literal: str | None = None
    trim: bool = True
    strip_zeros: bool = False
    pattern: str = ""
    decimal: str = "."
    thousands: str = ""
    implied: int = 0
    sign: Sign = Sign.LEADING
    check: Check = Check.NONE
    default: str | None = None
    optional: bool = False
    words: Mapping[str, str] = dataclasses.field(default_factory=dict)
    keep: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    align: Align = Align.LEFT
    fill: str = " "
    cut: bool = False

    @property
    def kind(self) -> ValueKind:
        return FIELDS[self.field].kind if self.field else ValueKind.TEXT

    @property
    def width(self) -> int:
        """Places of a fixed column, 0 for a delimited one."""
        return self.end - self.start + 1 if self.end else 0

    @property
    def name(self) -> str:
        """What the column is called when something is wrong with it."""
        place = f"{self.start}-{self.end}" if self.end else str(self.index)
        return self.field or f"column {place}"


@dataclass(frozen=True, slots=True)
class Layout:
    """How a line is cut into pieces.

    `record` is the length of a fixed line, in bytes (`by_bytes`) or characters; 0 when only the
    columns say so. `pieces` is the least and the greatest number of delimited ones, 0 for any.
    """

    form: Form
    delimiter: str = ","
    quote: str = '"'
    pieces: tuple[int, int] = (0, 0)
    record: int = 0
    by_bytes: bool = True
    line_end: LineEnd = LineEnd.CRLF


@dataclass(frozen=True, slots=True)
class CountRule:
    """Where a file says how many lines it has: in its first line or in its last one.

    The number stands in the piece `index`, or from `start` to `end`, or is all of the line. It
    counts the lines of goods, those passed over by `keep` or `skip`, and `extra` others.
    """

    in_tail: bool
    index: int = 0
    start: int = 0
    end: int = 0
    extra: int = 0


@dataclass(frozen=True, slots=True)
class HeadRule:
    """A line whose fields hold for the lines behind it: every one that begins with `mark`, or the
    one numbered `line` (from 1)."""

    columns: tuple[Column, ...]
    mark: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Lines:
    """Which lines are no goods: the first `skip`, the last `tail`, from `tail_mark` on, and those
    that begin with `comment`. Every line of goods begins with `mark`; with `closed` a last line
    without an end is one that was cut off."""

    skip: int = 0
    tail: int = 0
    tail_mark: str = ""
    comment: str = ""
    mark: str = ""
    closed: bool = False
    count: CountRule | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """How a list for the terminal is written: `what` is products or customers.

    `titles` is a first line that is written as it stands, without one when empty.
    """

    what: str
    file: str
    layout: Layout
    encoding: Encoding
    columns: tuple[Column, ...]
    titles: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """A file to try the profile on, and what has to come out.

    `file` is a name beside the profile; without one `text` is the content. `lines` are the fields
    of every line of goods as text, `bad` the place and the reason of every bad one.
    """

    file: str = ""
    text: str = ""
    lines: tuple[Mapping[str, str], ...] = ()
    bad: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """The format of one kind of file. `source` says where the layout is known from.

    `constants` are fields that hold for every line; `group` are the fields that keep documents
    apart, beside those that always do; with `sum` equal scans one behind the other are one line.
    """

    code: str
    title: str
    source: str
    kind: ProfileKind
    layout: Layout
    columns: tuple[Column, ...]
    encoding: Encoding = Encoding.AUTO
    lines: Lines = dataclasses.field(default_factory=Lines)
    head: HeadRule | None = None
    constants: Mapping[str, Value] = dataclasses.field(default_factory=dict)
    group: tuple[str, ...] = ()
    sum: bool = False
    listing: Listing | None = None
    samples: tuple[Sample, ...] = ()
