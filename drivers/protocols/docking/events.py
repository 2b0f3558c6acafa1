"""What the two session objects report to their callers."""

from dataclasses import dataclass

from drivers.contract import Receipt
from drivers.protocols.docking.messages import Hello


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """Over. Code DONE: both sides agreed. `by_peer`: the other side said so."""

    code: int
    text: str
    by_peer: bool


@dataclass(frozen=True, slots=True)
class TerminalReady:
    """Desk: connected, greeted, clock measured; `clock_offset_ms` is desk minus terminal time."""

    hello: Hello
    version: int
    clock_offset_ms: int
    round_trip_ms: int


@dataclass(frozen=True, slots=True)
class BatchChunk:
    """Desk: `data` belongs at `offset` of the batch that has `size` bytes and this digest."""

    batch_no: int
    sha256: bytes
    size: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class BatchArrived:
    """Desk: the whole batch, digest checked; answer with `acknowledge` once it is durable."""

    batch_no: int
    seq_from: int
    seq_to: int
    sha256: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class UploadsDone:
    """Desk: the terminal has no more batches."""


@dataclass(frozen=True, slots=True)
class PackagesTaken:
    """Desk: the terminal has switched to the data sets that were pushed."""


@dataclass(frozen=True, slots=True)
class SafeToRemove:
    """Desk: the terminal holds everything durably and may be taken out."""


@dataclass(frozen=True, slots=True)
class DeskConnected:
    """Terminal: a desk is there (again); all earlier state is void. Answer with `greet`."""

    version: int


@dataclass(frozen=True, slots=True)
class Welcomed:
    """Terminal: the desk accepts this terminal."""

    desk: str
    max_batch_bytes: int


@dataclass(frozen=True, slots=True)
class ResumeArrived:
    """Terminal: the desk's watermarks, which are the truth. Answer with `upload`."""

    received_seq: int
    backed_up_seq: int


@dataclass(frozen=True, slots=True)
class ReceiptArrived:
    """Terminal: the desk holds this batch durably; only now may it count as handed over."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class DatasetOffered:
    """Terminal: answer with `take` (and the bytes already held) or `skip` (have it whole)."""

    name: str
    revision: int
    size: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class DatasetChunk:
    """Terminal: `data` belongs at `offset` of the data set that was taken."""

    name: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class DatasetArrived:
    """Terminal: the whole data set, digest checked; stage it, do not use it yet."""

    name: str
    revision: int
    data: bytes


@dataclass(frozen=True, slots=True)
class SwitchWanted:
    """Terminal: switch to all staged data sets at once, then call `switched`."""


@dataclass(frozen=True, slots=True)
class SealArrived:
    """Terminal: docking complete; make all durable, then call `safe`."""

    received_seq: int
    backed_up_seq: int


DeskEvent = (
    TerminalReady | BatchChunk | BatchArrived | UploadsDone | PackagesTaken | SafeToRemove
    | SessionEnded
)  # fmt: skip
TerminalEvent = (
    DeskConnected | Welcomed | ResumeArrived | ReceiptArrived | DatasetOffered | DatasetChunk
    | DatasetArrived | SwitchWanted | SealArrived | SessionEnded
)  # fmt: skip
