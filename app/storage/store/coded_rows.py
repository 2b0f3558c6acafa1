"""Rows that go by a code: made once, then changed, and each change kept with what was before."""

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Table, delete, select, update

from app.errors import NotFound
from app.storage.keys import derived_key, new_key
from app.storage.store.scope import Scope
from app.storage.tables import branch, master_change

Row = Mapping[str, Any]


class CodedRows:
    """All changes of one transaction carry one `rev`, larger than any before in the branch."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._rev = 0
        self._changes = 0

    def put(self, table: Table, row: Row) -> uuid.UUID:
        """The key of the row with that code, which now says what `row` says.

        Nothing is written, and `rev` does not grow, where nothing differs.
        """
        found = self._find(table, row["code"])
        if found is None:
            wanted = derived_key(self._scope.branch_id, table.name, row["code"])
            made = self._free_key(table, wanted)
            self._scope.insert(table, [dict(row) | {"rev": self.next_rev(), "id": made}])
            self.note(table.name, row["code"], {}, row)
            return made
        key: uuid.UUID = found["id"]
        before = {name: found[name] for name, value in row.items() if found[name] != value}
        if before:
            after = {name: row[name] for name in before}
            self._scope.connection.execute(
                update(table)
                .where(table.c.branch_id == self._scope.branch_id, table.c.id == key)
                .values(**after, rev=self.next_rev())
            )
            self.note(table.name, row["code"], before, after)
        return key

    def replace(
        self,
        table: Table,
        parent: Row,
        rows: Sequence[dict[str, Any]],
        *,
        named_by: tuple[str, ...],
        of: tuple[str, str],
    ) -> bool:
        """Gives a parent other children; `of` is its kind and code. False when they were the same.

        A row's key follows from the parent and from what it is `named_by`.
        """
        conditions = [table.c[name] == value for name, value in parent.items()]
        mine = (table.c.branch_id == self._scope.branch_id, *conditions)
        names = [column.name for column in table.c if rows and column.name in rows[0]]
        kept = [
            {name: row._mapping[name] for name in names}
            for row in self._scope.connection.execute(select(table).where(*mine))
        ]
        before, after = (sorted(map(_plain_row, each)) for each in (kept, rows))
        if before == after and bool(kept) == bool(rows):
            return False
        self._scope.connection.execute(delete(table).where(*mine))
        for row in rows:
            row.update(parent)
            parts = (row[name] for name in named_by)
            row["id"] = derived_key(self._scope.branch_id, table.name, *parent.values(), *parts)
        self._scope.insert(table, list(rows))
        self.note(*of, {table.name: before}, {table.name: after})
        return True

    def note(self, kind: str, code: str, before: Row, after: Row) -> None:
        """Keep who changed what; `before` is empty for a row that was made."""
        self._changes += 1
        scope = self._scope
        changed = (scope.now_ms, self.next_rev(), self._changes)
        scope.insert(
            master_change,
            [
                {
                    "id": derived_key(scope.branch_id, "change", kind, code, *changed),
                    "kind": kind,
                    "code": code,
                    "action": "changed" if before else "made",
                    "before": _plain_row(before) if before else "",
                    "after": _plain_row(after),
                    "changed_by": scope.user,
                    "changed_ms": scope.now_ms,
                    "rev": self.next_rev(),
                }
            ],
        )

    def key_of(self, table: Table, code: str | None) -> uuid.UUID | None:
        """Raises NotFound for an unknown code; no code is no key."""
        if not code:
            return None
        found = self.keys_of(table, [code]).get(code)
        if found is None:
            raise NotFound(what=table.name, key=code)
        return found

    def keys_of(self, table: Table, codes: Iterable[str]) -> dict[str, uuid.UUID]:
        """The known ones."""
        query = select(table.c.code, table.c.id).where(
            table.c.branch_id == self._scope.branch_id, table.c.code.in_(list(codes))
        )
        return {row.code: row.id for row in self._scope.connection.execute(query)}

    def next_rev(self) -> int:
        """Raises NotFound while there is no branch."""
        if self._rev == 0:
            counted = update(branch).where(branch.c.id == self._scope.branch_id)
            self._rev = self._scope.connection.scalar(
                counted.values(rev=branch.c.rev + 1).returning(branch.c.rev)
            )
            if self._rev is None:
                raise NotFound(what="branch", key=self._scope.branch_id)
        return self._rev

    def _find(self, table: Table, code: str) -> Any:
        query = select(table).where(
            table.c.branch_id == self._scope.branch_id, table.c.code == code
        )
        row = self._scope.connection.execute(query).first()
        return None if row is None else row._mapping

    def _free_key(self, table: Table, wanted: uuid.UUID) -> uuid.UUID:
        """A row that got another code since keeps its key."""
        taken = self._scope.connection.scalar(
            select(table.c.id).where(
                table.c.branch_id == self._scope.branch_id, table.c.id == wanted
            )
        )
        return wanted if taken is None else new_key()


def _plain_row(row: Row) -> str:
    return json.dumps(
        {name: _plain(value) for name, value in row.items()}, ensure_ascii=False, sort_keys=True
    )


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value
