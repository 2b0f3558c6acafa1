"""The desk's side of a docking: bytes in, events out, decisions in, bytes out."""

from collections.abc import Sequence
from typing import Final

from drivers.contract import Package, Receipt
from drivers.protocols.docking.clock import ClockComparison
from drivers.protocols.docking.codes import Code
from drivers.protocols.docking.connect import DESK_LIMITS, Limits
from drivers.protocols.docking.conversation import Connected, Conversation, OrderError
from drivers.protocols.docking.events import (
    BatchArrived,
    BatchChunk,
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
    ClockPong,
    DatasetCommit,
    DatasetData,
    DatasetDone,
    DatasetOffer,
    DatasetWant,
    Hello,
    Message,
    MessageError,
    NoMore,
    Resume,
    Safe,
    Seal,
    Verdicts,
    Welcome,
)
from drivers.protocols.docking.parcels import Incoming, Outgoing, Partial, sha256
from drivers.protocols.docking.security import SPOKEN, Suite
from drivers.protocols.docking.states import DeskState
from drivers.protocols.docking.transport import Transport

MAX_BATCH_BYTES: Final = 4 * 1024 * 1024


class DeskSession:
    """One docking seen from the desk. The caller moves the bytes and takes every decision.

    Feed what arrives to `receive` (b"" when `next_timeout` is over) and write what
    `bytes_to_send` gives, until `SessionEnded`. Order of events and calls:

    1. `TerminalReady`: call `welcome(desk)` and then `resume(...)`, or `refuse(...)`.
    2. For each batch: any number of `BatchChunk` (append them to a file if an interrupted upload
       is to go on where it broke), then `BatchArrived`: make the batch durable, then call
       `acknowledge(receipt)`. Nothing is acknowledged without that call.
    3. `UploadsDone`: call `push(packages)`, then wait for `PackagesTaken`; or leave it out.
    4. `seal(received_seq, backed_up_seq)`: `SafeToRemove` follows, then `SessionEnded` with DONE.

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
        suites: tuple[Suite, ...] = SPOKEN,
    ) -> None:
        """`connection_id`: 32 random bits. `now_ms`: UTC at `now_s`, a monotonic reading."""
        self._line = Conversation(Transport.calling(connection_id, now_s, limits, suites))
        self._state = DeskState.CONNECTING
        self._clock = ClockComparison(now_s, now_ms)
        self._hello: Hello | None = None
        self._version = 0
        self._partial: Partial | None = None
        self._offer: BatchOffer | None = None
        self._incoming: Incoming | None = None
        self._packages: list[Package] = []
        self._outgoing: tuple[Package, Outgoing] | None = None
        self.pushed_bytes = 0
        self.push_total_bytes = 0

    def receive(self, data: bytes, now_s: float) -> list[DeskEvent]:
        """Take what arrived, or b"" when only time has passed. Raises nothing."""
        events: list[DeskEvent] = []
        for item in self._line.receive(data, now_s):
            if isinstance(item, SessionEnded):
                self._state = DeskState.ENDED
                events.append(item)
            elif isinstance(item, Connected):
                self._state = DeskState.GREETING
                self._version = item.version
            elif not self._line.failed:
                try:
                    events += self._take(item, now_s)
                except MessageError as error:
                    self._line.fail(error.code, type(item).__name__)
        return events

    def bytes_to_send(self, now_s: float) -> bytes:
        """What is to be written to the link now."""
        while self._outgoing is not None and self._line.has_room:
            package, outgoing = self._outgoing
            chunk = outgoing.next_chunk()
            if chunk is None:
                self._outgoing = None
                self._packages.pop(0)
                self._offer_next_package()
                break
            self.pushed_bytes += len(chunk[1])
            self._line.send(DatasetData(package.name, *chunk))
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
        self._packages = list(packages)
        self.push_total_bytes = sum(len(package.data) for package in packages)
        self._state = DeskState.PUSHING
        self._offer_next_package()

    def seal(self, received_seq: int, backed_up_seq: int) -> None:
        """All done; the terminal answers when all is durable on its side."""
        if not self._allows(DeskState.UPLOADED, DeskState.PUSHED):
            return
        self._line.send(Seal(received_seq, backed_up_seq))
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
            case DeskState.PUSHING, DatasetWant():
                self._start_package(message)
            case DeskState.PUSHING, DatasetDone() if not self._packages:
                self._state = DeskState.PUSHED
                events = [PackagesTaken()]
            case DeskState.SEALING, Safe():
                self._line.close()
                events = [SafeToRemove()]
            case _:
                raise MessageError(Code.MESSAGE_UNEXPECTED)
        return events

    def _compare_clocks(self, pong: ClockPong, hello: Hello, now_s: float) -> list[DeskEvent]:
        reading = self._clock.answer(pong, now_s)
        if reading is None:
            self._line.send(self._clock.ask(now_s))
            return []
        self._state = DeskState.READY
        return [TerminalReady(hello, self._version, reading.offset_ms, reading.round_trip_ms)]

    def _take_offer(self, offer: BatchOffer) -> list[DeskEvent]:
        if offer.size > MAX_BATCH_BYTES:
            raise MessageError(Code.BATCH_TOO_BIG)
        if not offer.size or offer.seq_from > offer.seq_to:
            raise MessageError(Code.MESSAGE_MALFORMED)
        self._offer = offer
        self._incoming = incoming = Incoming(offer.size, offer.sha256, self._held(offer))
        self._state = DeskState.RECEIVING
        if incoming.complete and not incoming.sound:
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
        event = BatchChunk(offer.batch_no, offer.sha256, offer.size, chunk.offset, chunk.data)
        return [event, self._finish_batch(offer, incoming)] if incoming.complete else [event]

    def _finish_batch(self, offer: BatchOffer, incoming: Incoming) -> DeskEvent:
        if not incoming.sound:
            raise MessageError(Code.BATCH_DAMAGED)
        self._state = DeskState.JUDGING
        self._incoming = None
        return BatchArrived(
            offer.batch_no, offer.seq_from, offer.seq_to, offer.sha256, incoming.data
        )

    def _offer_next_package(self) -> None:
        if self._packages:
            package = self._packages[0]
            self._line.send(
                DatasetOffer(
                    package.name, package.revision, len(package.data), sha256(package.data)
                )
            )
        else:
            self._line.send(DatasetCommit())

    def _start_package(self, want: DatasetWant) -> None:
        if self._outgoing or not self._packages or self._packages[0].name != want.name:
            raise MessageError(Code.MESSAGE_UNEXPECTED)
        package = self._packages[0]
        self._outgoing = (package, Outgoing(package.data, want.offset, want.prefix_sha256))
        self.pushed_bytes += self._outgoing[1].offset
