"""How rows of one branch find each other."""

from typing import Any

from sqlalchemy import ColumnElement, and_, select

from app.storage.tables import document


def meets(column: Any, table: Any) -> ColumnElement[bool]:
    """The row of `table` whose key stands in `column`, inside the same branch."""
    return and_(column.table.c.branch_id == table.c.branch_id, column == table.c.id)


def taken_back(paper: Any) -> ColumnElement[bool]:
    """Whether a later document reverses this one; `paper` is `document` or an alias of it."""
    reversal = document.alias()
    return (
        select(reversal.c.id)
        .where(reversal.c.branch_id == paper.c.branch_id, reversal.c.reversal_of == paper.c.id)
        .exists()
    )
