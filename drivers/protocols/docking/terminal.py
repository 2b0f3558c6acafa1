"""The terminal's side of a docking: bytes in, events out, answers in, bytes out."""

from collections.abc import Iterable, Iterator

from drivers.contract import Applicant, Verdict
from drivers.protocols.docking.application import Application
from drivers.protocols.docking.blobs import BlobSender
from drivers.protocols.docking.codes import Code
from drivers.protocols.docking.connect import TERMINAL_LIMITS, Limits
from drivers.protocols.docking.conversation import Connected, Conversation, OrderError
from drivers.protocols.docking.events import (
    BlobsWanted,
    DeskConnected,
    PairingPossible,
    ReceiptArrived,
    ResumeArrived,
    SealArrived,
    SessionEnded,
    SwitchWanted,
    TerminalEvent,
    Welcomed,
)
from drivers.protocols.docking.messages import (
    BatchData,
    BatchOffer,
    BatchReceipt,
    BatchWant,
    BlobReceipt,
    BlobsAsk,
    BlobWant,
    ClockPing,
    ClockPong,
    DatasetCommit,
    DatasetData,
    DatasetDone,
    DatasetOffer,
    Hello,
    Message,
    MessageError,
    NoMore,
    PairDone,
    PairOffer,
    PairPlace,
    Resume,
    Safe,
    Seal,
    Verdicts,
    Welcome,
)
from drivers.protocols.docking.packages import PackageTaker
from drivers.protocols.docking.parcels import Outgoing, SealedBlob, SealedUpload, pack, sha256
from drivers.protocols.docking.security import OPEN, Secure, Suite, in_the_open
from drivers.protocols.docking.states import TerminalState
from drivers.protocols.docking.transport import Transport

MAX_VERDICTS_KEPT = 65_535


class TerminalSession:
    """The terminal at its port. It listens; each desk that connects starts a docking from nothing.

    Feed what arrives to `receive` (b"" when `next_timeout` is over) and write what
    `bytes_to_send` gives. Order of events and calls:

    1. `DeskConnected`: call `greet(hello)`. The clock is measured without the caller.
    2. `Welcomed`, then `ResumeArrived`: records up to `backed_up_seq` may be deleted now; call
       `upload(batches)` with every sealed batch that has records above `received_seq` or for
       which no receipt ever came (its verdicts would be missing).
    3. `ReceiptArrived` for each batch: the desk holds it; keep the verdicts. The next batch is
       drawn from the iterable after that, so a generator over the store is fine.
    4. For each data set: `DatasetOffered`: call `take(name, held)` with the bytes kept of exactly
       this digest (usually b""), or `skip(name)` if it is held whole. `DatasetChunk`s and
       `DatasetArrived` follow a `take`: stage it.
    5. `SwitchWanted`: switch to all staged data sets in one step, call `switched()`.
    6. `BlobsWanted`: call `upload_blobs(blobs)`; `BlobAnswered` follows for each.
    7. `SealArrived`: make everything durable, call `safe()`. `SessionEnded` with DONE follows.

    `PairingPossible` instead of `DeskConnected`: call `apply(...)`; after `Invited` `prove(...)`;
    after `Placed` `placed()`.

    `SessionEnded` with another code may come at any time; after it the object listens again.
    `fail(code, text)` ends the session from here. A call out of order raises OrderError,
    a call after the end does nothing.
    Whatever the desk sends, `receive` raises nothing.
    """

    def __init__(
        self,
        now_s: float,
        now_ms: int,
        limits: Limits = TERMINAL_LIMITS,
        suites: tuple[Suite, ...] = OPEN,
        secure: Secure = in_the_open,
    ) -> None:
        """`now_ms`: the terminal's UTC clock at `now_s`, a monotonic reading."""
        self._line = Conversation(Transport.listening(now_s, limits, suites), secure)
        self._utc_ms_at_0 = now_ms - now_s * 1000
        self._forget()

    def _forget(self) -> None:
        self._state = TerminalState.LISTENING
        self._batches: Iterator[SealedUpload] = iter(())
        self._batch: SealedUpload | None = None
        self._wire = b""
        self._outgoing: Outgoing | None = None
        self._verdicts: list[Verdict] = []
        self._packages = PackageTaker(self._line.send)
        self._blobs: BlobSender | None = None
        self._application: Application | None = None
        self._due: list[TerminalEvent] = []

    def set_clock(self, now_s: float, now_ms: int) -> None:
        """The terminal's clock was set while it listened."""
        self._utc_ms_at_0 = now_ms - now_s * 1000

    def receive(self, data: bytes, now_s: float) -> list[TerminalEvent]:
        """Take what arrived, or b"" when only time has passed. Raises nothing."""
        events, self._due = self._due, []
        for item in self._line.receive(data, now_s):
            if isinstance(item, SessionEnded):
                self._forget()
                events.append(item)
            elif isinstance(item, Connected):
                self._forget()
                events.clear()
                events.append(self._greeted(item))
            elif not self._line.failed:
                try:
                    events += self._take(item, now_s)
                except MessageError as error:
                    self._line.fail(error.code, type(item).__name__)
        return events

    def bytes_to_send(self, now_s: float) -> bytes:
        """What is to be written to the link now; draws the next batch once a receipt was taken."""
        if self._state is TerminalState.RECEIPTED:
            self._offer_next()
        while self._outgoing is not None and self._batch is not None and self._line.has_room:
            chunk = self._outgoing.next_chunk()
            if chunk is None:
                self._outgoing = None
                break
            self._line.send(BatchData(self._batch.batch_no, *chunk))
        while self._blobs is not None and self._line.has_room and self._blobs.send_next():
            pass
        if self._blobs is not None and self._blobs.done:
            self._blobs = None
            self._state = TerminalState.IDLE
        return self._line.bytes_to_send(now_s)

    def next_timeout(self, now_s: float) -> float | None:
        """Seconds until `receive` and `bytes_to_send` want to be called even if nothing arrives."""
        return 0.0 if self._due else self._line.next_timeout(now_s)

    @property
    def line(self) -> Conversation:
        """The conversation underneath, for its statistics."""
        return self._line

    def greet(self, hello: Hello) -> None:
        """Say who this terminal is."""
        if not self._allows(TerminalState.CONNECTED):
            return
        self._line.send(hello)
        self._state = TerminalState.GREETED

    def upload(self, batches: Iterable[SealedUpload]) -> None:
        """Send these batches one after the other, each after the receipt of the one before."""
        if not self._allows(TerminalState.RESUMING):
            return
        self._batches = iter(batches)
        self._offer_next()

    def take(self, name: str, held: bytes = b"") -> None:
        """Have an offered data set sent, from behind the bytes already held."""
        if self._allows(TerminalState.IDLE):
            try:
                self._due += self._packages.take(name, held)
            except MessageError as error:
                self._line.fail(error.code, name)

    def skip(self, name: str) -> None:
        """The offered data set is held whole already."""
        if self._allows(TerminalState.IDLE):
            self._packages.skip(name)

    def switched(self) -> None:
        """The staged data sets are in use, durably."""
        if not self._allows(TerminalState.SWITCHING):
            return
        self._line.send(DatasetDone())
        self._state = TerminalState.IDLE

    def upload_blobs(self, blobs: Iterable[SealedBlob]) -> None:
        """Offer these photos and signatures; drawn as the desk gets on with them."""
        if not self._allows(TerminalState.ASKED):
            return
        self._blobs = BlobSender(blobs, self._line.send)
        self._state = TerminalState.BLOBS

    def apply(self, applicant: Applicant, nonce: bytes) -> None:
        """Ask for a place; `nonce`: 16 random bytes."""
        if not self._allows(TerminalState.APPLYING):
            return
        self._application = Application(applicant, nonce, self._line.send)
        self._state = TerminalState.APPLIED

    def prove(self, desk_id: bytes = b"", secret: bytes = b"") -> None:
        """Go on with the pairing, with what the QR code said where there is one."""
        if not self._allows(TerminalState.INVITED) or self._application is None:
            return
        self._state = TerminalState.PROVED
        try:
            self._application.prove(desk_id, secret)
        except MessageError as error:
            self._line.fail(error.code)

    def placed(self) -> None:
        """Place and desk are kept durably."""
        if self._allows(TerminalState.PLACED):
            self._line.send(PairDone())

    def safe(self) -> None:
        """Everything is durable here: the terminal may be taken out."""
        if not self._allows(TerminalState.SEALED):
            return
        self._line.send(Safe())

    def fail(self, code: Code, text: str = "") -> None:
        """End the session with a reason; `SessionEnded` follows."""
        if self._state is not TerminalState.LISTENING:
            self._line.fail(code, text)

    def _greeted(self, connected: Connected) -> TerminalEvent:
        if connected.suite is Suite.PAIRING:
            self._state = TerminalState.APPLYING
            return PairingPossible(connected.version)
        self._state = TerminalState.CONNECTED
        return DeskConnected(connected.version)

    def _allows(self, state: TerminalState) -> bool:
        if self._state is TerminalState.LISTENING:
            return False
        if self._state is not state:
            raise OrderError(self._state.name)
        return True

    def _take(self, message: Message, now_s: float) -> list[TerminalEvent]:
        events: list[TerminalEvent] = []
        match self._state, message:
            case TerminalState.GREETED, ClockPing():
                now_ms = max(0, round(self._utc_ms_at_0 + now_s * 1000))
                self._line.send(ClockPong(message.number, now_ms))
            case TerminalState.GREETED, Welcome():
                self._state = TerminalState.WELCOMED
                events = [Welcomed(message.desk, message.max_batch_bytes)]
            case TerminalState.WELCOMED, Resume():
                self._state = TerminalState.RESUMING
                events = [ResumeArrived(message.received_seq, message.backed_up_seq)]
            case TerminalState.OFFERING, BatchWant():
                self._start_batch(message)
            case TerminalState.OFFERING, Verdicts():
                self._keep_verdicts(message)
            case TerminalState.OFFERING, BatchReceipt():
                events = self._take_receipt(message)
            case _:
                events = self._take_of_parcels(message)
        return events

    def _take_of_parcels(self, message: Message) -> list[TerminalEvent]:
        events: list[TerminalEvent] = []
        match self._state, message:
            case TerminalState.IDLE, DatasetOffer():
                events = [self._packages.take_offer(message)]
            case TerminalState.IDLE, DatasetData():
                events = [*self._packages.take_data(message)]
            case TerminalState.IDLE, DatasetCommit() if self._packages.idle:
                self._state = TerminalState.SWITCHING
                events = [SwitchWanted()]
            case TerminalState.IDLE, BlobsAsk() if self._packages.idle:
                self._state = TerminalState.ASKED
                events = [BlobsWanted()]
            case TerminalState.IDLE, Seal() if self._packages.idle:
                self._state = TerminalState.SEALED
                marks = (message.received_seq, message.backed_up_seq)
                events = [SealArrived(*marks, message.ticket or b"")]
            case TerminalState.BLOBS, BlobWant() if self._blobs is not None:
                self._blobs.take_want(message)
            case TerminalState.BLOBS, BlobReceipt() if self._blobs is not None:
                events = [self._blobs.take_receipt(message)]
            case _:
                events = self._take_of_pairing(message)
        return events

    def _take_of_pairing(self, message: Message) -> list[TerminalEvent]:
        events: list[TerminalEvent] = []
        match self._state, message:
            case TerminalState.APPLIED, PairOffer() if self._application is not None:
                self._state = TerminalState.INVITED
                events = [self._application.take_offer(message)]
            case TerminalState.PROVED, PairPlace() if self._application is not None:
                self._state = TerminalState.PLACED
                events = [self._application.take_place(message)]
            case _:
                raise MessageError(Code.MESSAGE_UNEXPECTED)
        return events

    def _offer_next(self) -> None:
        self._batch = batch = next(self._batches, None)
        self._outgoing = None
        self._verdicts = []
        if batch is None:
            self._line.send(NoMore())
            self._state = TerminalState.IDLE
            return
        packed = pack(batch.data)
        self._wire = batch.data if packed is None else packed
        digest = sha256(batch.data)
        spans = (batch.batch_no, batch.seq_from, batch.seq_to, len(batch.data))
        self._line.send(BatchOffer(*spans, digest, None if packed is None else len(packed)))
        self._state = TerminalState.OFFERING

    def _start_batch(self, want: BatchWant) -> None:
        if self._batch is None or want.batch_no != self._batch.batch_no or self._outgoing:
            raise MessageError(Code.MESSAGE_UNEXPECTED)
        self._outgoing = Outgoing(self._wire, want.offset, want.prefix_sha256)

    def _keep_verdicts(self, message: Verdicts) -> None:
        if len(self._verdicts) + len(message.verdicts) > MAX_VERDICTS_KEPT:
            raise MessageError(Code.MESSAGE_TOO_LONG)
        self._verdicts += message.verdicts

    def _take_receipt(self, message: BatchReceipt) -> list[TerminalEvent]:
        batch = self._batch
        if (
            batch is None
            or (message.batch_no, message.sha256) != (batch.batch_no, sha256(batch.data))
            or message.verdict_count != len(self._verdicts)
        ):
            raise MessageError(Code.MESSAGE_UNEXPECTED)
        receipt = message.with_verdicts(tuple(self._verdicts))
        self._state = TerminalState.RECEIPTED
        return [ReceiptArrived(receipt)]
