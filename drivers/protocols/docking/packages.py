"""Data sets on their way: all offered at once, sent as they are asked for, switched together."""

from collections import deque
from collections.abc import Callable, Sequence

from drivers.contract import Package
from drivers.protocols.docking.codes import Code
from drivers.protocols.docking.events import DatasetArrived, DatasetChunk, DatasetOffered
from drivers.protocols.docking.messages import (
    DatasetCommit,
    DatasetData,
    DatasetOffer,
    DatasetWant,
    Message,
    MessageError,
)
from drivers.protocols.docking.parcels import Incoming, Outgoing, pack, sha256

MAX_OFFERS = 64
MAX_DATASET_BYTES = 8 * 1024 * 1024


class PackageSender:
    """The desk's half. Every package is asked about by the terminal exactly once."""

    def __init__(self, packages: Sequence[Package], send: Callable[[Message], None]) -> None:
        self._send = send
        self._unasked: dict[str, bytes] = {}
        self._outgoing: deque[tuple[str, Outgoing]] = deque()
        self._committed = False
        self.sent_bytes = 0
        self.total_bytes = 0
        for package in packages:
            self._offer(package)
        self._commit_when_done()

    @property
    def committed(self) -> bool:
        """All is sent; the terminal has been told to switch."""
        return self._committed

    def take_want(self, want: DatasetWant) -> None:
        """Raises MessageError for what was not offered, or asked for before."""
        data = self._unasked.pop(want.name, None)
        if data is None:
            raise MessageError(Code.MESSAGE_UNEXPECTED)
        outgoing = Outgoing(data, want.offset, want.prefix_sha256)
        self.sent_bytes += outgoing.offset
        self._outgoing.append((want.name, outgoing))
        self._commit_when_done()

    def send_next(self) -> bool:
        """Send one more chunk; False when there is nothing to send now."""
        while self._outgoing:
            name, outgoing = self._outgoing[0]
            if chunk := outgoing.next_chunk():
                self._send(DatasetData(name, *chunk))
                self.sent_bytes += len(chunk[1])
                return True
            self._outgoing.popleft()
            self._commit_when_done()
        return False

    def _offer(self, package: Package) -> None:
        packed = pack(package.data)
        data = package.data if packed is None else packed
        self._unasked[package.name] = data
        self.total_bytes += len(data)
        is_delta = package.base_revision > 0
        self._send(
            DatasetOffer(
                package.name,
                package.revision,
                len(package.data),
                sha256(package.data),
                None if packed is None else len(packed),
                package.base_revision if is_delta else None,
                package.key_columns if is_delta else None,
                package.sha256 if is_delta else None,
            )
        )

    def _commit_when_done(self) -> None:
        done = not self._unasked and not any(not each.is_done for _, each in self._outgoing)
        if done and not self._committed:
            self._committed = True
            self._send(DatasetCommit())


class PackageTaker:
    """The terminal's half: keeps every open offer until it is taken whole or turned down."""

    def __init__(self, send: Callable[[Message], None]) -> None:
        self._send = send
        self._offers: dict[str, DatasetOffer] = {}
        self._incoming: dict[str, Incoming] = {}

    @property
    def idle(self) -> bool:
        """Nothing is open."""
        return not self._offers

    def take_offer(self, offer: DatasetOffer) -> DatasetOffered:
        """Raises MessageError for too much, or for a name that is open already."""
        largest = max(offer.size, offer.packed or 0)
        if offer.name in self._offers or len(self._offers) >= MAX_OFFERS:
            raise MessageError(Code.MESSAGE_UNEXPECTED)
        if largest > MAX_DATASET_BYTES:
            raise MessageError(Code.MESSAGE_MALFORMED)
        self._offers[offer.name] = offer
        return DatasetOffered(offer.name, offer.revision, offer.sha256)

    def take(self, name: str, held: bytes) -> list[DatasetArrived]:
        """Ask for what is behind `held`. Raises MessageError if `held` is whole and damaged."""
        offer = self._offers[name]
        incoming = Incoming(offer.size, offer.sha256, held, offer.packed)
        if incoming.complete and incoming.content() is None:
            incoming.restart()
        self._incoming[name] = incoming
        self._send(DatasetWant(name, incoming.offset, incoming.prefix_sha256()))
        return self._finish(name)

    def skip(self, name: str) -> None:
        """It is held whole already."""
        offer = self._offers.pop(name)
        size = offer.size if offer.packed is None else offer.packed
        self._send(DatasetWant(name, size, b""))

    def take_data(self, chunk: DatasetData) -> list[DatasetChunk | DatasetArrived]:
        """Raises MessageError for what was not asked for, and for a digest that differs."""
        incoming = self._incoming.get(chunk.name)
        if incoming is None:
            raise MessageError(Code.MESSAGE_UNEXPECTED)
        incoming.add(chunk.offset, chunk.data)
        event = DatasetChunk(chunk.name, chunk.offset, chunk.data)
        return [event, *self._finish(chunk.name)]

    def _finish(self, name: str) -> list[DatasetArrived]:
        if not self._incoming[name].complete:
            return []
        data = self._incoming.pop(name).content()
        offer = self._offers.pop(name)
        if data is None:
            raise MessageError(Code.DATASET_DAMAGED)
        return [
            DatasetArrived(
                name,
                offer.revision,
                data,
                offer.base_revision or 0,
                offer.key_columns or 1,
                offer.whole_sha256 or offer.sha256,
            )
        ]
