"""Writes the archive format that a Linux kernel takes its first files from (cpio, "newc")."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

ALIGNMENT = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """One file; `mode` has its kind too, and `content` of a symbolic link is where it leads."""

    path: str
    mode: int
    content: bytes = b""


def write_cpio(file: BinaryIO, entries: Iterable[Entry]) -> None:
    """Write them all, and the trailer. Folders have to come before what is in them.

    Fields: magic, inode, mode, uid, gid, links, mtime, size, major and minor of the device and of
    what it is, length of the name, checksum (none). Source: the kernel's buffer-format.rst.
    """
    number = 0
    for number, entry in enumerate(entries, 1):
        _write_one(file, number, entry)
    _write_one(file, number + 1, Entry("TRAILER!!!", 0))


def _write_one(file: BinaryIO, number: int, entry: Entry) -> None:
    name = entry.path.encode() + b"\0"
    fields = (number, entry.mode, 0, 0, 1, 0, len(entry.content), 0, 0, 0, 0, len(name), 0)
    head = b"070701" + b"".join(b"%08x" % field for field in fields) + name
    file.write(_padded(head))
    file.write(_padded(entry.content))


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % ALIGNMENT)
