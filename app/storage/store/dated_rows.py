"""Rows that hold from a day on until the next one of the same thing begins."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table, func, select, update

from app.storage.keys import derived_key
from app.storage.store.coded_rows import CodedRows
from app.storage.store.scope import Scope


def put_dated(
    scope: Scope,
    changes: CodedRows,
    table: Table,
    of: Mapping[str, Any],
    row: Mapping[str, Any],
    code: str,
) -> None:
    """Say what holds from `row["valid_from"]` on, for the thing that the columns in `of` name.

    What held before ends on that day; what begins on the same day is replaced; what begins later
    stays, and ends this one. So no two rows of one thing ever overlap (INV-23). `code` is what the
    history of changes calls it.
    """
    columns = table.c
    mine = (
        columns.branch_id == scope.branch_id,
        *(columns[name] == key for name, key in of.items()),
    )
    first = row["valid_from"]
    next_first = scope.connection.scalar(
        select(func.min(columns.valid_from)).where(*mine, columns.valid_from > first)
    )
    values = dict(row) | {"valid_to": next_first}
    known = scope.connection.execute(
        select(table).where(*mine, columns.valid_from == first)
    ).first()
    if known is not None and all(known._mapping[name] == each for name, each in values.items()):
        return
    scope.connection.execute(
        update(table)
        .where(
            *mine,
            columns.valid_from < first,
            (columns.valid_to.is_(None)) | (columns.valid_to > first),
        )
        .values(valid_to=first)
    )
    if known is not None:
        before = {name: known._mapping[name] for name in values}
        changes.note(table.name, code, before, values)
        scope.connection.execute(
            update(table).where(columns.branch_id == scope.branch_id, columns.id == known.id),
            values,
        )
        return
    changes.note(table.name, code, {}, values)
    key = derived_key(scope.branch_id, table.name, *of.values(), first)
    scope.insert(table, [values | dict(of) | {"id": key}])
