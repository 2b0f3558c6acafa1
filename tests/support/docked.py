"""A desk and a terminal of code, each with what it made durable, for sessions in memory."""

from dataclasses import dataclass, field
from random import Random

from drivers.contract import Credentials, Package, Receipt, Verdict
from drivers.protocols.docking import events
from drivers.protocols.docking.batch import BatchHeader, encode_record, open_batch, seal_batch
from drivers.protocols.docking.desk import DeskSession
from drivers.protocols.docking.messages import Hello
from drivers.protocols.docking.parcels import Partial, SealedBlob, SealedUpload, sha256
from drivers.protocols.docking.security import OPEN, SECURED
from drivers.protocols.docking.terminal import TerminalSession
from tests.support.securing import secured

UTC_MS = 1_795_000_000_000
TICKET = bytes(range(16))


def package(name: str, revision: int, data: bytes) -> Package:
    """A whole data set."""
    return Package(name, revision, data, sha256(data))


def sealed(batch_no: int, seq_from: int, count: int, filler: int = 0) -> SealedUpload:
    """A batch of `count` device events, each with `filler` characters of noise."""
    dice = Random(batch_no)
    header = BatchHeader(
        127, 3, 1, batch_no, seq_from, seq_from + count - 1, "P01", UTC_MS, UTC_MS, "1.0", 1
    )
    records = [
        encode_record(
            60,
            seq,
            UTC_MS + seq,
            480,
            "P01",
            {1: 4, 2: seq, 3: 0, 4: dice.randbytes(filler).hex()[:filler]},
        )
        for seq in range(seq_from, seq_from + count)
    ]
    return SealedUpload(batch_no, header.seq_from, header.seq_to, seal_batch(header, records))


@dataclass
class TerminalStore:
    """What survives when the terminal is killed."""

    batches: list[SealedUpload]
    blobs: dict[bytes, bytes] = field(default_factory=dict)
    answered: set[bytes] = field(default_factory=set)
    ticket: bytes = b""
    datasets: dict[str, bytes] = field(default_factory=dict)
    staged: dict[str, bytes] = field(default_factory=dict)
    partial: dict[str, bytes] = field(default_factory=dict)
    handed_over_seq: int = 0
    receipts: set[int] = field(default_factory=set)
    verdicts: list[Verdict] = field(default_factory=list)
    sealed: int = 0


@dataclass
class DeskStore:
    """What survives when the desk is killed."""

    packages: list[Package]
    records: dict[int, bytes] = field(default_factory=dict)
    posted: list[int] = field(default_factory=list)
    partial: Partial | None = None
    answers: dict[int, Receipt] = field(default_factory=dict)
    blobs: dict[bytes, bytes] = field(default_factory=dict)
    parts: dict[bytes, bytes] = field(default_factory=dict)
    safe: int = 0

    @property
    def received_seq(self) -> int:
        """The watermark: no gap below it."""
        return max(self.records, default=0)


class DeskEnd:
    """The desk's caller: makes durable first, then acknowledges. In the open without keys."""

    def __init__(
        self,
        store: DeskStore,
        connection_id: int,
        now_s: float,
        keys: Credentials | None = None,
    ) -> None:
        self.store = store
        self.session = DeskSession(
            connection_id,
            now_s,
            UTC_MS,
            suites=SECURED if keys else OPEN,
            secure=secured(keys, is_desk=True),
        )
        self.ended: events.SessionEnded | None = None
        self.ready: events.TerminalReady | None = None

    def receive(self, data: bytes, now_s: float) -> None:
        for event in self.session.receive(data, now_s):
            self._on(event)

    def _on(self, event: events.DeskEvent) -> None:
        store, session = self.store, self.session
        match event:
            case events.TerminalReady():
                self.ready = event
                session.welcome("desk")
                session.resume(store.received_seq, 0, store.partial)
            case events.BatchChunk():
                kept = store.partial.data[: event.offset] if store.partial else b""
                if event.offset == 0:
                    kept = b""
                store.partial = Partial(event.batch_no, event.sha256, kept + event.data)
            case events.BatchArrived():
                session.acknowledge(self._post(event))
            case events.UploadsDone():
                session.push(store.packages)
            case events.PackagesTaken():
                session.ask_blobs()
            case events.SafeToRemove():
                store.safe += 1
            case events.SessionEnded():
                self.ended = event
            case _:
                self._on_blob(event)

    def _on_blob(self, event: events.DeskEvent) -> None:
        store, session = self.store, self.session
        match event:
            case events.BlobOffered() if event.sha256 in store.blobs:
                session.answer_blob(event.sha256, True)
            case events.BlobOffered():
                for arrived in session.want_blob(event.sha256, store.parts.get(event.sha256, b"")):
                    self._on(arrived)
            case events.BlobChunk():
                kept = store.parts.get(event.sha256, b"")[: event.offset]
                store.parts[event.sha256] = kept + event.data
            case events.BlobArrived():
                store.blobs[event.sha256] = event.data
                session.answer_blob(event.sha256, True)
            case events.BlobsDone():
                session.seal(store.received_seq, 0, TICKET)

    def _post(self, event: events.BatchArrived) -> Receipt:
        store = self.store
        store.partial = None
        batch = open_batch(event.data)
        for record in batch.records:
            assert record.seq is not None
            if record.seq not in store.records:
                store.records[record.seq] = record.data
                store.posted.append(record.seq)
        verdicts = (Verdict(event.seq_from, "W_CLOCK", "W"),)
        return Receipt(event.batch_no, event.sha256, "applied", store.received_seq, 0, verdicts)


class TerminalEnd:
    """The terminal's caller."""

    def __init__(self, store: TerminalStore, now_s: float, keys: Credentials | None = None) -> None:
        self.store = store
        self.session = TerminalSession(
            now_s,
            UTC_MS - 7000,
            suites=SECURED if keys else OPEN,
            secure=secured(keys, is_desk=False),
        )
        self.ended: events.SessionEnded | None = None

    def receive(self, data: bytes, now_s: float) -> None:
        for event in self.session.receive(data, now_s):
            self._on(event)

    def _on(self, event: events.TerminalEvent) -> None:
        store, session = self.store, self.session
        match event:
            case events.DeskConnected():
                self.ended = None
                last = max((batch.seq_to for batch in store.batches), default=0)
                session.greet(
                    Hello(127, 3, 1, "S1", "TD-1", "1.0", 1, "P01", last, 1, 1, 80, 1 << 30)
                )
            case events.ResumeArrived():
                store.handed_over_seq = event.received_seq
                session.upload(
                    batch
                    for batch in store.batches
                    if batch.seq_to > event.received_seq or batch.batch_no not in store.receipts
                )
            case events.ReceiptArrived():
                store.handed_over_seq = max(store.handed_over_seq, event.receipt.received_seq)
                store.receipts.add(event.receipt.batch_no)
                store.verdicts += event.receipt.verdicts
            case events.SealArrived():
                store.sealed += 1
                store.ticket = event.ticket
                session.safe()
            case events.SessionEnded():
                self.ended = event
            case _:
                self._on_parcel(event)

    def _on_parcel(self, event: events.TerminalEvent) -> None:
        store, session = self.store, self.session
        match event:
            case events.DatasetOffered():
                held = store.datasets.get(event.name)
                if held is not None and sha256(held) == event.sha256:
                    session.skip(event.name)
                else:
                    session.take(event.name, store.partial.get(event.name, b""))
            case events.DatasetChunk():
                kept = store.partial.get(event.name, b"")[: event.offset]
                store.partial[event.name] = kept + event.data
            case events.DatasetArrived():
                store.staged[event.name] = event.data
            case events.SwitchWanted():
                store.datasets |= store.staged
                store.staged, store.partial = {}, {}
                session.switched()
            case events.BlobsWanted():
                session.upload_blobs(
                    SealedBlob(digest, data)
                    for digest, data in store.blobs.items()
                    if digest not in store.answered
                )
            case events.BlobAnswered():
                store.answered.add(event.sha256)


End = DeskEnd | TerminalEnd


@dataclass
class Wire:
    """One direction of a line; `deliver` decides what becomes of the bytes."""

    sent: int = 0
    cut: bool = False

    def deliver(self, data: bytes) -> bytes:
        """All of it; subclasses spoil it."""
        self.sent += len(data)
        return data


def dock(desk: DeskEnd, terminal: TerminalEnd, up: Wire, down: Wire, now_s: float) -> float:
    """Move bytes until the desk's session is over or the line is cut. Returns the time then."""
    for _ in range(20_000):
        moved = False
        for source, target, wire in ((desk, terminal, down), (terminal, desk, up)):
            data = source.session.bytes_to_send(now_s)
            if data:
                moved = True
                now_s += 0.001
                target.receive(wire.deliver(data), now_s)
                if wire.cut:
                    return now_s
        if desk.ended and not moved:
            return now_s
        if not moved:
            waits = [end.session.next_timeout(now_s) for end in (desk, terminal)]
            now_s += max(0.001, min(wait for wait in waits if wait is not None))
            desk.receive(b"", now_s)
            terminal.receive(b"", now_s)
    raise AssertionError("the session does not come to an end")
