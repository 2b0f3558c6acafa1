"""Reads a backup to its last bit, and puts what is in it where somebody wants it."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.errors import BackupError, DatabaseError, OutputError, SchemaError
from app.services.backup_file import BackupReader, opened_backup
from app.services.backup_manifest import DATABASE, Manifest, TerminalMark
from app.storage import migrate
from app.storage.copies import examine, opened_copy
from app.storage.queries.backups import marks

Place = Callable[[str], Path | None]
"""Where a file of the backup goes; None for one that is only looked at."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was read from end to end; `sha256` of the whole file in hex."""

    file: Path
    sha256: str
    size_bytes: int
    is_encrypted: bool
    manifest: Manifest


def unpack(file: Path, passphrase: str, place: Place, show_as: Path | None = None) -> Backup:
    """Check every file of a backup and write those that have a place; `show_as` is for messages.

    What was written is durable; the database needs a place to be looked at. Raises BackupError,
    BackupLocked, SchemaError for tables that are newer than this program, OutputError.
    """
    shown = file if show_as is None else show_as
    try:
        with opened_backup(file, passphrase) as reader:
            manifest = reader.manifest
            if not migrate.knows(manifest.schema):
                raise SchemaError(found=manifest.schema, expected=migrate.head())
            _require_room(manifest, place)
            _write_members(reader, place)
            books = place(DATABASE)
            if manifest.holds_database and books is not None:
                _check_books(file, manifest, books)
            encrypted = reader.lock is not None
            return Backup(shown, reader.sha256, reader.size_bytes, encrypted, manifest)
    except BackupError as error:
        error.fields["path"] = str(shown)
        raise


def _require_room(manifest: Manifest, place: Place) -> None:
    """A file of a few bytes may unpack to terabytes; better to know before the disk is full."""
    targets = [(place(member.name), member.size_bytes) for member in manifest.members]
    need_bytes = sum(size_bytes for target, size_bytes in targets if target is not None)
    for folder in {target.parent for target, _ in targets if target is not None}:
        there = next(each for each in (folder, *folder.parents) if each.exists())
        if shutil.disk_usage(there).free < need_bytes:
            raise OutputError(path=str(there), reason=os.strerror(errno.ENOSPC))


def _write_members(reader: BackupReader, place: Place) -> None:
    for member in reader.manifest.members:
        target = place(member.name)
        try:
            if target is not None:
                target.parent.mkdir(parents=True, exist_ok=True)
            with Path(os.devnull if target is None else target).open("wb") as stream:
                reader.unpack(member, stream)
                stream.flush()
                if target is not None:
                    os.fsync(stream.fileno())
        except OSError as error:
            raise OutputError(path=str(target), reason=error.strerror or str(error)) from error


def _check_books(file: Path, manifest: Manifest, books: Path) -> None:
    """The database is whole, and says of itself what the list says of it."""
    damaged = BackupError(path=str(file), flaw="books_damaged")
    try:
        copied = examine(books)
        with opened_copy(books, manifest.branch) as reader:
            found = tuple(
                TerminalMark(each.terminal_no, each.epoch, each.received_seq)
                for each in marks(reader)
            )
    except DatabaseError as error:
        raise damaged from error
    says = (manifest.schema, manifest.terminals)
    if not copied.is_whole or (copied.schema, found) != says:
        raise damaged
    if manifest.branch not in (0, *copied.branches):
        raise damaged
