"""The ground on which an office crashes: its folder, put back for each trial, and who judges it."""

import gc
import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from sqlite3 import connect

from sqlalchemy import Engine, text

from app.domain.rights import Actor
from app.errors import ArchiveError
from app.services.blobs import blobs_of
from app.services.checking import check
from app.services.office import Office
from app.services.recovering import recover
from app.storage import migrate
from app.storage.queries.arrivals import archive_paths
from app.storage.queries.fingerprint import fingerprint
from app.storage.reader import Reader
from drivers.protocols.docking.batch import open_batch
from tests.support.crash.story import Step, Story, tell
from tests.support.offices import found_sample_branch, open_office

CLERK = Actor.everything("clerk")
# In memory where there is such a disk: what is proved does not depend on how slow a disk is.
MEMORY = Path("/dev/shm")  # noqa: S108


@dataclass(slots=True)
class Ground:
    """`data` is the folder under trial; `before[n]` is what it looked like after n steps.

    The engine outlives every trial, its connections do not: what it has compiled is kept.
    """

    folder: Path
    office: Office
    story: Story

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def database(self) -> Path:
        return self.data / "tallydock.sqlite"

    @property
    def engine(self) -> Engine:
        return self.office.database.engine

    def before(self, steps: int) -> Path:
        return self.folder / f"before-{steps}"

    def reset(self, steps: int) -> None:
        """The office as it was after so many steps; nobody is connected."""
        self.engine.dispose()
        shutil.rmtree(self.data)
        shutil.copytree(self.before(steps), self.data)

    def keep(self, steps: int) -> None:
        """Remember the folder, and its books, as what is right after so many steps."""
        with self.office.database.read() as reader:
            self.story.books.append(fingerprint(reader))
        if faults := broken(self.office):
            raise ValueError(faults)
        self.engine.dispose()
        shutil.copytree(self.data, self.before(steps))

    def judge(
        self,
        acked: Sequence[Step],
        asked: Sequence[Step],
        books: Mapping[str, str],
        *,
        recovered: bool = True,
    ) -> list[str]:
        """What is wrong after a crash: nothing that was acked may be missing, changed or double.

        Then every step of `asked` is asked for again, and the books must be `books`. Without
        `recovered`, the program was not started anew.
        """
        try:
            return self._judge(acked, asked, books, recovered)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a fault
            return [f"{type(error).__name__}: {error}"]
        finally:
            self.engine.dispose()

    def _judge(
        self,
        acked: Sequence[Step],
        asked: Sequence[Step],
        books: Mapping[str, str],
        recovered: bool,
    ) -> list[str]:
        office = self.office
        faults = []
        if recovered:
            opened = open_office(self.url, self.data)
            opened.database.close()
            office = replace(office, database=replace(opened.database, engine=self.engine))
            recover(office, CLERK)
        with office.database.read() as reader:
            sound = reader.connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
            faults += [] if sound == ["ok"] else [f"integrity: {sound[:3]}"]
            faults += [fault for step in acked for fault in missing(office, reader, step)]
        names = {step.name for step in acked}
        for step in asked:
            if step.act(office) and step.name in names:
                faults.append(f"{step.name} was acked and is lost")
        with office.database.read() as reader:
            found = fingerprint(reader)
            faults += strays(office, reader)
            faults += [fault for step in asked for fault in missing(office, reader, step)]
        if found != books:
            differing = [name for name, digest in found.items() if digest != books[name]]
            faults.append(f"other books: {differing}")
        # equal books were checked when the story was told: their invariants hold
        return faults + (broken(office) if found != books else [])

    @property
    def url(self) -> str:
        return self.engine.url.render_as_string()


@contextmanager
def told_story() -> Iterator[Ground]:
    """A ground on which the whole story was told once, undisturbed."""
    place = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="tdcrash", dir=place) as name:
        folder = Path(name)
        data = folder / "data"
        data.mkdir()
        url = f"sqlite:///{data / 'tallydock.sqlite'}"
        migrate.upgrade(url)
        office = found_sample_branch(open_office(url, data))
        ground = Ground(folder, office, Story())
        ground.keep(0)
        ground.story.steps += tell(office, lambda: ground.keep(len(ground.story.books)))
        gc.collect()
        gc.freeze()
        yield ground


def missing(office: Office, reader: Reader, step: Step) -> list[str]:
    """What the office lacks of a batch: its row, its file, each record at its bytes, all once.

    Of a photo it lacks the file, or nothing.
    """
    if step.photo:
        return _missing_photo(office, step)
    if step.origin is None:
        return []
    where = {"t": step.origin.terminal, "e": step.origin.epoch, "n": step.origin.batch_no}
    batches = text(
        "SELECT id, archive_path, byte_len FROM upload_batch"
        " WHERE terminal_no = :t AND epoch = :e AND batch_no = :n"
    )
    rows = reader.connection.execute(batches, where).all()
    if len(rows) != 1:
        return [f"{step.name} is there {len(rows)} times"]
    faults = []
    try:
        if office.archive.read(rows[0].archive_path) != step.data:
            faults.append(f"{step.name}: other bytes in the archive")
    except ArchiveError as error:
        faults.append(f"{step.name}: {error}")
    records = text(
        "SELECT byte_offset, byte_len, COUNT(*) FROM raw_record WHERE batch_id = :id AND"
        " variant = 0 GROUP BY terminal_no, epoch, seq, byte_offset, byte_len ORDER BY byte_offset"
    )
    found = [tuple(row) for row in reader.connection.execute(records, {"id": rows[0].id})]
    opened = open_batch(step.data).records
    if found != [(record.offset, len(record.data), 1) for record in opened]:
        faults.append(f"{step.name}: other records")
    return faults


def _missing_photo(office: Office, step: Step) -> list[str]:
    digest = hashlib.sha256(step.photo).digest()
    try:
        if blobs_of(office).read(digest) == step.photo:
            return []
    except ArchiveError as error:
        return [f"{step.name}: {error}"]
    return [f"{step.name}: other bytes"]


def broken(office: Office) -> list[str]:
    """Invariants of the books that do not hold."""
    return [f"check {each}" for each in check(office, CLERK) if not each.holds]


def strays(office: Office, reader: Reader) -> list[str]:
    """Files of the archive and rows that know of them must be the same; each file whole."""
    faults = [f"stray {path}" for path in office.archive.paths() ^ archive_paths(reader)]
    for path in archive_paths(reader):
        try:
            office.archive.read(path)
        except ArchiveError as error:
            faults.append(str(error))
    return faults


def pages_of(database: Path) -> int:
    """How many pages a database file has."""
    with closing(connect(database)) as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
    return int(pages)
