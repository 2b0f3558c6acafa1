"""Photos and signatures on their way: offered a few ahead, each acknowledged by itself."""

from collections import deque
from collections.abc import Callable, Iterable

from drivers.protocols.docking.codes import Code
from drivers.protocols.docking.events import BlobAnswered, BlobArrived, BlobChunk, BlobOffered
from drivers.protocols.docking.messages import (
    BlobData,
    BlobOffer,
    BlobReceipt,
    BlobWant,
    Message,
    MessageError,
    NoMoreBlobs,
)
from drivers.protocols.docking.parcels import Incoming, Outgoing, SealedBlob

MAX_BLOB_BYTES = 1024 * 1024
MAX_AHEAD = 4
MAX_BLOBS = 4096


class BlobTaker:
    """The desk's half; holds at most `MAX_AHEAD` unfinished blobs."""

    def __init__(self, send: Callable[[Message], None]) -> None:
        self._send = send
        self._offers: dict[bytes, int] = {}
        self._incoming: dict[bytes, Incoming] = {}
        self._count = 0

    @property
    def idle(self) -> bool:
        """Every offer has its receipt."""
        return not self._offers

    def take_offer(self, offer: BlobOffer) -> list[BlobOffered]:
        """One that is too large, or empty, is turned down here. Raises MessageError."""
        self._count += 1
        too_many = len(self._offers) >= MAX_AHEAD or self._count > MAX_BLOBS
        if offer.sha256 in self._offers or too_many:
            raise MessageError(Code.MESSAGE_UNEXPECTED)
        if not 0 < offer.size <= MAX_BLOB_BYTES:
            self._send(BlobReceipt(offer.sha256, 0))
            return []
        self._offers[offer.sha256] = offer.size
        return [BlobOffered(offer.sha256, offer.size)]

    def want(self, sha256: bytes, held: bytes) -> list[BlobArrived]:
        """Ask for what is behind `held`, kept from an earlier session."""
        incoming = Incoming(self._offers[sha256], sha256, held)
        if incoming.complete and incoming.content() is None:
            incoming.restart()
        self._incoming[sha256] = incoming
        if not incoming.complete:
            self._send(BlobWant(sha256, incoming.offset, incoming.prefix_sha256()))
        return self._finish(sha256)

    def take_data(self, chunk: BlobData) -> list[BlobChunk | BlobArrived]:
        """Raises MessageError for what was not asked for, and for a digest that differs."""
        incoming = self._incoming.get(chunk.sha256)
        if incoming is None:
            raise MessageError(Code.MESSAGE_UNEXPECTED)
        incoming.add(chunk.offset, chunk.data)
        event = BlobChunk(chunk.sha256, incoming.size, chunk.offset, chunk.data)
        return [event, *self._finish(chunk.sha256)]

    def answer(self, sha256: bytes, kept: bool) -> None:
        """Only after the blob is durable, or if it is not wanted ever."""
        del self._offers[sha256]
        self._send(BlobReceipt(sha256, int(kept)))

    def _finish(self, sha256: bytes) -> list[BlobArrived]:
        if not self._incoming[sha256].complete:
            return []
        data = self._incoming.pop(sha256).content()
        if data is None:
            raise MessageError(Code.BLOB_DAMAGED)
        return [BlobArrived(sha256, data)]


class BlobSender:
    """The terminal's half; draws the next blob from `blobs` when there is room for its offer."""

    def __init__(self, blobs: Iterable[SealedBlob], send: Callable[[Message], None]) -> None:
        self._blobs = iter(blobs)
        self._send = send
        self._open: dict[bytes, bytes] = {}
        self._asked: set[bytes] = set()
        self._outgoing: deque[tuple[bytes, Outgoing]] = deque()
        self._exhausted = False
        self.done = False
        self._offer()

    def take_want(self, want: BlobWant) -> None:
        """Raises MessageError for what was not offered, or asked for before."""
        data = self._open.get(want.sha256)
        if data is None or want.sha256 in self._asked:
            raise MessageError(Code.MESSAGE_UNEXPECTED)
        self._asked.add(want.sha256)
        outgoing = Outgoing(data, want.offset, want.prefix_sha256)
        self._outgoing.append((want.sha256, outgoing))

    def take_receipt(self, receipt: BlobReceipt) -> BlobAnswered:
        """Raises MessageError for a blob that was not offered."""
        if self._open.pop(receipt.sha256, None) is None:
            raise MessageError(Code.MESSAGE_UNEXPECTED)
        return BlobAnswered(receipt.sha256, bool(receipt.kept))

    def send_next(self) -> bool:
        """Send one more chunk or offer; False when there is nothing to send now."""
        self._offer()
        while self._outgoing:
            digest, outgoing = self._outgoing[0]
            if chunk := outgoing.next_chunk():
                self._send(BlobData(digest, *chunk))
                return True
            self._outgoing.popleft()
        return False

    def _offer(self) -> None:
        while len(self._open) < MAX_AHEAD and not self._exhausted:
            blob = next(self._blobs, None)
            if blob is None:
                self._exhausted = True
            elif blob.sha256 not in self._open and blob.sha256 not in self._asked:
                self._open[blob.sha256] = blob.data
                self._send(BlobOffer(blob.sha256, len(blob.data)))
        if self._exhausted and not self._open and not self.done:
            self.done = True
            self._send(NoMoreBlobs())
