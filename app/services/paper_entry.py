"""What a lost terminal's paper says, typed by a person: same records, same rules, same archive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

from app.domain.business_day import business_date
from app.domain.deliveries import DeliveryLine, DeliveryResult, result_of
from app.domain.problems import Problem
from app.domain.records.catalogue import RECORD_TYPES, RecordType
from app.domain.records.reading import read_record
from app.domain.records.writing import write_body
from app.domain.rights import Actor, Right
from app.errors import NotFound, RuleBroken, UsageError
from app.services.archive import Origin
from app.services.intake import IntakeResult, take_in
from app.services.journal import journaled
from app.services.office import Office
from app.services.paper_notes import ExpectedLine, ExpectedNote, expected, loaded_note
from app.storage.queries.arrivals import find_terminal, last_batch_no, last_seq
from app.storage.queries.directory import FoundBranch, find_branch
from app.storage.reader import Reader
from app.storage.store.number_blocks import NumberBlock
from drivers.protocols.docking.batch import (
    BatchHeader,
    Record,
    encode_record,
    open_batch,
    seal_batch,
)

APP_VERSION = "paper"
SCHEMA_VERSION = 1
_DELIVERY, _DELIVERY_LINE, _EVENT = 12, 13, 60
_MINUTE_MS = 60_000
_NAME_BYTES = 40

_RIGHTS: Mapping[int, Right] = MappingProxyType(
    {
        10: Right.POST_ORDERS,
        11: Right.POST_ORDERS,
        12: Right.POST_DELIVERIES,
        13: Right.POST_DELIVERIES,
        14: Right.POST_DELIVERIES,
        15: Right.POST_DELIVERIES,
        16: Right.POST_COUNTS,
        17: Right.POST_COUNTS,
    }
)
"""Record type -> what it takes to type it, beside the right to dock."""


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """One record by the names of its fields, see app/domain/records/catalogue.py.

    A line belongs to the last header before it, so it does not name one. `at_ms` (UTC) is when it
    happened, None for now; `person` who wrote the paper, empty for who carried the terminal.
    """

    type: int
    fields: Mapping[str, object]
    at_ms: int | None = None
    person: str = ""


@dataclass(frozen=True, slots=True)
class PaperLine:
    """What became of one line of a note, in base units; `lot` may be empty where it is clear."""

    product: str
    lot: str = ""
    delivered: int = 0
    refused: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PaperResult:
    """What the paper says of one note; every line of it has to be told."""

    number: str
    lines: tuple[PaperLine, ...]
    receiver: str = ""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the next typed batch of a terminal stands."""

    branch: int
    terminal: int
    epoch: int
    batch_no: int
    first_seq: int
    person: str
    now_ms: int
    offset_min: int
    records: list[bytes] = field(default_factory=list)

    @property
    def next_seq(self) -> int:
        return self.first_seq + len(self.records)


def enter_paper(
    office: Office, actor: Actor, terminal_no: int, records: Sequence[PaperRecord]
) -> IntakeResult:
    """Seal what the paper of a lost terminal says, and take it in as typed by the actor.

    Raises NotFound for an unknown terminal, RuleBroken("terminal-not-lost") for one that may still
    bring its own records under the same numbers, RuleBroken("no-lines"), UsageError for a field
    that does not fit, and what `take_in` raises.
    """
    actor.require(Right.DOCK)
    origin, data = seal_paper(office, actor, terminal_no, records)
    return take_in(office, actor, origin, data, typed_by=actor.user)


def seal_paper(
    office: Office, actor: Actor, terminal_no: int, records: Sequence[PaperRecord]
) -> tuple[Origin, bytes]:
    """The sealed batch of these records, with a first one that says who typed them.

    Raises as `enter_paper` does.
    """
    actor.require(Right.DOCK)
    for right in sorted({_RIGHTS[each.type] for each in records if each.type in _RIGHTS}):
        actor.require(right)
    if not records:
        raise RuleBroken("no-lines")
    place = _place(office, terminal_no)
    headers: dict[int, int] = {}
    login = PaperRecord(_EVENT, {"kind": "login", "a": 0, "b": 0, "text": _short(actor.user)})
    for record in (login, *records):
        place.records.append(_encode(place, record, headers))
    header = BatchHeader(
        branch=place.branch,
        terminal=place.terminal,
        epoch=place.epoch,
        batch_no=place.batch_no,
        seq_from=place.first_seq,
        seq_to=place.next_seq - 1,
        person=place.person,
        opened_ms=place.now_ms,
        closed_ms=place.now_ms,
        app_version=APP_VERSION,
        schema_version=SCHEMA_VERSION,
    )
    data = seal_batch(header, place.records)
    return Origin(place.branch, place.terminal, place.epoch, place.batch_no), data


def typist_of(reader: Reader, data: bytes) -> str:
    """Who typed a batch of a lost terminal, as the batch itself says; empty for all others."""
    batch = open_batch(data)
    header, first = batch.header, next(iter(batch.records), None)
    known = find_terminal(reader, header.terminal)
    is_lost = known is not None and known.status == "lost" and known.epoch == header.epoch
    if not is_lost or header.app_version != APP_VERSION or not isinstance(first, Record):
        return ""
    fields = read_record(first.type, first.body)
    if isinstance(fields, Problem) or first.type != _EVENT:
        return ""
    return str(fields["text"] or "")


def enter_deliveries(
    office: Office, actor: Actor, terminal_no: int, results: Sequence[PaperResult]
) -> IntakeResult:
    """Type what became of loaded notes; how each stop went follows from its lines.

    Raises NotFound for an unknown note, RuleBroken("not-on-van") for one that is not loaded,
    UsageError for a line that is not on its note or is not told, and what `enter_paper` raises.
    """
    actor.require(Right.POST_DELIVERIES)
    with office.database.read() as reader:
        branch = find_branch(reader)
        notes = expected(reader, [loaded_note(reader, each.number) for each in results])
    now_ms = office.clock.now_ms()
    records: list[PaperRecord] = []
    for result, note in zip(results, notes, strict=True):
        records += _records_of(result, note, _told_ms(branch, note.business_date, now_ms))
    return enter_paper(office, actor, terminal_no, records)


def fill_numbers(
    office: Office, actor: Actor, terminal_no: int, note: str
) -> tuple[NumberBlock, ...]:
    """Close the terminal's blocks of numbers that nobody will use up; returns what was open.

    Raises NotFound for an unknown terminal, RuleBroken("reason-missing").
    """
    actor.require(Right.RESOLVE)
    if not note.strip():
        raise RuleBroken("reason-missing")
    with journaled(
        office,
        actor,
        "fill_numbers",
        subject=f"terminal {terminal_no}",
        terminal_no=terminal_no,
        note=note,
    ) as step:
        if step.store.terminals.find(terminal_no) is None:
            raise NotFound(what="terminal", key=terminal_no)
        blocks = step.store.number_blocks.open_of(terminal_no)
        for block in blocks:
            step.store.number_blocks.fill(block.id, note)
        return tuple(blocks)


def _place(office: Office, terminal_no: int) -> _Place:
    with office.database.read() as reader:
        known = find_terminal(reader, terminal_no)
        if known is None:
            raise NotFound(what="terminal", key=terminal_no)
        if known.status != "lost":
            # what it still holds bears the numbers that would be typed now
            raise RuleBroken("terminal-not-lost", terminal=terminal_no)
        seq = max(known.received_seq, last_seq(reader, terminal_no, known.epoch))
        return _Place(
            branch=office.database.branch_id,
            terminal=terminal_no,
            epoch=known.epoch,
            batch_no=last_batch_no(reader, terminal_no, known.epoch) + 1,
            first_seq=seq + 1,
            person=known.person_code,
            now_ms=office.clock.now_ms(),
            offset_min=find_branch(reader).tz_offset_min,
        )


def _encode(place: _Place, record: PaperRecord, headers: dict[int, int]) -> bytes:
    """The record's exact bytes; notes in `headers` the number of the last header of each type."""
    known = RECORD_TYPES.get(record.type)
    if known is None:
        raise UsageError(argument=str(record.type), reason="no such type of record")
    fields = dict(record.fields)
    if known.header is not None:
        if known.header not in headers:
            raise UsageError(argument=known.name, reason="a line needs its header before it")
        fields[known.fields[0].name] = (place.epoch, headers[known.header])
    body = _body(known, fields)
    headers[record.type] = place.next_seq
    at_ms = place.now_ms if record.at_ms is None else record.at_ms
    person = record.person or place.person
    return encode_record(record.type, place.next_seq, at_ms, place.offset_min, person, body)


def _short(name: str) -> str:
    """As much of a name as fits into the record."""
    return name.encode()[:_NAME_BYTES].decode(errors="ignore")


def _body(known: RecordType, fields: Mapping[str, object]) -> dict[int, object]:
    try:
        body = write_body(known.number, fields)
    except (KeyError, ValueError) as error:
        raise UsageError(argument=known.name, reason=str(error.args[0])) from error
    found = read_record(known.number, body)
    if isinstance(found, Problem):
        name, reason = found.fields["field"], found.fields["reason"]
        raise UsageError(argument=f"{known.name} {name}", reason=str(reason))
    return body


def _records_of(result: PaperResult, note: ExpectedNote, at_ms: int) -> list[PaperRecord]:
    told = _match(result, note)
    sums = [
        DeliveryLine(on.line_no, on.product_code, on.shipped, line.delivered, line.refused)
        for on, line in told
    ]
    outcome = result_of(sums)
    reason = next((line.reason for _, line in told if line.reason), None)
    handed_over = outcome in (DeliveryResult.FULL, DeliveryResult.PART)
    header = {
        "note_number": note.number,
        "customer": note.customer_code,
        "result": outcome.value,
        "reason": None if handed_over else reason,
        "signer": result.receiver or None,
    }
    lines = [
        {
            "line": on.line_no,
            "product": on.product_code,
            "lot": on.lot or None,
            "delivered": line.delivered,
            "refused": line.refused,
            "reason": line.reason or None,
        }
        for on, line in told
    ]
    return [
        PaperRecord(_DELIVERY, header, at_ms),
        *(PaperRecord(_DELIVERY_LINE, fields, at_ms) for fields in lines),
    ]


def _match(result: PaperResult, note: ExpectedNote) -> list[tuple[ExpectedLine, PaperLine]]:
    """Each line of the note with what the paper says of it."""
    left = list(note.lines)
    told = []
    for line in result.lines:
        fits = [on for on in left if on.product_code == line.product and line.lot in ("", on.lot)]
        name = " ".join(filter(None, (note.number, line.product, line.lot)))
        if not fits:
            raise UsageError(argument=name, reason="this line is not on the note")
        if len(fits) > 1 and not line.lot:
            raise UsageError(argument=name, reason="several lots were loaded: say which")
        left.remove(fits[0])
        told.append((fits[0], line))
    if left:
        name = " ".join(filter(None, (note.number, left[0].product_code, left[0].lot)))
        raise UsageError(argument=name, reason="this line of the note is not told")
    return told


def _told_ms(branch: FoundBranch, day: date, now_ms: int) -> int:
    """When a stop of that business day counts: now, or the last minute of a day that is over."""
    today = business_date(now_ms, branch.tz_offset_min, branch.cutoff_min)
    if day >= today:
        return now_ms
    next_day = (day + timedelta(days=1)).toordinal() - date(1970, 1, 1).toordinal()
    minutes = next_day * 1440 + branch.cutoff_min - branch.tz_offset_min
    return (minutes - 1) * _MINUTE_MS
