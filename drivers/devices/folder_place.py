"""One folder of a drive: what plain files lie in it, and how they are read, taken off and written
without leaving it, whatever its names and links say."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from drivers.file_contract import MAX_FILES
from drivers.protocols.transfer.listing import decode_name

CHUNK_BYTES: Final = 1 << 20
MAX_ENTRIES: Final = 10 * MAX_FILES
UNFINISHED: Final = ".part"
TEMPORARY: Final = ".tallydock" + UNFINISHED

GONE: Final = frozenset(
    getattr(errno, name, errno.EIO)  # not every system knows all
    for name in ("EIO", "ENODEV", "ENXIO", "ENOMEDIUM", "ESTALE", "ENOTCONN")
)
"""What a drive that was pulled answers. EIO may also be one bad place on it."""

_DIRECTORY: Final = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
_BINARY: Final = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT: Final = getattr(os, "O_NONBLOCK", 0)  # a pipe that took a file's place holds up nobody
_HAS_HANDLES: Final = os.open in os.supports_dir_fd and os.scandir in os.supports_fd
_UNSEEN: Final = (
    stat.FILE_ATTRIBUTE_HIDDEN | stat.FILE_ATTRIBUTE_SYSTEM | stat.FILE_ATTRIBUTE_REPARSE_POINT
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A plain file as the listing tells of it; `raw` is its name as the system has it."""

    raw: str
    size: int
    mtime_ns: int
    number: int

    @property
    def name(self) -> str:
        """The name as text."""
        return decode_name(os.fsencode(self.raw))


class Place:
    """An open folder. Where the system can, everything goes through its handle, so that nothing
    that takes the folder's place meanwhile is touched. Methods raise `OSError`."""

    def __init__(self, path: Path, inside: "Place | None" = None) -> None:
        """`inside`: the folder that it lies in; then it must not be a link."""
        self.path = path
        self._inside = inside
        self._handle: int | None = None
        if _HAS_HANDLES:
            name = path.name if inside else str(path)
            flags = _DIRECTORY | _BINARY | (_NO_LINK if inside else 0)
            self._handle = os.open(name, flags, dir_fd=inside._handle if inside else None)
        self._identity = _identity(path.stat() if self._handle is None else os.fstat(self._handle))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._handle is not None:
            os.close(self._handle)

    def is_there(self) -> bool:
        """The folder can still be found and listed where it was, and its drive has not gone."""
        with suppress(OSError), os.scandir(self.path) as listing:
            next(listing, None)
            state = self.path.stat()
            return _identity(state) == self._identity and not _is_pulled(state.st_dev)
        return False

    def folders(self) -> list[str]:
        """The names of the folders in it that are no links."""
        return [
            found.name
            for found in self._scan()
            if found.is_dir(follow_symlinks=False) and not _is_unseen(found)
        ]

    def files(self) -> tuple[list[Entry], bool]:
        """Its plain files, oldest first, without hidden and unfinished ones; and whether there were
        too many to look at all."""
        entries: list[Entry] = []
        for count, found in enumerate(self._scan()):
            if count >= MAX_ENTRIES:
                return sorted(entries, key=_age), True
            if found.is_file(follow_symlinks=False) and not _is_unseen(found):
                with suppress(FileNotFoundError):
                    entries.append(_entry(found.name, found.stat(follow_symlinks=False)))
        return sorted(entries, key=_age), False

    def look(self, raw: str) -> Entry:
        """What the listing would tell of one file now."""
        return _entry(raw, os.stat(self._at(raw), dir_fd=self._handle, follow_symlinks=False))

    @contextmanager
    def reading(self, raw: str) -> Iterator[int]:
        """A file opened to be read; raises `OSError` (ELOOP) if it is not a plain one."""
        if not stat.S_ISREG(self._state(raw).st_mode):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), raw)
        flags = os.O_RDONLY | _BINARY | _NO_LINK | _NO_WAIT
        handle = os.open(self._at(raw), flags, dir_fd=self._handle)
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), raw)
            if hasattr(os, "posix_fadvise"):  # read from the drive and not from memory
                os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            yield handle
        finally:
            os.close(handle)

    def remove(self, raw: str) -> None:
        """Take a file off."""
        os.unlink(self._at(raw), dir_fd=self._handle)

    def make_folder(self, name: str) -> None:
        """Make a folder in it, if there is none of that name."""
        with suppress(FileExistsError):
            os.mkdir(self._at(name), dir_fd=self._handle)

    def write(self, name: str, data: bytes, modified_ms: int | None) -> None:
        """Write a file, which is there whole or not at all, also if the drive is pulled."""
        temporary = self._at(TEMPORARY)
        with suppress(FileNotFoundError):
            self.remove(TEMPORARY)  # of a push that was broken off
        try:
            self._write_temporary(data)
            if modified_ms is not None:
                times_ns = (modified_ms * 1_000_000,) * 2
                with suppress(OSError, OverflowError):  # not every drive knows every year
                    os.utime(temporary, ns=times_ns, dir_fd=self._handle)
            os.replace(temporary, self._at(name), src_dir_fd=self._handle, dst_dir_fd=self._handle)
            self._flush_file(name)
        except OSError:
            with suppress(OSError):
                self.remove(TEMPORARY)
            raise
        self.flush()

    def _write_temporary(self, data: bytes) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY | _NO_LINK
        handle = os.open(self._at(TEMPORARY), flags, 0o644, dir_fd=self._handle)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(handle, rest[:CHUNK_BYTES]) :]
            os.fsync(handle)
        finally:
            os.close(handle)

    def _flush_file(self, name: str) -> None:
        """On FAT the size stands beside the name, and beside a new name only after this."""
        handle = os.open(self._at(name), os.O_WRONLY | _BINARY | _NO_LINK, dir_fd=self._handle)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def flush(self) -> None:
        """What was taken off and written stays so when the drive is pulled."""
        if self._handle is not None:
            with suppress(OSError):  # not every file system can do that with a folder
                os.fsync(self._handle)
        if self._inside is not None:
            # Linux keeps the beginning of a new FAT folder with the folder that it was made in.
            self._inside.flush()

    def free_bytes(self) -> int | None:
        """How much more it would hold."""
        if not hasattr(os, "statvfs"):
            return None
        state = os.statvfs(self.path if self._handle is None else self._handle)
        return state.f_bavail * state.f_frsize

    def _scan(self) -> Iterator["os.DirEntry[str]"]:
        with os.scandir(self.path if self._handle is None else self._handle) as listing:
            yield from listing

    def _state(self, raw: str) -> os.stat_result:
        return os.stat(self._at(raw), dir_fd=self._handle, follow_symlinks=False)

    def _at(self, raw: str) -> str:
        return str(self.path / raw) if self._handle is None else raw


def _entry(raw: str, state: os.stat_result) -> Entry:
    return Entry(raw, state.st_size, state.st_mtime_ns, state.st_ino)


def _identity(state: os.stat_result) -> tuple[int, int]:
    return state.st_dev, state.st_ino


def _is_pulled(drive: int) -> bool:
    """Linux goes on listing a mounted drive that was pulled out, from memory."""
    known = Path("/sys/dev/block")
    if not known.is_dir() or not os.major(drive):  # 0 is what lies on no drive
        return False
    return not (known / f"{os.major(drive)}:{os.minor(drive)}").exists()


def _age(entry: Entry) -> tuple[int, str]:
    return entry.mtime_ns, entry.raw


def _is_unseen(found: "os.DirEntry[str]") -> bool:
    name = found.name
    if name.startswith(".") or name.lower().endswith(UNFINISHED):
        return True
    if os.name != "nt":
        return False
    attributes = getattr(found.stat(follow_symlinks=False), "st_file_attributes", 0)
    return bool(attributes & _UNSEEN)
