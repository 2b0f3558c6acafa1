"""Files that survive a power cut: flushed before they get their name, and so is the name."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from uuid import uuid4

from app.errors import ArchiveError, ArchiveFull

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def write_durably(target: Path, data: bytes) -> None:
    """Make a read-only file of `data`; it has its name only once it is whole. Raises OSError."""
    make_folder(target.parent)
    # two desks may keep the same file at once: each writes one of its own
    part = target.with_name(f".{target.name}.{uuid4().hex}.part")
    try:
        with part.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        part.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
        part.replace(target)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing, durably."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for each in reversed(missing):
        sync_folder(each.parent)


def sync_folder(folder: Path) -> None:
    """Make durable which files a folder holds."""
    if os.name == "nt":  # Windows has no handle for a folder that could be flushed
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def translated(error: OSError, path: Path) -> ArchiveError:
    """What a refusal of the disk means."""
    if error.errno in _FULL:
        return ArchiveFull(path=str(path), reason=error.strerror or "")
    return ArchiveError(path=str(path), reason=error.strerror or type(error).__name__)
