"""All records a terminal may send: one table of types and fields.

A body is a map whose keys are the places of the fields in this table, from 1 on. Lines name
their header first. Enumerations travel as the place of the word in `words`, from 0 on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

MAX_QTY = 1_000_000
MAX_FEN = 10**10
U8, U16, U32 = 0xFF, 0xFFFF, 0xFFFF_FFFF


class FieldKind(StrEnum):
    """How a field is encoded and what it is read as."""

    CODE = "code"  # text of A-Z 0-9 -, `limit` characters at most
    TEXT = "text"  # text of at most `limit` UTF-8 bytes
    BYTES = "bytes"  # at most `limit` bytes
    WHOLE = "whole"  # int, `low`..`limit`
    FLAG = "flag"  # bool
    WORD = "word"  # one of `words`, read as the word
    REF = "ref"  # [epoch, seq], read as Ref
    DAY = "day"  # "YYYY-MM-DD", read as date
    TIME = "time"  # UTC epoch milliseconds
    FIX = "fix"  # [ts_ms, lat_e6, lng_e6, accuracy_m, datum, fix_age_s], read as Fix
    WHOLES = "wholes"  # list of at most `limit` ints 0..255, read as tuple
    COUNTS = "counts"  # map of type to count, read as dict
    TEXTS = "texts"  # map of a word to a new value, texts of at most `limit` bytes, read as dict


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a body; `key` is its integer key."""

    key: int
    name: str
    kind: FieldKind
    limit: int = 0
    low: int = 0
    words: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class RecordType:
    """A type of record. `header` is the type its first field points at, for lines."""

    number: int
    name: str
    fields: tuple[Field, ...]
    keys: frozenset[int]
    header: int | None = None

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)


PLACES = ("shelf", "back_room", "van", "warehouse", "wholesaler")
DATUMS = ("wgs84", "gcj02", "bd09", "unknown")
_CONDITIONS = ("good", "near", "damaged", "expired")
_PHOTO_PURPOSES = ("display", "pod", "asset", "damage", "competitor", "other")
_EVENTS = ("boot", "clock_set", "batt", "storage", "app", "login", "fail_pin", "delete")


def _parse(key: int, spec: str) -> Field:
    """A field from `name:kind` or `name?:kind`; see the rows of the table below."""
    name, _, kind = spec.partition(":")
    optional = name.endswith("?")
    field = _KINDS.get(kind) or _sized(kind)
    return Field(key, name.rstrip("?"), field.kind, field.limit, field.low, field.words, optional)


def _sized(kind: str) -> Field:
    if "|" in kind:
        return Field(0, "", FieldKind.WORD, words=tuple(kind.split("|")))
    sized = {"c": FieldKind.CODE, "t": FieldKind.TEXT, "b": FieldKind.BYTES}
    return Field(0, "", sized[kind[0]], int(kind[1:]))


def _whole(limit: int, low: int = 0) -> Field:
    return Field(0, "", FieldKind.WHOLE, limit, low)


_KINDS: Mapping[str, Field] = MappingProxyType(
    {
        "u8": _whole(U8),
        "u16": _whole(U16),
        "u32": _whole(U32),
        "i32": _whole(2**31 - 1, -(2**31)),
        "i64": _whole(2**63 - 1, -(2**63)),
        "lat": _whole(90_000_000, -90_000_000),
        "lng": _whole(180_000_000, -180_000_000),
        "bp": _whole(10_000),
        "cond": _whole(3),
        "packs": _whole(9_999, 1),
        "qty": _whole(MAX_QTY),
        "qty+": _whole(MAX_QTY, 1),
        "line": _whole(U16, 1),
        "fen": _whole(MAX_FEN, -MAX_FEN),
        "fen+": _whole(MAX_FEN, 1),
        "flag": Field(0, "", FieldKind.FLAG),
        "ref": Field(0, "", FieldKind.REF),
        "day": Field(0, "", FieldKind.DAY),
        "time": Field(0, "", FieldKind.TIME),
        "fix": Field(0, "", FieldKind.FIX),
        "bytes": Field(0, "", FieldKind.BYTES, 6 * 1024),
        "opts": Field(0, "", FieldKind.WHOLES, 16),
        "counts": Field(0, "", FieldKind.COUNTS),
        "texts": Field(0, "", FieldKind.TEXTS, 80),
        "place": Field(0, "", FieldKind.WORD, words=PLACES),
        "datum": Field(0, "", FieldKind.WORD, words=DATUMS),
        "condition": Field(0, "", FieldKind.WORD, words=_CONDITIONS),
        "purpose": Field(0, "", FieldKind.WORD, words=_PHOTO_PURPOSES),
        "event": Field(0, "", FieldKind.WORD, words=_EVENTS),
    }
)


def _row(number: int, name: str, specs: str, header: int | None = None) -> RecordType:
    fields = tuple(_parse(key, spec) for key, spec in enumerate(specs.split(), start=1))
    return RecordType(number, name, fields, frozenset(field.key for field in fields), header)


_ROWS = (
    _row(
        10,
        "ORD",
        "customer:c8 origin:visit|phone fulfilment:own|whs wholesaler?:c8 wanted:day"
        " payment:cash|credit|qr visit?:ref lines:u16 total_fen:fen note?:t200"
        " status:new|amend|cancel previous?:ref",
    ),
    _row(
        11,
        "ORL",
        "order:ref line:line product:c12 packing:c4 packs:packs qty_base:qty+ price_fen:fen"
        " promotion?:c12 free:flag net_fen:fen",
        header=10,
    ),
    _row(
        12,
        "DLV",
        "note_number:t24 customer:c8 result:full|part|refused|missed reason?:c4 signer?:t40"
        " signature?:ref lat_e6?:lat lng_e6?:lng accuracy_m?:u16 datum?:datum",
    ),
    _row(
        13,
        "DLL",
        "delivery:ref line:line product:c12 lot?:t20 delivered:qty refused:qty reason?:c4",
        header=12,
    ),
    _row(14, "RTN", "customer:c8 mode:return|exchange|swap original?:t24 exchange?:ref"),
    _row(
        15,
        "RTL",
        "return:ref product:c12 lot?:t20 expiry?:day qty_base:qty+ reason:c4 condition:condition",
        header=14,
    ),
    _row(
        16,
        "CNT",
        "place:place customer?:c8 location?:c12 started_ms:time ended_ms:time blind:flag lines:u16",
    ),
    _row(
        17,
        "CNL",
        "count:ref product:c12 packing:c4 packs?:u16 loose?:u16 qty_base?:qty lot?:t20"
        " expiry?:day state:counted|zero|skipped",
        header=16,
    ),
    _row(
        20,
        "VIS",
        "customer:c8 planned:flag route?:c8 check_in:fix check_out?:fix"
        " outcome:order|no_order|closed|refused|other reason?:c4",
    ),
    _row(21, "MER", "visit:ref item:c8 value:i32 target?:i32 note?:t100", header=20),
    _row(
        22,
        "PHO",
        "visit?:ref purpose:purpose sha256:b32 size_bytes:u32 width:u16 height:u16 taken_ms:time"
        " parts:u16",
    ),
    _row(23, "PHC", "photo:ref place:u16 data:b4096", header=22),
    _row(24, "SUR", "survey:c8 version:u16 visit:ref"),
    _row(
        25,
        "ANS",
        "survey:ref question:u16 type:one|many|num|text|date|photo options?:opts number?:i32"
        " text?:t200",
        header=24,
    ),
    _row(
        26,
        "CPT",
        "visit:ref brand:t30 article?:t40 price_fen?:fen facings?:u16 activity?:t100",
        header=20,
    ),
    _row(
        30,
        "COL",
        "receipt_number:t24 customer:c8 method:cash|qr|transfer|cheque amount_fen:fen+"
        " reference?:t32 void:flag",
    ),
    _row(31, "ALC", "collection:ref document_number:t24 amount_fen:fen+", header=30),
    _row(32, "EXP", "kind:c4 amount_fen:fen+ photo?:ref"),
    _row(33, "EMP", "customer:c8 product:c12 qty_out:qty qty_in:qty note_number?:t24"),
    _row(
        40,
        "AST",
        "serial:t24 visit?:ref customer?:c8 action:seen|place|pick|fault condition:cond"
        " purity_bp?:bp photo?:ref",
    ),
    _row(41, "LDC", "load_number:t24 product:c12 qty_base:qty difference:i32"),
    _row(42, "UNL", "product:c12 qty_base:qty condition:condition"),
    _row(
        43,
        "CHR",
        "kind:R2|R3|R4 wholesaler:c8 customer?:t40 slip?:t24 slip_line?:u16 product:c12"
        " qty_base:qty rejected?:qty reason?:c4 day:day price_fen?:fen"
        " source:slip|book|phone|count",
    ),
    _row(50, "CUC", "customer?:c8 changes:texts photo?:ref"),
    _row(51, "ATT", "kind:in|out|break|resume lat_e6?:lat lng_e6?:lng"),
    _row(52, "TSK", "task:c12 state:done|fail|defer note:t200 photo?:ref"),
    _row(53, "MAK", "message:c12 read_ms:time"),
    _row(54, "ISS", "customer?:c8 kind:c4 text:t400 photo?:ref"),
    _row(60, "EVT", "kind:event a:i64 b:i64 text?:t40"),
    _row(61, "DEL", "target:ref reason:c4"),
    _row(
        69,
        "EOD",
        "counts:counts qty_sum:i64 cash_fen:fen first_seq:u32 last_seq:u32 last_receipt?:t24",
    ),
)

FIRST_DESK_TYPE = 200
"""Records from here on the desk makes itself, when it takes in the file of a terminal that knows no
records: the file as it came, what became of its lines, and goods that came in."""

FILE_PART, BAD_LINE, SOURCES, RECEIPT, RECEIPT_LINE = range(201, 206)

_DESK_ROWS = (
    _row(
        FILE_PART,
        "FIL",
        "name:t120 sha256:b32 size_bytes:u32 offset:u32 part:u16 parts:u16 lines_before:u32"
        " lines:u32 lines_sha256:b32 profile:t40 data:bytes",
    ),
    _row(BAD_LINE, "LIN", "number:u32 reason:t24 column:t40 text:t4096 document?:ref"),
    _row(SOURCES, "SRC", "entries:bytes"),
    _row(RECEIPT, "GRC", "supplier?:c8 place:c12 lines:u16"),
    _row(
        RECEIPT_LINE,
        "GRL",
        "receipt:ref product:c12 qty_base:qty+ lot?:t20 produced?:day expiry?:day",
        header=RECEIPT,
    ),
)

RECORD_TYPES: Mapping[int, RecordType] = MappingProxyType(
    {row.number: row for row in (*_ROWS, *_DESK_ROWS)}
)
