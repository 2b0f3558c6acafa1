"""Dockings that are cut or flipped at a chosen byte and then go on until all is done.

A reference is a way from nothing to done in one, two or three sessions. A case spoils the bytes of
that way at one place, or at two; whatever the sides made durable must make a whole in the end.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from random import Random

from drivers.contract import Credentials, Package
from drivers.protocols.docking.parcels import Partial, SealedUpload, pack, sha256
from tests.support.credentials import DESK, HANDHELD, certificate, desk_credentials, key_file
from tests.support.docked import (
    TICKET,
    DeskEnd,
    DeskStore,
    TerminalEnd,
    TerminalStore,
    Wire,
    dock,
    package,
    sealed,
)
from tests.support.paired import PLACE, DeskTrust, PairingDesk, PairingTerminal, TerminalTrust

MOST_SESSIONS = 12
Ends = tuple[DeskEnd, TerminalEnd] | tuple[PairingDesk, PairingTerminal]


@dataclass(frozen=True, slots=True)
class Spoiling:
    """`cuts`: bytes of one direction after which the line is cut, each counted from the start of
    the way; `flip`: (byte, bit). `terminal_lives`: its program goes on when the line is cut."""

    direction: str
    cuts: tuple[int, ...] = ()
    flip: tuple[int, int] | None = None
    terminal_lives: bool = False

    @property
    def kind(self) -> str:
        """What the summary calls it."""
        return "cuts" if self.cuts else "flips"


class OnceOnly(dict[bytes, bytes]):
    """What may come in once, and never a second time."""

    def __setitem__(self, key: bytes, value: bytes) -> None:
        assert key not in self, f"{key.hex()} came twice"
        super().__setitem__(key, value)


@dataclass
class SpoiltWire(Wire):
    """One direction of the whole way, over all its sessions."""

    cuts: list[int] = field(default_factory=list)
    flip: tuple[int, int] | None = None
    stale: bytes = b""

    def deliver(self, data: bytes) -> bytes:
        start, self.sent = self.sent, self.sent + len(data)
        if self.flip is not None and start <= self.flip[0] < self.sent:
            spoilt = bytearray(data)
            spoilt[self.flip[0] - start] ^= 1 << self.flip[1]
            data = bytes(spoilt)
        if self.cuts and self.sent > self.cuts[0]:
            through = max(0, self.cuts.pop(0) - start)
            self.cut, self.stale = True, data[through:]
            return data[:through]
        return data

    def mend(self) -> bytes:
        """The line is whole again; what was still in the cable."""
        self.cut = False
        stale, self.stale = self.stale, b""
        return stale


@cache
def desk_keys() -> Credentials:
    """Of a desk that knows the terminal."""
    return desk_credentials(HANDHELD)


@cache
def terminal_keys() -> Credentials:
    """Of a terminal that knows the desk."""
    return Credentials(certificate(HANDHELD), key_file(HANDHELD), (certificate(DESK),))


class Docking:
    """A docking in the open or secured, from stores that survive every cut."""

    def __init__(
        self,
        batches: list[SealedUpload],
        packages: list[Package],
        photos: list[bytes],
        *,
        is_secured: bool = True,
    ) -> None:
        self.desk = DeskStore(packages, blobs=OnceOnly())
        self.terminal = TerminalStore(batches, blobs={sha256(each): each for each in photos})
        self.is_secured = is_secured

    @property
    def is_done(self) -> bool:
        return self.desk.safe > 0

    def ends(self, number: int, now_s: float) -> Ends:
        """Both programs, started anew."""
        desk, terminal = self.keys()
        return (
            DeskEnd(self.desk, number, now_s, desk),
            TerminalEnd(self.terminal, now_s, terminal),
        )

    def keys(self) -> tuple[Credentials | None, Credentials | None]:
        return (desk_keys(), terminal_keys()) if self.is_secured else (None, None)

    def check_on_the_way(self) -> None:
        """What holds after every session, however it ended."""
        assert self.terminal.handed_over_seq <= self.desk.received_seq
        assert self.terminal.answered <= self.desk.blobs.keys()
        whole = {each.name: each.data for each in self.desk.packages}
        assert self.terminal.datasets in ({}, whole), "switched to half of the data sets"

    def check(self) -> None:
        """Every record exactly once, every blob once, the data sets whole."""
        desk, terminal = self.desk, self.terminal
        last = max((batch.seq_to for batch in terminal.batches), default=0)
        assert desk.posted == sorted(desk.records) == list(range(1, last + 1))
        assert terminal.handed_over_seq == last
        assert terminal.receipts == {batch.batch_no for batch in terminal.batches}
        assert dict(desk.blobs) == terminal.blobs
        assert terminal.answered == set(terminal.blobs)
        assert terminal.datasets == {each.name: each.data for each in desk.packages}
        assert terminal.ticket == TICKET


class PairedDocking(Docking):
    """A pairing by code, then a docking with what each side kept of it."""

    def __init__(self) -> None:
        super().__init__([_sealed(1, 1, 1)], [], [])
        self.desk_trust = DeskTrust()
        self.terminal_trust = TerminalTrust()

    def ends(self, number: int, now_s: float) -> Ends:
        if not self.terminal_trust.desk:
            return (
                PairingDesk(self.desk_trust, number, now_s),
                PairingTerminal(self.terminal_trust, now_s),
            )
        return super().ends(number, now_s)

    def keys(self) -> tuple[Credentials | None, Credentials | None]:
        return self.desk_trust.credentials(), self.terminal_trust.credentials()

    def check_on_the_way(self) -> None:
        super().check_on_the_way()
        if self.terminal_trust.desk:
            assert self.desk_trust.trusted, "a place that the desk knows nothing of"

    def check(self) -> None:
        super().check()
        assert self.desk_trust.trusted == {certificate(HANDHELD): PLACE}
        assert self.terminal_trust == TerminalTrust(certificate(DESK), PLACE)


def two_batches(*, is_secured: bool = True) -> Docking:
    """Two batches and two data sets, one of them empty."""
    batches = [_sealed(1, 1, 1), _sealed(2, 2, 2)]
    packages = [package("products", 3, b"p\0" * 60), package("nothing", 1, b"")]
    return Docking(batches, packages, [], is_secured=is_secured)


def photos_and_partials(*, is_secured: bool = True) -> Docking:
    """Two photos, and half of a batch, a photo and a data set left from sessions before."""
    dice = Random(7)
    photos = [dice.randbytes(150), dice.randbytes(90)]
    products = package("products", 3, dice.randbytes(120))
    docking = Docking([_sealed(1, 1, 2, 40)], [products], photos, is_secured=is_secured)
    batch = docking.terminal.batches[0]
    packed = pack(batch.data) or batch.data
    docking.desk.partial = Partial(1, sha256(batch.data), packed[: len(packed) // 2])
    docking.desk.parts[sha256(photos[0])] = photos[0][:100]
    docking.terminal.partial["products"] = products.data[:60]
    return docking


# Every case begins with the same batches.
_sealed = cache(sealed)

REFERENCES: dict[str, Callable[[], Docking]] = {
    "batches": two_batches,
    "photos": photos_and_partials,
    "pairing": PairedDocking,
}


def run_case(reference: Callable[[], Docking], spoiling: Spoiling) -> tuple[int, int]:
    """Go the whole way, spoilt once or twice. Returns the bytes sent (up, down); an
    AssertionError says what was lost, doubled or torn."""
    docking = reference()
    spoilt = SpoiltWire(cuts=list(spoiling.cuts), flip=spoiling.flip)
    is_up = spoiling.direction == "up"
    up, down = (spoilt, SpoiltWire()) if is_up else (SpoiltWire(), spoilt)
    now_s = 0.0
    terminal: TerminalEnd | PairingTerminal | None = None
    stale = b""
    for number in count(7):
        assert number < 7 + MOST_SESSIONS, "it does not come to an end"
        desk, fresh = docking.ends(number, now_s)
        if terminal is None or type(terminal) is not type(fresh):
            terminal = fresh
        (desk if is_up else terminal).receive(stale, now_s)
        now_s = dock(desk, terminal, up, down, now_s)  # type: ignore[arg-type]
        stale = spoilt.mend()
        docking.check_on_the_way()
        if docking.is_done:
            break
        if not spoiling.terminal_lives:
            terminal = None
    docking.check()
    return up.sent, down.sent


@cache
def lengths(name: str) -> tuple[int, int]:
    """Bytes (up, down) of a reference that nothing happens to."""
    return run_case(REFERENCES[name], Spoiling("up"))


def places(name: str) -> Iterator[tuple[str, int]]:
    """(direction, byte) of every byte of a reference."""
    for direction, length in zip(("up", "down"), lengths(name), strict=True):
        for place in range(length):
            yield direction, place


def single_cases(name: str) -> Iterator[Spoiling]:
    """A cut and a flipped bit at every byte."""
    for direction, place in places(name):
        yield Spoiling(direction, (place,), terminal_lives=place % 3 == 0)
        yield Spoiling(direction, flip=(place, place % 8))


def double_cuts(name: str, number: int, seed: int = 1) -> Iterator[Spoiling]:
    """Cut, and cut again: anywhere on the way that is left, soon after the first most of all."""
    dice = Random(f"{name}/{seed}")
    for _ in range(number):
        direction = dice.choice(("up", "down"))
        length = lengths(name)[direction == "down"]
        first = dice.randrange(length)
        second = first + 1 + int(dice.random() ** 3 * length)
        yield Spoiling(direction, (first, second), terminal_lives=dice.random() < 0.5)
