"""The office's own journal: each command that changed something, sealed like a terminal's batch.

What people type is in no upload. So every command leaves one sealed file of terminal 0 in the
archive, written inside the transaction that it stands for; the archive, read in the journal's
order, makes the same database again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.domain.rights import Actor
from app.errors import ArchiveError, RuleBroken
from app.services.archive import HOST, ArchivedFile, Origin
from app.services.office import Office
from app.services.plain import to_plain
from app.storage.keys import derived_key
from app.storage.queries.arrivals import last_batch_no
from app.storage.queries.directory import find_branch
from app.storage.store import Store
from app.storage.store.scope import Source
from app.storage.store.uploads import Batch, RawRecord
from drivers.protocols.docking.batch import (
    MAX_BATCH_BYTES,
    BatchError,
    BatchHeader,
    Record,
    encode_record,
    open_batch,
    seal_batch,
)

EPOCH = 1
COMMAND = 200
"""Record type of a command; terminals use 10 to 69."""

MAX_COMMAND_BYTES = MAX_BATCH_BYTES * 15 // 16
"""A batch also has to hold what frames its records."""

_CHUNK_BYTES = 6 * 1024
_SEQS_PER_ENTRY = 1024


@dataclass(frozen=True, slots=True)
class Step:
    """A command while it runs: its transaction, its place in the journal, its time."""

    store: Store
    entry_no: int
    source: Source
    at_ms: int
    offset_min: int

    @property
    def record_id(self) -> UUID:
        """The raw record of this command, for the provenance of what it makes."""
        return derived_key("record", self.source.batch_id, 0)

    def key(self, *what: object) -> UUID:
        """The key of something this command makes: the same when it is replayed."""
        return derived_key(self.source.batch_id, *what)


@dataclass(frozen=True, slots=True)
class Entry:
    """One command as the journal keeps it; `arguments` are plain values."""

    file: ArchivedFile
    verb: str
    user: str
    arguments: Mapping[str, Any]
    at_ms: int
    offset_min: int


@contextmanager
def journaled(
    office: Office,
    actor: Actor,
    verb: str,
    subject: str = "",
    first: Callable[[Store], None] | None = None,
    **arguments: object,
) -> Iterator[Step]:
    """One transaction that leaves `verb` and `arguments` in the journal when it commits.

    `arguments` are the keyword arguments that a replay calls the verb with; `first` is done before
    the entry is written, for the one command that makes the branch itself. Raises
    RuleBroken("command-too-large") for more than a batch holds.
    """
    with office.database.transaction(actor, verb, subject) as store:
        if first is not None:
            first(store)
        store.lock()
        branch = office.database.branch_id
        entry_no = last_batch_no(store.reader, HOST, EPOCH) + 1
        source = Source(derived_key(branch, "journal", entry_no), entry_no * _SEQS_PER_ENTRY)
        offset_min = find_branch(store.reader).tz_offset_min
        step = Step(store, entry_no, source, store.now_ms, offset_min)
        plain = {"verb": verb, "user": actor.user, "arguments": to_plain(arguments)}
        text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        command = text.encode()
        if len(command) > MAX_COMMAND_BYTES:
            raise RuleBroken(
                "command-too-large", size_bytes=len(command), limit_bytes=MAX_COMMAND_BYTES
            )
        data = _seal(step, branch, command)
        kept = office.archive.replace(Origin(branch, HOST, EPOCH, entry_no), data)
        try:
            _enter(step, kept, data)
            yield step
        except BaseException:
            # the lock is still held, so nobody else's entry can have this number
            office.archive.take_back(kept)
            raise


def read_entry(office: Office, file: ArchivedFile) -> Entry:
    """The command in a journal file. Raises ArchiveError for a file that holds none."""
    try:
        batch = open_batch(office.archive.read(file.path))
        records = [record for record in batch.records if isinstance(record, Record)]
        chunks = [chunk for record in records if isinstance(chunk := record.body[1], bytes)]
        plain = json.loads(b"".join(chunks))
        ms, offset_min = records[0].ts_ms, records[0].offset_min
        return Entry(file, plain["verb"], plain["user"], plain["arguments"], ms, offset_min)
    except (BatchError, ValueError, TypeError, KeyError, IndexError) as error:
        raise ArchiveError(path=file.path, reason="not a journal entry") from error


def _seal(step: Step, branch: int, command: bytes) -> bytes:
    first_seq = step.source.seq
    records = [
        encode_record(
            COMMAND,
            first_seq + place,
            step.at_ms,
            step.offset_min,
            "",
            {1: command[start : start + _CHUNK_BYTES]},
        )
        for place, start in enumerate(range(0, len(command), _CHUNK_BYTES))
    ]
    header = BatchHeader(
        branch=branch,
        terminal=HOST,
        epoch=EPOCH,
        batch_no=step.entry_no,
        seq_from=first_seq,
        seq_to=first_seq + len(records) - 1,
        person="",
        opened_ms=step.at_ms,
        closed_ms=step.at_ms,
        app_version="",
        schema_version=1,
    )
    return seal_batch(header, records)


def _enter(step: Step, kept: ArchivedFile, data: bytes) -> None:
    """The rows of the entry, so that what a person typed has a raw record like any upload."""
    opened = open_batch(data)
    header = opened.header
    batch_id = step.source.batch_id
    step.store.uploads.add_batch(
        Batch(
            id=batch_id,
            terminal_no=header.terminal,
            epoch=header.epoch,
            batch_no=header.batch_no,
            seq_from=header.seq_from,
            seq_to=header.seq_to,
            record_count=len(opened.records),
            person_code="",
            opened_ms=header.opened_ms,
            closed_ms=header.closed_ms,
            app_version=header.app_version,
            schema_version=header.schema_version,
            sha256=kept.sha256.hex(),
            byte_len=kept.size,
            archive_path=kept.path,
            clock_offset_ms=0,
            state="applied",
        )
    )
    step.store.uploads.add_raw_records(
        RawRecord(
            id=derived_key("record", batch_id, position),
            batch_id=batch_id,
            position=position,
            terminal_no=header.terminal,
            epoch=header.epoch,
            seq=header.seq_from + position,
            type=COMMAND,
            byte_offset=record.offset,
            byte_len=len(record.data),
            sha256=hashlib.sha256(record.data).digest(),
            disposition="stored",
            event_raw_ms=step.at_ms,
            offset_min=step.offset_min,
        )
        for position, record in enumerate(opened.records)
    )
