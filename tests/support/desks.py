"""A desk that only keeps what it gets, durably: enough to prove that nothing is lost or doubled.

`python -m tests.support.desks PORT FILE` docks once and prints what it did as JSON; with
`--die-after` it is killed soon after so many bytes have passed.
"""

import argparse
import hashlib
import json
import os
import random
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from drivers.contract import Driver, Link, Package, Receipt, TerminalInfo, Upload, Watermarks
from drivers.devices.tallydock import TallydockDriver
from drivers.links.closing import ClosingLink
from drivers.protocols.docking.batch import Record, open_batch
from drivers.registry import open_link
from tests.support.credentials import HANDHELD, desk_credentials

SCHEMA = """
CREATE TABLE IF NOT EXISTS record (terminal INTEGER, epoch INTEGER, seq INTEGER, data BLOB,
    PRIMARY KEY (terminal, epoch, seq)) STRICT;
CREATE TABLE IF NOT EXISTS upload (terminal INTEGER, epoch INTEGER, batch_no INTEGER,
    sha256 BLOB, data BLOB, PRIMARY KEY (terminal, epoch, batch_no)) STRICT;
"""


KNOWN = desk_credentials(HANDHELD)


@dataclass(frozen=True, slots=True)
class Docked:
    """What one docking brought."""

    info: TerminalInfo
    uploads: tuple[Upload, ...]


class KeepingDesk:
    """Keeps records by (terminal, epoch, seq); the primary keys refuse doubles."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=10)
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.executescript(SCHEMA)

    def close(self) -> None:
        self._connection.close()

    def watermarks(self, info: TerminalInfo) -> Watermarks:
        row = self._connection.execute(
            "SELECT coalesce(max(seq), 0) FROM record WHERE terminal = ? AND epoch = ?",
            (info.terminal, info.epoch),
        ).fetchone()
        return Watermarks(row[0], 0)

    def keep(self, info: TerminalInfo, upload: Upload) -> Receipt:
        """Make an upload durable; the same one again adds nothing, another one is an error."""
        owner = (info.terminal, info.epoch)
        digest = hashlib.sha256(upload.data).digest()
        known = self._connection.execute(
            "SELECT sha256 FROM upload WHERE terminal = ? AND epoch = ? AND batch_no = ?",
            (*owner, upload.batch_no),
        ).fetchone()
        if known is None:
            self._add(owner, upload, digest)
        elif known[0] != digest:
            raise RuntimeError("the same batch with other content")
        received_seq = self.watermarks(info).received_seq
        return Receipt(upload.batch_no, digest, "applied", received_seq, 0)

    def _add(self, owner: tuple[int, int], upload: Upload, digest: bytes) -> None:
        records = [r for r in open_batch(upload.data).records if isinstance(r, Record)]
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute(
            "INSERT INTO upload VALUES (?, ?, ?, ?, ?)",
            (*owner, upload.batch_no, digest, upload.data),
        )
        self._connection.executemany(
            "INSERT INTO record VALUES (?, ?, ?, ?)", [(*owner, r.seq, r.data) for r in records]
        )
        self._connection.execute("COMMIT")

    def records(self, terminal: int) -> list[bytes]:
        """Return the bytes of a terminal's records, by epoch and sequence."""
        rows = self._connection.execute(
            "SELECT data FROM record WHERE terminal = ? ORDER BY epoch, seq", (terminal,)
        )
        return [data for (data,) in rows]

    def dock(
        self,
        link: Link,
        *,
        driver: Driver | None = None,
        clock_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        packages: Sequence[Package] = (),
        progress: Callable[[str, int, int], None] = lambda *_: None,
    ) -> Docked:
        """Carry out one whole docking on an open link. Raises DriverError."""
        uploads = []
        with (driver or TallydockDriver(None, KNOWN)).connect(link, clock_ms, progress) as session:
            info = session.info()
            for upload in session.pull(self.watermarks(info)):
                session.acknowledge(self.keep(info, upload))
                uploads.append(upload)
            if packages:
                session.push(packages)
            session.finish()
        return Docked(info, tuple(uploads))


@contextmanager
def open_desk(path: Path) -> Iterator[KeepingDesk]:
    """A desk on this file, closed at the end of the `with`."""
    desk = KeepingDesk(path)
    try:
        yield desk
    finally:
        desk.close()


class AlarmLink(ClosingLink):
    """Owns `link` and starts `alarm` when so many bytes have passed, both ways together."""

    def __init__(self, link: Link, after_bytes: int, alarm: threading.Timer) -> None:
        self._link = link
        self._left = after_bytes
        self._alarm = alarm

    @property
    def name(self) -> str:
        return self._link.name

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        data = self._link.read(max_bytes, timeout_s)
        self._count(len(data))
        return data

    def write(self, data: bytes) -> None:
        self._count(len(data))
        self._link.write(data)

    def close(self) -> None:
        self._link.close()

    def _count(self, passed: int) -> None:
        if self._left > 0 >= self._left - passed:
            self._alarm.start()
        self._left -= passed


def dock_once(
    port: str,
    path: Path,
    scratch: Path | None = None,
    alarm: tuple[int, threading.Timer] | None = None,
) -> Docked:
    """Open the port, dock, close. `alarm`: bytes that pass until it starts."""
    with open_desk(path) as desk, open_link(port) as plain:
        link = AlarmLink(plain, *alarm) if alarm else plain
        return desk.dock(link, driver=TallydockDriver(scratch, KNOWN))


def soon(dice: random.Random, action: Callable[[], object]) -> threading.Timer:
    """A timer for `action`, not started; up to 8 ms, so that it also hits between two bytes."""
    return threading.Timer(dice.uniform(0, 0.008), action)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port")
    parser.add_argument("file", type=Path)
    parser.add_argument("--scratch", type=Path)
    parser.add_argument("--die-after", type=int, metavar="BYTES")
    options = parser.parse_args(arguments)
    alarm = None
    if options.die_after is not None:
        dice = random.Random(options.die_after)
        alarm = options.die_after, soon(dice, lambda: os.kill(os.getpid(), signal.SIGKILL))
    docked = dock_once(options.port, options.file, options.scratch, alarm)
    sys.stdout.write(json.dumps({"uploads": len(docked.uploads)}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
