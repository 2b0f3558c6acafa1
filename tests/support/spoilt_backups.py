"""Backups with something wrong inside, under a digest that agrees all the same."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from app.services.backup_file import MANIFEST

Entry = tuple[str, bytes]
ZEROS = b"0" * 64


def entries(file: Path) -> list[Entry]:
    """What is inside, in its order."""
    with zipfile.ZipFile(file) as source:
        return [(info.filename, source.read(info)) for info in source.infolist()]


def write(file: Path, inside: Sequence[Entry]) -> Path:
    """A backup of exactly these entries, two of one name too."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        target.comment = ZEROS
        for name, data in inside:
            info = zipfile.ZipInfo("x")
            info.filename = name  # as it is, even where it leads out of the folder
            info.compress_type = zipfile.ZIP_DEFLATED
            target.NameToInfo.clear()  # it would warn of a name that comes twice
            target.writestr(info, data)
    file.write_bytes(sealed(stream.getvalue()))
    return file


def sealed(data: bytes) -> bytes:
    """The same bytes with the digest that they have now."""
    body = data[: -len(ZEROS)]
    return body + hashlib.sha256(body + ZEROS).hexdigest().encode()


def with_manifest(source: Path, file: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """A copy whose list says something else."""
    inside = []
    for name, data in entries(source):
        if name == MANIFEST:
            manifest = json.loads(data)
            change(manifest)
            data = json.dumps(manifest).encode()  # noqa: PLW2901
        inside.append((name, data))
    return write(file, inside)


def with_member(source: Path, file: Path, name: str, data: bytes, *, size_bytes: int = -1) -> Path:
    """A copy with one file more, which its list knows; `size_bytes` is what that says of it."""

    def change(manifest: dict[str, Any]) -> None:
        size = len(data) if size_bytes < 0 else size_bytes
        manifest["members"].append([name, hashlib.sha256(data).hexdigest(), size])

    with_manifest(source, file, change)
    return write(file, [*entries(file), (name, data)])


def without(source: Path, file: Path, name: str) -> Path:
    """A copy that lacks one file."""
    return write(file, [entry for entry in entries(source) if entry[0] != name])


def first_archived(source: Path) -> str:
    """The name of some file of the archive."""
    return next(name for name, _ in entries(source) if name.startswith("archive/"))
