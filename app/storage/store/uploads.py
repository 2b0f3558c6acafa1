"""Uploaded batches, their records, what they led to, and what waits for a person."""

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, update

from app.errors import NotFound
from app.storage.keys import derived_key
from app.storage.store.scope import Scope, columns_of
from app.storage.tables import (
    code_alias,
    quarantine_item,
    raw_record,
    record_link,
    upload_batch,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A sealed batch; `state`: applied, partly_applied, rejected, conflict.

    `variant` is 0, and 1, 2 ... for other contents that came under the same key (conflict).
    `archive_path` is relative to the archive. `signed_by` is the device whose signature it bears
    and `chain` the value behind it, in hex; `typed_by` who typed it from paper.
    """

    id: uuid.UUID
    terminal_no: int
    epoch: int
    batch_no: int
    seq_from: int
    seq_to: int
    record_count: int
    person_code: str
    opened_ms: int
    closed_ms: int
    app_version: str
    schema_version: int
    sha256: str
    byte_len: int
    archive_path: str
    clock_offset_ms: int
    state: str
    code: str | None = None
    variant: int = 0
    session_id: uuid.UUID | None = None
    signed_by: str | None = None
    chain: str | None = None
    typed_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRecord:
    """Where a record lies in its batch; `sha256` of its exact bytes.

    `disposition`: accepted, warned, quarantined, rejected, stored, no_effect, conflict.
    """

    id: uuid.UUID
    batch_id: uuid.UUID
    position: int
    terminal_no: int
    epoch: int
    seq: int | None
    type: int | None
    byte_offset: int
    byte_len: int
    sha256: bytes
    disposition: str
    code: str | None = None
    event_raw_ms: int | None = None
    offset_min: int | None = None
    person_code: str | None = None
    variant: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """`role`: creates, confirms, contradicts, corrects."""

    record_id: uuid.UUID
    document_id: uuid.UUID
    line_id: uuid.UUID | None = None
    role: str = "creates"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineItem:
    """One value that nobody knows; `seqs` are all records of the document that waits for it.

    `kind` is the kind of thing the value should name (customer, product, document ...),
    `field` the record's field, `detail` any JSON that the services want back.
    """

    id: uuid.UUID
    batch_id: uuid.UUID
    seqs: tuple[int, ...]
    code: str
    kind: str
    field: str
    raw_value: str
    detail: str = "{}"
    record_id: uuid.UUID | None = None
    qty: int | None = None
    amount_fen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBatch(Batch):
    received_ms: int
    operator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredQuarantineItem(QuarantineItem):
    state: str
    created_ms: int
    resolved_by: str | None
    resolved_ms: int | None
    how: str | None
    proposed_by: str | None
    proposed_ms: int | None
    proposal: str | None


class Uploads:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def find_batch(
        self, terminal_no: int, epoch: int, batch_no: int, *, variant: int = 0
    ) -> StoredBatch | None:
        """The batch that came under this key."""
        rows = self._scope.connection.execute(
            select(upload_batch).where(
                upload_batch.c.branch_id == self._scope.branch_id,
                upload_batch.c.terminal_no == terminal_no,
                upload_batch.c.epoch == epoch,
                upload_batch.c.batch_no == batch_no,
                upload_batch.c.variant == variant,
            )
        ).all()
        return _stored_batch(rows[0]) if rows else None

    def batch(self, batch_id: uuid.UUID) -> StoredBatch:
        """Raises NotFound."""
        rows = self._scope.connection.execute(
            select(upload_batch).where(
                upload_batch.c.branch_id == self._scope.branch_id,
                upload_batch.c.id == batch_id,
            )
        ).all()
        if not rows:
            raise NotFound(what="batch", key=str(batch_id))
        return _stored_batch(rows[0])

    def next_variant(self, terminal_no: int, epoch: int, batch_no: int) -> int:
        """The number for the next other content under a key that is taken."""
        highest = self._scope.connection.scalar(
            select(func.max(upload_batch.c.variant)).where(
                upload_batch.c.branch_id == self._scope.branch_id,
                upload_batch.c.terminal_no == terminal_no,
                upload_batch.c.epoch == epoch,
                upload_batch.c.batch_no == batch_no,
            )
        )
        return 0 if highest is None else int(highest) + 1

    def add_batch(self, batch: Batch) -> None:
        row = columns_of(batch) | {"received_ms": self._scope.now_ms, "operator": self._scope.user}
        self._scope.insert(upload_batch, [row])

    def add_raw_records(self, records: Iterable[RawRecord]) -> None:
        self._scope.insert(raw_record, [columns_of(record) for record in records])

    def existing_records(
        self, terminal_no: int, epoch: int, seqs: Iterable[int]
    ) -> dict[int, bytes]:
        """Digest by sequence number of the records that count already (variant 0)."""
        wanted = sorted(set(seqs))
        if not wanted:
            return {}
        query = select(raw_record.c.seq, raw_record.c.sha256).where(
            raw_record.c.branch_id == self._scope.branch_id,
            raw_record.c.terminal_no == terminal_no,
            raw_record.c.epoch == epoch,
            raw_record.c.seq.between(wanted[0], wanted[-1]),
            raw_record.c.variant == 0,
        )
        asked = set(wanted)
        return {
            row.seq: row.sha256 for row in self._scope.connection.execute(query) if row.seq in asked
        }

    def holds_all(self, terminal_no: int, epoch: int, seqs: range) -> bool:
        """Whether every record from `seqs.start` up to `seqs.stop` has come."""
        found = self._scope.connection.scalar(
            select(func.count()).where(
                raw_record.c.branch_id == self._scope.branch_id,
                raw_record.c.terminal_no == terminal_no,
                raw_record.c.epoch == epoch,
                raw_record.c.seq.between(seqs.start, seqs.stop - 1),
                raw_record.c.variant == 0,
            )
        )
        return found == len(seqs)

    def next_record_variant(self, terminal_no: int, epoch: int, seq: int) -> int:
        """The number for the next other content of a record that is known already."""
        highest = self._scope.connection.scalar(
            select(func.max(raw_record.c.variant)).where(
                raw_record.c.branch_id == self._scope.branch_id,
                raw_record.c.terminal_no == terminal_no,
                raw_record.c.epoch == epoch,
                raw_record.c.seq == seq,
            )
        )
        return 0 if highest is None else int(highest) + 1

    def records_of(self, batch_id: uuid.UUID, seqs: Iterable[int]) -> list[RawRecord]:
        """Records of a batch in their order, for example to validate them again."""
        query = (
            select(raw_record)
            .where(
                raw_record.c.branch_id == self._scope.branch_id,
                raw_record.c.batch_id == batch_id,
                raw_record.c.seq.in_(sorted(set(seqs))),
            )
            .order_by(raw_record.c.position)
        )
        found = []
        for row in self._scope.connection.execute(query):
            fields = row._asdict()
            del fields["branch_id"]
            found.append(RawRecord(**fields))
        return found

    def verdicts_of(self, batch_id: uuid.UUID) -> list[tuple[int | None, str, str | None]]:
        """(seq, disposition, code) of a batch in its order, to answer a repeated upload."""
        query = (
            select(raw_record.c.seq, raw_record.c.disposition, raw_record.c.code)
            .where(
                raw_record.c.branch_id == self._scope.branch_id,
                raw_record.c.batch_id == batch_id,
            )
            .order_by(raw_record.c.position)
        )
        return [tuple(row) for row in self._scope.connection.execute(query)]

    def link(self, links: Sequence[Link]) -> None:
        """Says which document or line a record made or touched."""
        rows = [
            {
                # a line is in one document: its key says both
                "id": derived_key(
                    "link", each.record_id, each.line_id or each.document_id, each.role
                ),
                "record_id": each.record_id,
                "document_id": each.document_id,
                "line_id": each.line_id,
                "role": each.role,
            }
            for each in links
        ]
        self._scope.insert(record_link, rows)

    def add_quarantine(self, items: Sequence[QuarantineItem]) -> None:
        rows = [
            columns_of(item)
            | {
                "seqs": json.dumps(item.seqs),
                "state": "open",
                "created_ms": self._scope.now_ms,
            }
            for item in items
        ]
        self._scope.insert(quarantine_item, rows)

    def quarantine_item(self, item_id: uuid.UUID) -> StoredQuarantineItem:
        """Raises NotFound."""
        found = self._quarantine(quarantine_item.c.id == item_id)
        if not found:
            raise NotFound(what="quarantine item", key=str(item_id))
        return found[0]

    def open_items(self, *codes: str) -> list[StoredQuarantineItem]:
        """All open items, or those with one of these codes, oldest first."""
        chosen = (quarantine_item.c.code.in_(codes),) if codes else ()
        return self._quarantine(quarantine_item.c.state == "open", *chosen)

    def has_item(self, item_id: uuid.UUID) -> bool:
        return bool(self._quarantine(quarantine_item.c.id == item_id))

    def equal_items(self, item: QuarantineItem) -> list[StoredQuarantineItem]:
        """All open items with the same code, kind and raw value, oldest first."""
        columns = quarantine_item.c
        return self._quarantine(
            columns.state == "open",
            columns.code == item.code,
            columns.kind == item.kind,
            columns.raw_value == item.raw_value,
        )

    def items_of(self, batch_id: uuid.UUID, seqs: Iterable[int]) -> list[StoredQuarantineItem]:
        """Open items of a batch that hold any of these records."""
        asked = set(seqs)
        columns = quarantine_item.c
        found = self._quarantine(columns.state == "open", columns.batch_id == batch_id)
        return [item for item in found if asked.intersection(item.seqs)]

    def propose(self, item_id: uuid.UUID, proposal: str) -> None:
        """Notes what one person suggests; a later suggestion takes the place of an earlier one."""
        self._scope.connection.execute(
            update(quarantine_item)
            .where(
                quarantine_item.c.branch_id == self._scope.branch_id,
                quarantine_item.c.id == item_id,
            )
            .values(
                proposed_by=self._scope.user,
                proposed_ms=self._scope.now_ms,
                proposal=proposal,
            )
        )

    def resolve_quarantine(self, ids: Iterable[uuid.UUID], state: str, how: str) -> None:
        """Closes open items as "fixed" or "rejected"; `how` says it in a code or a value."""
        self._scope.connection.execute(
            update(quarantine_item)
            .where(
                quarantine_item.c.branch_id == self._scope.branch_id,
                quarantine_item.c.id.in_(list(ids)),
                quarantine_item.c.state == "open",
            )
            .values(
                state=state,
                how=how,
                resolved_by=self._scope.user,
                resolved_ms=self._scope.now_ms,
            )
        )

    def aliases(self, kind: str) -> dict[str, str]:
        """Code by raw code."""
        query = select(code_alias.c.raw_code, code_alias.c.code).where(
            code_alias.c.branch_id == self._scope.branch_id, code_alias.c.kind == kind
        )
        return {row.raw_code: row.code for row in self._scope.connection.execute(query)}

    def add_alias(self, kind: str, raw_code: str, code: str) -> None:
        """From now on `raw_code` means `code`; a new answer replaces an old one."""
        columns = code_alias.c
        known = self._scope.connection.execute(
            update(code_alias)
            .where(
                columns.branch_id == self._scope.branch_id,
                columns.kind == kind,
                columns.raw_code == raw_code,
            )
            .values(code=code, created_by=self._scope.user, created_ms=self._scope.now_ms)
        )
        if known.rowcount == 0:
            row = {
                "id": derived_key(self._scope.branch_id, "alias", kind, raw_code),
                "kind": kind,
                "raw_code": raw_code,
                "code": code,
                "created_by": self._scope.user,
                "created_ms": self._scope.now_ms,
            }
            self._scope.insert(code_alias, [row])

    def _quarantine(self, *conditions: ColumnElement[bool]) -> list[StoredQuarantineItem]:
        query = (
            select(quarantine_item)
            .where(quarantine_item.c.branch_id == self._scope.branch_id, *conditions)
            .order_by(quarantine_item.c.created_ms, quarantine_item.c.id)
        )
        found = []
        for row in self._scope.connection.execute(query):
            fields = row._asdict()
            del fields["branch_id"]
            fields["seqs"] = tuple(json.loads(fields["seqs"]))
            found.append(StoredQuarantineItem(**fields))
        return found


def _stored_batch(row: Row[Any]) -> StoredBatch:
    fields = row._asdict()
    del fields["branch_id"]
    return StoredBatch(**fields)
