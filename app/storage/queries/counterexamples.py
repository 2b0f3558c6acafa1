"""How a check asks for rows that contradict an invariant."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select

from app.storage.reader import Reader

Counterexample = Mapping[str, object]
Check = tuple[Callable[[Reader], int], Callable[[Reader], list[Counterexample]]]

# More than anybody reads; the first ones say enough.
_SHOWN = 100


def of_branch(reader: Reader, columns: Any, *wanted: ColumnElement[Any]) -> Select[Any]:
    return select(*wanted).where(columns.branch_id == reader.branch_id)


def found_in(reader: Reader, query: Select[Any]) -> list[Counterexample]:
    return [plain_row(row) for row in reader.rows(query.limit(_SHOWN))]


def plain_row(row: Row[Any]) -> Counterexample:
    """The values of a row as JSON knows them."""
    return {name: _plain(value) for name, value in row._mapping.items()}


def count_of(columns: Any, *conditions: ColumnElement[bool]) -> Callable[[Reader], int]:
    def count(reader: Reader) -> int:
        query = select(func.count()).where(columns.branch_id == reader.branch_id, *conditions)
        return int(reader.rows(query)[0][0])

    return count


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, int) else str(value)
