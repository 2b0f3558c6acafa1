"""What waits for a person, and the codes that it may have meant."""

import difflib
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Table, and_, func, select

from app.errors import UsageError
from app.storage.reader import Reader
from app.storage.tables import (
    document,
    location,
    party,
    person,
    product,
    quarantine_item,
    upload_batch,
)

_NAMED: dict[str, Table] = {
    "customer": party,
    "product": product,
    "person": person,
    "location": location,
}


@dataclass(frozen=True, slots=True)
class OpenItem:
    """`equal` open items share code, kind and raw value: one answer settles them all.

    `qty` base units and `amount_fen` are of the whole document; `proposal` is what one person
    suggested and a second one has to confirm.
    """

    id: uuid.UUID
    code: str
    kind: str
    field: str
    raw_value: str
    detail: str
    terminal_no: int
    epoch: int
    batch_no: int
    seqs: tuple[int, ...]
    person_code: str
    created_ms: int
    equal: int
    record_id: uuid.UUID | None
    qty: int | None
    amount_fen: int | None
    proposed_by: str | None
    proposal: str | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """`likeness` from 0 to 1000."""

    code: str
    name: str
    likeness: int


def open_items(reader: Reader) -> tuple[OpenItem, ...]:
    """Oldest first."""
    item = quarantine_item.c
    equal = func.count().over(partition_by=(item.code, item.kind, item.raw_value))
    query = (
        select(
            item.id,
            item.code,
            item.kind,
            item.field,
            item.raw_value,
            item.detail,
            upload_batch.c.terminal_no,
            upload_batch.c.epoch,
            upload_batch.c.batch_no,
            item.seqs,
            upload_batch.c.person_code,
            item.created_ms,
            equal,
            item.record_id,
            item.qty,
            item.amount_fen,
            item.proposed_by,
            item.proposal,
        )
        .join(
            upload_batch,
            and_(upload_batch.c.branch_id == item.branch_id, upload_batch.c.id == item.batch_id),
        )
        .where(item.branch_id == reader.branch_id, item.state == "open")
        .order_by(item.created_ms, upload_batch.c.terminal_no, item.id)
    )
    found = []
    for row in reader.rows(query):
        values = list(row)
        values[9] = tuple(json.loads(row.seqs))
        found.append(OpenItem(*values))
    return tuple(found)


def candidates(reader: Reader, kind: str, raw_value: str, limit: int = 5) -> tuple[Candidate, ...]:
    """The active codes of a kind that look most like a value; raises UsageError for a bad kind."""
    named = _names(reader, kind)
    wanted = raw_value.upper()
    scored = (
        Candidate(code, name, _likeness(wanted, code.upper(), name.upper())) for code, name in named
    )
    return tuple(sorted(scored, key=lambda found: (-found.likeness, found.code))[:limit])


def _names(reader: Reader, kind: str) -> Iterable[tuple[str, str]]:
    if kind == "document":
        query = select(document.c.number, document.c.state).where(
            document.c.branch_id == reader.branch_id, document.c.number.is_not(None)
        )
        return ((row[0], row[1]) for row in reader.rows(query))
    table = _NAMED.get(kind)
    if table is None:
        raise UsageError(argument="kind", reason=f"no codes of kind {kind}")
    query = select(table.c.code, table.c.name).where(
        table.c.branch_id == reader.branch_id, table.c.active
    )
    return ((row[0], row[1]) for row in reader.rows(query))


def _likeness(wanted: str, code: str, name: str) -> int:
    by_code = difflib.SequenceMatcher(None, wanted, code, autojunk=False).ratio()
    by_name = difflib.SequenceMatcher(None, wanted, name, autojunk=False).ratio()
    return round(1000 * max(by_code, by_name))
