"""The revisions of the data sets that are still known."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from app.storage.reader import Reader
from app.storage.tables import data_set


@dataclass(frozen=True, slots=True)
class KnownRevision:
    """`sha256` of the content, in hex."""

    id: uuid.UUID
    revision: int
    sha256: str


def known_revisions(
    reader: Reader, scopes: Iterable[str]
) -> Mapping[tuple[str, str], list[KnownRevision]]:
    """By name and scope, the newest first."""
    columns = data_set.c
    query = (
        select(columns.name, columns.scope, columns.id, columns.revision, columns.sha256)
        .where(columns.branch_id == reader.branch_id, columns.scope.in_(sorted(set(scopes))))
        .order_by(columns.revision.desc())
    )
    found: dict[tuple[str, str], list[KnownRevision]] = {}
    for row in reader.rows(query):
        known = KnownRevision(row.id, row.revision, row.sha256)
        found.setdefault((row.name, row.scope), []).append(known)
    return found


def payloads(reader: Reader, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, bytes]:
    """The deflated contents of these revisions."""
    columns = data_set.c
    query = select(columns.id, columns.payload).where(
        columns.branch_id == reader.branch_id, columns.id.in_(sorted(set(ids)))
    )
    return {row.id: row.payload for row in reader.rows(query)}
