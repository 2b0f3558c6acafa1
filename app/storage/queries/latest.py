"""What came last: records by kind, a terminal's newest file, the newest deliveries, reversals."""

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, select

from app.domain.numbering import DocumentKind
from app.storage.reader import Reader
from app.storage.tables import document, raw_record, upload_batch


@dataclass(frozen=True, slots=True)
class KindCount:
    """`type` is None for records that could not be read; `disposition` as in the table."""

    type: int | None
    disposition: str
    records: int


def records_by_kind(reader: Reader, terminal_no: int, since_ms: int) -> tuple[KindCount, ...]:
    """Records of the batches received since then, by type and by what became of them."""
    columns = (raw_record.c.type, raw_record.c.disposition)
    query = (
        select(*columns, func.count())
        .join(
            upload_batch,
            and_(
                upload_batch.c.branch_id == raw_record.c.branch_id,
                upload_batch.c.id == raw_record.c.batch_id,
            ),
        )
        .where(
            raw_record.c.branch_id == reader.branch_id,
            upload_batch.c.terminal_no == terminal_no,
            upload_batch.c.received_ms >= since_ms,
        )
        .group_by(*columns)
        .order_by(*columns)
    )
    return tuple(KindCount(*row) for row in reader.rows(query))


def last_upload_path(reader: Reader, terminal_no: int) -> str | None:
    """Where in the archive the terminal's last batch lies."""
    batch = upload_batch.c
    query = (
        select(batch.archive_path)
        .where(batch.branch_id == reader.branch_id, batch.terminal_no == terminal_no)
        .order_by(batch.received_ms.desc(), batch.batch_no.desc())
        .limit(1)
    )
    rows = reader.rows(query)
    return rows[0].archive_path if rows else None


def latest_day(reader: Reader) -> date | None:
    """The last business day that has deliveries."""
    query = select(func.max(document.c.business_date)).where(
        document.c.branch_id == reader.branch_id, document.c.kind == DocumentKind.DN.value
    )
    found: date | None = reader.rows(query)[0][0]
    return found


def reversed_on(reader: Reader, day: date) -> frozenset[uuid.UUID]:
    """Documents of a business day that a later document takes back."""
    original, reversal = document.alias(), document.alias()
    query = select(original.c.id).join(
        reversal,
        and_(reversal.c.branch_id == original.c.branch_id, reversal.c.reversal_of == original.c.id),
    )
    chosen = query.where(original.c.branch_id == reader.branch_id, original.c.business_date == day)
    return frozenset(row.id for row in reader.rows(chosen))
