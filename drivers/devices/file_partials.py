"""What arrived of a file before a docking broke off, kept in a folder that may be emptied."""

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import Final

MAX_PARTIALS: Final = 64
_SUFFIX: Final = ".unfinished"


class FilePartials:
    """One piece for each file of each terminal; without a folder nothing is kept.

    Only time is saved here: whoever goes on with a piece proves first that it fits. Less than
    `least_bytes` is not worth it. The oldest go when there are more than MAX_PARTIALS.
    """

    def __init__(self, folder: Path | None, least_bytes: int) -> None:
        self._folder = folder
        self._least_bytes = least_bytes

    def find(self, terminal: str, name: str) -> bytes:
        """What is kept of the beginning of a file."""
        with suppress(OSError):
            if path := self._path(terminal, name):
                return path.read_bytes()
        return b""

    def keep(self, terminal: str, name: str, data: bytes | bytearray) -> None:
        """Keep the beginning of a file, in place of what was kept of it."""
        path = self._path(terminal, name)
        if path is None or len(data) < self._least_bytes:
            return
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            oldest_first = sorted(path.parent.glob("*" + _SUFFIX), key=_changed_ns)
            for old in oldest_first[: max(0, len(oldest_first) + 1 - MAX_PARTIALS)]:
                old.unlink(missing_ok=True)
            path.write_bytes(data)

    def drop(self, terminal: str, name: str) -> None:
        """Forget what is kept of a file."""
        with suppress(OSError):
            if path := self._path(terminal, name):
                path.unlink(missing_ok=True)

    def _path(self, terminal: str, name: str) -> Path | None:
        digest = hashlib.sha256(f"{terminal}\0{name}".encode()).hexdigest()
        return self._folder / (digest + _SUFFIX) if self._folder else None


def _changed_ns(path: Path) -> int:
    return path.stat().st_mtime_ns
