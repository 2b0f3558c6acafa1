"""What became of uploads before: for repeated uploads, for recovery and for replay."""

import uuid
from dataclasses import dataclass

from sqlalchemy import func, select

from app.storage.reader import Reader
from app.storage.store.terminals import StoredTerminal
from app.storage.tables import dock_session, document, raw_record, terminal, upload_batch


@dataclass(frozen=True, slots=True)
class ArrivedBatch:
    """`state` as in the table; `sha256` of the whole file, in hex."""

    id: uuid.UUID
    sha256: str
    state: str
    code: str | None
    seq_to: int
    record_count: int


def arrived_batch(
    reader: Reader, terminal_no: int, epoch: int, batch_no: int, sha256: str
) -> ArrivedBatch | None:
    """The batch with this key and exactly this content, if it came before."""
    columns = upload_batch.c
    rows = reader.rows(
        select(
            columns.id,
            columns.sha256,
            columns.state,
            columns.code,
            columns.seq_to,
            columns.record_count,
        ).where(
            columns.branch_id == reader.branch_id,
            columns.terminal_no == terminal_no,
            columns.epoch == epoch,
            columns.batch_no == batch_no,
            columns.sha256 == sha256,
        )
    )
    return ArrivedBatch(*rows[0]) if rows else None


def verdicts(reader: Reader, batch_id: uuid.UUID) -> list[tuple[int, str]]:
    """(seq, code) of the records of a batch that have a code."""
    columns = raw_record.c
    rows = reader.rows(
        select(columns.seq, columns.code)
        .where(
            columns.branch_id == reader.branch_id,
            columns.batch_id == batch_id,
            columns.seq.is_not(None),
            columns.code.is_not(None),
        )
        .order_by(columns.position)
    )
    return [(row.seq, row.code) for row in rows]


def watermarks(reader: Reader, terminal_no: int, epoch: int) -> tuple[int, int]:
    """(received, backed up) of a terminal; 0 and 0 for a terminal or an epoch not seen before."""
    rows = reader.rows(
        select(terminal.c.received_seq, terminal.c.backed_up_seq).where(
            terminal.c.branch_id == reader.branch_id,
            terminal.c.terminal_no == terminal_no,
            terminal.c.epoch == epoch,
        )
    )
    return (rows[0].received_seq, rows[0].backed_up_seq) if rows else (0, 0)


def received_in(reader: Reader, terminal_no: int, epoch: int) -> int:
    """The highest number taken in of an epoch that a terminal may have left behind."""
    columns = upload_batch.c
    query = select(func.max(columns.seq_to)).where(
        columns.branch_id == reader.branch_id,
        columns.terminal_no == terminal_no,
        columns.epoch == epoch,
        columns.state.in_(("applied", "partly_applied")),
    )
    return int(reader.rows(query)[0][0] or 0)


def batch_before(
    reader: Reader, terminal_no: int, epoch: int, batch_no: int
) -> tuple[str, str | None] | None:
    """State, and chain value (hex) behind it, of the batch before this one; None for the first.

    A batch that was turned down is a link of the chain like any other, though it may be one that
    could not be read. What nobody signed has no chain value.
    """
    columns = upload_batch.c
    query = (
        select(columns.state, columns.chain)
        .where(
            columns.branch_id == reader.branch_id,
            columns.terminal_no == terminal_no,
            columns.epoch == epoch,
            columns.batch_no < batch_no,
            columns.variant == 0,
        )
        .order_by(columns.batch_no.desc())
        .limit(1)
    )
    rows = reader.rows(query)
    return (rows[0].state, rows[0].chain) if rows else None


def time_before(reader: Reader, terminal_no: int, epoch: int, batch_no: int) -> int | None:
    """When the batch before this one ended, corrected, UTC ms; never later than it came in."""
    columns = upload_batch.c
    query = (
        select(columns.closed_ms + columns.clock_offset_ms, columns.received_ms)
        .where(
            columns.branch_id == reader.branch_id,
            columns.terminal_no == terminal_no,
            columns.epoch == epoch,
            columns.batch_no < batch_no,
            columns.state.in_(("applied", "partly_applied")),
        )
        .order_by(columns.batch_no.desc())
        .limit(1)
    )
    rows = reader.rows(query)
    return min(rows[0]) if rows else None


def archive_paths(reader: Reader, terminal_no: int | None = None) -> set[str]:
    """Every archive file that a batch row speaks of, or those of one terminal."""
    query = select(upload_batch.c.archive_path).where(upload_batch.c.branch_id == reader.branch_id)
    if terminal_no is not None:
        query = query.where(upload_batch.c.terminal_no == terminal_no)
    return {row.archive_path for row in reader.rows(query)}


def last_clock_offset_ms(reader: Reader, terminal_no: int) -> int:
    """What a terminal's clock was off when it was last measured; 0 if it never was."""
    query = (
        select(dock_session.c.clock_offset_ms)
        .join(
            terminal,
            (terminal.c.branch_id == dock_session.c.branch_id)
            & (terminal.c.id == dock_session.c.terminal_id),
        )
        .where(
            dock_session.c.branch_id == reader.branch_id,
            terminal.c.terminal_no == terminal_no,
            dock_session.c.clock_offset_ms.is_not(None),
        )
        .order_by(dock_session.c.started_ms.desc())
        .limit(1)
    )
    rows = reader.rows(query)
    return rows[0].clock_offset_ms if rows else 0


def last_batch_no(reader: Reader, terminal_no: int, epoch: int) -> int:
    """The highest number so far, 0 when there is none."""
    query = select(func.max(upload_batch.c.batch_no)).where(
        upload_batch.c.branch_id == reader.branch_id,
        upload_batch.c.terminal_no == terminal_no,
        upload_batch.c.epoch == epoch,
    )
    return int(reader.rows(query)[0][0] or 0)


def last_seq(reader: Reader, terminal_no: int, epoch: int) -> int:
    """The highest record number so far, 0 when there is none."""
    query = select(func.max(raw_record.c.seq)).where(
        raw_record.c.branch_id == reader.branch_id,
        raw_record.c.terminal_no == terminal_no,
        raw_record.c.epoch == epoch,
    )
    return int(reader.rows(query)[0][0] or 0)


def find_terminal(reader: Reader, terminal_no: int) -> StoredTerminal | None:
    """The enrolled terminal of that number."""
    columns = [terminal.c[name] for name in StoredTerminal.__dataclass_fields__]
    rows = reader.rows(
        select(*columns).where(
            terminal.c.branch_id == reader.branch_id, terminal.c.terminal_no == terminal_no
        )
    )
    return StoredTerminal(*rows[0]) if rows else None


def reversal_number(reader: Reader, document_id: uuid.UUID) -> str | None:
    """The number of the document that undoes this one, if there is one."""
    query = select(document.c.number).where(
        document.c.branch_id == reader.branch_id, document.c.reversal_of == document_id
    )
    rows = reader.rows(query)
    return rows[0].number if rows else None
