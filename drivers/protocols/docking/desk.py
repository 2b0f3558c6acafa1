"""The desk's side of a docking: bytes in, events out, decisions in, bytes out."""

from collections.abc import Sequence
from typing import Final

from drivers.contract import Package, Receipt
from drivers.protocols.docking.blobs import BlobTaker
from drivers.protocols.docking.clock import ClockComparison
from drivers.protocols.docking.codes import Code
from drivers.protocols.docking.connect import DESK_LIMITS, Limits
from drivers.protocols.docking.conversation import Connected, Conversation, OrderError
from drivers.protocols.docking.events import (
    BatchArrived,
    BatchChunk,
    BlobsDone,
    DeskEvent,
    PackagesTaken,
    SafeToRemove,
    SessionEnded,
    TerminalReady,
    UploadsDone,
)
from drivers.protocols.docking.messages import (
    MAX_VERDICTS,
    BatchData,
    BatchOffer,
    BatchReceipt,
    BatchWant,
    BlobData,
    BlobOffer,
    BlobsAsk,
    ClockPong,
    DatasetDone,
    DatasetWant,
    Hello,
    Message,
    MessageError,
    NoMore,
    NoMoreBlobs,
    Resume,
    Safe,
    Seal,
    Verdicts,
    Welcome,
)
from drivers.protocols.docking.packages import PackageSender
from drivers.protocols.docking.parcels import Incoming, Partial
from drivers.protocols.docking.security import OPEN, Secure, Suite, in_the_open
from drivers.protocols.docking.states import DeskState
from drivers.protocols.docking.transport import Transport

MAX_BATCH_BYTES: Final = 4 * 1024 * 1024
MAX_BATCHES: Final = 1024
"""In one session; a terminal that has more docks again."""


class DeskSession:
    """One docking seen from the desk. The caller moves the bytes and takes every decision.

    Feed what arrives to `receive` (b"" when `next_timeout` is over) and write what
    `bytes_to_send` gives, until `SessionEnded`. Order of events and calls:

    1. `TerminalReady`: call `welcome(desk)` and then `resume(...)`, or `refuse(...)`.
    2. For each batch: any number of `BatchChunk` (append them to a file if an interrupted upload
       is to go on where it broke), then `BatchArrived`: make the batch durable, then call
       `acknowledge(receipt)`. Nothing is acknowledged without that call.
    3. `UploadsDone`: call `push(packages)`, then wait for `PackagesTaken`; or leave it out.
    4. `ask_blobs()`, or leave it out. For each `BlobOffered`: `want_blob(...)`, then `BlobChunk`s
       and `BlobArrived`: make it durable; `answer_blob(...)`. `BlobsDone` follows the last one.
    5. `seal(...)`: `SafeToRemove` follows, then `SessionEnded` with DONE.

    `refuse(code, text)` is possible at any time. A call out of order raises OrderError; a
    call after the end does nothing, and what `bytes_to_send` gives then is still to be written.
    Whatever the terminal sends ends, at worst, in `SessionEnded`; `receive` raises nothing.
    """

    def __init__(
        self,
        connection_id: int,
        now_s: float,
        now_ms: int,
        limits: Limits = DESK_LIMITS,
        suites: tuple[Suite, ...] = OPEN,
        secure: Secure = in_the_open,
    ) -> None:
        """`connection_id`: 32 random bits. `now_ms`: UTC at `now_s`, a monotonic reading."""
        self._line = Conversation(Transport.calling(connection_id, now_s, limits, suites), secure)
        self._state = DeskState.CONNECTING
        self._clock = ClockComparison(now_s, now_ms)
        self._hello: Hello | None = None
        self._version = 0
        self._partial: Partial | None = None
        self._offer: BatchOffer | None = None
        self._batches = 0
        self._incoming: Incoming | None = None
        self._certificate = b""
        self._packages: PackageSender | None = None
        self._blobs = BlobTaker(self._line.send)

    def receive(self, data: bytes, now_s: float) -> list[DeskEvent]:
        """Take what arrived, or b"" when only time has passed. Raises nothing."""
        events: list[DeskEvent] = []
        for item in self._line.receive(data, now_s):
            if isinstance(item, SessionEnded):
                self._state = DeskState.ENDED
                events.append(item)
            elif isinstance(item, Connected):
                self._state = DeskState.GREETING
                self._version, self._certificate = item.version, item.certificate
            elif not self._line.failed:
                try:
                    events += self._take(item, now_s)
                except MessageError as error:
                    self._line.fail(error.code, type(item).__name__)
        return events

    def bytes_to_send(self, now_s: float) -> bytes:
        """What is to be written to the link now."""
        while self._packages is not None and self._line.has_room and self._packages.send_next():
            pass
        return self._line.bytes_to_send(now_s)

    def next_timeout(self, now_s: float) -> float | None:
        """Seconds until `receive` and `bytes_to_send` want to be called even if nothing arrives."""
        return self._line.next_timeout(now_s)

    @property
    def line(self) -> Conversation:
        """The conversation underneath, for its statistics."""
        return self._line

    def welcome(self, desk: str) -> None:
        """Accept the terminal."""
        if not self._allows(DeskState.READY):
            return
        self._line.send(Welcome(desk, self._version, MAX_BATCH_BYTES))
        self._state = DeskState.WELCOMED

    def resume(self, received_seq: int, backed_up_seq: int, partial: Partial | None = None) -> None:
        """Tell the watermarks and take uploads; `partial` goes on if the same batch is offered."""
        if not self._allows(DeskState.WELCOMED):
            return
        self._partial = partial
        self._line.send(Resume(received_seq, backed_up_seq))
        self._state = DeskState.UPLOADING

    def acknowledge(self, receipt: Receipt) -> None:
        """Only after the batch of the last `BatchArrived` is durable."""
        if not self._allows(DeskState.JUDGING):
            return
        offer = self._offer
        if offer is None or (offer.batch_no, offer.sha256) != (receipt.batch_no, receipt.sha256):
            raise OrderError("receipt for another batch")
        verdicts = receipt.verdicts
        for start in range(0, len(verdicts), MAX_VERDICTS):
            part = verdicts[start : start + MAX_VERDICTS]
            self._line.send(Verdicts(receipt.batch_no, part))
        self._line.send(
            BatchReceipt(
                receipt.batch_no,
                receipt.sha256,
                receipt.state,
                receipt.received_seq,
                receipt.backed_up_seq,
                len(verdicts),
            )
        )
        self._offer = None
        self._state = DeskState.UPLOADING

    def push(self, packages: Sequence[Package]) -> None:
        """Send data sets, to be switched to all at once; an empty list is a valid push."""
        if not self._allows(DeskState.UPLOADED):
            return
        self._state = DeskState.PUSHING
        self._packages = PackageSender(packages, self._line.send)

    @property
    def pushed(self) -> tuple[int, int]:
        """(bytes sent, bytes in all) of what `push` was given."""
        sender = self._packages
        return (0, 0) if sender is None else (sender.sent_bytes, sender.total_bytes)

    def ask_blobs(self) -> None:
        """Have the terminal offer its photos and signatures."""
        if not self._allows(DeskState.UPLOADED, DeskState.PUSHED):
            return
        self._line.send(BlobsAsk())
        self._state = DeskState.BLOBS

    def want_blob(self, sha256: bytes, held: bytes = b"") -> list[DeskEvent]:
        """Have an offered blob sent from behind `held`; it may have arrived with that."""
        return [*self._blobs.want(sha256, held)] if self._allows(DeskState.BLOBS) else []

    def answer_blob(self, sha256: bytes, kept: bool) -> None:
        """Only after the blob is durable, or if it is not to be taken ever."""
        if self._allows(DeskState.BLOBS):
            self._blobs.answer(sha256, kept)

    def seal(self, received_seq: int, backed_up_seq: int, ticket: bytes = b"") -> None:
        """All done; the terminal answers when all is durable on its side."""
        if not self._allows(DeskState.UPLOADED, DeskState.PUSHED):
            return
        self._line.send(Seal(received_seq, backed_up_seq, ticket or None))
        self._state = DeskState.SEALING

    def refuse(self, code: Code, text: str = "") -> None:
        """End the session with a reason; `SessionEnded` follows."""
        if self._state is not DeskState.ENDED:
            self._line.fail(code, text)

    def _allows(self, *states: DeskState) -> bool:
        if self._state is DeskState.ENDED:
            return False
        if self._state not in states:
            raise OrderError(self._state.name)
        return True

    def _take(self, message: Message, now_s: float) -> list[DeskEvent]:
        events: list[DeskEvent] = []
        match self._state, message:
            case DeskState.GREETING, Hello() if self._hello is None:
                self._hello = message
                self._line.send(self._clock.ask(now_s))
            case DeskState.GREETING, ClockPong() if self._hello is not None:
                events = self._compare_clocks(message, self._hello, now_s)
            case DeskState.UPLOADING, BatchOffer():
                events = self._take_offer(message)
            case DeskState.RECEIVING, BatchData():
                events = self._take_chunk(message)
            case DeskState.UPLOADING, NoMore():
                self._state = DeskState.UPLOADED
                events = [UploadsDone()]
            case DeskState.SEALING, Safe():
                self._line.close()
                events = [SafeToRemove()]
            case _:
                events = self._take_of_parcels(message)
        return events

    def _take_of_parcels(self, message: Message) -> list[DeskEvent]:
        events: list[DeskEvent] = []
        match self._state, message:
            case DeskState.PUSHING, DatasetWant() if self._packages is not None:
                self._packages.take_want(message)
            case DeskState.PUSHING, DatasetDone() if self._packages and self._packages.committed:
                self._state = DeskState.PUSHED
                events = [PackagesTaken()]
            case DeskState.BLOBS, BlobOffer():
                events = [*self._blobs.take_offer(message)]
            case DeskState.BLOBS, BlobData():
                events = [*self._blobs.take_data(message)]
            case DeskState.BLOBS, NoMoreBlobs() if self._blobs.idle:
                self._state = DeskState.PUSHED
                events = [BlobsDone()]
            case _:
                raise MessageError(Code.MESSAGE_UNEXPECTED)
        return events

    def _compare_clocks(self, pong: ClockPong, hello: Hello, now_s: float) -> list[DeskEvent]:
        reading = self._clock.answer(pong, now_s)
        if reading is None:
            self._line.send(self._clock.ask(now_s))
            return []
        self._state = DeskState.READY
        times = (reading.offset_ms, reading.round_trip_ms)
        return [TerminalReady(hello, self._version, *times, self._certificate)]

    def _take_offer(self, offer: BatchOffer) -> list[DeskEvent]:
        if max(offer.size, offer.packed or 0) > MAX_BATCH_BYTES:
            raise MessageError(Code.BATCH_TOO_BIG)
        self._batches += 1
        if self._batches > MAX_BATCHES:
            raise MessageError(Code.MESSAGE_UNEXPECTED)
        if not offer.size or offer.seq_from > offer.seq_to:
            raise MessageError(Code.MESSAGE_MALFORMED)
        self._offer = offer
        held = self._held(offer)
        self._incoming = incoming = Incoming(offer.size, offer.sha256, held, offer.packed)
        self._state = DeskState.RECEIVING
        if incoming.complete and incoming.content() is None:
            incoming.restart()
        if incoming.complete:
            return [self._finish_batch(offer, incoming)]
        self._line.send(BatchWant(offer.batch_no, incoming.offset, incoming.prefix_sha256()))
        return []

    def _held(self, offer: BatchOffer) -> bytes:
        partial = self._partial
        if partial and (partial.batch_no, partial.sha256) == (offer.batch_no, offer.sha256):
            return partial.data
        return b""

    def _take_chunk(self, chunk: BatchData) -> list[DeskEvent]:
        offer, incoming = self._offer, self._incoming
        if offer is None or incoming is None or chunk.batch_no != offer.batch_no:
            raise MessageError(Code.MESSAGE_UNEXPECTED)
        incoming.add(chunk.offset, chunk.data)
        event = BatchChunk(offer.batch_no, offer.sha256, incoming.size, chunk.offset, chunk.data)
        return [event, self._finish_batch(offer, incoming)] if incoming.complete else [event]

    def _finish_batch(self, offer: BatchOffer, incoming: Incoming) -> DeskEvent:
        data = incoming.content()
        if data is None:
            raise MessageError(Code.BATCH_DAMAGED)
        self._state = DeskState.JUDGING
        self._incoming = None
        return BatchArrived(offer.batch_no, offer.seq_from, offer.seq_to, offer.sha256, data)
