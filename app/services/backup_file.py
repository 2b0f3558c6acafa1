"""The one file of a backup: a zip that ends in a digest of itself; its files may be encrypted.

Any zip program opens it. Its comment is the SHA-256 of the whole file, taken with zeros where the
comment stands, so that not one bit of it can be another without being noticed.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from app.errors import BackupError, BackupLocked
from app.services.backup_lock import Lock
from app.services.backup_manifest import (
    Manifest,
    Member,
    is_ours,
    read_manifest,
    write_manifest,
)

MARK = "tallydock-backup.txt"
MANIFEST = "manifest.json"
KEY = "key.age"

_WORDS = b"A backup of Tallydock. To restore it: tallydock --data FOLDER restore FILE\n"
_NO_DIGEST = b"0" * 64
_CHUNK_BYTES = 1 << 20
_MOST_KEY_BYTES = 1 << 16
_MOST_MANIFEST_BYTES = 1 << 28
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, OSError)


class BackupWriter:
    """Adds files to a backup that is being written."""

    def __init__(self, target: zipfile.ZipFile, lock: Lock | None) -> None:
        self._target = target
        self._lock = lock
        self.members: list[Member] = []

    def add(self, name: str, source: BinaryIO) -> None:
        """Everything from `source` under `name`. Raises OSError."""
        digested = _Digested(source)
        inside = name if self._lock is None else f"{name}.age"
        with self._target.open(inside, "w", force_zip64=True) as entry:
            if self._lock is None:
                shutil.copyfileobj(digested, entry, _CHUNK_BYTES)
            else:
                self._lock.encrypt(digested, entry)  # type: ignore[arg-type]
        if name != MANIFEST:
            self.members.append(Member(name, digested.sha256.hexdigest(), digested.size_bytes))

    def finish(self, manifest: Manifest) -> None:
        """Add the list of what is inside, as the last thing."""
        self.add(MANIFEST, io.BytesIO(write_manifest(manifest)))


@contextmanager
def new_backup(stream: BinaryIO, passphrase: str) -> Iterator[BackupWriter]:
    """Write a backup into an empty stream; without passphrase it stays readable for anybody."""
    sealing = _Sealing(stream)
    lock = Lock.make() if passphrase else None
    method = zipfile.ZIP_STORED if lock else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(sealing, "w", method, compresslevel=1) as target:  # type: ignore[call-overload]
        target.comment = _NO_DIGEST
        _add_open(target, MARK, _WORDS)
        if lock is not None:
            _add_open(target, KEY, lock.wrapped(passphrase))
        yield BackupWriter(target, lock)
    stream.seek(-len(_NO_DIGEST), io.SEEK_END)
    stream.write(sealing.sha256.hexdigest().encode())


def _add_open(target: zipfile.ZipFile, name: str, data: bytes) -> None:
    with target.open(name, "w") as entry:
        entry.write(data)


def is_backup(path: Path) -> bool:
    """Whether a file looks like a backup of this program, be it whole or not. Raises OSError."""
    with path.open("rb") as stream:
        start = stream.read(30 + len(MARK))
    return start.startswith(b"PK\x03\x04") and start.endswith(MARK.encode())


@dataclass(frozen=True, slots=True)
class BackupReader:
    """A backup whose digest agrees; `sha256` of the whole file in hex."""

    path: Path
    sha256: str
    size_bytes: int
    manifest: Manifest
    source: zipfile.ZipFile
    lock: Lock | None

    def unpack(self, member: Member, target: BinaryIO) -> None:
        """Write a file of the backup into `target`; half may be written when it fails.

        Raises BackupError when it is not what the list says, OSError as `target` does.
        """
        sink = _Sink(target, member.size_bytes)
        inside = member.name if self.lock is None else f"{member.name}.age"
        _read_entry(self.path, self.source, inside, self.lock, sink)
        if (sink.sha256.hexdigest(), sink.size_bytes) != (member.sha256, member.size_bytes):
            raise BackupError(path=str(self.path), flaw="member_changed")


@contextmanager
def opened_backup(path: Path, passphrase: str) -> Iterator[BackupReader]:
    """Read a backup through once, and give out what is in it.

    Raises BackupError, BackupLocked.
    """
    try:
        stream = path.open("rb")
    except (FileNotFoundError, IsADirectoryError) as error:
        raise BackupError(path=str(path), flaw="no_file") from error
    except OSError as error:
        raise BackupError(path=str(path), flaw="unreadable") from error
    with stream:
        sha256, size_bytes = _check_digest(path, stream)
        try:
            source = zipfile.ZipFile(stream)
        except _BROKEN as error:
            raise BackupError(path=str(path), flaw="no_backup") from error
        with source:
            names = _names(path, source)
            lock = _open_lock(path, source, names, passphrase)
            manifest = _read_manifest(path, source, lock)
            _compare(path, names, manifest, lock)
            yield BackupReader(path, sha256, size_bytes, manifest, source, lock)


def _check_digest(path: Path, stream: BinaryIO) -> tuple[str, int]:
    """The digest of the whole file and its size."""
    sha256, tail, size_bytes = hashlib.sha256(), b"", 0
    try:
        while data := stream.read(_CHUNK_BYTES):
            size_bytes += len(data)
            tail += data
            sha256.update(tail[: -len(_NO_DIGEST)])
            tail = tail[-len(_NO_DIGEST) :]
    except OSError as error:
        raise BackupError(path=str(path), flaw="unreadable") from error
    whole = sha256.copy()
    whole.update(tail)
    sha256.update(_NO_DIGEST)
    if sha256.hexdigest().encode() != tail:
        raise BackupError(path=str(path), flaw="changed")
    stream.seek(0)
    return whole.hexdigest(), size_bytes


def _names(path: Path, source: zipfile.ZipFile) -> set[str]:
    """The names of all files inside, none of which leads anywhere else."""
    names: set[str] = set()
    for info in source.infolist():
        name = info.orig_filename
        if name not in (MARK, KEY, MANIFEST, f"{MANIFEST}.age") and not is_ours(_plain(name)):
            raise BackupError(path=str(path), flaw="member_outside")
        if name in names or info.compress_type not in _METHODS:
            raise BackupError(path=str(path), flaw="member_changed")
        names.add(name)
    return names


def _plain(name: str) -> str:
    return name.removesuffix(".age")


def _open_lock(
    path: Path, source: zipfile.ZipFile, names: set[str], passphrase: str
) -> Lock | None:
    if KEY not in names:
        # somebody may have put an open file in the place of the encrypted one
        if passphrase:
            raise BackupLocked(path=str(path), flaw="passphrase_useless")
        return None
    if not passphrase:
        raise BackupLocked(path=str(path), flaw="passphrase_missing")
    wrapped = _read_small(path, source, KEY, None, _MOST_KEY_BYTES)
    try:
        return Lock.open(wrapped, passphrase)
    except ValueError as error:
        raise BackupLocked(path=str(path), flaw="passphrase_wrong") from error


def _read_manifest(path: Path, source: zipfile.ZipFile, lock: Lock | None) -> Manifest:
    inside = MANIFEST if lock is None else f"{MANIFEST}.age"
    try:
        return read_manifest(_read_small(path, source, inside, lock, _MOST_MANIFEST_BYTES))
    except ValueError as error:
        raise BackupError(path=str(path), flaw="no_backup") from error


def _compare(path: Path, names: set[str], manifest: Manifest, lock: Lock | None) -> None:
    """What is inside is what the list says, no file more and none less."""
    suffix = "" if lock is None else ".age"
    listed = {f"{member.name}{suffix}" for member in manifest.members}
    if any(not is_ours(member.name) for member in manifest.members):
        raise BackupError(path=str(path), flaw="member_outside")
    if names - {MARK, KEY, f"{MANIFEST}{suffix}"} != listed:
        raise BackupError(path=str(path), flaw="member_changed")


def _read_small(
    path: Path, source: zipfile.ZipFile, name: str, lock: Lock | None, most_bytes: int
) -> bytes:
    target = io.BytesIO()
    _read_entry(path, source, name, lock, _Sink(target, most_bytes))
    return target.getvalue()


def _read_entry(
    path: Path, source: zipfile.ZipFile, name: str, lock: Lock | None, sink: _Sink
) -> None:
    try:
        with source.open(name) as entry:
            if lock is None:
                shutil.copyfileobj(entry, sink, _CHUNK_BYTES)
            else:
                lock.decrypt(entry, sink)  # type: ignore[arg-type]
    except (KeyError, *_BROKEN) as error:
        if sink.refusal is not None:
            raise sink.refusal from error
        flaw = "member_too_large" if sink.is_full else "member_changed"
        raise BackupError(path=str(path), flaw=flaw) from error


class _Sealing:
    """Digests all that is written; it cannot seek, so everything is written once and in order."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.sha256 = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.sha256.update(data)
        return self._stream.write(data)

    def flush(self) -> None:
        self._stream.flush()


class _Digested(io.RawIOBase):
    """Reads on and digests what it read."""

    def __init__(self, source: BinaryIO) -> None:
        super().__init__()
        self._source = source
        self.sha256 = hashlib.sha256()
        self.size_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._source.read(len(buffer))
        buffer[: len(data)] = data
        self.sha256.update(data)
        self.size_bytes += len(data)
        return len(data)


class _Sink(io.RawIOBase):
    """Writes on and digests, up to a size; what its target refused is kept in `refusal`."""

    def __init__(self, target: BinaryIO, most_bytes: int) -> None:
        super().__init__()
        self._target = target
        self._most_bytes = most_bytes
        self.sha256 = hashlib.sha256()
        self.size_bytes = 0
        self.is_full = False
        self.refusal: OSError | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        if self.size_bytes + len(data) > self._most_bytes:
            self.is_full = True
            raise ValueError("larger than the list says")
        try:
            self._target.write(data)
        except OSError as error:
            self.refusal = error
            raise
        self.sha256.update(data)
        self.size_bytes += len(data)
        return len(data)
