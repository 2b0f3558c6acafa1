"""What a driver promises: links carry bytes, drivers make sessions, sessions carry a docking."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Protocol, Self

Progress = Callable[[str, int, int], None]
"""Called with (stage, done_bytes, total_bytes); total_bytes is 0 while it is not known.

It is also called, with nothing new, about twice a second while the terminal is waited for. What it
raises breaks the docking off, which loses nothing: so a person can cancel.
"""


class Link(Protocol):
    """Bytes in, bytes out. Every method but `close` raises `LinkError`."""

    @property
    def name(self) -> str:
        """The address it was opened under."""

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """Return what has arrived, at least one byte, or b"" when the time is over."""

    def write(self, data: bytes) -> None:
        """Hand over all of `data`; what arrives meanwhile is kept for `read`."""

    def now_s(self) -> float:
        """Monotonic seconds of this link; a recording replays them with the bytes."""

    def close(self) -> None:
        """Give the port back; a second call does nothing."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class Capability(Enum):
    """What a driver can do; each names the method of `Session` that it brings."""

    IDENTIFY = "info"
    UPLOAD = "pull"
    ACKNOWLEDGE = "acknowledge"
    DOWNLOAD = "push"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class SerialSettings:
    """How a serial port is set; parity is one of N, E, O, M, S. No XON/XOFF: links are binary."""

    baud: int = 115_200
    data_bits: int = 8
    parity: str = "N"
    stop_bits: int = 1
    rts_cts: bool = False


@dataclass(frozen=True, slots=True)
class TerminalInfo:
    """What a terminal says about itself; `clock_offset_ms` is desk time minus terminal time."""

    branch: int
    terminal: int
    epoch: int
    serial: str
    model: str
    app_version: str
    protocol_version: int
    person: str
    battery_percent: int | None
    free_bytes: int | None
    clock_offset_ms: int | None
    last_seq: int
    schema_version: int


@dataclass(frozen=True, slots=True)
class Watermarks:
    """Up to where the desk holds a terminal's records: durable, and inside a verified backup."""

    received_seq: int
    backed_up_seq: int


@dataclass(frozen=True, slots=True)
class Upload:
    """One sealed batch, byte for byte as the terminal sealed it."""

    batch_no: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one record: problem code, severity R, Q or W. Accepted ones are not sent."""

    seq: int
    code: str
    severity: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """The desk's answer for a batch: `sha256` is over `Upload.data`; `state` is applied,
    partly_applied, or rejected, and then the terminal seals its records into a new batch."""

    batch_no: int
    sha256: bytes
    state: str
    received_seq: int
    backed_up_seq: int
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True)
class Package:
    """One data set for the terminal; `revision` grows with every change of it."""

    name: str
    revision: int
    data: bytes


class Session(ABC):
    """One docking of one terminal. Order of calls:

    1. `info()`: known as soon as the session stands; may be asked at any time.
    2. either `refuse(code, text)`, which ends the session, or
    3. `pull(watermarks)`: iterate; each batch must be durable at the desk before
    4. `acknowledge(receipt)`, called for it before the iterator is asked for the next one.
    5. `push(packages)`: optional, once.
    6. `finish()`: both sides agree that all is over. After it the terminal is safe to remove.

    Leaving the context of `Driver.connect` without `finish` breaks off: nothing is lost, the next
    docking goes on where this one stopped. Every method raises `DriverError`.
    """

    @abstractmethod
    def info(self) -> TerminalInfo:
        """Who is there, as it said in its greeting."""

    @abstractmethod
    def pull(self, watermarks: Watermarks) -> Iterator[Upload]:
        """Yield every sealed batch above `watermarks.received_seq`, oldest first."""

    @abstractmethod
    def acknowledge(self, receipt: Receipt) -> None:
        """Tell the terminal what became of the batch that `pull` gave last."""

    @abstractmethod
    def push(self, packages: Sequence[Package]) -> None:
        """Send data sets; returns when the terminal has switched to all of them."""

    @abstractmethod
    def refuse(self, code: int, text: str) -> None:
        """Turn the terminal away with a numeric code of PROTOCOL.md and words for its user."""

    @abstractmethod
    def finish(self) -> None:
        """Seal the docking; returns when the terminal has confirmed it."""


class Driver(ABC):
    """One family of terminals. All state of a docking is in its session.

    Order of calls: open a link with `serial`, `connect`, then what `Session` says.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    usb_ids: ClassVar[tuple[tuple[int, int], ...]] = ()
    serial: ClassVar[SerialSettings] = SerialSettings()
    capabilities: ClassVar[frozenset[Capability]]

    def __init__(self, scratch: Path | None = None) -> None:
        """`scratch`: a folder for what a broken-off docking left, only to save time next time."""
        self.scratch = scratch

    @abstractmethod
    def connect(
        self, link: Link, clock_ms: Callable[[], int], progress: Progress
    ) -> AbstractContextManager[Session]:
        """Greet the terminal on `link`; entering raises `DriverError` if none answers.

        `clock_ms` gives the desk's time as UTC epoch milliseconds. The link stays the caller's.
        """
