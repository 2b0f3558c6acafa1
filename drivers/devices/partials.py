"""What arrived of an upload before it broke off, kept in a folder that may be emptied any time."""

from contextlib import suppress
from pathlib import Path

from drivers.contract import TerminalInfo
from drivers.protocols.docking.events import BatchChunk, BlobChunk
from drivers.protocols.docking.parcels import Partial

MAX_FILES = 64


class Partials:
    """At most one unfinished batch of each terminal, and blobs by their digest; without a folder
    nothing is kept.

    Only time is saved here: the terminal checks the digest of what is held before it goes on, and
    a file that cannot be written or read means starting at byte 0. The oldest go when there are
    more than MAX_FILES, so that nobody who always breaks off can fill the disk.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def find(self, info: TerminalInfo) -> Partial | None:
        """Return what the last docking of this terminal left."""
        for path in self._files(info):
            batch_no, sha256 = path.stem.split("-")[3:]
            with suppress(OSError):
                return Partial(int(batch_no), bytes.fromhex(sha256), path.read_bytes())
        return None

    def add(self, info: TerminalInfo, chunk: BatchChunk) -> None:
        """Keep a chunk; one at offset 0 begins anew."""
        if self._folder is None:
            return
        if chunk.offset == 0:
            self.drop(info)
            _make_room(self._folder)
        path = self._folder / f"{_owner(info)}-{chunk.batch_no}-{chunk.sha256.hex()}.part"
        _append(path, chunk.offset, chunk.data)

    def drop(self, info: TerminalInfo) -> None:
        """Forget what is kept of this terminal."""
        for path in self._files(info):
            path.unlink(missing_ok=True)

    def find_blob(self, sha256: bytes) -> bytes:
        """Return what any docking left of a blob."""
        with suppress(OSError):
            if self._folder is not None:
                return self._blob(self._folder, sha256).read_bytes()
        return b""

    def add_blob(self, chunk: BlobChunk) -> None:
        """Keep a chunk; one at offset 0 begins anew."""
        if self._folder is None:
            return
        path = self._blob(self._folder, chunk.sha256)
        if chunk.offset == 0:
            path.unlink(missing_ok=True)
            _make_room(self._folder)
        _append(path, chunk.offset, chunk.data)

    def drop_blob(self, sha256: bytes) -> None:
        """Forget what is kept of a blob."""
        if self._folder is not None:
            self._blob(self._folder, sha256).unlink(missing_ok=True)

    @staticmethod
    def _blob(folder: Path, sha256: bytes) -> Path:
        return folder / f"{sha256.hex()}.blob"

    def _files(self, info: TerminalInfo) -> list[Path]:
        return list(self._folder.glob(f"{_owner(info)}-*.part")) if self._folder else []


def _owner(info: TerminalInfo) -> str:
    return f"{info.branch}-{info.terminal}-{info.epoch}"


def _make_room(folder: Path) -> None:
    with suppress(OSError):
        oldest_first = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        for path in oldest_first[: max(0, len(oldest_first) + 1 - MAX_FILES)]:
            path.unlink(missing_ok=True)


def _append(path: Path, offset: int, data: bytes) -> None:
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            if file.tell() == offset:
                file.write(data)
