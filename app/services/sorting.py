"""Sorts the records of one batch: what is new, what came before, what can be read at all."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.domain.business_day import correct
from app.domain.problems import Problem, Severity, problem
from app.domain.records.catalogue import FIRST_DESK_TYPE
from app.domain.records.drafts import (
    CountDraft,
    DeliveryDraft,
    EmptiesDraft,
    OrderDraft,
    ReadRecord,
    ReceiptDraft,
    ReturnDraft,
    VisitDraft,
)
from app.domain.records.identity import Arrival, TerminalKey, classify
from app.domain.records.reading import LAST_MS, read_record, unknown_fields
from app.domain.records.totals import Arrived, measure
from app.services.cases import Case, raw_record_key
from app.storage.store import Store
from app.storage.store.uploads import RawRecord
from drivers.protocols.docking.batch import BadRecord, Batch, BatchHeader, Record

_EFFECTLESS = frozenset({60, 61, 69})
_DOCUMENTS = (OrderDraft, DeliveryDraft, CountDraft, ReceiptDraft, ReturnDraft, EmptiesDraft)


@dataclass(slots=True)
class Piece:
    """One record of a batch and what becomes of it; `read` is set for what is new and readable.

    `key` is that of its row, `sha256` of its exact bytes.
    """

    position: int
    key: UUID
    record: Record | BadRecord
    sha256: bytes
    arrival: Arrival
    read: ReadRecord | None = None
    problem: Problem | None = None
    disposition: str = "stored"


def read_pieces(store: Store, batch: Batch, batch_id: UUID, clock_offset_ms: int) -> list[Piece]:
    """Every record, with how it stands to what was received before."""
    header = batch.header
    seqs = [record.seq for record in batch.records if record.seq is not None]
    known = store.uploads.existing_records(header.terminal, header.epoch, seqs)
    pieces = []
    for position, record in enumerate(batch.records):
        digest = hashlib.sha256(record.data).digest()
        key = raw_record_key(batch_id, position)
        piece = Piece(position, key, record, digest, Arrival.NEW)
        if record.seq is not None:
            piece.arrival = classify(known, record.seq, digest)
            known.setdefault(record.seq, digest)
        if piece.arrival is Arrival.NEW:
            _read(piece, header, clock_offset_ms, may_be_ours=batch.seal is None)
        elif piece.arrival is Arrival.CONFLICT:
            piece.disposition = "conflict"
            piece.problem = problem("E_RECORD_CONFLICT", f"record {record.seq}")
        pieces.append(piece)
    return pieces


def new_records(pieces: Iterable[Piece]) -> list[ReadRecord]:
    return [piece.read for piece in pieces if piece.read is not None]


def arrived(pieces: Iterable[Piece]) -> list[Arrived]:
    """The batch as its control totals see it, records that came before included."""
    found = []
    for piece in pieces:
        record = piece.record
        if piece.read is not None:
            found.append(measure(piece.read.type, piece.read.key.seq, piece.read.fields))
        elif isinstance(record, Record):
            fields = read_record(record.type, record.body)
            if isinstance(fields, Problem):
                found.append(Arrived(record.type, record.seq))
            else:
                found.append(measure(record.type, record.seq, fields))
    return found


def settle(pieces: Sequence[Piece], cases: Iterable[Case]) -> None:
    """Writes what became of each document to its records."""
    by_seq = {piece.read.key.seq: piece for piece in pieces if piece.read is not None}
    for case in cases:
        disposition = _disposition(case)
        worst = case.worst
        for record in case.draft.records:
            piece = by_seq[record.key.seq]
            piece.disposition = disposition
            if worst is not None and not case.stands:
                piece.problem = worst
        if case.stands:
            for found in case.problems:
                _warn(by_seq[_record_of(case, found).key.seq], found)


def raw_rows(
    store: Store, pieces: Iterable[Piece], header: BatchHeader, batch_id: UUID
) -> list[RawRecord]:
    """The rows of all records that did not come before."""
    rows, variants = [], Counter[int]()
    for piece in pieces:
        if piece.arrival is Arrival.REPEATED:
            continue
        seq = piece.record.seq
        variant = 0
        if piece.arrival is Arrival.CONFLICT and seq is not None:
            # the same upload may hold several contents of one number, the one that counts included
            variant = store.uploads.next_record_variant(header.terminal, header.epoch, seq)
            variant = max(variant, 1) + variants[seq]
            variants[seq] += 1
        rows.append(_raw_row(piece, header, batch_id, variant))
    return rows


def _read(piece: Piece, header: BatchHeader, clock_offset_ms: int, may_be_ours: bool) -> None:
    record = piece.record
    if isinstance(record, BadRecord):
        where = f"record {piece.position + 1}"
        piece.problem = problem("E_FORMAT", where, reason=record.reason)
        piece.disposition = "rejected"
        return
    fields = read_record(record.type, record.body)
    if record.type >= FIRST_DESK_TYPE and not may_be_ours:
        fields = problem("E_UNKNOWN_TYPE", f"record {record.seq}", type=record.type)
    if not isinstance(fields, Problem):
        # what no calendar has would end the intake of the whole batch
        times_ms = (record.ts_ms, fields.get("ended_ms") or record.ts_ms)
        if any(not 0 <= correct(ms, clock_offset_ms) < LAST_MS for ms in times_ms):
            fields = problem("E_FIELD", f"record {record.seq}", field="ts", reason="range")
    if isinstance(fields, Problem):
        piece.problem = fields
        if fields.severity is not Severity.WARN:
            piece.disposition = "rejected"
        return
    key = TerminalKey(header.branch, header.terminal, header.epoch, record.seq)
    piece.read = ReadRecord(
        key, record.type, record.ts_ms, record.offset_min, record.person, fields
    )
    extra = unknown_fields(record.type, record.body)
    piece.problem = extra[0] if extra else None


def _disposition(case: Case) -> str:
    if case.draft.deleted:
        return "no_effect"
    if case.severity is Severity.QUARANTINE:
        return "quarantined"
    if not case.stands:
        return "rejected"
    if isinstance(case.draft, EmptiesDraft) and not case.draft.qty_in and not case.draft.qty_out:
        return "no_effect"
    if isinstance(case.draft, _DOCUMENTS):
        return "accepted"
    if isinstance(case.draft, VisitDraft) or case.draft.header.type in _EFFECTLESS:
        return "no_effect"
    return "stored"


def _warn(piece: Piece, found: Problem) -> None:
    piece.problem = found
    if piece.disposition == "accepted":
        piece.disposition = "warned"


def _record_of(case: Case, found: Problem) -> ReadRecord:
    """The record that a problem speaks of: a line's, else the header's."""
    draft = case.draft
    if isinstance(draft, OrderDraft | DeliveryDraft | CountDraft | ReturnDraft):
        numbers = [line.line_no for line in draft.lines]
        for line_no, record in zip(numbers, draft.line_records, strict=True):
            if found.where == f"line {line_no}":
                return record
    return draft.header


def _raw_row(piece: Piece, header: BatchHeader, batch_id: UUID, variant: int) -> RawRecord:
    record = piece.record
    readable = record if isinstance(record, Record) else None
    return RawRecord(
        id=piece.key,
        batch_id=batch_id,
        position=piece.position,
        terminal_no=header.terminal,
        epoch=header.epoch,
        seq=record.seq,
        type=None if readable is None else readable.type,
        byte_offset=record.offset,
        byte_len=len(record.data),
        sha256=piece.sha256,
        disposition=piece.disposition,
        code=None if piece.problem is None else piece.problem.code,
        event_raw_ms=None if readable is None else readable.ts_ms,
        offset_min=None if readable is None else readable.offset_min,
        person_code=None if readable is None else readable.person,
        variant=variant,
    )
