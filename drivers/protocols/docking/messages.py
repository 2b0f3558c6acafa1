"""The messages of a docking as frozen values; `message_codec` puts them on the line."""

from dataclasses import dataclass
from typing import Final

from drivers.contract import Held, Receipt, Verdict
from drivers.protocols.docking.codes import Code

MAX_MESSAGE_BYTES: Final = 64 * 1024
MAX_CHUNK_BYTES: Final = 16 * 1024
MAX_HELD: Final = 64
MAX_VERDICTS: Final = 512


class MessageError(ValueError):
    """A message that cannot be used; `code` is MESSAGE_UNKNOWN or one that ends the session."""

    def __init__(self, code: Code, kind: int = 0) -> None:
        super().__init__(code.name)
        self.code = code
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Hello:
    """Terminal: who I am. `last_seq` is the last sequence number used in this epoch.

    `first_seq` is the lowest record still kept (0: none), `ticket` the one of the last `seal`,
    `masters_ms` the desk time of the data sets in use, `last_number` the last number used of the
    own series, `held` the data sets in use.
    """

    branch: int
    terminal: int
    epoch: int
    serial: str
    model: str
    app_version: str
    schema_version: int
    person: str
    last_seq: int
    min_version: int
    max_version: int
    battery_percent: int | None = None
    free_bytes: int | None = None
    first_seq: int | None = None
    ticket: bytes | None = None
    masters_ms: int | None = None
    last_number: int | None = None
    held: tuple[Held, ...] | None = None


@dataclass(frozen=True, slots=True)
class ClockPing:
    """Desk: what is your time?"""

    number: int


@dataclass(frozen=True, slots=True)
class ClockPong:
    """Terminal: my UTC time in milliseconds at the moment of the answer."""

    number: int
    now_ms: int


@dataclass(frozen=True, slots=True)
class Welcome:
    """Desk: you may go on, in this protocol version."""

    desk: str
    version: int
    max_batch_bytes: int


@dataclass(frozen=True, slots=True)
class Resume:
    """Desk: your records up to here are durable, and up to there inside a verified backup."""

    received_seq: int
    backed_up_seq: int


@dataclass(frozen=True, slots=True)
class BatchOffer:
    """Terminal: I have this sealed batch for you, deflated to `packed` bytes or as it is."""

    batch_no: int
    seq_from: int
    seq_to: int
    size: int
    sha256: bytes
    packed: int | None = None


@dataclass(frozen=True, slots=True)
class BatchWant:
    """Desk: send it from this byte; `prefix_sha256` is over the bytes before it, as I hold them."""

    batch_no: int
    offset: int
    prefix_sha256: bytes


@dataclass(frozen=True, slots=True)
class BatchData:
    """Terminal: bytes of the batch that was asked for, from `offset` on."""

    batch_no: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Desk: verdicts of single records, sent before the receipt they belong to."""

    batch_no: int
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class BatchReceipt:
    """Desk: the batch is durable here; `verdict_count` verdicts came before."""

    batch_no: int
    sha256: bytes
    state: str
    received_seq: int
    backed_up_seq: int
    verdict_count: int

    def with_verdicts(self, verdicts: tuple[Verdict, ...]) -> Receipt:
        """The receipt as the terminal keeps it."""
        return Receipt(
            self.batch_no, self.sha256, self.state, self.received_seq, self.backed_up_seq, verdicts
        )


@dataclass(frozen=True, slots=True)
class NoMore:
    """Terminal: that were all batches."""


@dataclass(frozen=True, slots=True)
class DatasetOffer:
    """Desk: I have this data set for you, deflated to `packed` bytes or as it is.

    With a `base_revision` it holds what changed since then, rows being told apart by their first
    `key_columns` values; `whole_sha256` is over the content that results.
    """

    name: str
    revision: int
    size: int
    sha256: bytes
    packed: int | None = None
    base_revision: int | None = None
    key_columns: int | None = None
    whole_sha256: bytes | None = None


@dataclass(frozen=True, slots=True)
class DatasetWant:
    """Terminal: send it from this byte; the whole size means that I hold it already."""

    name: str
    offset: int
    prefix_sha256: bytes


@dataclass(frozen=True, slots=True)
class DatasetData:
    """Desk: bytes of the data set that was asked for, from `offset` on."""

    name: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class DatasetCommit:
    """Desk: that were all data sets; switch to the staged ones, all at once."""


@dataclass(frozen=True, slots=True)
class DatasetDone:
    """Terminal: switched, durable."""


@dataclass(frozen=True, slots=True)
class Seal:
    """Desk: the docking is complete; these watermarks hold now. Show me the ticket next time."""

    received_seq: int
    backed_up_seq: int
    ticket: bytes | None = None


@dataclass(frozen=True, slots=True)
class Safe:
    """Terminal: all is durable here, take me out."""


@dataclass(frozen=True, slots=True)
class BlobsAsk:
    """Desk: offer your photos and signatures now."""


@dataclass(frozen=True, slots=True)
class BlobOffer:
    """Terminal: I have this blob for you; it is named by the SHA-256 of its content."""

    sha256: bytes
    size: int


@dataclass(frozen=True, slots=True)
class BlobWant:
    """Desk: send it from this byte; `prefix_sha256` is over the bytes before it, as I hold them."""

    sha256: bytes
    offset: int
    prefix_sha256: bytes


@dataclass(frozen=True, slots=True)
class BlobData:
    """Terminal: bytes of the blob that was asked for, from `offset` on."""

    sha256: bytes
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class BlobReceipt:
    """Desk: 1: durable here, 0: never to be taken."""

    sha256: bytes
    kept: int


@dataclass(frozen=True, slots=True)
class NoMoreBlobs:
    """Terminal: that were all blobs."""


@dataclass(frozen=True, slots=True)
class PairRequest:
    """Terminal: I want to belong to you; `commitment` binds me to a number that I show later."""

    certificate: bytes
    branch: int
    terminal: int
    epoch: int
    last_seq: int
    serial: str
    model: str
    app_version: str
    commitment: bytes


@dataclass(frozen=True, slots=True)
class PairOffer:
    """Desk: this is me. `digits`: 1 if a person compares eight digits, 0 if you have my secret."""

    certificate: bytes
    branch: int
    desk: str
    nonce: bytes
    digits: int


@dataclass(frozen=True, slots=True)
class PairProof:
    """Terminal: the number I committed to, and the proof that I have the secret."""

    nonce: bytes
    mac: bytes


@dataclass(frozen=True, slots=True)
class PairPlace:
    """Desk: this is your place, and the proof that I have the secret."""

    terminal: int
    epoch: int
    person: str
    mac: bytes


@dataclass(frozen=True, slots=True)
class PairDone:
    """Terminal: kept durably."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Either side: something is wrong. Final unless the code is MESSAGE_UNKNOWN."""

    code: int
    text: str
    kind: int = 0


Message = (
    Hello | ClockPing | ClockPong | Welcome | Resume
    | BatchOffer | BatchWant | BatchData | Verdicts | BatchReceipt | NoMore
    | DatasetOffer | DatasetWant | DatasetData | DatasetCommit | DatasetDone
    | Seal | Safe | Failure
    | BlobsAsk | BlobOffer | BlobWant | BlobData | BlobReceipt | NoMoreBlobs
    | PairRequest | PairOffer | PairProof | PairPlace | PairDone
)  # fmt: skip
