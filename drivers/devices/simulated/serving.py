"""A handheld at its port: answers whatever desk comes, out of its store."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from drivers.contract import Link, Receipt, Watermarks
from drivers.devices.simulated.faults import Faults
from drivers.devices.simulated.sealing import APP_VERSION, SCHEMA_VERSION, seal_loose_records
from drivers.devices.simulated.store import SealedBatch, TerminalStore
from drivers.protocols.docking.codes import Code
from drivers.protocols.docking.events import (
    DatasetChunk,
    DatasetOffered,
    DeskConnected,
    ReceiptArrived,
    ResumeArrived,
    SealArrived,
    SessionEnded,
    SwitchWanted,
    TerminalEvent,
)
from drivers.protocols.docking.messages import Hello
from drivers.protocols.docking.parcels import SealedUpload
from drivers.protocols.docking.terminal import TerminalSession

MODEL = "simulated"
READ_BYTES = 65_536
LONGEST_WAIT_S = 1.0


@dataclass(frozen=True, slots=True)
class Summary:
    """One completed session; `sent` counts records, `safe` says that none is left to send."""

    sent: int
    batches: int
    safe: bool


class Handheld:
    """Answers desks on one link after the other; all that lasts is in `store`."""

    def __init__(
        self, store: TerminalStore, folder: Path, faults: Faults, clock_ms: Callable[[], int]
    ) -> None:
        self._store = store
        self._folder = folder
        self._faults = faults
        self._clock_ms = clock_ms
        self._sent: list[SealedBatch] = []
        self._sealed = False
        self._rejected = False

    def serve(self, link: Link) -> Iterator[Summary]:
        """Yield for each completed session on `link`. Raises LinkError when the link is gone."""
        session = TerminalSession(link.now_s(), self._clock_ms())
        while True:
            if data := session.bytes_to_send(link.now_s()):
                link.write(data)
            timeout_s = session.next_timeout(link.now_s())
            wait_s = LONGEST_WAIT_S if timeout_s is None else min(timeout_s, LONGEST_WAIT_S)
            arrived = link.read(READ_BYTES, wait_s)
            for event in session.receive(arrived, link.now_s()):
                self._answer(session, event)
                if isinstance(event, SessionEnded) and event.code == Code.DONE and self._sealed:
                    if data := session.bytes_to_send(link.now_s()):
                        link.write(data)
                    yield self._summary()

    def _answer(self, session: TerminalSession, event: TerminalEvent) -> None:
        match event:
            case DeskConnected():
                self._sent.clear()
                self._sealed = self._rejected = False
                session.greet(self._hello(event.version))
            case ResumeArrived():
                self._store.obey(Watermarks(event.received_seq, event.backed_up_seq))
                identity = self._store.identity()
                seal_loose_records(self._store, identity, bool(self._faults.badtotals))
                session.upload(self._uploads(event.received_seq))
            case ReceiptArrived():
                self._keep(event.receipt)
            case DatasetOffered():
                session.take(self._store.stage(event.name, event.revision, event.sha256))
            case DatasetChunk():
                self._store.stage_part(event.name, event.offset, event.data)
            case SwitchWanted():
                self._store.switch()
                session.switched()
            case SealArrived():
                self._store.obey(Watermarks(event.received_seq, event.backed_up_seq))
                self._sealed = True
                session.safe()

    def _hello(self, version: int) -> Hello:
        identity = self._store.identity()
        return Hello(
            branch=identity.branch,
            terminal=identity.terminal,
            epoch=identity.epoch,
            serial=identity.serial,
            model=MODEL,
            app_version=APP_VERSION,
            schema_version=SCHEMA_VERSION,
            person=identity.person,
            last_seq=identity.last_seq,
            min_version=version,
            max_version=version,
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
            safe=self._store.unsent() == 0,
        )
