"""What a handheld keeps: one SQLite file that survives being killed at any instruction.

A record stays until the desk says that it lies inside a verified backup; a batch stays, byte for
byte, as long as its records do. The desk's watermarks are the truth, also when they go back.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from drivers.contract import Verdict, Watermarks
from drivers.devices.simulated import store_blobs, store_packages
from drivers.devices.simulated.store_blobs import StoredBlobs
from drivers.devices.simulated.store_packages import StoredPackages
from drivers.devices.simulated.writing import writing
from drivers.protocols.docking.batch import CHAIN_START

SCHEMA = """
CREATE TABLE IF NOT EXISTS identity (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    branch INTEGER NOT NULL, terminal INTEGER NOT NULL, epoch INTEGER NOT NULL,
    serial TEXT NOT NULL, person TEXT NOT NULL, last_seq INTEGER NOT NULL,
    last_batch_no INTEGER NOT NULL,
    received_seq INTEGER NOT NULL, backed_up_seq INTEGER NOT NULL,
    chain BLOB NOT NULL, last_number INTEGER NOT NULL DEFAULT 0,
    ticket BLOB NOT NULL DEFAULT x''
) STRICT;
CREATE TABLE IF NOT EXISTS record (
    seq INTEGER PRIMARY KEY, ts_ms INTEGER NOT NULL, data BLOB NOT NULL,
    origin INTEGER NOT NULL, batch_no INTEGER
) STRICT;
CREATE TABLE IF NOT EXISTS batch (
    batch_no INTEGER PRIMARY KEY, seq_from INTEGER NOT NULL, seq_to INTEGER NOT NULL,
    records INTEGER NOT NULL, data BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS verdict (
    batch_no INTEGER NOT NULL, seq INTEGER NOT NULL, code TEXT NOT NULL, severity TEXT NOT NULL,
    PRIMARY KEY (batch_no, seq, code)
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this handheld is; an epoch is one life of its store, sequences count within it."""

    branch: int
    terminal: int
    epoch: int
    serial: str
    person: str
    last_seq: int = 0
    last_batch_no: int = 0


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """One record, byte for byte; `ts_ms` is the terminal's own time.

    Records of one `origin` (the batch file that they were loaded from, 0 for own ones) go into
    batches of their own, under the origin's number where that is free.
    """

    seq: int
    ts_ms: int
    data: bytes
    origin: int = 0


@dataclass(frozen=True, slots=True)
class SealedBatch:
    """One batch, byte for byte, with the sequences and the number of records in it."""

    batch_no: int
    seq_from: int
    seq_to: int
    records: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the handheld stands with its desk; `chain` is the value behind its last batch."""

    chain: bytes
    ticket: bytes
    last_number: int
    first_seq: int


class TerminalStore:
    """The one open store file of a handheld."""

    def __init__(self, path: Path, identity: Identity) -> None:
        """`identity` is for an empty store; one that has its own keeps it."""
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=10)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.executescript(SCHEMA + store_packages.SCHEMA + store_blobs.SCHEMA)
        self.packages = StoredPackages(self._connection)
        self.blobs = StoredBlobs(self._connection)
        with writing(self._connection) as cursor:
            cursor.execute(
                "INSERT OR IGNORE INTO identity VALUES (1, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, 0, x'')",
                (*astuple(identity), CHAIN_START),
            )

    def close(self) -> None:
        self._connection.close()

    def identity(self) -> Identity:
        """Return who this is, with the last numbers that it has given."""
        row = self._connection.execute(
            "SELECT branch, terminal, epoch, serial, person, last_seq, last_batch_no FROM identity"
        ).fetchone()
        return Identity(*row)

    def standing(self) -> Standing:
        """Return what the next docking has to say beside the identity."""
        row = self._connection.execute(
            "SELECT chain, ticket, last_number,"
            " (SELECT coalesce(min(seq), 0) FROM record) FROM identity"
        ).fetchone()
        return Standing(*row)

    def settle(self, branch: int, terminal: int, epoch: int, person: str) -> None:
        """Take the place that a desk gives.

        Raises ValueError when another place has records that no desk has confirmed.
        """
        known = self.identity()
        if (known.branch, known.terminal, known.epoch) == (branch, terminal, epoch):
            forgotten: tuple[str, ...] = ()
        elif self.unsent():
            raise ValueError("records of another place are not handed over yet")
        else:
            forgotten = ("record", "batch", "verdict")
        with writing(self._connection) as cursor:
            for table in forgotten:
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
            cursor.execute(
                "UPDATE identity SET branch = ?, terminal = ?, epoch = ?, person = ?",
                (branch, terminal, epoch, person or known.person),
            )
            if forgotten:
                cursor.execute(
                    "UPDATE identity SET last_seq = 0, last_batch_no = 0, received_seq = 0,"
                    " backed_up_seq = 0, last_number = 0, ticket = x'', chain = ?",
                    (CHAIN_START,),
                )

    def keep_ticket(self, ticket: bytes) -> None:
        """Keep what the desk wants to see next time."""
        with writing(self._connection) as cursor:
            cursor.execute("UPDATE identity SET ticket = ?", (ticket,))

    def watermarks(self) -> Watermarks:
        """Return what the desk said last."""
        row = self._connection.execute(
            "SELECT received_seq, backed_up_seq FROM identity"
        ).fetchone()
        return Watermarks(*row)

    def add(self, records: Sequence[StoredRecord]) -> None:
        """Put in records; one that is there, or was there and is backed up, changes nothing.

        Raises ValueError if another record has that sequence.
        """
        with writing(self._connection) as cursor:
            backed_up = cursor.execute("SELECT backed_up_seq FROM identity").fetchone()[0]
            cursor.executemany(
                "INSERT OR IGNORE INTO record VALUES (?, ?, ?, ?, NULL)",
                [(r.seq, r.ts_ms, r.data, r.origin) for r in records if r.seq > backed_up],
            )
            for record in records:
                row = cursor.execute("SELECT data FROM record WHERE seq = ?", (record.seq,))
                if row.fetchone() not in (None, (record.data,)):
                    raise ValueError(f"there is another record {record.seq} in the store")
            top = max((r.seq for r in records), default=0)
            cursor.execute("UPDATE identity SET last_seq = max(last_seq, ?)", (top,))

    def loose_records(self) -> list[StoredRecord]:
        """Return the records that are in no batch yet, in their order."""
        rows = self._connection.execute(
            "SELECT seq, ts_ms, data, origin FROM record WHERE batch_no IS NULL ORDER BY seq"
        )
        return [StoredRecord(*row) for row in rows]

    def keep_batch(self, batch: SealedBatch, seqs: Sequence[int], chain: bytes) -> None:
        """Keep a sealed batch, the chain value behind it, and mark its records as being in it."""
        with writing(self._connection) as cursor:
            cursor.execute(
                "INSERT INTO batch VALUES (?, ?, ?, ?, ?)",
                (batch.batch_no, batch.seq_from, batch.seq_to, batch.records, batch.data),
            )
            cursor.executemany(
                "UPDATE record SET batch_no = ? WHERE seq = ?",
                [(batch.batch_no, seq) for seq in seqs],
            )
            cursor.execute(
                "UPDATE identity SET last_batch_no = ?, chain = ?", (batch.batch_no, chain)
            )

    def batches_after(self, seq: int) -> list[SealedBatch]:
        """Return the sealed batches that reach beyond `seq`, lowest sequences first."""
        rows = self._connection.execute(
            "SELECT batch_no, seq_from, seq_to, records, data FROM batch"
            " WHERE seq_to > ? ORDER BY seq_from",
            (seq,),
        )
        return [SealedBatch(*row) for row in rows]

    def obey(self, watermarks: Watermarks) -> None:
        """Take over the desk's watermarks and drop what lies inside its backup."""
        with writing(self._connection) as cursor:
            _move_watermarks(cursor, watermarks)

    def take_receipt(
        self, batch_no: int, watermarks: Watermarks, verdicts: Sequence[Verdict], rejected: bool
    ) -> None:
        """Keep the verdicts of a batch; records of a rejected one go into a new batch later."""
        with writing(self._connection) as cursor:
            cursor.executemany(
                "INSERT OR REPLACE INTO verdict VALUES (?, ?, ?, ?)",
                [(batch_no, v.seq, v.code, v.severity) for v in verdicts],
            )
            if rejected:
                cursor.execute("DELETE FROM batch WHERE batch_no = ?", (batch_no,))
                cursor.execute("UPDATE record SET batch_no = NULL WHERE batch_no = ?", (batch_no,))
            _move_watermarks(cursor, watermarks)

    def unsent(self) -> int:
        """Return how many records the desk has not confirmed as received."""
        row = self._connection.execute(
            "SELECT count(*) FROM record WHERE seq > (SELECT received_seq FROM identity)"
        ).fetchone()
        return int(row[0])


def _move_watermarks(cursor: sqlite3.Cursor, watermarks: Watermarks) -> None:
    safe_seq = min(watermarks.received_seq, watermarks.backed_up_seq)
    cursor.execute(
        "UPDATE identity SET received_seq = ?, backed_up_seq = ?",
        (watermarks.received_seq, safe_seq),
    )
    # The desk may have been restored: what it does not know of any more is offered again.
    cursor.execute("UPDATE blob SET answered = 0 WHERE seq > ?", (watermarks.received_seq,))
    cursor.execute("DELETE FROM blob WHERE answered AND seq <= ?", (safe_seq,))
    # A batch is deleted as a whole, so what it says of itself stays true to the end.
    cursor.execute("DELETE FROM batch WHERE seq_to <= ?", (safe_seq,))
    cursor.execute(
        "DELETE FROM record WHERE seq <= ? AND batch_no IS NOT NULL"
        " AND batch_no NOT IN (SELECT batch_no FROM batch)",
        (safe_seq,),
    )
