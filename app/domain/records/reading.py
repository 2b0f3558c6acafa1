"""Reads the body of a record, field by field, and refuses what the catalogue does not allow."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from app.domain.problems import Problem, problem
from app.domain.records.catalogue import (
    DATUMS,
    RECORD_TYPES,
    U8,
    U16,
    U32,
    Field,
    FieldKind,
    RecordType,
)
from app.domain.records.identity import Ref

Fields = dict[str, Any]

_CODE = re.compile(r"[A-Z0-9-]+")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FIRST_MS = 1_577_836_800_000  # 2020-01-01
LAST_MS = 4_102_444_800_000  # 2100-01-01
_LAT_E6 = 90_000_000
_LNG_E6 = 180_000_000


class Fix(NamedTuple):
    """Where and when a position was taken; degrees times 10**6, metres, seconds."""

    ts_ms: int
    lat_e6: int
    lng_e6: int
    accuracy_m: int
    datum: str
    age_s: int


def read_record(type_no: int, body: object) -> Fields | Problem:
    """The fields of a body by name; absent optional fields are None.

    E_UNKNOWN_TYPE for a type the catalogue lacks; E_FIELD (field, reason) for the first field
    that is missing or not as the catalogue says. Fields it does not know are left alone: see
    `unknown_fields`.
    """
    record_type = RECORD_TYPES.get(type_no)
    if record_type is None:
        return problem("E_UNKNOWN_TYPE", type=type_no)
    if not isinstance(body, Mapping):
        return problem("E_FIELD", record_type.name, field="", reason="body")
    fields: Fields = {}
    for field in record_type.fields:
        if field.key not in body:
            if not field.optional:
                return _refused(record_type, field, "missing")
            fields[field.name] = None
            continue
        try:
            fields[field.name] = _READERS[field.kind](body[field.key], field)
        except _Unfit as unfit:
            return _refused(record_type, field, unfit.reason)
    return fields


def unknown_fields(type_no: int, body: Mapping[Any, object]) -> tuple[Problem, ...]:
    """One W_UNKNOWN_FIELD for each key of a known type that the catalogue lacks."""
    record_type = RECORD_TYPES.get(type_no)
    if record_type is None:
        return ()
    extra = [key for key in body if key not in record_type.keys]
    return tuple(problem("W_UNKNOWN_FIELD", record_type.name, field=str(key)) for key in extra)


class _Unfit(Exception):
    """A value is not what its field asks for; never leaves this module."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _refused(record_type: RecordType, field: Field, reason: str) -> Problem:
    return problem("E_FIELD", record_type.name, field=field.name, reason=reason)


def _whole(value: object, low: int, high: int) -> int:
    # bool is an int to Python, not to a terminal
    if isinstance(value, bool) or not isinstance(value, int):
        raise _Unfit("type")
    if not low <= value <= high:
        raise _Unfit("range")
    return value


def _short_text(value: object, limit: int) -> str:
    if not isinstance(value, str):
        raise _Unfit("type")
    if len(value.encode()) > limit:
        raise _Unfit("length")
    # no database keeps a NUL inside text
    if "\0" in value:
        raise _Unfit("alphabet")
    return value


def _items(value: object, count: int) -> tuple[object, ...]:
    if not isinstance(value, list | tuple):
        raise _Unfit("type")
    if len(value) != count:
        raise _Unfit("length")
    return tuple(value)


def _read_code(value: object, field: Field) -> str:
    text = _short_text(value, field.limit)
    if not _CODE.fullmatch(text):
        raise _Unfit("alphabet")
    return text


def _read_text(value: object, field: Field) -> str:
    return _short_text(value, field.limit)


def _read_bytes(value: object, field: Field) -> bytes:
    if not isinstance(value, bytes):
        raise _Unfit("type")
    if len(value) > field.limit:
        raise _Unfit("length")
    return value


def _read_whole(value: object, field: Field) -> int:
    return _whole(value, field.low, field.limit)


def _read_flag(value: object, _: Field) -> bool:
    if not isinstance(value, bool):
        raise _Unfit("type")
    return value


def _read_word(value: object, field: Field) -> str:
    return field.words[_whole(value, 0, len(field.words) - 1)]


def _read_ref(value: object, _: Field) -> Ref:
    epoch, seq = _items(value, 2)
    return Ref(_whole(epoch, 0, U16), _whole(seq, 0, U32))


def _read_day(value: object, _: Field) -> date:
    text = _short_text(value, 10)
    if not _DAY.fullmatch(text):
        raise _Unfit("alphabet")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _Unfit("range") from None


def _read_time(value: object, _: Field) -> int:
    return _whole(value, _FIRST_MS, LAST_MS)


def _read_fix(value: object, _: Field) -> Fix:
    ts_ms, lat, lng, accuracy, datum, age = _items(value, 6)
    return Fix(
        _whole(ts_ms, _FIRST_MS, LAST_MS),
        _whole(lat, -_LAT_E6, _LAT_E6),
        _whole(lng, -_LNG_E6, _LNG_E6),
        _whole(accuracy, 0, U16),
        DATUMS[_whole(datum, 0, len(DATUMS) - 1)],
        _whole(age, 0, U32),
    )


def _read_wholes(value: object, field: Field) -> tuple[int, ...]:
    if not isinstance(value, list | tuple):
        raise _Unfit("type")
    if len(value) > field.limit:
        raise _Unfit("length")
    return tuple(_whole(item, 0, U8) for item in value)


def _read_counts(value: object, _: Field) -> dict[int, int]:
    if not isinstance(value, Mapping):
        raise _Unfit("type")
    return {_whole(key, 0, U8): _whole(count, 0, U32) for key, count in value.items()}


def _read_texts(value: object, field: Field) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise _Unfit("type")
    if not value or not value.keys() <= _CUSTOMER_FIELDS:
        raise _Unfit("alphabet")
    return {str(name): _short_text(text, field.limit) for name, text in value.items()}


_CUSTOMER_FIELDS = frozenset({"name", "addr", "phone", "type", "lat", "lng", "datum", "contact"})

_READERS: Mapping[FieldKind, Callable[[object, Field], object]] = MappingProxyType(
    {
        FieldKind.CODE: _read_code,
        FieldKind.TEXT: _read_text,
        FieldKind.BYTES: _read_bytes,
        FieldKind.WHOLE: _read_whole,
        FieldKind.FLAG: _read_flag,
        FieldKind.WORD: _read_word,
        FieldKind.REF: _read_ref,
        FieldKind.DAY: _read_day,
        FieldKind.TIME: _read_time,
        FieldKind.FIX: _read_fix,
        FieldKind.WHOLES: _read_wholes,
        FieldKind.COUNTS: _read_counts,
        FieldKind.TEXTS: _read_texts,
    }
)
