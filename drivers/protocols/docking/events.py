"""What the two session objects report to their callers."""

from dataclasses import dataclass

from drivers.contract import Applicant, Place, Receipt
from drivers.protocols.docking.messages import Hello


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """Over. Code DONE: both sides agreed. `by_peer`: the other side said so."""

    code: int
    text: str
    by_peer: bool


@dataclass(frozen=True, slots=True)
class TerminalReady:
    """Desk: connected, greeted, clock measured; `clock_offset_ms` is desk minus terminal time.

    `certificate` (DER) is the one that the terminal proved to own; empty without security.
    """

    hello: Hello
    version: int
    clock_offset_ms: int
    round_trip_ms: int
    certificate: bytes = b""


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
class BlobOffered:
    """Desk: answer with `want_blob` (and the bytes already held) or `answer_blob`."""

    sha256: bytes
    size: int


@dataclass(frozen=True, slots=True)
class BlobChunk:
    """Desk: `data` belongs at `offset` of the blob."""

    sha256: bytes
    size: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class BlobArrived:
    """Desk: the whole blob, digest checked; `answer_blob` once it is durable."""

    sha256: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class BlobsDone:
    """Desk: the terminal has no more blobs."""


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
    sha256: bytes


@dataclass(frozen=True, slots=True)
class DatasetChunk:
    """Terminal: `data` belongs at `offset` of the data set that was taken."""

    name: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class DatasetArrived:
    """Terminal: all of it, digest checked; stage it, do not use it yet.

    With a `base_revision` above 0 it holds what changed since then, rows being told apart by
    their first `key_columns` values; the content that results has the digest `whole_sha256`.
    """

    name: str
    revision: int
    data: bytes
    base_revision: int
    key_columns: int
    whole_sha256: bytes


@dataclass(frozen=True, slots=True)
class SwitchWanted:
    """Terminal: switch to all staged data sets at once, then call `switched`."""


@dataclass(frozen=True, slots=True)
class SealArrived:
    """Terminal: docking complete; make all durable, with the ticket, then call `safe`."""

    received_seq: int
    backed_up_seq: int
    ticket: bytes


@dataclass(frozen=True, slots=True)
class BlobsWanted:
    """Terminal: call `upload_blobs` with every blob that has no receipt."""


@dataclass(frozen=True, slots=True)
class BlobAnswered:
    """Terminal: the desk holds this blob durably, or (not `kept`) will never take it."""

    sha256: bytes
    kept: bool


@dataclass(frozen=True, slots=True)
class PairingPossible:
    """Terminal: a desk is there that pairs. Answer with `apply`."""

    version: int


@dataclass(frozen=True, slots=True)
class Invited:
    """Terminal: this is the desk (certificate DER). Answer with `prove`; `digits` are to be shown
    to a person, None when the desk expects its secret instead."""

    certificate: bytes
    branch: int
    desk: str
    digits: str | None


@dataclass(frozen=True, slots=True)
class Placed:
    """Terminal: the desk took it in; make all durable, then call `placed`."""

    place: Place


@dataclass(frozen=True, slots=True)
class Applied:
    """Desk: a terminal that asks to be paired has proved that it has the secret, or (`digits`) a
    person has to compare. Answer with `place` or `refuse`."""

    applicant: Applicant
    digits: str | None


@dataclass(frozen=True, slots=True)
class Paired:
    """Desk: the terminal has kept its place."""


DeskEvent = (
    TerminalReady | BatchChunk | BatchArrived | UploadsDone | PackagesTaken
    | BlobOffered | BlobChunk | BlobArrived | BlobsDone | SafeToRemove | SessionEnded
)  # fmt: skip
TerminalEvent = (
    DeskConnected | Welcomed | ResumeArrived | ReceiptArrived | DatasetOffered | DatasetChunk
    | DatasetArrived | SwitchWanted | BlobsWanted | BlobAnswered | SealArrived | SessionEnded
    | PairingPossible | Invited | Placed
)  # fmt: skip
PairingEvent = Applied | Paired | SessionEnded
