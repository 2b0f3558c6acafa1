"""The backups that were made, and how far each terminal is inside one."""

import json
from collections.abc import Sequence

from app.storage.keys import new_key
from app.storage.queries.backups import Mark
from app.storage.store.scope import Scope
from app.storage.tables import backup_run


class Backups:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(
        self, *, file: str, sha256: str, size_bytes: int, made_ms: int, marks: Sequence[Mark]
    ) -> None:
        """Enters a backup that was verified just now; `marks` as the backup holds them."""
        row = {
            "id": new_key(),
            "made_ms": made_ms,
            "made_by": self._scope.user,
            "file": file,
            "sha256": sha256,
            "size_bytes": size_bytes,
            "verified_ms": self._scope.now_ms,
            "watermarks": json.dumps(
                [[each.terminal_no, each.epoch, each.received_seq] for each in marks]
            ),
        }
        self._scope.insert(backup_run, [row])
