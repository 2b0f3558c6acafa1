"""Two contents under one record number, side by side in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain.problems import Problem
from app.domain.records.catalogue import RECORD_TYPES, FieldKind, RecordType
from app.domain.records.reading import Fix, read_record
from app.domain.rights import Actor, Right
from app.errors import NotFound
from app.explain.fields import choice, field_name, record_name
from app.i18n import Translator
from app.services.office import Office
from app.storage.queries.directory import find_branch
from app.storage.queries.evidence import Evidence, conflict_of
from drivers.protocols.docking.batch import BadRecord, Record, open_record

_NOTHING = "–"
_E6 = 1_000_000


@dataclass(frozen=True, slots=True)
class ComparedField:
    """`first` is what came first and counts, `other` what came later under the same number."""

    name: str
    first: str
    other: str

    @property
    def differs(self) -> bool:
        return self.first != self.other


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both contents of record `seq` of a terminal's `epoch`, field by field."""

    terminal_no: int
    epoch: int
    seq: int
    first_batch_no: int
    other_batch_no: int
    fields: tuple[ComparedField, ...]


def compare(office: Office, actor: Actor, item_id: UUID, t: Translator) -> Comparison:
    """What came first under the number of a conflicting record, and what came later.

    Raises NotFound for an item that is about no record, ArchiveError.
    """
    actor.require(Right.RESOLVE)
    with office.database.read() as reader:
        offset_min = find_branch(reader).tz_offset_min
        found = conflict_of(reader, item_id)
    if found is None:
        raise NotFound(what="record", key=str(item_id))
    first, other = found
    sides = [_read(office, each, t, offset_min) for each in found]
    names = dict.fromkeys(name for side in sides for name in side)
    return Comparison(
        first.terminal_no,
        first.epoch,
        first.seq or 0,
        first.batch_no,
        other.batch_no,
        tuple(ComparedField(name, *(side.get(name, _NOTHING) for side in sides)) for name in names),
    )


def _read(office: Office, evidence: Evidence, t: Translator, offset_min: int) -> dict[str, str]:
    """What a record says, by the name of the field in words."""
    data = office.archive.read(evidence.archive_path)
    end = evidence.byte_offset + evidence.byte_len
    record = open_record(data[evidence.byte_offset : end], evidence.byte_offset)
    if isinstance(record, BadRecord):
        return {field_name("data", t): record.data.hex(" ")}
    known = RECORD_TYPES.get(record.type)
    kind = str(record.type) if known is None else record_name(known.name, t)
    said = {
        field_name("record", t): kind,
        field_name("written_ms", t): _moment(record.ts_ms, record.offset_min, t),
        field_name("person", t): record.person or _NOTHING,
    }
    fields = read_record(record.type, record.body)
    if known is None or isinstance(fields, Problem):
        return said | _as_sent(record, known, t)
    for field in known.fields:
        name = field_name(field.name, t)
        if name in said:  # two fields may bear the same word
            name = f"{name} ({field.name})"
        said[name] = _shown(field.name, field.kind, fields[field.name], t, offset_min)
    extra = {key: value for key, value in record.body.items() if key not in known.keys}
    return said | {f"{field_name('value', t)} {key}": str(value) for key, value in extra.items()}


def _as_sent(record: Record, known: RecordType | None, t: Translator) -> dict[str, str]:
    """The fields of a record that does not fit the catalogue, as they are."""
    names = {} if known is None else {field.key: field.name for field in known.fields}
    return {
        field_name(names[key], t) if key in names else f"{field_name('value', t)} {key}": (
            value.hex(" ") if isinstance(value, bytes) else str(value)
        )
        for key, value in record.body.items()
    }


def _shown(name: str, kind: FieldKind, value: object, t: Translator, offset_min: int) -> str:
    if value is None:
        return _NOTHING
    if value == "":
        return "“”"
    if isinstance(value, bool):
        return t("yes") if value else t("no")
    if isinstance(value, date):
        return t.date(value)
    if isinstance(value, Fix):
        where = f"{_degrees(value.lat_e6)}, {_degrees(value.lng_e6)}"
        when = f"{_moment(value.ts_ms, offset_min, t)} ({value.age_s} s)"
        return f"{when} · {where} · {value.accuracy_m} m · {value.datum}"
    if isinstance(value, int):
        return _number(name, kind, value, t, offset_min)
    if isinstance(value, bytes):
        return value.hex(" ")
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {each}" for key, each in value.items())
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return choice(str(value), t) if kind is FieldKind.WORD else str(value)


def _number(name: str, kind: FieldKind, value: int, t: Translator, offset_min: int) -> str:
    if kind is FieldKind.TIME:
        return _moment(value, offset_min, t)
    if name.endswith("_fen"):
        return t.money(value)
    return _degrees(value) if name.endswith("_e6") else t.number(value)


def _moment(ms: int, offset_min: int, t: Translator) -> str:
    """To the millisecond where there are some: two contents may differ in no more than that."""
    seconds, rest = divmod(ms, 1000)
    exact = f"{seconds % 60:02}.{rest:03}" if rest else f"{seconds % 60:02}"
    sign = "-" if offset_min < 0 else "+"
    zone = f"UTC{sign}{abs(offset_min) // 60:02}:{abs(offset_min) % 60:02}"
    return f"{t.time(ms, offset_min)}:{exact} {zone}"


def _degrees(value_e6: int) -> str:
    sign = "-" if value_e6 < 0 else ""
    whole, rest = divmod(abs(value_e6), _E6)
    return f"{sign}{whole}.{rest:06}°"
