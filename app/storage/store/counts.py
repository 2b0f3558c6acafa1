"""Writes what is found line by line in a count that was planned at the desk."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import update

from app.domain.counts import LineState
from app.storage.store.scope import Scope
from app.storage.tables import count_line, document_line, stock_count


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`counted` base units, `packs` of the line's packing and `loose`, at `scanned_ms`.

    `book` is what the books said at that moment; None for `counted` leaves the line blank.
    """

    line_id: uuid.UUID
    counted: int | None
    packs: int
    loose: int
    book: int | None
    scanned_ms: int | None

    @property
    def state(self) -> LineState:
        if self.counted is None:
            return LineState.SKIPPED
        return LineState.COUNTED if self.counted else LineState.ZERO


class Counts:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def enter(self, finding: Finding, *, again: bool) -> None:
        """What was found of one line; `again` by a second person, the first figure stays beside."""
        which = "second_counted" if again else "first_counted"
        self._scope.connection.execute(
            update(count_line)
            .where(
                count_line.c.branch_id == self._scope.branch_id,
                count_line.c.line_id == finding.line_id,
            )
            .values(
                **{which: finding.counted},
                state=finding.state.value,
                counted=finding.counted,
                loose=finding.loose,
                book_at_count=finding.book,
                scanned_ms=finding.scanned_ms,
            )
        )
        self._scope.connection.execute(
            update(document_line)
            .where(
                document_line.c.branch_id == self._scope.branch_id,
                document_line.c.id == finding.line_id,
            )
            .values(qty=finding.counted or 0, packs=finding.packs)
        )

    def change(self, document_id: uuid.UUID, values: Mapping[str, object]) -> None:
        """Set columns of a count: its counter, its checker, when it was counted ..."""
        self._scope.connection.execute(
            update(stock_count)
            .where(
                stock_count.c.branch_id == self._scope.branch_id,
                stock_count.c.document_id == document_id,
            )
            .values(**values)
        )
