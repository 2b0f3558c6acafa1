"""A handheld at its port: answers whatever desk comes, out of its store."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from drivers.contract import Link, Receipt, Watermarks
from drivers.devices.securing import secure_with
from drivers.devices.simulated.faults import Faults
from drivers.devices.simulated.greeting import hello_of
from drivers.devices.simulated.joining import Joining
from drivers.devices.simulated.sealing import seal_loose_records
from drivers.devices.simulated.store import SealedBatch, TerminalStore
from drivers.devices.simulated.store_packages import PackageDamaged
from drivers.devices.simulated.trust import Trust
from drivers.protocols.docking.codes import Code
from drivers.protocols.docking.events import (
    BlobAnswered,
    BlobsWanted,
    DatasetArrived,
    DatasetChunk,
    DatasetOffered,
    DeskConnected,
    Invited,
    PairingPossible,
    Placed,
    ReceiptArrived,
    ResumeArrived,
    SealArrived,
    SessionEnded,
    SwitchWanted,
    TerminalEvent,
)
from drivers.protocols.docking.messages import Hello
from drivers.protocols.docking.parcels import SealedUpload
from drivers.protocols.docking.security import Suite
from drivers.protocols.docking.terminal import TerminalSession

READ_BYTES = 65_536
LONGEST_WAIT_S = 1.0


@dataclass(frozen=True, slots=True)
class Summary:
    """One completed session; `sent` counts records, `safe` says that none is left to send."""

    sent: int
    batches: int
    photos: int
    safe: bool


class Handheld:
    """Answers desks on one link after the other; all that lasts is in `store` and `trust`."""

    def __init__(
        self,
        store: TerminalStore,
        trust: Trust,
        folder: Path,
        faults: Faults,
        clock_ms: Callable[[], int],
        joining: Joining,
    ) -> None:
        self._store = store
        self._trust = trust
        self._folder = folder
        self._faults = faults
        self._clock_ms = clock_ms
        self._joining = joining
        self._sent: list[SealedBatch] = []
        self._photos = 0
        self._sealed = False
        self._rejected = False

    def serve(self, link: Link) -> Iterator[Summary]:
        """Yield for each completed session on `link`. Raises LinkError when the link is gone."""
        session = self._listen(link)
        while True:
            if data := session.bytes_to_send(link.now_s()):
                link.write(data)
            timeout_s = session.next_timeout(link.now_s())
            wait_s = LONGEST_WAIT_S if timeout_s is None else min(timeout_s, LONGEST_WAIT_S)
            arrived = link.read(READ_BYTES, wait_s)
            for event in session.receive(arrived, link.now_s()):
                self._answer(session, event)
                if isinstance(event, SessionEnded):
                    if data := session.bytes_to_send(link.now_s()):
                        link.write(data)
                    if event.code == Code.DONE and self._sealed:
                        yield self._summary()
                    if self._joining.has_joined:
                        self._joining.forget()
                        session = self._listen(link)

    def _listen(self, link: Link) -> TerminalSession:
        suites = (Suite.TLS13,) if self._trust.is_paired else ()
        if self._joining.is_wanted:
            suites = (*suites, Suite.PAIRING)
        return TerminalSession(
            link.now_s(),
            self._clock_ms(),
            suites=suites,
            secure=secure_with(self._trust.credentials(), is_desk=False),
        )

    def _answer(self, session: TerminalSession, event: TerminalEvent) -> None:
        match event:
            case PairingPossible() | Invited() | Placed():
                self._joining.answer(session, event)
            case DeskConnected():
                self._sent.clear()
                self._photos = 0
                self._sealed = self._rejected = False
                session.greet(self._hello(event.version))
            case ResumeArrived():
                self._store.obey(Watermarks(event.received_seq, event.backed_up_seq))
                seal_loose_records(self._store, self._trust.sign, bool(self._faults.badtotals))
                session.upload(self._uploads(event.received_seq))
            case ReceiptArrived():
                self._keep(event.receipt)
            case BlobsWanted():
                session.upload_blobs(self._store.blobs.unanswered())
            case BlobAnswered():
                self._store.blobs.answer(event.sha256)
                self._photos += 1
            case SealArrived():
                self._store.obey(Watermarks(event.received_seq, event.backed_up_seq))
                if event.ticket:
                    self._store.keep_ticket(event.ticket)
                self._sealed = True
                session.safe()
            case _:
                self._answer_about_packages(session, event)

    def _answer_about_packages(self, session: TerminalSession, event: TerminalEvent) -> None:
        packages = self._store.packages
        match event:
            case DatasetOffered() if self._faults.full:
                session.fail(Code.TERMINAL_FULL, "no room")
            case DatasetOffered():
                session.take(event.name, packages.stage(event.name, event.revision, event.sha256))
            case DatasetChunk():
                packages.stage_part(event.name, event.offset, event.data)
            case DatasetArrived():
                try:
                    packages.stage_whole(event)
                except PackageDamaged:
                    session.fail(Code.DATASET_DAMAGED, event.name)
            case SwitchWanted():
                packages.switch()
                session.switched()

    def _hello(self, version: int) -> Hello:
        return replace(
            hello_of(self._store, version),
            battery_percent=self._faults.battery,
            free_bytes=shutil.disk_usage(self._folder).free,
        )

    def _uploads(self, received_seq: int) -> Iterator[SealedUpload]:
        for batch in self._store.batches_after(received_seq):
            yield SealedUpload(batch.batch_no, batch.seq_from, batch.seq_to, batch.data)
            self._sent.append(batch)
            if self._rejected:
                # The desk's watermark would pass over these records if later ones came first.
                return

    def _keep(self, receipt: Receipt) -> None:
        self._rejected = receipt.state == "rejected"
        self._store.take_receipt(
            receipt.batch_no,
            Watermarks(receipt.received_seq, receipt.backed_up_seq),
            receipt.verdicts,
            self._rejected,
        )

    def _summary(self) -> Summary:
        return Summary(
            sent=sum(batch.records for batch in self._sent),
            batches=len(self._sent),
            photos=self._photos,
            safe=self._store.unsent() == 0,
        )
