"""What arrived of a file before the cable was pulled, kept in a folder that may be emptied."""

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import Final

from drivers.protocols.mtp.datasets import ObjectInfo

MAX_KEPT: Final = 8
SMALLEST_BYTES: Final = 16_384
"""Less is read again sooner than it is found."""


class MtpPartials:
    """Beginnings of files of one device, told apart by name, size and date; without a folder
    nothing is kept.

    Only time is saved: whoever uses a beginning compares its end with the device first. The
    oldest go when there are more than MAX_KEPT.
    """

    def __init__(self, folder: Path | None, serial: str) -> None:
        self._folder = folder
        self._serial = serial

    def find(self, info: ObjectInfo) -> bytes:
        """What is there of this file."""
        path = self._path(info)
        with suppress(OSError):
            if path and path.stat().st_size < info.size:
                return path.read_bytes()
        return b""

    def keep(self, info: ObjectInfo, data: bytes) -> None:
        """Keep a beginning instead of the one that was kept before."""
        path = self._path(info)
        if path is None or not SMALLEST_BYTES <= len(data) < info.size:
            return
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            kept = sorted(path.parent.glob("mtp-*.part"), key=lambda each: each.stat().st_mtime_ns)
            for old in kept[:-MAX_KEPT]:
                old.unlink(missing_ok=True)

    def drop(self, info: ObjectInfo) -> None:
        """Forget this file."""
        with suppress(OSError):
            if path := self._path(info):
                path.unlink(missing_ok=True)

    def _path(self, info: ObjectInfo) -> Path | None:
        if self._folder is None:
            return None
        told = (self._serial, info.name, info.size, info.modified)
        named = hashlib.sha256(repr(told).encode("utf-8", "backslashreplace")).hexdigest()
        return self._folder / f"mtp-{named[:40]}.part"
