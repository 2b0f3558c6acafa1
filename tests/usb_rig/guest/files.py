"""A desk inside that fetches files from a terminal, and says what it got."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from drivers.contract import Link, Progress
from drivers.errors import DriverError
from drivers.file_contract import FileDriver, FileSession, TerminalFile


@dataclass
class Fetched:
    """SHA-256 of each file by name, how many bytes, and the seconds from the connection on."""

    digests: dict[str, str] = field(default_factory=dict)
    byte_count: int = 0
    took_s: float = 0.0

    @property
    def mb_s(self) -> float:
        return round(self.byte_count / self.took_s / 1e6, 2)


def ignore(stage: str, done_bytes: int, total_bytes: int) -> None:
    """Nobody watches."""


def fetch(
    driver: FileDriver[Link] | FileDriver[Path],
    carrier: Link | Path,
    clear: bool,
    progress: Progress = ignore,
    seen: Callable[[FileSession], None] | None = None,
) -> Fetched:
    """One whole docking: everything is fetched and settled. Raises DriverError."""
    fetched = Fetched()
    began_s = time.monotonic()
    with driver.connect(carrier, lambda: time.time_ns() // 1_000_000, progress) as session:  # type: ignore[arg-type]
        if seen:
            seen(session)
        for file in session.pull():
            assert file.name not in fetched.digests, file.name
            fetched.digests[file.name] = hashlib.sha256(file.data).hexdigest()
            fetched.byte_count += len(file.data)
            session.settle(file, clear)
        session.finish()
    fetched.took_s = time.monotonic() - began_s
    return fetched


def send(driver: FileDriver[Link], link: Link, files: dict[str, bytes]) -> None:
    """One docking that only brings files. Raises DriverError."""
    with driver.connect(link, lambda: time.time_ns() // 1_000_000, ignore) as session:
        session.push([TerminalFile(name, data) for name, data in files.items()])
        session.finish()


def error_of(work: Callable[[], object]) -> DriverError:
    """What `work` raises. It is an error if it does not."""
    try:
        work()
    except DriverError as error:
        return error
    raise AssertionError("it went through")
