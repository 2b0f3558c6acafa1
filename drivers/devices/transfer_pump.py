"""Moves bytes between a link and an engine that carries files, and keeps what a cut left."""

import hashlib
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from drivers.contract import Link, Progress
from drivers.errors import (
    DriverError,
    FileRefused,
    FileUnstable,
    NotATerminal,
    PeerSilent,
    TransferFailed,
)
from drivers.protocols.transfer.events import Done, Failed, FileOffered, TransferEvent
from drivers.protocols.transfer.reasons import Reason

READ_BYTES: Final = 65_536
LONGEST_WAIT_S: Final = 0.5
SAMPLE_BYTES: Final = 32

KEPT_FILES: Final = 64
KEPT_BYTES: Final = 256 * 1024 * 1024

_REFUSED: Final = frozenset({Reason.FILE_TOO_LARGE, Reason.TOO_MANY_FILES, Reason.NAME_IMPOSSIBLE})


class Engine(Protocol):
    """One side of a protocol that carries files."""

    @property
    def passed(self) -> tuple[int, int]:
        """Bytes of the file at hand that have passed, and its size; 0 while that is not known."""

    def receive(self, data: bytes, now_s: float) -> list[TransferEvent]:
        """Take what arrived; wrong input is an event, never an exception."""

    def tick(self, now_s: float) -> list[TransferEvent]:
        """Do what is due by the clock."""

    def outgoing(self) -> bytes:
        """What is to be written next; streaming engines give a little at a time."""

    def next_timeout(self, now_s: float) -> float | None:
        """Seconds until `tick` is due, 0 while there is more to be written, None for never."""

    def cancel(self) -> None:
        """Give up; `outgoing` then tells the other side."""


class TransferPump:
    """Owns neither link nor engine; `next` gives the engine's events one after the other."""

    def __init__(self, link: Link, engine: Engine, progress: Progress, stage: str) -> None:
        self._link = link
        self._engine = engine
        self._progress = progress
        self._stage = stage
        self._reported_s = link.now_s()
        self._heard_s = link.now_s()
        self._received_bytes = 0
        self._sample = b""
        self.events: deque[TransferEvent] = deque()
        self.file = ""
        """Name of the file at hand, for errors."""
        self.ended = False

    def next(self) -> TransferEvent:
        """Wait for it. Raises `DriverError` when the transfer fails instead."""
        while not self.events:
            self.turn(LONGEST_WAIT_S)
        event = self.events.popleft()
        match event:
            case FileOffered():
                self.file = event.name
            case Done():
                self.ended = True
                with suppress(DriverError):  # the last word is of no more use to this side
                    self.write()
            case Failed():
                self.ended = True
                self.write()
                raise self._error(event)
        return event

    def turn(self, wait_s: float) -> None:
        """Write what is due, read once, and tell the progress about twice a second."""
        self.write()
        due_s = self._engine.next_timeout(self._link.now_s())
        data = self._link.read(READ_BYTES, wait_s if due_s is None else min(due_s, wait_s))
        now_s = self._link.now_s()
        if data:
            self._heard_s = now_s
            self._received_bytes += len(data)
            if len(self._sample) < SAMPLE_BYTES:
                self._sample = (self._sample + data)[:SAMPLE_BYTES]
            self.events.extend(self._engine.receive(data, now_s))
        self.events.extend(self._engine.tick(now_s))
        if now_s - self._reported_s >= LONGEST_WAIT_S:
            self.report()

    def write(self) -> None:
        """Write what the engine has to say now."""
        if data := self._engine.outgoing():
            self._link.write(data)

    def report(self) -> None:
        """Tell how far the file at hand has come; whoever wants to cancel can do it here."""
        self._reported_s = self._link.now_s()
        self._progress(self._stage, *self._engine.passed)

    def break_off(self) -> None:
        """Tell the other side if that is still possible; nothing is lost if it is not."""
        if not self.ended:
            self.ended = True
            with suppress(DriverError):
                self._engine.cancel()
                self.write()

    def _error(self, end: Failed) -> DriverError:
        port, reason = self._link.name, end.reason
        error: DriverError
        if reason == Reason.SILENT:
            error = PeerSilent(port=port, silent_s=round(self._link.now_s() - self._heard_s, 1))
        elif reason == Reason.NOT_UNDERSTOOD:
            error = NotATerminal(
                port=port, received_bytes=self._received_bytes, sample=self._sample.hex()
            )
        elif reason == Reason.SIZE_DIFFERS:
            read_bytes, listed_bytes = self._engine.passed
            error = FileUnstable(
                port=port, file=self.file, listed_bytes=listed_bytes, read_bytes=read_bytes
            )
        elif reason in _REFUSED:
            error = FileRefused(port=port, file=self.file, reason=str(reason))
        else:
            error = TransferFailed(port=port, file=self.file, reason=str(reason), text=end.text)
        return error


class FilePartials:
    """Beginnings of files whose transfer was cut, by family, name, size and time.

    Only time is saved here, and a beginning may be that of another file all the same: whoever
    goes on from one asks the other side for its check value first. Without a folder nothing is
    kept; the oldest go when there is too much, so that nobody can fill the disk.
    """

    def __init__(self, folder: Path | None, family: str) -> None:
        self._folder = folder
        self._family = family

    def find(self, offer: FileOffered) -> bytes:
        """Return what is kept of such a file, empty if nothing is."""
        with suppress(OSError):
            if self._folder is not None:
                return self._path(self._folder, offer).read_bytes()
        return b""

    def keep(self, offer: FileOffered, data: bytes | bytearray) -> None:
        """Add what is not kept yet of `data`, the file from its beginning.

        What is kept must be the beginning of it; `cut` sees to that.
        """
        if self._folder is None:
            return
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._path(self._folder, offer)
            if not path.exists():
                _make_room(self._folder, len(data))
            with path.open("ab") as file:
                file.write(data[file.tell() :])

    def cut(self, offer: FileOffered, size_bytes: int) -> None:
        """Keep no more than the first `size_bytes`; at 0 the file is gone."""
        if self._folder is None:
            return
        path = self._path(self._folder, offer)
        with suppress(OSError):
            if size_bytes == 0:
                path.unlink(missing_ok=True)
            elif path.exists() and path.stat().st_size > size_bytes:
                with path.open("r+b") as file:
                    file.truncate(size_bytes)

    def _path(self, folder: Path, offer: FileOffered) -> Path:
        key = repr((self._family, offer.name, offer.size, offer.mtime))
        return folder / f"{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}.file"


def _make_room(folder: Path, wanted_bytes: int) -> None:
    with suppress(OSError):
        found = [(path, path.stat()) for path in folder.glob("*.file")]
        newest_first = sorted(found, key=lambda entry: entry[1].st_mtime_ns, reverse=True)
        total_bytes = wanted_bytes
        for place, (path, state) in enumerate(newest_first, start=1):
            total_bytes += state.st_size
            if place >= KEPT_FILES or total_bytes > KEPT_BYTES:
                path.unlink(missing_ok=True)
