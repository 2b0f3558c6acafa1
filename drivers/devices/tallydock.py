"""The driver for terminals that speak our own docking protocol (PROTOCOL.md)."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, TypeVar

from drivers.contract import (
    Applicant,
    Blob,
    Capability,
    Invitation,
    Link,
    Package,
    PairingDriver,
    Place,
    Progress,
    Receipt,
    Session,
    TerminalInfo,
    Traffic,
    Upload,
    Watermarks,
)
from drivers.devices.partials import Partials
from drivers.devices.securing import on_link, secure_with
from drivers.devices.tallydock_pump import LONGEST_WAIT_S, Event, Pump
from drivers.errors import CannotProve, PeerSilent
from drivers.protocols.docking.codes import Code
from drivers.protocols.docking.desk import DeskSession
from drivers.protocols.docking.events import (
    Applied,
    BatchArrived,
    BatchChunk,
    BlobArrived,
    BlobChunk,
    BlobOffered,
    BlobsDone,
    PackagesTaken,
    Paired,
    SafeToRemove,
    TerminalReady,
    UploadsDone,
)
from drivers.protocols.docking.introduction import NONCE_BYTES
from drivers.protocols.docking.keys import device_id
from drivers.protocols.docking.pairing import PairingSession
from drivers.protocols.docking.security import SECURED

DESK_NAME: Final = "Tallydock"

Wanted = TypeVar("Wanted", bound=Event)


class TallydockDriver(PairingDriver):
    """Handhelds with our protocol on board, over whatever carries bytes."""

    name = "tallydock"
    title = "Tallydock handheld"
    capabilities = frozenset(
        {
            Capability.IDENTIFY,
            Capability.UPLOAD,
            Capability.ACKNOWLEDGE,
            Capability.DOWNLOAD,
            Capability.PHOTOS,
            Capability.REFUSE,
        }
    )

    @contextmanager
    def connect(
        self, link: Link, clock_ms: Callable[[], int], progress: Progress
    ) -> Iterator[Session]:
        engine = DeskSession(
            link.random_bits(32),
            link.now_s(),
            clock_ms(),
            suites=SECURED,
            secure=on_link(link.cipher, secure_with(self.credentials, is_desk=True)),
        )
        pump = Pump(link, engine, progress)
        session = TallydockSession(link.name, engine, pump, Partials(self.scratch))
        try:
            session.greet()
            yield session
        finally:
            pump.break_off()

    def pair(
        self,
        link: Link,
        invitation: Invitation,
        decide: Callable[[Applicant, str | None], Place],
        progress: Progress,
    ) -> Applicant:
        if self.credentials is None:
            raise CannotProve(port=link.name)
        nonce = link.random_bits(8 * NONCE_BYTES).to_bytes(NONCE_BYTES, "big")
        certificate = self.credentials.certificate
        number = link.random_bits(32)
        engine = PairingSession(number, link.now_s(), invitation, certificate, nonce)
        pump = Pump(link, engine, progress)
        try:
            applied = _wait(pump, Applied)
            pump.greeted = True
            with ThreadPoolExecutor(1) as person:
                answer = person.submit(decide, applied.applicant, applied.digits)
                while not answer.done() and not pump.events:
                    pump.turn(LONGEST_WAIT_S)
                    pump.report("decide", 0, 0)
            engine.place(answer.result())
            _wait(pump, Paired)
            pump.part()
        finally:
            pump.break_off(Code.PAIRING_REFUSED)
        return applied.applicant


class TallydockSession(Session):
    """Turns the calls of a docking into those of the protocol's desk side."""

    def __init__(self, port: str, engine: DeskSession, pump: Pump, partials: Partials) -> None:
        self._port = port
        self._engine = engine
        self._pump = pump
        self._partials = partials
        self._info: TerminalInfo | None = None
        self._watermarks = Watermarks(0, 0)

    def greet(self) -> None:
        """Wait until the terminal has said who it is."""
        self._pump.report("connect", 0, 0)
        ready = _wait(self._pump, TerminalReady)
        self._pump.greeted = True
        self._info = _info(ready)

    def info(self) -> TerminalInfo:
        if self._info is None:
            raise PeerSilent(port=self._port, silent_s=0.0)
        return self._info

    def pull(self, watermarks: Watermarks) -> Iterator[Upload]:
        self._watermarks = watermarks
        kept = self._partials.find(self.info())
        self._engine.welcome(DESK_NAME)
        self._engine.resume(watermarks.received_seq, watermarks.backed_up_seq, kept)
        while True:
            match self._pump.next():
                case BatchChunk() as chunk:
                    self._partials.add(self.info(), chunk)
                    self._pump.report("upload", chunk.offset + len(chunk.data), chunk.size)
                case BatchArrived() as batch:
                    yield Upload(batch.batch_no, batch.data)
                case UploadsDone():
                    return

    def acknowledge(self, receipt: Receipt) -> None:
        self._watermarks = Watermarks(receipt.received_seq, receipt.backed_up_seq)
        self._engine.acknowledge(receipt)
        self._partials.drop(self.info())
        self._pump.write()

    def push(self, packages: Sequence[Package]) -> None:
        self._engine.push(packages)
        while not self._pump.events:
            self._pump.turn(LONGEST_WAIT_S)
            self._pump.report("download", *self._engine.pushed)
        _wait(self._pump, PackagesTaken)

    def pull_blobs(self, held: Callable[[bytes], bool]) -> Iterator[Blob]:
        self._engine.ask_blobs()
        while True:
            match self._pump.next():
                case BlobOffered() as offer if held(offer.sha256):
                    self.acknowledge_blob(offer.sha256, True)
                case BlobOffered() as offer:
                    kept = self._partials.find_blob(offer.sha256)
                    self._pump.events.extend(self._engine.want_blob(offer.sha256, kept))
                case BlobChunk() as chunk:
                    self._partials.add_blob(chunk)
                    self._pump.report("photos", chunk.offset + len(chunk.data), chunk.size)
                case BlobArrived() as blob:
                    yield Blob(blob.sha256, blob.data)
                case BlobsDone():
                    return

    def acknowledge_blob(self, sha256: bytes, kept: bool) -> None:
        self._engine.answer_blob(sha256, kept)
        self._partials.drop_blob(sha256)
        self._pump.write()

    def refuse(self, code: int, text: str) -> None:
        self._engine.refuse(Code(code), text)
        self._pump.part()

    def traffic(self) -> Traffic:
        return self._pump.traffic()

    def finish(self, ticket: bytes = b"") -> None:
        self._pump.report("finish", 0, 0)
        marks = self._watermarks
        self._engine.seal(marks.received_seq, marks.backed_up_seq, ticket)
        _wait(self._pump, SafeToRemove)
        self._pump.part()


def _wait(pump: Pump, kind: type[Wanted]) -> Wanted:
    while not isinstance(event := pump.next(), kind):
        pass
    return event


def _info(ready: TerminalReady) -> TerminalInfo:
    hello = ready.hello
    return TerminalInfo(
        branch=hello.branch,
        terminal=hello.terminal,
        epoch=hello.epoch,
        serial=hello.serial,
        model=hello.model,
        app_version=hello.app_version,
        protocol_version=ready.version,
        person=hello.person,
        battery_percent=hello.battery_percent,
        free_bytes=hello.free_bytes,
        clock_offset_ms=ready.clock_offset_ms,
        last_seq=hello.last_seq,
        schema_version=hello.schema_version,
        device_id=device_id(ready.certificate) if ready.certificate else b"",
        first_seq=hello.first_seq or 0,
        ticket=hello.ticket or b"",
        masters_ms=hello.masters_ms,
        last_number=hello.last_number or 0,
        held=hello.held or (),
    )
