"""One window for one data folder: two would take the terminals away from each other."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QLockFile

from app.errors import WindowOpen

_WAIT_MS = 500


@contextmanager
def only_window(data: Path) -> Iterator[None]:
    """Hold the data folder's window lock. Raises WindowOpen while another process holds it.

    What a process that died left behind counts no more.
    """
    file = data / "window.lock"
    lock = QLockFile(str(file))
    lock.setStaleLockTime(0)
    if not lock.tryLock(_WAIT_MS) and lock.error() == QLockFile.LockError.LockFailedError:
        raise WindowOpen(path=str(data), process=lock.getLockInfo()[0])
    try:
        yield
    finally:
        lock.unlock()
