"""From a figure back to the bytes that a terminal sent, and who did what."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from app.errors import NotFound
from app.storage.reader import Reader
from app.storage.tables import (
    audit_event,
    quarantine_item,
    raw_record,
    record_link,
    upload_batch,
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Bytes `byte_offset` to `byte_offset + byte_len` of the sealed batch at `archive_path`.

    `typed_by` is who typed it from paper, None for what a terminal sent.
    """

    record_id: uuid.UUID
    terminal_no: int
    epoch: int
    seq: int | None
    type: int | None
    disposition: str
    code: str | None
    batch_id: uuid.UUID
    batch_no: int
    batch_sha256: str
    archive_path: str
    byte_offset: int
    byte_len: int
    sha256: bytes
    typed_by: str | None


@dataclass(frozen=True, slots=True)
class LinkedEvidence:
    """`line_id` is None where the record stands behind the whole document."""

    role: str
    line_id: uuid.UUID | None
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class AuditRow:
    id: uuid.UUID
    at_ms: int
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]


_COLUMNS = (
    raw_record.c.id,
    raw_record.c.terminal_no,
    raw_record.c.epoch,
    raw_record.c.seq,
    raw_record.c.type,
    raw_record.c.disposition,
    raw_record.c.code,
    upload_batch.c.id,
    upload_batch.c.batch_no,
    upload_batch.c.sha256,
    upload_batch.c.archive_path,
    raw_record.c.byte_offset,
    raw_record.c.byte_len,
    raw_record.c.sha256,
    upload_batch.c.typed_by,
)


def raw_record_by_id(reader: Reader, record_id: uuid.UUID) -> Evidence:
    """Raises NotFound."""
    rows = reader.rows(_records(reader, *_COLUMNS).where(raw_record.c.id == record_id))
    if not rows:
        raise NotFound(what="record", key=str(record_id))
    return Evidence(*rows[0])


def records_behind(reader: Reader, document_id: uuid.UUID) -> tuple[LinkedEvidence, ...]:
    """All records that made or touched a document, in the order they were sent."""
    query = (
        _records(reader, record_link.c.role, record_link.c.line_id, *_COLUMNS)
        .join(
            record_link,
            and_(
                record_link.c.branch_id == raw_record.c.branch_id,
                record_link.c.record_id == raw_record.c.id,
            ),
        )
        .where(record_link.c.document_id == document_id)
        .order_by(
            raw_record.c.terminal_no,
            raw_record.c.epoch,
            raw_record.c.seq.nulls_first(),
            record_link.c.id,
        )
    )
    return tuple(LinkedEvidence(row[0], row[1], Evidence(*row[2:])) for row in reader.rows(query))


def conflict_of(reader: Reader, item_id: uuid.UUID) -> tuple[Evidence, Evidence] | None:
    """The record that counts and the other content that an item asks about; None for others."""
    item = quarantine_item.c
    asked = reader.rows(
        select(item.record_id).where(
            item.branch_id == reader.branch_id,
            item.id == item_id,
            item.code == "E_RECORD_CONFLICT",
        )
    )
    if not asked or asked[0].record_id is None:
        return None
    other = raw_record_by_id(reader, asked[0].record_id)
    query = _records(reader, *_COLUMNS).where(
        raw_record.c.terminal_no == other.terminal_no,
        raw_record.c.epoch == other.epoch,
        raw_record.c.seq == other.seq,
        raw_record.c.variant == 0,
    )
    return Evidence(*reader.rows(query)[0]), other


def conflicts(reader: Reader) -> tuple[Evidence, ...]:
    """Records that came again under a known key with other content, kept as evidence."""
    query = _records(reader, *_COLUMNS).where(raw_record.c.disposition == "conflict")
    return tuple(Evidence(*row) for row in reader.rows(query.order_by(raw_record.c.id)))


def audit_trail(reader: Reader, *, limit: int = 200) -> tuple[AuditRow, ...]:
    """Newest first."""
    query = (
        select(audit_event)
        .where(audit_event.c.branch_id == reader.branch_id)
        .order_by(audit_event.c.at_ms.desc(), audit_event.c.id.desc())
        .limit(limit)
    )
    return tuple(
        AuditRow(row.id, row.at_ms, row.actor, row.action, row.subject, json.loads(row.detail))
        for row in reader.rows(query)
    )


def _records(reader: Reader, *columns: ColumnElement[Any]) -> Select[Any]:
    return (
        select(*columns)
        .select_from(raw_record)
        .join(
            upload_batch,
            and_(
                upload_batch.c.branch_id == raw_record.c.branch_id,
                upload_batch.c.id == raw_record.c.batch_id,
            ),
        )
        .where(raw_record.c.branch_id == reader.branch_id)
    )
