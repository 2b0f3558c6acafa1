"""Issues document numbers from counters that are locked until the transaction ends."""

from datetime import date

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.numbering import DocumentKind, DocumentNumber, month_of
from app.storage.store.scope import Scope
from app.storage.tables import number_series


class Numbers:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def issue(self, kind: DocumentKind, day: date) -> DocumentNumber:
        return self.issue_many(kind, day, 1)[0]

    def issue_many(self, kind: DocumentKind, day: date, count: int) -> list[DocumentNumber]:
        """The next `count` numbers of the kind's series for the month of `day`, without a gap.

        Others who want a number of that series wait until this transaction ends; if it rolls
        back, the numbers were never issued. Raises RuleBroken("number") after the millionth.
        """
        if count == 0:
            return []
        branch_id, yymm = self._scope.branch_id, month_of(day)
        first = self._lock(kind, yymm)
        seqs = range(first, first + count)
        numbers = [DocumentNumber(branch_id, kind, yymm, seq) for seq in seqs]
        self._scope.connection.execute(
            update(number_series).where(*self._where(kind, yymm)).values(next_seq=first + count)
        )
        return numbers

    def _where(self, kind: DocumentKind, yymm: str) -> tuple[ColumnElement[bool], ...]:
        columns = number_series.c
        return (
            columns.branch_id == self._scope.branch_id,
            columns.kind == kind.value,
            columns.yymm == yymm,
        )

    def _lock(self, kind: DocumentKind, yymm: str) -> int:
        connection = self._scope.connection
        is_sqlite = connection.dialect.name == "sqlite"
        start = {
            "branch_id": self._scope.branch_id,
            "kind": kind.value,
            "yymm": yymm,
            "next_seq": 1,
        }
        # SQLite's writer already holds the whole database; PostgreSQL locks the row.
        insert = sqlite.insert if is_sqlite else postgresql.insert
        connection.execute(insert(number_series).values(start).on_conflict_do_nothing())
        found: int = connection.execute(
            select(number_series.c.next_seq).where(*self._where(kind, yymm)).with_for_update()
        ).scalar_one()
        return found
