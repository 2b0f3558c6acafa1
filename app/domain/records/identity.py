"""Who a terminal record is, and whether it came before."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

_NAMESPACE = UUID("6f0c2f3e-5d0f-5a43-9d5d-2f2b1c7a9e10")


class Ref(NamedTuple):
    """A record of the same terminal: the life of its store, and the number in it."""

    epoch: int
    seq: int


@dataclass(frozen=True, slots=True, order=True)
class TerminalKey:
    """The lasting identity of a record: branch, terminal, life of its store, number in it."""

    branch: int
    terminal: int
    epoch: int
    seq: int

    @property
    def ref(self) -> Ref:
        return Ref(self.epoch, self.seq)

    def uuid(self) -> UUID:
        """The key of what this record becomes: the same for every import."""
        # what `uuid.uuid5` gives, at half the cost: every record of an upload asks
        name = f"{self.branch}/{self.terminal}/{self.epoch}/{self.seq}"
        digest = hashlib.sha1(_NAMESPACE.bytes + name.encode(), usedforsecurity=False).digest()
        return UUID(bytes=digest[:16], version=5)


class Arrival(StrEnum):
    """How a record stands to what was received before."""

    NEW = "new"
    REPEATED = "repeated"
    CONFLICT = "conflict"


def classify(known: Mapping[int, bytes], seq: int, sha256: bytes) -> Arrival:
    """Compare a record with the digests received under its number (`known`: seq to digest)."""
    before = known.get(seq)
    if before is None:
        return Arrival.NEW
    return Arrival.REPEATED if before == sha256 else Arrival.CONFLICT
