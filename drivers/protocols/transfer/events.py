"""What the engines of file transfer protocols tell: one file after the other, then the end."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileOffered:
    """The other side begins a file; `name` is text from a stranger, never a path.

    `size` is in bytes and `mtime` in seconds since 1970 (UTC as far as the other side knows it);
    None for what it did not say.
    """

    name: str
    size: int | None = None
    mtime: int | None = None


@dataclass(frozen=True, slots=True)
class FileBegun:
    """Receiving: the data of the accepted file come from `offset` on.

    It is 0 but where a beginning was kept here and the other side has proved that it is the same;
    what is kept above `offset` must be dropped.
    """

    offset: int


@dataclass(frozen=True, slots=True)
class FileSkipped:
    """Receiving: this side did not take the file. Sending: the other side did not want it."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class DataArrived:
    """Bytes of the file that was offered last; `offset` counts from its beginning."""

    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class FileEnded:
    """Receiving: the file is whole and waits for `settle`. Sending: the other side has it."""


@dataclass(frozen=True, slots=True)
class Done:
    """All files have passed and both sides know it."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The transfer was given up. `reason` is a code, `text` what the other side said of it."""

    reason: str
    text: str = ""


TransferEvent = FileOffered | FileBegun | FileSkipped | DataArrived | FileEnded | Done | Failed
