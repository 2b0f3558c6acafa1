"""The data sets of a handheld: those in use, and those that wait beside them for the switch."""

import sqlite3

from drivers.contract import Held, Package
from drivers.devices.simulated.writing import writing
from drivers.protocols.docking import cbor
from drivers.protocols.docking.datasets import DatasetError, apply_delta
from drivers.protocols.docking.events import DatasetArrived
from drivers.protocols.docking.parcels import sha256

SCHEMA = """
CREATE TABLE IF NOT EXISTS package (
    name TEXT PRIMARY KEY, revision INTEGER NOT NULL, data BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS staged (
    name TEXT PRIMARY KEY, revision INTEGER NOT NULL, sha256 BLOB NOT NULL, whole BLOB
) STRICT;
CREATE TABLE IF NOT EXISTS staged_part (
    name TEXT NOT NULL REFERENCES staged ON DELETE CASCADE, offset INTEGER NOT NULL,
    data BLOB NOT NULL, PRIMARY KEY (name, offset)
) STRICT;
"""
CONTROL = "control"


class PackageDamaged(Exception):
    """What came does not make the content that the desk means; the whole set is needed."""


class StoredPackages:
    """`stage`, `stage_part` ... `stage_whole` for each set, then `switch` for all of them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def stage(self, name: str, revision: int, digest: bytes) -> bytes:
        """Make ready for a data set; returns the bytes of it that an earlier docking left."""
        with writing(self._connection) as cursor:
            cursor.execute(
                "DELETE FROM staged WHERE name = ? AND (revision, sha256) <> (?, ?)",
                (name, revision, digest),
            )
            cursor.execute(
                "INSERT OR IGNORE INTO staged VALUES (?, ?, ?, NULL)", (name, revision, digest)
            )
        parts = self._connection.execute(
            "SELECT data FROM staged_part WHERE name = ? ORDER BY offset", (name,)
        )
        return b"".join(part for (part,) in parts)

    def stage_part(self, name: str, offset: int, data: bytes) -> None:
        """Keep bytes of a staged data set as they came."""
        with writing(self._connection) as cursor:
            if offset == 0:
                cursor.execute("DELETE FROM staged_part WHERE name = ?", (name,))
            cursor.execute(
                "INSERT OR REPLACE INTO staged_part VALUES (?, ?, ?)", (name, offset, data)
            )

    def stage_whole(self, arrived: DatasetArrived) -> None:
        """Keep the content beside the one in use. Raises PackageDamaged, and forgets the set."""
        whole = arrived.data
        if arrived.base_revision:
            whole = self._applied(arrived)
        if sha256(whole) != arrived.whole_sha256:
            self._forget(arrived.name)
            raise PackageDamaged(arrived.name)
        with writing(self._connection) as cursor:
            cursor.execute("UPDATE staged SET whole = ? WHERE name = ?", (whole, arrived.name))

    def switch(self) -> None:
        """Put all staged data sets into use at once."""
        with writing(self._connection) as cursor:
            cursor.execute(
                "INSERT OR REPLACE INTO package"
                " SELECT name, revision, whole FROM staged WHERE whole IS NOT NULL"
            )
            cursor.execute("DELETE FROM staged")

    def held(self) -> tuple[Held, ...]:
        """What is in use, for the greeting."""
        return tuple(Held(each.name, each.revision, each.sha256) for each in self.all())

    def all(self) -> list[Package]:
        """The data sets in use, by name."""
        rows = self._connection.execute("SELECT name, revision, data FROM package ORDER BY name")
        return [Package(name, revision, data, sha256(data)) for name, revision, data in rows]

    def masters_ms(self) -> int | None:
        """The desk time that the control set names, None while there is none."""
        row = self._connection.execute("SELECT data FROM package WHERE name = ?", (CONTROL,))
        found = row.fetchone()
        rows = cbor.decode(found[0]) if found else None
        match rows:
            case [[int(as_of_ms), *_], *_]:
                return as_of_ms
        return None

    def _applied(self, arrived: DatasetArrived) -> bytes:
        row = self._connection.execute(
            "SELECT data FROM package WHERE (name, revision) = (?, ?)",
            (arrived.name, arrived.base_revision),
        ).fetchone()
        try:
            base: bytes = row[0] if row else b"\x80"
            return apply_delta(base, arrived.data, arrived.key_columns)
        except DatasetError:
            return b""

    def _forget(self, name: str) -> None:
        with writing(self._connection) as cursor:
            cursor.execute("DELETE FROM staged WHERE name = ?", (name,))
            cursor.execute("UPDATE package SET revision = 0 WHERE name = ?", (name,))
