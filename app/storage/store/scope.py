"""What every area of the store works with: one connection, one branch, one time, one person."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, insert

from app.storage.reader import Reader


@dataclass(frozen=True, slots=True)
class Source:
    """Which record of which batch a row comes from."""

    batch_id: uuid.UUID
    seq: int


@dataclass(frozen=True, slots=True)
class Scope:
    """One write transaction; `now_ms` is the same for all that it writes."""

    connection: Connection
    branch_id: int
    now_ms: int
    user: str

    @property
    def reader(self) -> Reader:
        return Reader(self.connection, self.branch_id)

    def insert(self, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        """All rows in one statement; the branch is added to each."""
        if rows:
            for row in rows:
                row["branch_id"] = self.branch_id
            self.connection.execute(insert(table), rows)


def source_columns(source: Source | None) -> dict[str, Any]:
    if source is None:
        return {"src_batch_id": None, "src_seq": None}
    return {"src_batch_id": source.batch_id, "src_seq": source.seq}


def columns_of(value: Any) -> dict[str, Any]:
    """The fields of a dataclass; `dataclasses.asdict` also copies every value, ten times slower."""
    return {name: getattr(value, name) for name in value.__dataclass_fields__}
