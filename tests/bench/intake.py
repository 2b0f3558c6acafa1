"""One terminal's whole day through our services, beside raw sqlite3 writing the same rows.

The reference is as little as anybody could do: decode the upload, keep the file, and put exactly
the rows that our intake made into the same tables with one commit, everything flushed to disk.
"""

import hashlib
import os
import sqlite3
import statistics
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import cbor2

from app.clock import FixedClock
from app.domain.rights import Actor
from app.paths import Paths
from app.services.archive import Archive, Origin
from app.services.delivering import load
from app.services.demo.days import NoteToDeliver, count_shelf, moment_ms, write_order
from app.services.demo.demand import Wish
from app.services.demo.names import BRANCH_NO
from app.services.demo.opening import (
    SUPPLIER,
    WAREHOUSE,
    masters_of,
    sample_branch,
    stops_of,
)
from app.services.demo.recorder import Recorder
from app.services.demo.seeds import Streams
from app.services.demo.world import World, build_world
from app.services.intake import take_in
from app.services.masters import found_branch, put_masters
from app.services.office import Office
from app.services.planning import plan_route_day
from app.services.receiving import GoodsReceipt, ReceivedLine, receive_goods
from app.storage import migrate
from app.storage.database import Database
from app.storage.queries.deliveries import listing
from app.storage.queries.documents import documents_by_number
from tests.bench.harness import Report, elapsed_s

FIRST_DAY = date(2026, 6, 1)
ORDERS, LINES, COUNTS = 60, 20, 100  # a count has five lines
DAYS_BEFORE, RUNS = 8, 5
ACTOR = Actor.everything("bench")


@dataclass(frozen=True, slots=True)
class Written:
    """The rows that one intake added or changed, by table."""

    columns: dict[str, list[str]]
    rows: dict[str, list[tuple[object, ...]]]

    @property
    def total(self) -> int:
        return sum(len(rows) for rows in self.rows.values())


def run(report: Report) -> None:
    """Measure and add a section."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        office, world = make_office(folder / "ours")
        memory = Recorder(BRANCH_NO, 1, "S01")
        ours, reference, rows = [], [], []
        for number in range(DAYS_BEFORE + RUNS):
            day = FIRST_DAY + timedelta(days=number)
            notes = plan_and_load(office, day)
            data = make_day(world, memory, day, notes)
            if number < DAYS_BEFORE:
                bring(office, memory, data, day)
                continue
            before = _copy(office.paths.database, folder / "before.sqlite")
            ours.append(elapsed_s(lambda: bring(office, memory, data, day)))  # noqa: B023
            written = _difference(before, office.paths.database)
            reference.append(elapsed_s(lambda: _write(before, written, data, folder)))  # noqa: B023
            rows.append(written.total)
        office.database.engine.dispose()
    section = report.section(
        "Intake of one terminal's day",
        ("records", "rows written", "ours, ms", "raw sqlite3, ms", "ratio of medians"),
        remark=(
            f"{ORDERS} orders and {ORDERS} deliveries of {LINES} lines, {COUNTS} counts of five "
            f"lines, {ORDERS} visits; {DAYS_BEFORE} such days before. Ours: archive, journal, "
            "validation, prices, posting, balances, audit. Reference: the same rows into the same "
            "tables by executemany in one transaction, after decoding with cbor2 and keeping the "
            "file, without triggers and foreign keys; both with synchronous=FULL."
        ),
    )
    records = len(cbor2.loads(data)[7])
    median = statistics.median
    section.row(
        records,
        int(median(rows)),
        median(ours) * 1000,
        median(reference) * 1000,
        median(ours) / median(reference),
    )


def make_office(folder: Path) -> tuple[Office, World]:
    """A branch with goods in its warehouse, on the morning of `FIRST_DAY`."""
    paths = Paths(folder)
    paths.create()
    url = f"sqlite:///{paths.database}"
    migrate.upgrade(url)
    clock = FixedClock(moment_ms(FIRST_DAY, 5))
    office = Office(Database.open(url, clock=clock), paths, clock, Archive(paths.archive))
    office = found_branch(office, ACTOR, BRANCH_NO, sample_branch())
    world = build_world(1, Streams())
    put_masters(office, ACTOR, masters_of(world, FIRST_DAY))
    put_masters(office, ACTOR, stops_of(world))
    lines = tuple(ReceivedLine(p.code, 900_000, "L1", FIRST_DAY) for p in world.products)
    receive_goods(office, ACTOR, GoodsReceipt(SUPPLIER, WAREHOUSE, lines))
    return office, world


def plan_and_load(office: Office, day: date) -> list[NoteToDeliver]:
    """The notes of what was ordered before, on the vans."""
    morning = office.with_clock(FixedClock(moment_ms(day, 7)))
    planned = plan_route_day(morning, ACTOR, day)
    for route in planned.deliveries:
        load(morning, ACTOR, day, route)
    return _loaded(office, day)


def make_day(world: World, memory: Recorder, day: date, notes: Sequence[NoteToDeliver]) -> bytes:
    """A sealed day: orders, counts, visits, and the deliveries of `notes`."""
    streams = Streams()
    for number in range(ORDERS):
        at_ms = moment_ms(day, 9, number * 6)
        customer = world.customers[number % len(world.customers)]
        fix = [at_ms, 30_000_000, 120_000_000, 10, 0, 5]
        visit = memory.write(
            20, at_ms, customer=customer.code, planned=True, check_in=fix, check_out=fix,
            outcome="order",
        )  # fmt: skip
        wishes = [Wish(product, product.case, 2) for product in world.products[:LINES]]
        write_order(memory, customer.code, wishes, at_ms, day, visit)
    for number in range(COUNTS):
        customer = world.customers[number % len(world.customers)]
        count_shelf(world, customer, moment_ms(day, 16, number), memory, streams)
    for note in notes:
        header = memory.write(
            12, moment_ms(day, 17), note_number=note.number, customer=note.customer, result="full"
        )
        for line_no, product, lot, qty in note.lines:
            memory.write(
                13, moment_ms(day, 17), delivery=header, line=line_no, product=product, lot=lot,
                delivered=qty, refused=0,
            )  # fmt: skip
    memory.end_of_day(moment_ms(day, 18))
    return memory.seal(moment_ms(day, 18, 5))


def _loaded(office: Office, day: date) -> list[NoteToDeliver]:
    with office.database.read() as reader:
        rows = {row.number or "": row for row in listing(reader, day=day)}
        notes = documents_by_number(reader, rows)
    return [
        NoteToDeliver(
            number,
            rows[number].customer_code,
            tuple(
                (each.line_no, each.product_code, each.lot_code, each.qty) for each in note.lines
            ),
        )
        for number, note in notes.items()
    ]


def bring(office: Office, memory: Recorder, data: bytes, day: date) -> None:
    """Take in what a terminal sealed last. Raises ValueError unless all of it counts."""
    origin = Origin(BRANCH_NO, memory.terminal, memory.epoch, memory.next_batch - 1)
    evening = office.with_clock(FixedClock(moment_ms(day, 18, 30)))
    result = take_in(evening, ACTOR, origin, data)
    if result.receipt.state != "applied":
        raise ValueError(f"the bench's own day was not taken in: {result.problems[:3]}")


def _copy(source: Path, target: Path) -> Path:
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode=WAL")
        # Rows that changed are written once more as they became, which the guards would refuse.
        triggers = new.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            new.execute(f"DROP TRIGGER {name}")
    return target


def _difference(before: Path, after: Path) -> Written:
    """What `after` has that `before` has not, changed rows included."""
    written = Written({}, {})
    with closing(sqlite3.connect(after)) as connection:
        connection.execute("ATTACH ? AS old", (str(before),))
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            sql = f"SELECT * FROM main.{table} EXCEPT SELECT * FROM old.{table}"  # noqa: S608
            cursor = connection.execute(sql)
            rows = cursor.fetchall()
            if rows:
                written.rows[table] = rows
                written.columns[table] = [column[0] for column in cursor.description]
    return written


def _write(database: Path, written: Written, data: bytes, folder: Path) -> None:
    batch = cbor2.loads(data)
    records = [cbor2.loads(record) for record in batch[7]]
    if hashlib.sha256(b"".join(batch[7])).digest() != batch[9] or not records:
        raise ValueError("the batch is damaged")
    with (folder / "kept.cbor").open("wb") as stream:
        stream.write(data)
        os.fsync(stream.fileno())
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA cache_size=-262144")
        connection.execute("PRAGMA wal_autocheckpoint=20000")
        connection.execute("BEGIN IMMEDIATE")
        for table, rows in written.rows.items():
            places = ",".join("?" * len(written.columns[table]))
            connection.executemany(f"REPLACE INTO {table} VALUES ({places})", rows)  # noqa: S608
        connection.execute("COMMIT")


if __name__ == "__main__":
    _report = Report()
    run(_report)
    print(_report.sections[0].rows)  # noqa: T201
