"""Photos and signatures: which ones records speak of, and which ones are here."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update

from app.storage.keys import derived_key
from app.storage.store.scope import Scope
from app.storage.tables import blob

STRAY = "unannounced"


@dataclass(frozen=True, slots=True)
class Announced:
    """A blob that a record speaks of; `sha256` of its content in hex.

    One that no record speaks of has the purpose `STRAY` and the sequence number 0.
    """

    sha256: str
    size_bytes: int
    purpose: str
    terminal_no: int
    epoch: int
    seq: int


class Blobs:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def announce(self, announced: Sequence[Announced]) -> None:
        """Awaits those that nobody has spoken of before; the first one to speak counts."""
        known = self._known([each.sha256 for each in announced])
        rows = {
            each.sha256: {
                "id": derived_key(self._scope.branch_id, "blob", each.sha256),
                "sha256": each.sha256,
                "size_bytes": each.size_bytes,
                "purpose": each.purpose,
                "terminal_no": each.terminal_no,
                "epoch": each.epoch,
                "seq": each.seq,
                "state": "awaited",
                "announced_ms": self._scope.now_ms,
                "held_ms": None,
            }
            for each in reversed(announced)
            if each.sha256 not in known
        }
        self._scope.insert(blob, list(rows.values()))

    def hold(self, digests: Sequence[str]) -> None:
        """The files are here, durably."""
        self._scope.connection.execute(
            update(blob)
            .where(blob.c.branch_id == self._scope.branch_id, blob.c.sha256.in_(digests))
            .where(blob.c.state != "held")
            .values(state="held", held_ms=self._scope.now_ms)
        )

    def give_up(self, digests: Sequence[str]) -> None:
        """Await them no more; one that comes all the same is held."""
        self._scope.connection.execute(
            update(blob)
            .where(blob.c.branch_id == self._scope.branch_id, blob.c.sha256.in_(digests))
            .where(blob.c.state == "awaited")
            .values(state="gone")
        )

    def _known(self, digests: list[str]) -> set[str]:
        query = select(blob.c.sha256).where(
            blob.c.branch_id == self._scope.branch_id, blob.c.sha256.in_(digests)
        )
        return set(self._scope.connection.scalars(query)) if digests else set()
