"""Sessions driven by a tape of bytes: right frames and right handshakes, wrong everything else.

The same tape always does the same, so that it may come from a seed or from a fuzzer.
"""

import struct
import zlib
from collections.abc import Callable
from contextlib import suppress

from drivers.contract import Receipt
from drivers.protocols.docking import cbor
from drivers.protocols.docking.batch import BatchError, control_totals, open_batch, open_record
from drivers.protocols.docking.connect import TERMINAL_LIMITS, encode_offer
from drivers.protocols.docking.events import BatchArrived
from drivers.protocols.docking.frames import Frame, FrameReader, Kind, encode_frame
from drivers.protocols.docking.message_codec import encode_message
from drivers.protocols.docking.messages import (
    BatchReceipt,
    BlobsAsk,
    ClockPong,
    DatasetDone,
    DatasetWant,
    Hello,
    Message,
    NoMore,
    Resume,
    Welcome,
)
from drivers.protocols.docking.parcels import sha256
from drivers.protocols.docking.security import Suite
from tests.support.docked import DeskEnd, DeskStore, TerminalEnd, TerminalStore, package, sealed
from tests.support.paired import DeskTrust, PairingDesk, PairingTerminal, TerminalTrust
from tests.support.wire_samples import SAMPLES

CONNECTION = 5
BODIES = [encode_message(sample) for sample in SAMPLES]
BATCH = sealed(1, 1, 3)
BLOB = b"a photo of forty bytes, more or less ...."
HELLO = Hello(127, 3, 1, "S", "M", "1", 1, "P", 5, 1, 1)
_ACCEPT = struct.Struct(">BBIH")
_OFFSET = struct.Struct(">I")
_ACK = struct.Struct(">IH")


class Tape:
    """Numbers and bytes read off `data`; behind its end there are zeros."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    @property
    def is_over(self) -> bool:
        return self._position >= len(self._data)

    def number(self, below: int) -> int:
        """0 to `below` - 1."""
        return int.from_bytes(self.take(1 if below <= 256 else 4), "big") % below

    def take(self, count: int) -> bytes:
        piece = self._data[self._position : self._position + count]
        self._position += count
        return piece


class TolerantDesk(DeskEnd):
    """Rejects what is no batch, as the product does."""

    def _post(self, event: BatchArrived) -> Receipt:
        with suppress(BatchError):
            open_batch(event.data)
        return Receipt(event.batch_no, event.sha256, "rejected", 0, 0)


End = DeskEnd | TerminalEnd | PairingDesk | PairingTerminal


class Attacker:
    """Says frames to a real session: the right connection, offsets and check sums."""

    def __init__(self, end: End, suite: Suite = Suite.PLAIN) -> None:
        self.end = end
        self.now_s = 0.0
        self._written = 0
        self._serial = 0
        self._reader = FrameReader()
        self._heard_serial = 0
        self._heard_to = 0
        end.session.bytes_to_send(0.0)
        if isinstance(end, DeskEnd | PairingDesk):
            self.frame(Kind.ACCEPT, _ACCEPT.pack(1, suite, 16_384, 4096))
        else:
            self.frame(Kind.CONNECT, encode_offer(TERMINAL_LIMITS, (suite,)))

    def frame(self, kind: Kind, payload: bytes = b"", connection: int = CONNECTION) -> None:
        self._serial += 1
        frame = Frame(kind, connection, self._serial, payload, int(kind is Kind.DATA))
        self.end.receive(encode_frame(frame), self.now_s)
        self.listen()

    def listen(self) -> None:
        """Take what the session says, and acknowledge it so that it goes on."""
        for frame in self._reader.feed(self.end.session.bytes_to_send(self.now_s)):
            if frame.kind is Kind.DATA:
                self._heard_serial = frame.serial
                self._heard_to = max(
                    self._heard_to, _OFFSET.unpack_from(frame.payload)[0] + len(frame.payload) - 4
                )

    def acknowledge(self) -> None:
        self.frame(Kind.ACK, _ACK.pack(self._heard_to, self._heard_serial))

    def write(self, data: bytes) -> None:
        """Bytes of the stream."""
        for start in range(0, len(data), 4096):
            piece = data[start : start + 4096]
            self.frame(Kind.DATA, _OFFSET.pack(self._written & 0xFFFF_FFFF) + piece)
            self._written += len(piece)

    def say(self, message: Message) -> None:
        self.say_body(encode_message(message))

    def say_body(self, body: bytes) -> None:
        self.write(len(body).to_bytes(4, "big") + body)


def spoil(tape: Tape, data: bytes) -> bytes:
    """One to four changes: a bit, a byte, a piece cut out, a piece put in, the end cut off."""
    spoilt = bytearray(data)
    for _ in range(1 + tape.number(4)):
        place = tape.number(len(spoilt) + 1)
        match tape.number(6):
            case 0 if place < len(spoilt):
                spoilt[place] ^= 1 << tape.number(8)
            case 1 if place < len(spoilt):
                spoilt[place] = tape.number(256)
            case 2:
                del spoilt[place : place + 1 + tape.number(8)]
            case 3:
                spoilt[place:place] = tape.take(1 + tape.number(8))
            case 4:
                del spoilt[place:]
            case _:
                spoilt[place : place + 4] = b"\x1a\xff\xff\xff\xff"[: 1 + tape.number(5)]
    return bytes(spoilt)


def play(tape: Tape, attacker: Attacker, most_steps: int = 40) -> None:
    """Do what the tape says, to its end."""
    for _ in range(most_steps):
        if tape.is_over:
            return
        match tape.number(8):
            case 0 | 1 | 2:
                attacker.say_body(BODIES[tape.number(len(BODIES))])
            case 3 | 4:
                attacker.say_body(spoil(tape, BODIES[tape.number(len(BODIES))]))
            case 5:
                attacker.acknowledge()
                attacker.now_s += (0.0, 0.1, 4.0, 16.0, 61.0)[tape.number(5)]
                attacker.end.receive(b"", attacker.now_s)
            case 6:
                kind = list(Kind)[tape.number(len(Kind))]
                attacker.frame(kind, tape.take(tape.number(24)), CONNECTION + tape.number(2))
            case _:
                attacker.write(tape.take(1 + tape.number(40)))
        assert (attacker.end.session.next_timeout(attacker.now_s) or 0.0) >= 0.0


def desk_attack(tape: Tape) -> End:
    """A terminal that gets as far as `depth` before it goes astray."""
    store = DeskStore([package("a", 1, b"abc"), package("b", 1, b"b" * 300)])
    attacker = Attacker(TolerantDesk(store, CONNECTION, 0.0))
    depth = tape.number(4)
    if depth:
        attacker.say(HELLO)
        for number in range(3):
            attacker.say(ClockPong(number, 1))
    if depth > 1:
        attacker.say(NoMore())
    if depth > 2:
        for want in ("a", "b"):
            attacker.say(DatasetWant(want, 0, b""))
        attacker.say(DatasetDone())
    play(tape, attacker)
    assert store.posted == []
    return attacker.end


def terminal_attack(tape: Tape) -> End:
    """A desk that gets as far as `depth` before it goes astray."""
    blobs = {sha256(BLOB): BLOB}
    store = TerminalStore([BATCH], blobs=blobs)
    attacker = Attacker(TerminalEnd(store, 0.0))
    depth = tape.number(4)
    if depth:
        attacker.say(Welcome("d", 1, 1 << 22))
        attacker.say(Resume(0, 0))
    if depth > 1:
        attacker.say(BatchReceipt(1, sha256(BATCH.data), "applied", 3, 0, 0))
    if depth > 2:
        attacker.say(BlobsAsk())
    play(tape, attacker)
    return attacker.end


def pairing_attack(tape: Tape) -> End:
    """A terminal that wants to be paired, or a desk that wants to pair."""
    if tape.number(2):
        end: End = PairingDesk(DeskTrust(), CONNECTION, 0.0)
    else:
        end = PairingTerminal(TerminalTrust(), 0.0)
    attacker = Attacker(end, Suite.PAIRING)
    play(tape, attacker, 12)
    if isinstance(end, PairingDesk):
        assert end.trust.trusted == {}
    elif isinstance(end, PairingTerminal):
        assert end.trust.desk == b""
    return end


ATTACKS: dict[str, Callable[[Tape], End]] = {
    "desk session": desk_attack,
    "terminal session": terminal_attack,
    "pairing session": pairing_attack,
}


def mended(data: bytes) -> bytes:
    """The batch in `data` with sums and digest put right, so that what is behind them is seen."""
    try:
        fields = cbor.decode(data, max_depth=8, max_items=1 << 16, max_bytes=1 << 20)
    except cbor.CborError:
        return data
    if not isinstance(fields, dict) or not isinstance(records := fields.get(7), list):
        return data
    raw = [_with_sum(record) for record in records if isinstance(record, bytes)]
    totals = control_totals([open_record(record, 0) for record in raw])
    changes = {7: raw, 8: totals, 9: sha256(b"".join(raw))}
    try:
        return cbor.encode(fields | changes)
    except cbor.CborError:
        return data


def _with_sum(record: bytes) -> bytes:
    try:
        value = cbor.decode(record)
    except cbor.CborError:
        return record
    if not isinstance(value, list) or len(value) != 7:
        return record
    encoded = cbor.encode(value[:6])
    return b"\x87" + encoded[1:] + cbor.encode(zlib.crc32(encoded))
