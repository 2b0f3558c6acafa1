"""Revisions of the data sets that terminals take home."""

from sqlalchemy import delete, select

from app.storage.keys import new_key
from app.storage.store.scope import Scope
from app.storage.tables import data_set

KEPT = 8
"""So many revisions of a data set are kept, for terminals that hold an older one."""


class DataSets:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def keep(self, name: str, scope: str, *, sha256: str, row_count: int, payload: bytes) -> int:
        """The revision of this content: the newest one if it has it already, else a new one.

        `sha256` in hex is over the content, `payload` is the content deflated.
        """
        columns = data_set.c
        same_set = (
            columns.branch_id == self._scope.branch_id,
            columns.name == name,
            columns.scope == scope,
        )
        newest = self._scope.connection.execute(
            select(columns.revision, columns.sha256)
            .where(*same_set)
            .order_by(columns.revision.desc())
            .limit(1)
        ).one_or_none()
        if newest is not None and newest.sha256 == sha256:
            return int(newest.revision)
        revision = 1 if newest is None else newest.revision + 1
        row = {
            "id": new_key(),
            "name": name,
            "scope": scope,
            "revision": revision,
            "sha256": sha256,
            "row_count": row_count,
            "payload": payload,
            "made_ms": self._scope.now_ms,
        }
        self._scope.insert(data_set, [row])
        self._scope.connection.execute(
            delete(data_set).where(*same_set, columns.revision <= revision - KEPT)
        )
        return revision
