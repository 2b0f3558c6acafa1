"""Makes an installation again from a backup, in an empty folder, as a whole or not at all."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from app.domain.rights import Actor, Right
from app.errors import OutputError, RuleBroken
from app.paths import Paths
from app.services.archive import Archive
from app.services.backup_manifest import DATABASE, DESK_KEY
from app.services.durable import sync_folder
from app.services.replaying import rebuild
from app.services.unpacking import Backup, unpack
from app.storage import migrate
from app.storage.copies import file_of

_READ_ONLY = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH
_OWNER_ONLY = stat.S_IRUSR | stat.S_IWUSR


@dataclass(frozen=True, slots=True)
class Restored:
    """`commands` of the journal were repeated if the database had to be made from the archive."""

    backup: Backup
    commands: int | None


def restore(
    actor: Actor,
    file: Path,
    data: Path,
    db: str,
    passphrase: str = "",
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Restored:
    """Unpack a backup into the empty or missing folder `data`, with its database at the URL `db`.

    The database is made again from the archive where the backup holds none, and where `db` is a
    server. Until everything is there, it lies beside `data` under a name that ends in ".part".
    Raises RuleBroken("folder-not-empty", "database-not-empty"), BackupError, BackupLocked,
    SchemaError for tables that are newer than this program, OutputError, DatabaseError.
    """
    actor.require(Right.BACK_UP)
    place = file_of(db)
    inside = place is not None and place.resolve().is_relative_to(data.resolve())
    if data.exists() and not (data.is_dir() and not any(data.iterdir())):
        raise RuleBroken("folder-not-empty", path=str(data))
    if place is not None and not inside and place.exists():
        raise RuleBroken("database-not-empty", url=str(place))
    with _part_of(data) as part, _undone(None if inside else place):
        backup = unpack(file, passphrase, lambda name: part / name)
        if place is not None and inside:
            place = part / place.resolve().relative_to(data.resolve())
        commands = None
        if place is not None and backup.manifest.holds_database:
            with _output(place):
                place.parent.mkdir(parents=True, exist_ok=True)
                if inside:
                    (part / DATABASE).replace(place)
                else:  # perhaps another disk
                    shutil.move(part / DATABASE, place)
            migrate.upgrade(f"sqlite:///{place}")
        else:
            (part / DATABASE).unlink(missing_ok=True)
            into = db if place is None else f"sqlite:///{place}"
            commands = _rebuild(actor, backup, part, into, progress)
        _protect(part)
        _put_in_place(part, data)
    return Restored(backup, commands)


def _rebuild(
    actor: Actor, backup: Backup, part: Path, into: str, progress: Callable[[int, int], None]
) -> int:
    archive = Archive(Paths(part).archive, closed=True)
    return rebuild(actor, archive, backup.manifest.branch, into, progress)


def _protect(part: Path) -> None:
    """Nobody changes what terminals sent; nobody else reads the key of the desk."""
    with _output(part):
        for folder in (Paths(part).archive, Paths(part).blobs):
            for each in folder.rglob("*"):
                if each.is_file():
                    each.chmod(_READ_ONLY)
        if (part / DESK_KEY).exists():
            (part / DESK_KEY).chmod(_OWNER_ONLY)


def _put_in_place(part: Path, data: Path) -> None:
    with _output(data):
        for folder in (part, *(each for each in part.rglob("*") if each.is_dir())):
            sync_folder(folder)
        if data.exists():
            data.rmdir()
        part.replace(data)
        sync_folder(data.parent)


@contextmanager
def _part_of(data: Path) -> Iterator[Path]:
    """A folder beside `data` for what is not whole yet; nothing is left of it."""
    with _output(data):
        data.parent.mkdir(parents=True, exist_ok=True)
        part = Path(mkdtemp(prefix=f"{data.name}.", suffix=".part", dir=data.parent))
    try:
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextmanager
def _undone(file: Path | None) -> Iterator[None]:
    """What could not be finished does not leave half a database elsewhere."""
    try:
        yield
    except BaseException:
        if file is not None:
            file.unlink(missing_ok=True)
        raise


@contextmanager
def _output(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(path=str(path), reason=error.strerror or str(error)) from error
