"""Handhelds that were paired and turned bad: their handshake is right, and nothing behind it."""

import random
import zlib
from collections.abc import Callable, Iterator, Mapping
from itertools import cycle
from types import MappingProxyType
from typing import Final

from drivers.contract import Link
from drivers.devices.securing import secure_with
from drivers.devices.simulated.greeting import hello_of
from drivers.devices.simulated.store import TerminalStore
from drivers.devices.simulated.trust import Trust
from drivers.protocols.docking import cbor
from drivers.protocols.docking.connect import TERMINAL_LIMITS
from drivers.protocols.docking.conversation import Connected, Conversation
from drivers.protocols.docking.events import SessionEnded
from drivers.protocols.docking.message_codec import encode_message
from drivers.protocols.docking.messages import (
    MAX_CHUNK_BYTES,
    BatchData,
    BatchOffer,
    BatchReceipt,
    ClockPing,
    ClockPong,
    Hello,
    Message,
    Resume,
)
from drivers.protocols.docking.parcels import sha256
from drivers.protocols.docking.security import SECURED
from drivers.protocols.docking.transport import Transport

READ_BYTES: Final = 65_536
LONGEST_WAIT_S: Final = 1.0
CLAIMED_BYTES: Final = 4 * 1024 * 1024
INFLATED_BLOCK_BYTES: Final = 16 * 1024 * 1024
INFLATED_BLOCKS: Final = 64
DEEP: Final = 60_000
FAR: Final = 0xFFFF_FFFF

Saying = Message | bytes | None
"""A message, the bytes in the place of one with its length, or None: wait for a receipt."""

Attack = Callable[[random.Random], Iterator[Saying]]


class Rogue:
    """Plays an honest handheld until the desk lets it upload, then does what its scenario says."""

    def __init__(
        self,
        store: TerminalStore,
        trust: Trust,
        scenario: str,
        clock_ms: Callable[[], int],
        seed: int,
    ) -> None:
        self._store = store
        self._trust = trust
        self._attacks = cycle(ATTACKS[scenario])
        self._clock_ms = clock_ms
        self._dice = random.Random(seed)  # noqa: S311 - noise, not secrets

    def serve(self, link: Link) -> None:
        """Meet one desk after the other. Raises LinkError when the link is gone."""
        transport = Transport.listening(link.now_s(), TERMINAL_LIMITS, SECURED)
        line = _Mouth(transport, secure_with(self._trust.credentials(), is_desk=False))
        attack: Iterator[Saying] = iter(())
        waits = False
        while True:
            if line.has_room and not waits:
                for saying in attack:
                    waits = saying is None
                    line.say(saying)
                    if waits or not line.has_room:
                        break
            if data := line.bytes_to_send(link.now_s()):
                link.write(data)
            timeout_s = line.next_timeout(link.now_s())
            wait_s = LONGEST_WAIT_S if timeout_s is None else min(timeout_s, LONGEST_WAIT_S)
            for item in line.receive(link.read(READ_BYTES, wait_s), link.now_s()):
                match item:
                    case Connected():
                        attack, waits = iter(()), False
                        line.send(hello_of(self._store, item.version))
                    case ClockPing():
                        line.send(ClockPong(item.number, self._clock_ms()))
                    case Resume():
                        attack = next(self._attacks)(self._dice)
                    case BatchReceipt():
                        waits = False
                    case SessionEnded():
                        attack = iter(())


class _Mouth(Conversation):
    """A conversation that also says what is no message."""

    def say(self, saying: Saying) -> None:
        if isinstance(saying, bytes):
            self._transport.write(self._security.wrap(saying))
        elif saying is not None:
            self.send(saying)


def _framed(body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + body


def _batch(data: bytes, size: int, digest: bytes, packed: int | None) -> Iterator[Saying]:
    """An offer that says this, and all of `data` at once."""
    yield BatchOffer(1, 1, FAR, size, digest, packed)
    for start in range(0, len(data), MAX_CHUNK_BYTES):
        yield BatchData(1, start, data[start : start + MAX_CHUNK_BYTES])


def inflating(blocks: int = INFLATED_BLOCKS) -> bytes:
    """Zeros, deflated: `blocks` of 16 MiB in about 16 kB each."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = deflater.compress(bytes(INFLATED_BLOCK_BYTES)) + deflater.flush(zlib.Z_FULL_FLUSH)
    return b"\x78\x9c" + block * blocks


def _bomb(_dice: random.Random) -> Iterator[Saying]:
    data = inflating()
    yield from _batch(data, CLAIMED_BYTES, sha256(data), len(data))


def _endless(_dice: random.Random) -> Iterator[Saying]:
    data = b"never enough"
    while True:
        yield BatchOffer(1, 1, 1, len(data), sha256(data))
        yield BatchData(1, 0, data)
        yield None


def _lie_about_digest(_dice: random.Random) -> Iterator[Saying]:
    yield from _batch(b"said" * 100, 400, sha256(b"meant"), None)


def _lie_about_size(_dice: random.Random) -> Iterator[Saying]:
    data = b"said" * 100
    yield from _batch(data, 399, sha256(data), None)


def _lie_about_inflated_size(_dice: random.Random) -> Iterator[Saying]:
    data = b"said" * 1000
    packed = zlib.compress(data)
    yield from _batch(packed, 399, sha256(data), len(packed))


def _deep_message(_dice: random.Random) -> Iterator[Saying]:
    yield _framed(b"\x81" * DEEP)


def _deep_batch(_dice: random.Random) -> Iterator[Saying]:
    data = b"\xa1\x07" + b"\x81" * DEEP
    yield from _batch(data, len(data), sha256(data), None)
    yield None
    yield _framed(b"\xa1\x00" + b"\x81" * DEEP)


def _babble(dice: random.Random) -> Iterator[Saying]:
    """Every other message is a map with a kind, known or not, and anything in it."""
    while True:
        body = dice.randbytes(dice.randrange(1, 200))
        if dice.random() < 0.9:
            body = cbor.encode({0: dice.randrange(40, 256), 1: body})
        yield _framed(body)


def _giant_message(_dice: random.Random) -> Iterator[Saying]:
    yield FAR.to_bytes(4, "big") + bytes(100_000)


def _giant_batch(_dice: random.Random) -> Iterator[Saying]:
    yield BatchOffer(1, 1, FAR, FAR, sha256(b""))


def _giant_package(_dice: random.Random) -> Iterator[Saying]:
    yield BatchOffer(1, 1, FAR, 1, sha256(b""), FAR)


def _giant_text(_dice: random.Random) -> Iterator[Saying]:
    hello = encode_message(Hello(1, 1, 1, "S", "M", "1", 1, "P", 1, 1, 1))
    yield _framed(hello.replace(b"\x61M", b"\x79\xea\x60" + b"M" * DEEP))


ATTACKS: Final[Mapping[str, tuple[Attack, ...]]] = MappingProxyType(
    {
        "bomb": (_bomb,),
        "endless": (_endless,),
        "liar": (_lie_about_digest, _lie_about_size, _lie_about_inflated_size),
        "deep": (_deep_message, _deep_batch),
        "babble": (_babble,),
        "giant": (_giant_message, _giant_batch, _giant_package, _giant_text),
    }
)
"""By scenario; one docking after the other gets the next one."""
