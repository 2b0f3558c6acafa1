"""What a backup has to hold, how far each terminal is inside it, and which one was the last."""

import uuid
from dataclasses import dataclass

from sqlalchemy import select

from app.storage.reader import Reader
from app.storage.tables import backup_run, blob, terminal, upload_batch


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the records of a terminal's epoch had come, and how far they were backed up."""

    terminal_no: int
    epoch: int
    received_seq: int
    backed_up_seq: int


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file beside the database that its rows speak of; `path` is relative to its folder.

    `seq`: the first record that is in it or speaks of it; 0 if there is none.
    """

    path: str
    sha256: str
    terminal_no: int
    epoch: int
    seq: int


@dataclass(frozen=True, slots=True)
class BackupRun:
    """`sha256` of the whole file in hex; `watermarks`: a JSON list of [terminal, epoch, seq]."""

    id: uuid.UUID
    made_ms: int
    made_by: str
    file: str
    sha256: str
    size_bytes: int
    verified_ms: int | None
    watermarks: str


def marks(reader: Reader) -> tuple[Mark, ...]:
    """Of every terminal, by number."""
    columns = [terminal.c[name] for name in Mark.__dataclass_fields__]
    query = select(*columns).where(terminal.c.branch_id == reader.branch_id)
    return tuple(Mark(*row) for row in reader.rows(query.order_by(terminal.c.terminal_no)))


def kept_uploads(reader: Reader) -> tuple[KeptFile, ...]:
    """Every archive file that the database speaks of, the office's own journal among them."""
    batch = upload_batch.c
    query = select(
        batch.archive_path, batch.sha256, batch.terminal_no, batch.epoch, batch.seq_from
    ).where(batch.branch_id == reader.branch_id)
    return tuple(KeptFile(*row) for row in reader.rows(query))


def kept_blobs(reader: Reader) -> tuple[KeptFile, ...]:
    """Every photo that is here by the books."""
    return _blobs(reader, "held")


def awaited_blobs(reader: Reader) -> tuple[KeptFile, ...]:
    """Every photo that a record speaks of and that only its terminal has."""
    return _blobs(reader, "awaited")


def last_backup(reader: Reader) -> BackupRun | None:
    """The newest one that was verified."""
    columns = [backup_run.c[name] for name in BackupRun.__dataclass_fields__]
    query = (
        select(*columns)
        .where(backup_run.c.branch_id == reader.branch_id, backup_run.c.verified_ms.is_not(None))
        .order_by(backup_run.c.made_ms.desc(), backup_run.c.id.desc())
        .limit(1)
    )
    rows = reader.rows(query)
    return BackupRun(*rows[0]) if rows else None


def _blobs(reader: Reader, state: str) -> tuple[KeptFile, ...]:
    query = select(blob.c.sha256, blob.c.terminal_no, blob.c.epoch, blob.c.seq).where(
        blob.c.branch_id == reader.branch_id, blob.c.state == state
    )
    return tuple(
        KeptFile(f"{row.sha256[:2]}/{row.sha256}", row.sha256, row.terminal_no, row.epoch, row.seq)
        for row in reader.rows(query)
    )
