"""Folders as drives: files with an age, and a session that fetches them."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from drivers.devices.folder import FolderDriver, FolderSession
from drivers.errors import DriverError

NOW_MS = 1_700_000_000_000
NOBODY = 65_534


@contextmanager
def docked(
    folder: Path, rest_s: float = 0.0, now_ms: int = NOW_MS, report: Callable[..., None] = print
) -> Iterator[FolderSession]:
    with FolderDriver(rest_s=rest_s).connect(folder, lambda: now_ms, report) as session:
        assert isinstance(session, FolderSession)
        yield session


def put(path: Path, data: bytes, age_s: int = 3600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    written_ns = (NOW_MS - age_s * 1000) * 1_000_000
    os.utime(path, ns=(written_ns, written_ns))
    return path


def pull(folder: Path, clear: bool = False, **options: float) -> dict[str, bytes]:
    with docked(folder, **options) as session:  # type: ignore[arg-type]
        files = {}
        for file in session.pull():
            files[file.name] = file.data
            session.settle(file, clear)
        session.finish()
    return files


def pull_all(
    folder: Path, clear: bool = False, rest_s: float = 0.0
) -> tuple[list[str], DriverError | None]:
    """The names that came, and the error after them."""
    names = []
    with docked(folder, rest_s) as session:
        try:
            for file in session.pull():
                names.append(file.name)
                session.settle(file, clear)
        except DriverError as error:
            return names, error
    return names, None


@contextmanager
def read_only(folder: Path) -> Iterator[Path]:
    """The folder as a card that is write-protected: a mount of its own, or at least its rights."""
    mounted = folder / "card"
    mounted.mkdir()
    if not subprocess.run(
        ["mount", "-t", "tmpfs", "tmpfs", mounted], capture_output=True, check=False
    ).returncode:
        try:
            put(mounted / "old", b"1")
            put(mounted / "new", b"2", age_s=60)
            subprocess.run(["mount", "-o", "remount,ro", mounted], check=True)
            yield mounted
        finally:
            subprocess.run(["umount", mounted], check=True)
        return
    put(mounted / "old", b"1")
    put(mounted / "new", b"2", age_s=60)
    mounted.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    yield mounted
    if root:
        os.seteuid(0)


def failing(number: int) -> Callable[..., None]:
    """A call that fails so."""

    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail
