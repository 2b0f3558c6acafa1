"""The photos and signatures of a handheld, until the desk has answered for each."""

import sqlite3
from collections.abc import Iterator

from drivers.devices.simulated.writing import writing
from drivers.protocols.docking.parcels import SealedBlob, sha256

SCHEMA = """
CREATE TABLE IF NOT EXISTS blob (
    sha256 BLOB PRIMARY KEY, seq INTEGER NOT NULL, data BLOB NOT NULL, answered INTEGER NOT NULL
) STRICT;
"""


class StoredBlobs:
    """By digest; `seq` is the record that speaks of the blob and decides how long it stays."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, seq: int, data: bytes) -> None:
        """Keep a blob; the same one again changes nothing."""
        with writing(self._connection) as cursor:
            cursor.execute(
                "INSERT OR IGNORE INTO blob VALUES (?, ?, ?, 0)", (sha256(data), seq, data)
            )

    def count(self) -> int:
        """How many there are."""
        return int(self._connection.execute("SELECT count(*) FROM blob").fetchone()[0])

    def unanswered(self) -> Iterator[SealedBlob]:
        """One after the other, so that not all are in memory."""
        digests = self._connection.execute(
            "SELECT sha256 FROM blob WHERE NOT answered ORDER BY seq"
        )
        for (digest,) in digests.fetchall():
            row = self._connection.execute("SELECT data FROM blob WHERE sha256 = ?", (digest,))
            yield SealedBlob(digest, row.fetchone()[0])

    def answer(self, digest: bytes) -> None:
        """The desk holds it, or will never take it."""
        with writing(self._connection) as cursor:
            cursor.execute("UPDATE blob SET answered = 1 WHERE sha256 = ?", (digest,))
