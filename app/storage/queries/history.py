"""Who changed which master row, when, and what it said before."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.storage.reader import Reader
from app.storage.tables import master_change


@dataclass(frozen=True, slots=True)
class Change:
    """The fields that differ; `before` is empty for a row that was made."""

    kind: str
    code: str
    action: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    changed_by: str
    changed_ms: int


def changes(
    reader: Reader, kind: str | None = None, code: str | None = None, limit: int = 200
) -> tuple[Change, ...]:
    """The newest first; a code is also found where it is the first word, as of a packing."""
    row = master_change.c
    query = select(
        row.kind, row.code, row.action, row.before, row.after, row.changed_by, row.changed_ms
    )
    query = query.where(row.branch_id == reader.branch_id)
    if kind is not None:
        query = query.where(row.kind == kind)
    if code is not None:
        query = query.where((row.code == code) | row.code.startswith(f"{code} ", autoescape=True))
    query = query.order_by(row.changed_ms.desc(), row.rev.desc(), row.id).limit(limit)
    return tuple(
        Change(
            found.kind,
            found.code,
            found.action,
            json.loads(found.before or "{}"),
            json.loads(found.after or "{}"),
            found.changed_by,
            found.changed_ms,
        )
        for found in reader.rows(query)
    )
