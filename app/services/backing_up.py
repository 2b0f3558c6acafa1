"""Makes backups: one verified file, and only then may terminals forget what is in it."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO
from uuid import uuid4

from app import __version__
from app.clock import SystemClock
from app.domain.rights import Actor, Right
from app.errors import ArchiveError, OutputError, RuleBroken
from app.services.archive import HOST, LEFT_OVER_S, origin_of
from app.services.backup_file import BackupWriter, is_backup, new_backup
from app.services.backup_manifest import (
    DATABASE,
    DESK_KEY,
    Defect,
    Manifest,
    TerminalMark,
    is_ours,
)
from app.services.durable import sync_folder, translated
from app.services.office import Office
from app.services.unpacking import Backup, unpack
from app.storage import migrate
from app.storage.copies import can_be_copied, copy_database, opened_copy
from app.storage.queries.backups import (
    KeptFile,
    Mark,
    awaited_blobs,
    kept_blobs,
    kept_uploads,
    marks,
)
from app.storage.reader import Reader

_SCRATCH = ".backup-"


@dataclass(frozen=True, slots=True)
class _Books:
    """What one state of the database says: how far terminals are, which files belong to it."""

    marks: tuple[Mark, ...]
    uploads: tuple[KeptFile, ...]
    held: tuple[KeptFile, ...]
    awaited: tuple[KeptFile, ...]


def back_up(office: Office, actor: Actor, file: Path, passphrase: str = "") -> Backup:
    """Write everything into `file`, read it again, and move the watermarks to what is in it.

    Whatever happens on the way, a backup that was there before stays until the new one has been
    verified; what lies beside it under a name that ends in ".part" is none. On a server, the
    database is left to its archive, which makes it again. Raises RuleBroken("not-a-backup") for
    a file that is something else, OutputError, ArchiveError when the archive of a server's office
    is not whole, BackupError when the file cannot be read back, DatabaseError.
    """
    actor.require(Right.BACK_UP)
    _spare_others(file)
    made_ms = office.clock.now_ms()
    with _scratch_folder(office) as scratch, _part_of(file) as part:
        with _output(file), part.open("wb+") as stream:
            books = _write(office, actor, stream, passphrase, scratch, made_ms)
            stream.flush()
            os.fsync(stream.fileno())
            _forget_cache(stream)
        done = unpack(part, passphrase, {DATABASE: scratch / "again.sqlite"}.get, show_as=file)
        with _output(file):
            part.replace(file)
            sync_folder(file.parent)
    _note(office, actor, done, books)
    return done


def verify(actor: Actor, file: Path, passphrase: str = "") -> Backup:
    """Read a backup from end to end, its database too.

    Raises BackupError, BackupLocked, SchemaError for one of a newer program, OutputError.
    """
    actor.require(Right.BACK_UP)
    with TemporaryDirectory(prefix="tallydock-", ignore_cleanup_errors=True) as folder:
        return unpack(file, passphrase, {DATABASE: Path(folder) / DATABASE}.get)


def _write(
    office: Office, actor: Actor, stream: BinaryIO, passphrase: str, scratch: Path, made_ms: int
) -> _Books:
    """The database first: whatever its rows speak of lay on the disk before they were written."""
    copy = scratch / DATABASE
    if can_be_copied(office.database):
        copy_database(office.database, copy)
        with opened_copy(copy, office.database.branch_id) as reader:
            books = _read_books(reader)
    else:
        with office.database.read() as reader:
            books = _read_books(reader)
    with new_backup(stream, passphrase) as writer:
        if copy.exists():
            with copy.open("rb") as database:
                writer.add(DATABASE, database)
            copy.unlink()
        if office.paths.desk_key.exists():  # without it no terminal would trust a restored desk
            writer.add(DESK_KEY, io.BytesIO(_read(office.paths.desk_key)))
        defects = [*_add_archive(office, writer, books), *_add_blobs(office, writer, books)]
        manifest = Manifest(
            made_ms=made_ms,
            made_by=actor.user,
            branch=office.database.branch_id,
            schema=migrate.head(),
            program=__version__,
            members=tuple(writer.members),
            terminals=tuple(
                TerminalMark(each.terminal_no, each.epoch, each.received_seq)
                for each in books.marks
            ),
            defects=tuple(defects),
        )
        writer.finish(manifest)
    return books


def _read_books(reader: Reader) -> _Books:
    return _Books(marks(reader), kept_uploads(reader), kept_blobs(reader), awaited_blobs(reader))


def _add_archive(office: Office, writer: BackupWriter, books: _Books) -> Iterator[Defect]:
    """Every upload, and those entries of the journal that the database speaks of.

    An entry that it does not know was made after the copy, or never came to count.
    """
    digests = {each.path: each.sha256 for each in books.uploads}
    branch, found = office.database.branch_id, set()
    for path in _paths(office.paths.archive, "archive"):
        if path.endswith(".cbor") and path not in digests:
            origin = origin_of(path)
            if (origin.branch, origin.terminal) == (branch, HOST):
                continue
        with suppress(FileNotFoundError):
            data = _read(office.paths.archive / path)
            writer.add(f"archive/{path}", io.BytesIO(data))
            found.add(path)
            if path in digests and hashlib.sha256(data).hexdigest() != digests[path]:
                yield _defect(office, f"archive/{path}", "damaged")
    for path in sorted(digests.keys() - found):
        yield _defect(office, f"archive/{path}", "missing")


def _defect(office: Office, path: str, flaw: str) -> Defect:
    if not can_be_copied(office.database):
        # the archive alone has to make that database again
        raise ArchiveError(path=str(office.paths.data / path), reason=flaw)
    return Defect(path, flaw)


def _add_blobs(office: Office, writer: BackupWriter, books: _Books) -> Iterator[Defect]:
    found = set()
    for path in _paths(office.paths.blobs, "blobs"):
        data = _read(office.paths.blobs / path)
        writer.add(f"blobs/{path}", io.BytesIO(data))
        found.add(path)
        if hashlib.sha256(data).hexdigest() != Path(path).name:
            yield Defect(f"blobs/{path}", "damaged")
    for path in sorted({each.path for each in books.held} - found):
        yield Defect(f"blobs/{path}", "missing")


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise translated(error, file) from error


def _paths(folder: Path, name: str) -> list[str]:
    """Relative paths of what this program keeps there; what is still being written is not."""
    files = (file.relative_to(folder).as_posix() for file in folder.rglob("*"))
    return sorted(path for path in files if is_ours(f"{name}/{path}"))


def _note(office: Office, actor: Actor, done: Backup, books: _Books) -> None:
    """Enter the backup; a terminal may forget what is in it, and never more than that.

    This is no entry of the journal: books that are made again must not rely on a file that may be
    gone by then.
    """
    defects = {each.path for each in done.manifest.defects}
    lacking = [
        *(each for each in books.uploads if f"archive/{each.path}" in defects),
        *(each for each in books.held if f"blobs/{each.path}" in defects),
        *books.awaited,
    ]
    with office.database.transaction(actor, "back up", str(done.file)) as store:
        store.lock()
        for mark in books.marks:
            known = store.terminals.find(mark.terminal_no)
            if known is None or known.epoch != mark.epoch:
                continue
            seq = min(_inside_seq(mark, lacking), known.received_seq)
            if seq > known.backed_up_seq:
                store.terminals.advance(mark.terminal_no, epoch=mark.epoch, backed_up_seq=seq)
        store.backups.add(
            file=str(done.file),
            sha256=done.sha256,
            size_bytes=done.size_bytes,
            made_ms=done.manifest.made_ms,
            marks=books.marks,
        )


def _inside_seq(mark: Mark, lacking: Iterable[KeptFile]) -> int:
    """Up to which record a terminal is inside the backup with all that its records speak of.

    What it was allowed to forget before cannot be asked of it again.
    """
    first = min(
        (
            each.seq
            for each in lacking
            if (each.terminal_no, each.epoch) == (mark.terminal_no, mark.epoch)
            and each.seq > mark.backed_up_seq
        ),
        default=mark.received_seq + 1,
    )
    return min(mark.received_seq, first - 1)


def _spare_others(file: Path) -> None:
    with _output(file):
        if file.exists() and not (file.is_file() and is_backup(file)):
            raise RuleBroken("not-a-backup", path=str(file))
        file.parent.mkdir(parents=True, exist_ok=True)


@contextmanager
def _output(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(path=str(file), reason=error.strerror or str(error)) from error


@contextmanager
def _part_of(file: Path) -> Iterator[Path]:
    """A name beside `file` that nobody else uses; nothing is left of it, nor of older ones."""
    for old in file.parent.glob(f"{_escaped(file.name)}.*.part"):
        if _is_left_over(old):
            old.unlink(missing_ok=True)
    part = file.with_name(f"{file.name}.{uuid4().hex[:8]}.part")
    try:
        yield part
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


@contextmanager
def _scratch_folder(office: Office) -> Iterator[Path]:
    """A folder for a copy of the database, where the database lies open already."""
    for old in office.paths.data.glob(f"{_SCRATCH}*"):
        if _is_left_over(old):
            shutil.rmtree(old, ignore_errors=True)
    with _output(office.paths.data):
        folder = TemporaryDirectory(
            prefix=_SCRATCH, dir=office.paths.data, ignore_cleanup_errors=True
        )
    with folder as name:
        yield Path(name)


def _is_left_over(path: Path) -> bool:
    with suppress(OSError):
        return path.stat().st_mtime * 1000 < SystemClock().now_ms() - LEFT_OVER_S * 1000
    return False


def _escaped(name: str) -> str:
    return "".join(f"[{each}]" if each in "[?*" else each for each in name)


def _forget_cache(stream: BinaryIO) -> None:
    """So that what is read again comes from the disk, where the system can be asked for that."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
