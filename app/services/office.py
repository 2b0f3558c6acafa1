"""The office that every use case works in: its database, its files, its archive, its clock."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.clock import Clock
from app.paths import Paths
from app.services.archive import Archive
from app.storage.database import Database


@dataclass(frozen=True, slots=True)
class Office:
    """One branch's back office; built by the composition root and handed to every service."""

    database: Database
    paths: Paths
    clock: Clock
    archive: Archive

    def with_clock(self, clock: Clock) -> Office:
        """The same office at another time; its database takes the time from the same clock."""
        return replace(self, clock=clock, database=replace(self.database, clock=clock))
