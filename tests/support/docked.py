"""A desk and a terminal of code, each with what it made durable, for sessions in memory."""

from dataclasses import dataclass, field

from drivers.contract import Package, Receipt, Verdict
from drivers.protocols.docking import events
from drivers.protocols.docking.batch import BatchHeader, encode_record, open_batch, seal_batch
from drivers.protocols.docking.desk import DeskSession
from drivers.protocols.docking.messages import Hello
from drivers.protocols.docking.parcels import Partial, SealedUpload, sha256
from drivers.protocols.docking.terminal import TerminalSession

UTC_MS = 1_795_000_000_000


def sealed(batch_no: int, seq_from: int, count: int, filler: int = 0) -> SealedUpload:
    """A batch of `count` device events, each with `filler` bytes of text."""
    header = BatchHeader(
        127, 3, 1, batch_no, seq_from, seq_from + count - 1, "P01", UTC_MS, UTC_MS, "1.0", 1
    )
    records = [
        encode_record(60, seq, UTC_MS + seq, 480, "P01", {1: 4, 2: seq, 3: 0, 4: "x" * filler})
        for seq in range(seq_from, seq_from + count)
    ]
    return SealedUpload(batch_no, header.seq_from, header.seq_to, seal_batch(header, records))


@dataclass
class TerminalStore:
    """What survives when the terminal is killed."""

    batches: list[SealedUpload]
    datasets: dict[str, bytes] = field(default_factory=dict)
    staged: dict[str, bytes] = field(default_factory=dict)
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
    safe: int = 0

    @property
    def received_seq(self) -> int:
        """The watermark: no gap below it."""
        return max(self.records, default=0)


class DeskEnd:
    """The desk's caller: makes durable first, then acknowledges."""

    def __init__(self, store: DeskStore, connection_id: int, now_s: float) -> None:
        self.store = store
        self.session = DeskSession(connection_id, now_s, UTC_MS)
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
                session.seal(store.received_seq, 0)
            case events.SafeToRemove():
                store.safe += 1
            case events.SessionEnded():
                self.ended = event

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

    def __init__(self, store: TerminalStore, now_s: float) -> None:
        self.store = store
        self.session = TerminalSession(now_s, UTC_MS - 7000)
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
            case events.DatasetOffered():
                held = store.datasets.get(event.name)
                if held is not None and sha256(held) == event.sha256:
                    session.skip()
                else:
                    session.take(store.staged.get(event.name, b""))
            case events.DatasetChunk():
                kept = store.staged.get(event.name, b"")[: event.offset]
                store.staged[event.name] = kept + event.data
            case events.DatasetArrived():
                store.staged[event.name] = event.data
            case events.SwitchWanted():
                store.datasets |= store.staged
                store.staged = {}
                session.switched()
            case events.SealArrived():
                store.sealed += 1
                session.safe()
            case events.SessionEnded():
                self.ended = event


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
