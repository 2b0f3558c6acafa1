"""Fortnights of a desk that is backed up now and then, dies, and is restored from what there is.

The services are the real ones, on real files. The terminals are small: a ring of sealed uploads, of
which only what the desk calls backed up is deleted, or with `careless` whatever it has received.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import text

from app.services.archive import HOST, Origin, origin_of
from app.services.backing_up import back_up
from app.services.backup_file import opened_backup
from app.services.intake import take_in
from app.services.office import Office
from app.services.recovering import recover
from app.services.restoring import restore
from app.storage import migrate
from app.storage.queries.arrivals import watermarks
from drivers.contract import Receipt
from drivers.protocols.docking.batch import Record, open_batch
from tests.support.offices import (
    BRANCH,
    CLERK,
    HOUR_MS,
    MORNING_MS,
    Terminal,
    at,
    found_sample_branch,
    open_office,
)

DAYS = 14
TERMINALS = (3, 4)
ATTENDANCE = 51
MANY = 200
DAY_MS = 24 * HOUR_MS
# In memory where there is such a disk: what is proved does not depend on how slow a disk is.
MEMORY = Path("/dev/shm")  # noqa: S108


@dataclass(slots=True)
class Ring:
    """A terminal: what it wrote ever (for the judge), and the uploads that it still has."""

    writer: Terminal
    careless: bool
    written: dict[int, bytes] = field(default_factory=dict)
    uploads: dict[int, tuple[int, bytes]] = field(default_factory=dict)

    def work(self, records: int) -> None:
        """Write records, as a day's work does."""
        for _ in range(records):
            seq = self.writer.write(ATTENDANCE, {1: 0})
            self.written[seq] = hashlib.sha256(self.writer.waiting[-1][1]).digest()

    def seal(self) -> None:
        """Once sealed, an upload stays as it is, however often it is sent."""
        if self.writer.waiting:
            data = self.writer.seal()
            self.uploads[self.writer.batch_no] = (self.writer.seq, data)

    def obey(self, received_seq: int, backed_up_seq: int) -> None:
        """The desk's numbers count, even where they are lower than before."""
        safe_seq = received_seq if self.careless else min(received_seq, backed_up_seq)
        self.uploads = {no: each for no, each in self.uploads.items() if each[0] > safe_seq}

    def take_receipt(self, receipt: Receipt) -> None:
        if receipt.state == "rejected":
            raise ValueError(receipt)
        self.obey(receipt.received_seq, receipt.backed_up_seq)

    def dock(self, office: Office, cut: Cut) -> None:
        """Bring what the desk has not; the session may be cut at any of its steps."""
        self.seal()
        number, epoch = self.writer.number, self.writer.epoch
        with office.database.read() as reader:
            received, backed_up = watermarks(reader, number, epoch)
        self.obey(received, backed_up)
        for batch_no, (seq_to, data) in sorted(self.uploads.items()):
            if seq_to <= received:
                continue
            origin = Origin(BRANCH, number, epoch, batch_no)
            if cut.now():
                return
            if cut.now():  # the desk dies between the archive and the database
                office.archive.keep(origin, data)
                return
            receipt = take_in(office, CLERK, origin, data).receipt
            if cut.now():  # the receipt does not arrive
                return
            self.take_receipt(receipt)


@dataclass(slots=True)
class Cut:
    """Where a session breaks off, counted in steps; never for a negative number."""

    steps_left: int = -1

    def now(self) -> bool:
        self.steps_left -= 1
        return self.steps_left == -1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one fortnight came to; records by (terminal, seq).

    `silent`: missing without being told. `lost`: told, but in no backup either. `told_wrong`: told
    as missing although they are here.
    """

    seed: int
    silent: tuple[tuple[int, int], ...]
    lost: tuple[tuple[int, int], ...]
    told_wrong: tuple[tuple[int, int], ...]
    told: int
    restores: int
    backups: int
    healed: int


@dataclass(slots=True)
class Fortnight:
    """One branch in a folder of its own, played by a seed."""

    template: Path
    folder: Path
    seed: int
    careless: bool
    dice: random.Random = field(init=False)
    rings: list[Ring] = field(init=False)
    files: list[Path] = field(default_factory=list)
    lives: int = 0
    healed: int = 0
    day: int = 0

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.rings = [Ring(Terminal(number=each), self.careless) for each in TERMINALS]

    @property
    def data(self) -> Path:
        return self.folder / f"life-{self.lives}"

    def play(self) -> Outcome:
        shutil.copytree(self.template, self.data)
        office = self._opened()
        disasters = {self.dice.randrange(2, DAYS), *self._days(0.05)}
        for self.day in range(DAYS):
            office = at(office, MORNING_MS + self.day * DAY_MS)
            self._live(office)
            if self.day in disasters:
                office = self._restored(office)
        self._settle(office)
        outcome = self._judge(office)
        office.database.close()
        return outcome

    def _days(self, chance: float) -> Iterator[int]:
        return (day for day in range(DAYS) if self.dice.random() < chance)

    def _live(self, office: Office) -> None:
        """One day, in any order: terminals work, some dock, sometimes all of it is backed up."""
        steps = [*self.rings, None] if self.dice.random() < 0.35 else [*self.rings]
        self.dice.shuffle(steps)
        for ring in steps:
            if ring is None:
                self._back_up(office)
                continue
            ring.writer.now_ms = office.clock.now_ms()
            ring.work(self.dice.randint(1, 3))
            if self.dice.random() < 0.6:
                is_cut = self.dice.random() < 0.2
                ring.dock(office, Cut(self.dice.randrange(6) if is_cut else -1))
                if is_cut:
                    recover(office, CLERK)

    def _back_up(self, office: Office) -> None:
        file = self.folder / f"backup-{len(self.files)}.zip"
        back_up(office, CLERK, file)
        self.files.append(file)

    def _restored(self, office: Office) -> Office:
        """The disk is gone: from the newest backup if people are lucky, else from an older one.

        Without any backup the branch begins again. Sometimes the archive can still be read.
        """
        office.database.close()
        gone = self.data
        self.lives += 1
        if not self.files:
            shutil.copytree(self.template, self.data)
        else:
            newest = self.dice.random() < 0.5
            file = self.files[-1] if newest else self.dice.choice(self.files)
            restore(CLERK, file, self.data, f"sqlite:///{self.data / 'tallydock.sqlite'}")
        if self.dice.random() < 0.2:
            self._save_uploads(gone)
        shutil.rmtree(gone)
        office = self._opened()
        self.healed += len(recover(office, CLERK))
        return office

    def _save_uploads(self, gone: Path) -> None:
        """What terminals had sent can still be read from the old disk."""
        for file in (gone / "archive").rglob("*.cbor"):
            path = file.relative_to(gone / "archive")
            target = self.data / "archive" / path
            if origin_of(path.as_posix()).terminal != HOST and not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file, target)

    def _opened(self) -> Office:
        url = f"sqlite:///{self.data / 'tallydock.sqlite'}"
        return open_office(url, self.data, MORNING_MS + self.day * DAY_MS)

    def _settle(self, office: Office) -> None:
        """Everybody docks once more, with something new: then every gap has been seen."""
        for ring in self.rings:
            ring.work(1)
            ring.dock(office, Cut())

    def _judge(self, office: Office) -> Outcome:
        here, told = _books(office)
        backed_up = self._in_backups() if told else {}
        wrong: dict[str, list[tuple[int, int]]] = {"silent": [], "lost": [], "told_wrong": []}
        for ring in self.rings:
            number = ring.writer.number
            for seq, digest in ring.written.items():
                key = (number, seq)
                if here.get(key) == digest:
                    if key in told:
                        wrong["told_wrong"].append(key)
                elif key not in told:
                    wrong["silent"].append(key)
                elif backed_up.get(key) != digest:
                    wrong["lost"].append(key)
        written = {(ring.writer.number, seq) for ring in self.rings for seq in ring.written}
        wrong["told_wrong"] += sorted(told - written)
        found = {name: tuple(keys) for name, keys in wrong.items()}
        return Outcome(
            seed=self.seed,
            told=len(told),
            restores=self.lives,
            backups=len(self.files),
            healed=self.healed,
            **found,
        )

    def _in_backups(self) -> dict[tuple[int, int], bytes]:
        """Every record that lies in the archive of any backup, with its digest."""
        found = {}
        for file in self.files:
            with opened_backup(file, "") as reader:
                for member in reader.manifest.members:
                    number = _terminal_of(member.name)
                    if not number:
                        continue
                    target = BytesIO()
                    reader.unpack(member, target)
                    for record in open_batch(target.getvalue()).records:
                        if isinstance(record, Record):
                            digest = hashlib.sha256(record.data).digest()
                            found[number, record.seq] = digest
        return found


def _terminal_of(member: str) -> int:
    """The terminal that sent a file of a backup; 0 for every other file."""
    folder, _, path = member.partition("/")
    return origin_of(path).terminal if folder == "archive" and path.endswith(".cbor") else HOST


def _books(office: Office) -> tuple[dict[tuple[int, int], bytes], set[tuple[int, int]]]:
    """The records that are here with their digests, and those told as missing."""
    with office.database.read() as reader:
        ask = reader.connection.execute
        rows = ask(
            text("SELECT terminal_no, seq, sha256 FROM raw_record WHERE terminal_no > 0")
        ).all()
        gaps = ask(
            text(
                "SELECT b.terminal_no, q.detail FROM quarantine_item q"
                " JOIN upload_batch b ON b.branch_id = q.branch_id AND b.id = q.batch_id"
                " WHERE q.code = 'X_SEQ_GAP' AND q.state = 'open'"
            )
        ).all()
    told = set()
    for number, detail in gaps:
        says = json.loads(detail)
        told |= {(number, seq) for seq in range(int(says["first"]), int(says["last"]) + 1)}
    return {(number, seq): bytes(digest) for number, seq, digest in rows}, told


@contextmanager
def template_branch() -> Iterator[Path]:
    """A folder with a branch on its first morning, in memory where that can be."""
    place = MEMORY if MEMORY.is_dir() else None
    with TemporaryDirectory(prefix="tdfortnight", dir=place) as folder:
        data = Path(folder) / "template"
        data.mkdir()
        url = f"sqlite:///{data / 'tallydock.sqlite'}"
        migrate.upgrade(url)
        found_sample_branch(open_office(url, data)).database.close()
        yield data


def play(template: Path, seed: int, *, careless: bool = False) -> Outcome:
    """One fortnight in a folder beside the template."""
    with TemporaryDirectory(prefix="seed", dir=template.parent) as folder:
        return Fortnight(template, Path(folder), seed, careless).play()


def add_up(outcomes: list[Outcome]) -> dict[str, Any]:
    """Trials, bad ones, what was wrong, and what else is worth telling."""
    faults, notes = [], Counter[str]()
    for each in outcomes:
        faults += [
            f"seed {each.seed}: {name} {list(getattr(each, name))[:5]}"
            for name in ("silent", "lost", "told_wrong")
            if getattr(each, name)
        ]
        for name in ("told", "restores", "backups", "healed"):
            notes[name] += getattr(each, name)
        notes["with gaps"] += bool(each.told)
    bad = sum(bool(each.silent or each.lost or each.told_wrong) for each in outcomes)
    return {"trials": len(outcomes), "bad": bad, "faults": faults[:20], "notes": dict(notes)}


def fortnights(count: int) -> dict[str, Any]:
    """What the seeds from 0 up to `count` come to; many are played on all cores."""
    with template_branch() as template:
        if count < MANY:
            return add_up([play(template, seed) for seed in range(count)])
        seeds, spawned = range(count), multiprocessing.get_context("spawn")
        with spawned.Pool(maxtasksperchild=50) as players:
            return add_up(players.map(partial(play, template), seeds, chunksize=10))
