"""What every area of the store works with: one connection, one branch, one time, one person."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Insert, Table, insert

from app.storage.reader import Reader

_MANY = 50


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
            self.write(table, insert(table), rows)

    def write(self, table: Table, statement: Insert, rows: Sequence[dict[str, Any]]) -> None:
        """An insert of many rows that all name the same columns; the branch is added to each.

        The driver gets finished rows: SQLAlchemy's own way takes twice as long for a day's upload.
        For few rows it is the better one, because it remembers the statement's text.
        """
        for row in rows:
            row["branch_id"] = self.branch_id
        if len(rows) < _MANY:
            self.connection.execute(statement, rows)
            return
        dialect = self.connection.dialect
        columns = [column for column in table.columns if column.name in rows[0]]
        names = [column.name for column in columns]
        sql = str(statement.compile(dialect=dialect, column_keys=names))
        processors = [each.type.dialect_impl(dialect).bind_processor(dialect) for each in columns]
        values: list[Iterable[Any]] = []
        for name, process in zip(names, processors, strict=True):
            column = [row[name] for row in rows]
            values.append(column if process is None else map(process, column))
        finished = zip(*values, strict=True)
        if dialect.positional:
            self.connection.exec_driver_sql(sql, list(finished))
        else:
            named = [dict(zip(names, row, strict=True)) for row in finished]
            self.connection.exec_driver_sql(sql, named)


def source_columns(source: Source | None) -> dict[str, Any]:
    if source is None:
        return {"src_batch_id": None, "src_seq": None}
    return {"src_batch_id": source.batch_id, "src_seq": source.seq}


def columns_of(value: Any) -> dict[str, Any]:
    """The fields of a dataclass; `dataclasses.asdict` also copies every value, ten times slower."""
    return {name: getattr(value, name) for name in value.__dataclass_fields__}
