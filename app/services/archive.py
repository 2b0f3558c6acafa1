"""The raw archive: every sealed batch exactly as it arrived, written once and never changed."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.clock import SystemClock
from app.errors import ArchiveError, ArchiveFull
from app.services.durable import sync_folder, translated, write_durably

HOST = 0
"""Terminal number of the office itself: its journal lies beside the uploads."""

_ASIDE = ".aside"
LEFT_OVER_S = 3600.0
"""A write takes less than a second; what is this old is nobody's any more."""

_NAME = re.compile(r"(\d+)-([0-9a-f]{8})\.cbor")


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """Who a file came from, as the folder and the file name say it."""

    branch: int
    terminal: int
    epoch: int
    batch_no: int

    @property
    def folder(self) -> str:
        return f"{self.branch:04}/{self.terminal:03}/{self.epoch}"


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """One file: `path` is relative to the archive, with forward slashes."""

    origin: Origin
    path: str
    sha256: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Archive:
    """A folder of sealed files; a `closed` archive is read only (replay works on one)."""

    root: Path
    closed: bool = False

    def keep(self, origin: Origin, data: bytes) -> ArchivedFile:
        """Make `data` durable and return where it lies; the same bytes again change nothing.

        Raises ArchiveFull when the disk is full, ArchiveError for every other refusal.
        """
        sha256 = hashlib.sha256(data).digest()
        kept = ArchivedFile(origin, self._path(origin, sha256), sha256, len(data))
        target = self.root / kept.path
        try:
            if target.exists() and target.read_bytes() == data:
                if not self.closed:
                    sync_folder(target.parent)  # who named it may have been killed before that
                return kept
            if self.closed:
                raise ArchiveError(path=str(target), reason="closed")
            write_durably(target, data)
        except OSError as error:
            raise translated(error, target) from error
        return kept

    def replace(self, origin: Origin, data: bytes) -> ArchivedFile:
        """Keep an entry of the office's own journal in place of one that never came to count."""
        if not self.closed:
            wanted = self._path(origin, hashlib.sha256(data).digest())
            try:
                for file in (self.root / origin.folder).glob(f"{origin.batch_no:06}-*.cbor"):
                    if file.name != Path(wanted).name:
                        self.set_aside(file.relative_to(self.root).as_posix())
            except OSError as error:
                raise translated(error, self.root / wanted) from error
        return self.keep(origin, data)

    def take_back(self, kept: ArchivedFile) -> None:
        """Remove a file of the office's own journal whose transaction did not commit."""
        if self.closed:
            return
        target = self.root / kept.path
        # What stays on a disk that refuses is set aside by the next entry of its number, and
        # must not hide the reason why the transaction did not commit.
        with suppress(OSError):
            target.unlink(missing_ok=True)
            sync_folder(target.parent)

    def set_aside(self, path: str) -> None:
        """Take a file that the database does not know out of the journal, but keep it.

        After a crash it never counted; after the database was restored from a backup it did.
        """
        target = self.root / path
        target.replace(target.with_name(f"{target.name}{_ASIDE}"))
        sync_folder(target.parent)

    def read(self, path: str) -> bytes:
        """The bytes of a kept file. Raises ArchiveError when they are gone or others by now."""
        try:
            data = (self.root / path).read_bytes()
        except OSError as error:
            raise translated(error, self.root / path) from error
        if self._path(origin_of(path), hashlib.sha256(data).digest()) != path:
            raise ArchiveError(path=str(self.root / path), reason="damaged")
        return data

    def files(self) -> Iterator[ArchivedFile]:
        """Every kept file, ordered by origin; nothing else in the folder is looked at."""
        for found in sorted(self.root.glob("*/*/*/*.cbor"), key=_origin_key):
            origin = _origin_of(found)
            if origin is None:
                continue
            data = found.read_bytes()
            sha256 = hashlib.sha256(data).digest()
            yield ArchivedFile(origin, found.relative_to(self.root).as_posix(), sha256, len(data))

    def paths(self, branch: int | None = None, terminal: int | None = None) -> set[str]:
        """Relative paths of all kept files, or of one terminal's, without reading them."""
        folder = "*/*" if branch is None or terminal is None else f"{branch:04}/{terminal:03}"
        found = self.root.glob(f"{folder}/*/*.cbor")
        return {file.relative_to(self.root).as_posix() for file in found if _origin_of(file)}

    def sweep(self, older_than_s: float = LEFT_OVER_S) -> int:
        """Remove what an interrupted write left behind; returns how many files that were.

        A younger file may be one that another desk is writing at this moment.
        """
        newest_ms = SystemClock().now_ms() - older_than_s * 1000
        swept = 0
        for part in self.root.glob("*/*/*/.*.part"):
            with suppress(FileNotFoundError):
                if part.stat().st_mtime * 1000 <= newest_ms:
                    part.unlink()
                    swept += 1
        return swept

    def require_space(self, need_bytes: int) -> None:
        """Raise ArchiveFull when fewer than `need_bytes` are free where the archive lies."""
        self.root.mkdir(parents=True, exist_ok=True)
        free_bytes = shutil.disk_usage(self.root).free
        if free_bytes < need_bytes:
            raise ArchiveFull(path=str(self.root), free_bytes=free_bytes, need_bytes=need_bytes)

    def _path(self, origin: Origin, sha256: bytes) -> str:
        return f"{origin.folder}/{origin.batch_no:06}-{sha256.hex()[:8]}.cbor"


def origin_of(path: str) -> Origin:
    """The origin that a relative path of the archive spells. Raises ArchiveError for others."""
    origin = _origin_of(Path(path))
    if origin is None:
        raise ArchiveError(path=path, reason="not an archive path")
    return origin


def _origin_of(file: Path) -> Origin | None:
    name = _NAME.fullmatch(file.name)
    folders = file.parts[-4:-1]
    if name is None or len(folders) != 3 or not all(part.isdigit() for part in folders):
        return None
    branch, terminal, epoch = map(int, folders)
    return Origin(branch, terminal, epoch, int(name[1]))


def _origin_key(file: Path) -> tuple[Origin, str]:
    return _origin_of(file) or Origin(0, 0, 0, 0), file.name
