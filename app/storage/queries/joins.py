"""How rows of one branch find each other."""

from typing import Any

from sqlalchemy import ColumnElement, and_


def meets(column: Any, table: Any) -> ColumnElement[bool]:
    """The row of `table` whose key stands in `column`, inside the same branch."""
    return and_(column.table.c.branch_id == table.c.branch_id, column == table.c.id)
