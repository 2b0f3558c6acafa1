"""What a lost terminal's paper says, typed by a person: same records, same rules, same archive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from app.domain.business_day import business_date
from app.domain.deliveries import DeliveryLine, DeliveryResult, result_of
from app.domain.problems import Problem
from app.domain.records.reading import read_record
from app.domain.rights import Actor, Right
from app.errors import NotFound, RuleBroken, UsageError
from app.services.archive import Origin
from app.services.desk_batch import DeskBatch, short
from app.services.intake import IntakeResult, take_in
from app.services.journal import journaled
from app.services.office import Office
from app.services.paper_notes import ExpectedLine, ExpectedNote, expected, loaded_note
from app.storage.queries.arrivals import find_terminal
from app.storage.queries.directory import FoundBranch, find_branch
from app.storage.reader import Reader
from app.storage.store.number_blocks import NumberBlock
from drivers.protocols.docking.batch import Record, open_batch

APP_VERSION = "paper"
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
    batch = _batch(office, terminal_no)
    batch.add(_EVENT, {"kind": "login", "a": 0, "b": 0, "text": short(actor.user, _NAME_BYTES)})
    for record in records:
        batch.add(record.type, record.fields, record.at_ms, record.person)
    return batch.origin, batch.seal()


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


def _batch(office: Office, terminal_no: int) -> DeskBatch:
    with office.database.read() as reader:
        known = find_terminal(reader, terminal_no)
        if known is None:
            raise NotFound(what="terminal", key=terminal_no)
        if known.status != "lost":
            # what it still holds bears the numbers that would be typed now
            raise RuleBroken("terminal-not-lost", terminal=terminal_no)
        return DeskBatch(office, reader, known, APP_VERSION)


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
