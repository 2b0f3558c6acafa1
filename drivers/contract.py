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


class Cipher(Protocol):
    """One side of an agreed security suite, over a byte stream that may be cut anywhere."""

    @property
    def ready(self) -> bool:
        """The handshake is over: `wrap` may be called."""

    @property
    def peer(self) -> bytes:
        """Certificate of the other side (DER); empty before the handshake and without one."""

    def begin(self, transcript: bytes) -> bytes:
        """First bytes for the other side; `transcript` is the connect exchange, to be bound in."""

    def unwrap(self, data: bytes) -> tuple[bytes, bytes]:
        """(plain bytes for the messages, bytes to be sent back). Raises what the suite says."""

    def wrap(self, plain: bytes) -> bytes:
        """What goes on the line for `plain`."""


class Link(Protocol):
    """Bytes in, bytes out. Every method but `close` raises `LinkError`.

    What a session draws by chance it draws through its link, so that a recording can give it
    back: the random numbers, and what its cipher makes of them.
    """

    @property
    def name(self) -> str:
        """The address it was opened under."""

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """Return what has arrived, at least one byte, or b"" when the time is over."""

    def write(self, data: bytes) -> None:
        """Hand over all of `data`; what arrives meanwhile is kept for `read`."""

    def now_s(self) -> float:
        """Monotonic seconds of this link; a recording replays them with the bytes."""

    def random_bits(self, bits: int) -> int:
        """A number that nobody can guess."""

    def cipher(self, fresh: Callable[[], Cipher]) -> Cipher:
        """The cipher to use: a fresh one, watched by a recording, or one that plays it back."""

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
    """What a driver can do; each names the method that it brings.

    `Session` has the first six. `FileSession` has the last two, and of the first: it identifies
    itself, uploads files and takes files (download).
    """

    IDENTIFY = "info"
    UPLOAD = "pull"
    ACKNOWLEDGE = "acknowledge"
    DOWNLOAD = "push"
    PHOTOS = "pull_blobs"
    REFUSE = "refuse"
    CLEAR = "settle"
    SET_CLOCK = "set_clock"


@dataclass(frozen=True, slots=True)
class SerialSettings:
    """How a serial port is set; parity is one of N, E, O, M, S. No XON/XOFF: links are binary."""

    baud: int = 115_200
    data_bits: int = 8
    parity: str = "N"
    stop_bits: int = 1
    rts_cts: bool = False


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who this side is and whom it believes: all that a secured session needs.

    `key_file` holds the own private key and certificate as PEM; `certificate` is the latter as
    DER. `trusted` are the certificates (DER) of the other sides whose handshake is completed; to
    turn one of them away with a reason is the caller's part.
    """

    certificate: bytes
    key_file: Path
    trusted: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A data set that a terminal has in use; `sha256` is over its whole content."""

    name: str
    revision: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class TerminalInfo:
    """What a terminal says about itself; `clock_offset_ms` is desk time minus terminal time.

    `device_id` is the SHA-256 of its certificate, empty for families without one; `first_seq` the
    lowest record that it still keeps; `ticket` what the desk gave it at the end of its last
    docking; `masters_ms` the desk time of the data that it works with; `last_number` the last
    number used of its own series.
    """

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
    device_id: bytes = b""
    first_seq: int = 0
    ticket: bytes = b""
    masters_ms: int | None = None
    last_number: int = 0
    held: tuple[Held, ...] = ()


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
class Traffic:
    """What passed over the line of a session, and what the line did to it."""

    received_bytes: int
    sent_bytes: int
    damaged_frames: int
    resent_bytes: int
    frame_bytes: int


@dataclass(frozen=True, slots=True)
class Blob:
    """A photo or a signature, named by the SHA-256 of its content, which has been checked."""

    sha256: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Package:
    """One data set for the terminal; `revision` grows with every change of it.

    With `base_revision` above 0 `data` is what changed since that revision, rows being told apart
    by their first `key_columns` values. `sha256` is over the whole content that results.
    """

    name: str
    revision: int
    data: bytes
    sha256: bytes
    key_columns: int = 1
    base_revision: int = 0


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a desk lets an unknown terminal become. `secret` is shown to it as a QR code; without
    one both sides show eight digits that a person compares."""

    branch: int
    desk: str
    secret: bytes = b""


@dataclass(frozen=True, slots=True)
class Applicant:
    """A terminal that asks to be paired, as it says of itself; its certificate is DER."""

    certificate: bytes
    branch: int
    terminal: int
    epoch: int
    last_seq: int
    serial: str
    model: str
    app_version: str


@dataclass(frozen=True, slots=True)
class Place:
    """Which number, epoch and person a paired terminal gets."""

    terminal: int
    epoch: int
    person: str


class Session(ABC):
    """One docking of one terminal. Order of calls:

    1. `info()`: known as soon as the session stands; may be asked at any time.
    2. either `refuse(code, text)`, which ends the session, or
    3. `pull(watermarks)`: iterate; each batch must be durable at the desk before
    4. `acknowledge(receipt)`, called for it before the iterator is asked for the next one.
    5. `push(packages)`: optional, once.
    6. `pull_blobs()`: optional, once: iterate; each blob must be durable at the desk before
    7. `acknowledge_blob(sha256, kept)`, called for it before the next one is asked for.
    8. `finish(ticket)`: both sides agree that all is over. After it the terminal is safe to remove.

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
    def pull_blobs(self, held: Callable[[bytes], bool]) -> Iterator[Blob]:
        """Yield what the terminal offers, but for what the desk has (`held`, by SHA-256)."""

    @abstractmethod
    def acknowledge_blob(self, sha256: bytes, kept: bool) -> None:
        """Tell the terminal that a blob is durable at the desk, or that it will never be taken."""

    @abstractmethod
    def refuse(self, code: int, text: str) -> None:
        """Turn the terminal away with a numeric code of PROTOCOL.md and words for its user."""

    @abstractmethod
    def traffic(self) -> Traffic:
        """What has passed up to now; may be asked at any time, also after the end."""

    @abstractmethod
    def finish(self, ticket: bytes = b"") -> None:
        """Seal the docking; returns when the terminal has confirmed it and kept the ticket."""


class Driver(ABC):
    """One family of terminals. All state of a docking is in its session.

    Order of calls: open a link with `serial`, `connect`, then what `Session` says.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    usb_ids: ClassVar[tuple[tuple[int, int], ...]] = ()
    serial: ClassVar[SerialSettings] = SerialSettings()
    capabilities: ClassVar[frozenset[Capability]]

    def __init__(self, scratch: Path | None = None, credentials: Credentials | None = None) -> None:
        """`scratch`: a folder for what a broken-off docking left, only to save time next time.

        `credentials`: for families whose sessions are secured.
        """
        self.scratch = scratch
        self.credentials = credentials

    @abstractmethod
    def connect(
        self, link: Link, clock_ms: Callable[[], int], progress: Progress
    ) -> AbstractContextManager[Session]:
        """Greet the terminal on `link`; entering raises `DriverError` if none answers.

        `clock_ms` gives the desk's time as UTC epoch milliseconds. The link stays the caller's.
        """


class PairingDriver(Driver):
    """A family whose terminals are paired with the desk before they dock for the first time."""

    @abstractmethod
    def pair(
        self,
        link: Link,
        invitation: Invitation,
        decide: Callable[[Applicant, str | None], Place],
        progress: Progress,
    ) -> Applicant:
        """Let the terminal on `link` prove itself and give it the place that `decide` returns.

        `decide` gets the applicant and the digits that a person has to compare (None if the
        terminal has the invitation's secret); it runs in a thread of its own, may take its time,
        and trusts the certificate durably before it returns. What it raises turns the terminal
        away. Raises `DriverError`.
        """
