"""The driver for drives, memory cards and folders in which terminals leave files."""

import errno
import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drivers.contract import Capability, Progress
from drivers.devices.folder_place import CHUNK_BYTES, GONE, Entry, Place
from drivers.errors import (
    DriverError,
    FileChanged,
    FileRefused,
    FileUnstable,
    LinkLost,
    PortDenied,
    PortInvalid,
    PortMissing,
    TerminalFault,
    TerminalFull,
)
from drivers.file_contract import (
    MAX_FILE_BYTES,
    MAX_FILES,
    FileDriver,
    FileSession,
    FileTerminalInfo,
    TerminalFile,
)
from drivers.protocols.transfer.reasons import Reason

OUTBOXES: Final = frozenset({"outbox", "scanned barcodes"})
INBOX: Final = "inbox"

REST_S: Final = 2.0
RECENT_MS: Final = 60_000
BATCH_FILES: Final = 1000
BATCH_BYTES: Final = 256 * 1024 * 1024
REPORT_S: Final = 0.5
SLICE_S: Final = 0.1
PULLED_S: Final = 1.0

FAULT: Final = 511  # of PROTOCOL.md: the terminal reports a fault of its own
MAX_NAME_BYTES: Final = 200
_IMPOSSIBLE: Final = frozenset('/\\:*?"<>|') | {chr(code) for code in range(32)} | {"\x7f"}
_DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)


class FolderDriver(FileDriver[Path]):
    """A drive, a memory card or any folder.

    Files are fetched from its folders named outbox or Scanned Barcodes, and from itself if it has
    none of them; never from deeper. Hidden files and those that end in .part are left alone, and so
    is whatever is no plain file. Files for the terminal go to its folder inbox.
    """

    name = "folder"
    title = "Drive or folder"
    schemes = ("folder",)
    capabilities = frozenset({Capability.UPLOAD, Capability.CLEAR, Capability.DOWNLOAD})

    def __init__(self, scratch: Path | None = None, rest_s: float = REST_S) -> None:
        """`rest_s`: how long a file that was written lately must not have changed."""
        super().__init__(scratch)
        self._rest_s = rest_s

    @contextmanager
    def connect(
        self, carrier: Path, clock_ms: Callable[[], int], progress: Progress
    ) -> Iterator[FileSession]:
        port = f"{self.name}:{carrier}"
        with ExitStack() as opened:
            try:
                root = opened.enter_context(Place(carrier))
            except OSError as error:
                raise _not_opened(error, port) from error
            yield FolderSession(root, opened, port, clock_ms, progress, self._rest_s)


@dataclass(frozen=True, slots=True)
class _Given:
    """A file that was handed over, and where it lies."""

    file: TerminalFile
    place: Place
    entry: Entry
    sha256: bytes


class FolderSession(FileSession):
    """One look at a drive."""

    def __init__(
        self,
        root: Place,
        opened: ExitStack,
        port: str,
        clock_ms: Callable[[], int],
        progress: Progress,
        rest_s: float,
    ) -> None:
        self._root = root
        self._opened = opened
        self._port = port
        self._clock_ms = clock_ms
        self._progress = progress
        self._rest_s = rest_s
        self._reported_s = time.monotonic()
        self._places: list[Place] = []
        self._given: _Given | None = None
        self._later: list[DriverError] = []
        self._is_failing = False

    def info(self) -> FileTerminalInfo:
        """A drive tells how much it still holds."""
        try:
            return FileTerminalInfo(free_bytes=self._root.free_bytes())
        except OSError as error:
            raise self._lost(error) from error

    def pull(self) -> Iterator[TerminalFile]:
        """Yield each file that is the same in two looks at it; then raise the first of what was
        wrong with the others."""
        self._later.clear()
        found = [(place, entry) for place in self._outboxes() for entry in self._list(place)]
        found.sort(key=lambda each: (each[1].mtime_ns, each[1].raw))
        if len(found) > MAX_FILES:
            self._later.append(self._refused(found[MAX_FILES][1], Reason.TOO_MANY_FILES))
        for batch in _batches(found[:MAX_FILES]):
            looked = [
                (place, entry, sha256)
                for place, entry in batch
                if (sha256 := self._look(place, entry)) is not None
            ]
            self._rest([entry for _, entry, _ in looked])
            for place, entry, sha256 in looked:
                if (data := self._read(place, entry, sha256)) is not None:
                    file = TerminalFile(entry.name, data, entry.mtime_ns // 1_000_000)
                    self._given = _Given(file, place, entry, sha256)
                    yield file
        if self._later:
            raise self._later[0]

    def settle(self, file: TerminalFile, clear: bool) -> None:
        """With `clear` delete the file, if it is still the one that was fetched.

        Raises `TerminalFault` if it cannot be deleted, as on a card that is write-protected.
        """
        if not clear:
            return
        given, self._given = self._given, None
        if given is None or given.file != file:
            raise FileChanged(port=self._port, file=file.name)
        place, entry = given.place, given.entry
        try:
            data = self._take_in(place, entry)
            is_same = hashlib.sha256(data).digest() == given.sha256
            if not is_same or place.look(entry.raw).number != entry.number:
                raise FileChanged(port=self._port, file=file.name)
            place.remove(entry.raw)
        except FileNotFoundError as error:  # somebody took it away: there is nothing to clear
            if not place.is_there():
                raise self._lost(error) from error
        except OSError as error:
            if error.errno in GONE:
                raise self._lost(error) from error
            raise self._fault(file.name, error) from error

    def push(self, files: Sequence[TerminalFile]) -> None:
        """Write the files into the inbox, each whole or not at all."""
        for file in files:
            if not is_possible(file.name):
                raise FileRefused(
                    port=self._port, file=file.name, reason=str(Reason.NAME_IMPOSSIBLE)
                )
        inbox = self._inbox()
        done_bytes, total_bytes = 0, sum(len(file.data) for file in files)
        for file in files:
            self._report("download", done_bytes, total_bytes)
            try:
                inbox.write(file.name, file.data, file.modified_ms)
            except OSError as error:
                raise self._not_written(file, inbox, error) from error
            done_bytes += len(file.data)

    def finish(self) -> None:
        """What was deleted stays deleted when the drive is pulled now."""
        self._progress("finish", 0, 0)
        for place in self._places:
            place.flush()

    # ------------------------------------------------------------------ where

    def _outboxes(self) -> list[Place]:
        try:
            names = sorted(each for each in self._root.folders() if each.lower() in OUTBOXES)
            self._places = [self._open(name) for name in names] or [self._root]
        except OSError as error:
            raise self._lost(error) from error
        return self._places

    def _inbox(self) -> Place:
        try:
            names = [each for each in self._root.folders() if each.lower() == INBOX]
            if not names:
                self._root.make_folder(INBOX)
            return self._open(names[0] if names else INBOX)
        except OSError as error:
            if error.errno in GONE or not self._root.is_there():
                raise self._lost(error) from error
            raise self._fault(INBOX, error) from error

    def _open(self, name: str) -> Place:
        return self._opened.enter_context(Place(self._root.path / name, self._root))

    def _list(self, place: Place) -> list[Entry]:
        try:
            entries, is_cut = place.files()
        except OSError as error:
            raise self._lost(error) from error
        if is_cut:
            self._later.append(
                FileRefused(port=self._port, file=place.path.name, reason=Reason.TOO_MANY_FILES)
            )
        return entries

    # ------------------------------------------------------------------ what

    def _look(self, place: Place, entry: Entry) -> bytes | None:
        """The digest of a file at its first look; None if it is not to be had now."""
        if entry.size > MAX_FILE_BYTES:
            self._later.append(self._refused(entry, Reason.FILE_TOO_LARGE))
            return None
        data = self._read(place, entry, None)
        return None if data is None else hashlib.sha256(data).digest()

    def _read(self, place: Place, entry: Entry, sha256: bytes | None) -> bytes | None:
        """The file, if it is as its listing says and, with `sha256`, as it was before."""
        try:
            data = self._take_in(place, entry)
            after = place.look(entry.raw)
        except OSError as error:
            self._note(place, entry, error)
            return None
        self._is_failing = False
        differs = sha256 is not None and hashlib.sha256(data).digest() != sha256
        if after != entry or len(data) != entry.size or differs:
            self._later.append(
                FileUnstable(
                    port=self._port,
                    file=entry.name,
                    listed_bytes=entry.size,
                    read_bytes=max(len(data), after.size),
                )
            )
            return None
        return data

    def _take_in(self, place: Place, entry: Entry) -> bytes:
        """All that the file holds, and at most one byte more than was listed."""
        data = bytearray()
        with place.reading(entry.raw) as handle:
            while len(data) <= entry.size and (
                chunk := os.read(handle, min(CHUNK_BYTES, entry.size + 1 - len(data)))
            ):
                data += chunk
                self._report("upload", len(data), entry.size)
        return bytes(data)

    def _rest(self, entries: list[Entry]) -> None:
        """Wait, if any of them was written lately or by a clock that is ahead."""
        now_ms = self._clock_ms()
        if all(entry.mtime_ns // 1_000_000 < now_ms - RECENT_MS for entry in entries):
            return
        ends_s = time.monotonic() + self._rest_s
        while (left_s := ends_s - time.monotonic()) > 0:
            self._report("upload", 0, 0)
            time.sleep(min(left_s, SLICE_S))

    def _wait_while(self, is_true: Callable[[], bool]) -> None:
        """A drive that is being pulled fails a moment before the system says that it has gone."""
        ends_s = time.monotonic() + PULLED_S
        while is_true() and time.monotonic() < ends_s:
            time.sleep(SLICE_S)

    def _report(self, stage: str, done: int, total: int) -> None:
        now_s = time.monotonic()
        if now_s - self._reported_s >= REPORT_S:
            self._reported_s = now_s
            self._progress(stage, done, total)

    # ------------------------------------------------------------------ what went wrong

    def _note(self, place: Place, entry: Entry, error: OSError) -> None:
        """Remember what is wrong with one file. Raises `LinkLost` if it is the whole drive."""
        is_bad = error.errno in GONE
        if is_bad and not self._is_failing:
            self._wait_while(place.is_there)
        if (is_bad and (error.errno != errno.EIO or self._is_failing)) or not place.is_there():
            raise self._lost(error) from error
        self._is_failing = is_bad
        if isinstance(error, FileNotFoundError):
            return  # somebody took it away
        reason = "not_plain" if error.errno == errno.ELOOP else "not_readable"
        self._later.append(self._refused(entry, reason))

    def _refused(self, entry: Entry, reason: str) -> FileRefused:
        return FileRefused(port=self._port, file=entry.name, reason=str(reason))

    def _lost(self, error: OSError) -> LinkLost:
        return LinkLost(port=self._port, reason=str(error))

    def _fault(self, name: str, error: OSError) -> TerminalFault:
        return TerminalFault(port=self._port, fault=FAULT, text=f"{name}: {error.strerror}")

    def _not_written(self, file: TerminalFile, inbox: Place, error: OSError) -> DriverError:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return TerminalFull(
                port=self._port,
                text=file.name,
                free_bytes=inbox.free_bytes(),
                needed_bytes=len(file.data),
            )
        if error.errno in GONE or not inbox.is_there():
            return self._lost(error)
        return self._fault(file.name, error)


def is_possible(name: str) -> bool:
    """Every drive, also a FAT one, can hold a file of that name, and it is only a name."""
    stem = name.partition(".")[0].strip().lower()
    return (
        0 < len(name.encode("utf-8", "surrogatepass")) <= MAX_NAME_BYTES
        and not _IMPOSSIBLE.intersection(name)
        and not any(0xD800 <= ord(letter) <= 0xDFFF for letter in name)
        and not name.startswith(".")
        and not name.endswith((".", " "))
        and stem not in _DEVICES
    )


def _batches(found: list[tuple[Place, Entry]]) -> Iterator[list[tuple[Place, Entry]]]:
    """Pieces that are looked at together, so that little has to wait for the rest of all."""
    batch: list[tuple[Place, Entry]] = []
    size = 0
    for each in found:
        if batch and (len(batch) >= BATCH_FILES or size + each[1].size > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(each)
        size += each[1].size
    if batch:
        yield batch


def _not_opened(error: OSError, port: str) -> DriverError:
    if isinstance(error, FileNotFoundError) or error.errno in GONE:
        return PortMissing(port=port, reason=str(error))
    if isinstance(error, PermissionError):
        return PortDenied(port=port)
    return PortInvalid(port=port, reason=str(error))
