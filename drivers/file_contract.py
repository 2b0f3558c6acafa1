"""What a driver promises whose terminals know files or lists of scans, but not our protocol."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from drivers.contract import Capability, Link, Progress, SerialSettings

MAX_FILE_BYTES = 64 * 1024 * 1024
"""No terminal of these families collects more in years; what claims to is turned away."""

MAX_FILES = 10_000

Carrier = TypeVar("Carrier", Link, Path)


@dataclass(frozen=True, slots=True)
class FileTerminalInfo:
    """What the terminal says of itself; empty or None for what its family does not tell.

    `clock_offset_ms` is desk time minus terminal time.
    """

    serial: str = ""
    model: str = ""
    version: str = ""
    is_battery_low: bool | None = None
    free_bytes: int | None = None
    clock_offset_ms: int | None = None


@dataclass(frozen=True, slots=True)
class TerminalFile:
    """One file, whole. `name` is what the terminal calls it: text from a stranger, never a path.

    Families that keep scans instead of files give them as text, one line each, all that the
    terminal told in it; `modified_ms` is UTC as far as the terminal knows it.
    """

    name: str
    data: bytes
    modified_ms: int | None = None


class FileSession(ABC):
    """One docking of one terminal that knows files. Order of calls:

    1. `info()`: may be asked at any time.
    2. `pull()`: iterate; each file is whole and was read safely. It must be durable at the desk
       before
    3. `settle(file, clear)`, called for it before the iterator is asked for the next one.
    4. `push(files)`, `set_clock(now_ms, offset_min)`: optional, if the driver is capable of it.
    5. `finish()`: the terminal may go.

    Leaving the context of `FileDriver.connect` without `finish` breaks off: what was not settled
    stays on the terminal and comes again. Every method raises `DriverError`.
    """

    @abstractmethod
    def info(self) -> FileTerminalInfo:
        """Who is there, as far as the family tells."""

    @abstractmethod
    def pull(self) -> Iterator[TerminalFile]:
        """Yield what the terminal holds, oldest first, each as far as it is whole and at rest.

        A file that is still growing, or other than its listing says, raises `FileUnstable`.
        """

    @abstractmethod
    def settle(self, file: TerminalFile, clear: bool) -> None:
        """The desk holds `file`: tell the terminal, and with `clear` take it off the terminal.

        Before anything is cleared it is compared with `file` again; `FileChanged` says that the
        terminal has collected more since, and that nothing was cleared.
        """

    def push(self, files: Sequence[TerminalFile]) -> None:
        """Send files to the terminal; returns when it has them. For `Capability.DOWNLOAD`."""
        raise NotImplementedError(files)

    def set_clock(self, now_ms: int, offset_min: int) -> None:
        """Set the terminal to local time, `offset_min` from UTC. For `Capability.SET_CLOCK`."""
        raise NotImplementedError(now_ms, offset_min)

    @abstractmethod
    def finish(self) -> None:
        """Part in good order; a family that has no word for it does nothing."""


class FileDriver(ABC, Generic[Carrier]):
    """One family of terminals that know files; its sessions are reached over a `Carrier`.

    That is a `Link` for all that speaks, or the `Path` of a folder for drives and memory cards.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    usb_ids: ClassVar[tuple[tuple[int, int], ...]] = ()
    serial: ClassVar[SerialSettings] = SerialSettings()
    capabilities: ClassVar[frozenset[Capability]]
    schemes: ClassVar[tuple[str, ...]] = ()
    """Beginnings of addresses that are this family's alone, such as mtp."""
    doubts: ClassVar[str] = ""
    """What about the family could not be confirmed; a driver with doubts is called beta."""

    def __init__(self, scratch: Path | None = None) -> None:
        """`scratch`: a folder for what a broken-off docking left, only to save time next time."""
        self.scratch = scratch

    @abstractmethod
    def connect(
        self, carrier: Carrier, clock_ms: Callable[[], int], progress: Progress
    ) -> AbstractContextManager[FileSession]:
        """Meet the terminal; entering raises `DriverError` if none answers.

        `clock_ms` gives the desk's time as UTC epoch milliseconds. The carrier stays the caller's.
        """


AnyFileDriver = FileDriver[Any]
