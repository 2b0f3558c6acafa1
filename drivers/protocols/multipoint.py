"""MULTIPOINT, the file protocol of Unitech's terminals: packets, checksum, one command at a time.

The desk commands and the terminal answers, with ACK or NAK or with a packet that the desk
acknowledges. Source: Unitech's PT630 Programming Reference Guide, chapter 2, and the same chapter
for the PT600 and MR350. What the guide leaves open: whether the checksum is taken over the
characters before or after their conversion. The first packet in which it matters shows it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from drivers.protocols.transfer.events import Failed

STX: Final = 0x02
ETX: Final = 0x03
EOT: Final = 0x04
ACK: Final = 0x06
NAK: Final = 0x15
ESC: Final = 0x1B

DEFAULT_ADDRESS: Final = 0x41 + 0x80  # 'A'
MAX_PACKET: Final = 256  # PT630; 128 for the MR350
MAX_SENT_DATA: Final = 56  # so that all of it converted makes no more than 128 bytes
WAKING: Final = bytes(4)
WAKE_S: Final = 0.5

ANSWER_S: Final = 2.0
TRIES: Final = 4
MAX_REPEATS: Final = 10

_BACKSLASH: Final = 0x5C


class Action(bytes, Enum):
    """Commands of the desk; terminals answer with the same letters."""

    DIRECTORY = b"D"
    ERASE = b"E"
    EXISTS = b"J"
    DOWNLOAD = b"L"
    SET_TIME = b"M"
    IDENTITY = b"R"
    UPLOAD = b"U"
    DATA = b"Y"
    END = b"Z"
    CANCEL_UPLOAD = b"y"
    CANCEL_DOWNLOAD = b"z"


class Reading(Enum):
    """What the checksum may be taken over."""

    CONVERTED = "converted"
    PLAIN = "plain"


class MultipointError(Exception):
    """A packet that cannot be right."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The terminal took the command."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The terminal said no, again and again."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The terminal's packet: its letter and what came with it."""

    action: bytes
    data: bytes


MultipointEvent = Acknowledged | Refused | Answered | Failed


def convert(data: bytes) -> bytes:
    """`data` without control characters and without bytes that could be an address."""
    converted = bytearray()
    for byte in data:
        if byte < 0x20:
            converted += bytes((_BACKSLASH, byte + 0x80))
        elif byte >= 0xA0 and byte != 0xDC:
            converted += bytes((_BACKSLASH, byte - 0x80))
        elif byte == _BACKSLASH:
            converted += bytes((_BACKSLASH, _BACKSLASH))
        else:
            converted.append(byte)
    return bytes(converted)


def convert_back(converted: bytes) -> bytes:
    """What was converted. Raises MultipointError for a backslash with nothing to it."""
    data = bytearray()
    bytes_left = iter(converted)
    for byte in bytes_left:
        if byte != _BACKSLASH:
            data.append(byte)
            continue
        byte = next(bytes_left, 0)  # noqa: PLW2901 - the second of a pair
        if byte == _BACKSLASH:
            data.append(byte)
        elif 0x80 <= byte <= 0x9F:
            data.append(byte - 0x80)
        elif 0x20 <= byte <= 0x7F:
            data.append(byte + 0x80)
        else:
            raise MultipointError
    return bytes(data)


def checksum(characters: bytes, address: int = 0) -> bytes:
    """The two characters behind `characters`; a terminal's packets have no address."""
    total = sum(characters) + address + len(characters)
    return bytes(((total >> 4 & 15) + 0x40, (total & 15) + 0x40))


def encode_command(
    action: bytes,
    parameters: bytes = b"",
    address: int = DEFAULT_ADDRESS,
    reading: Reading = Reading.CONVERTED,
) -> bytes:
    """A packet from the desk to the terminal at `address`."""
    head = bytes((ESC,)) + action
    body = head + convert(parameters)
    check = checksum(body if reading is Reading.CONVERTED else head + parameters, address)
    return bytes((STX,)) + body + check + bytes((address,))


class PacketReader:
    """Cuts what arrives into packets and single characters; holds at most MAX_PACKET bytes.

    A single character comes as bytes, a packet as what it says, a spoilt one as None.
    """

    def __init__(self) -> None:
        self._body: bytearray | None = None
        self._readings = set(Reading)

    @property
    def readings(self) -> list[Reading]:
        """How this terminal may count; the likelier way is the first."""
        return [reading for reading in Reading if reading in self._readings]

    def believe(self, reading: Reading) -> None:
        """The terminal took a packet that no other reading makes."""
        self._readings = {reading}

    def feed(self, data: bytes) -> list[Answered | bytes | None]:
        """What `data` completes, in order; noise between packets is left out."""
        found: list[Answered | bytes | None] = []
        for byte in data:
            if byte == STX:
                if self._body is not None:
                    found.append(None)
                self._body = bytearray()
            elif self._body is None:
                if byte in (ACK, NAK, EOT):
                    found.append(bytes((byte,)))
            elif byte == ETX:
                found.append(self._decoded(bytes(self._body)))
                self._body = None
            else:
                self._body.append(byte)
                if len(self._body) > MAX_PACKET:
                    self._body = None
                    found.append(None)
        return found

    def drop_rest(self) -> bool:
        """Give up a packet whose end does not come; says whether there was one."""
        had, self._body = self._body is not None, None
        return had

    def _decoded(self, body: bytes) -> Answered | None:
        characters, check = body[:-2], body[-2:]
        head = 2 if characters[:1] == bytes((ESC,)) else 1  # the guide shows both
        try:
            data = convert_back(characters[head:])
        except MultipointError:
            return None
        if len(characters) < head:
            return None
        sums = {
            Reading.CONVERTED: checksum(characters),
            Reading.PLAIN: checksum(characters[:head] + data),
        }
        fitting = {reading for reading in self._readings if sums[reading] == check}
        if not fitting:
            return None
        self._readings = fitting
        return Answered(characters[head - 1 : head], data)


def _nothing(_: Reading) -> bytes:
    return b""


class MultipointDesk:
    """The desk's side: one command at a time, sent again when its answer was damaged or lost."""

    def __init__(self, address: int = DEFAULT_ADDRESS) -> None:
        self._address = address
        self._reader = PacketReader()
        self._outbox = bytearray()
        self._packet: Callable[[Reading], bytes] = _nothing
        self._said = Reading.CONVERTED
        self._answers: frozenset[bytes] = frozenset()
        self._tries = 0
        self._repeats = 0
        self._due_s: float | None = None
        self.damaged_packets = 0
        self.silences = 0

    def ask(
        self,
        action: bytes,
        now_s: float,
        parameters: bytes = b"",
        answers: frozenset[bytes] = frozenset(),
        tries: int = TRIES,
    ) -> None:
        """Begin. `answers`: letters of the packets that answer it; without any it is an ACK."""
        self._packet = lambda reading: encode_command(action, parameters, self._address, reading)
        self._answers, self._tries, self._repeats = answers, tries, MAX_REPEATS
        self._reader.drop_rest()
        self._send(now_s)

    def bytes_to_send(self, now_s: float) -> bytes:  # noqa: ARG002 - nothing waits here
        data = bytes(self._outbox)
        self._outbox.clear()
        return data

    def next_timeout(self, now_s: float) -> float | None:
        """Seconds until something is due; None if nothing was asked."""
        return None if self._due_s is None else max(0.0, self._due_s - now_s)

    def receive(self, data: bytes, now_s: float) -> list[MultipointEvent]:
        """What `data`, or the time that has passed without any, means."""
        for found in self._reader.feed(data):
            if self._due_s is None:
                break
            event = self._understand(found, now_s)
            if event:
                self._due_s = None
                return [event]
        if self._due_s is None or now_s < self._due_s:
            return []
        return self._run_out_of_time(now_s)

    def _understand(self, found: Answered | bytes | None, now_s: float) -> MultipointEvent | None:
        if isinstance(found, Answered):
            self._outbox.append(ACK)  # also one that comes again because our ACK was lost
            return found if found.action in self._answers else None
        if found == bytes((ACK,)) and not self._answers:
            if len({self._packet(reading) for reading in self._reader.readings}) > 1:
                self._reader.believe(self._said)
            return Acknowledged()
        if found is None:
            self.damaged_packets += 1
            return self._repeat(bytes((NAK,)), "damaged", now_s)
        if found == bytes((NAK,)):
            self.damaged_packets += 1
            return self._repeat(self._worded(), "refused", now_s)
        return None

    def _repeat(self, packet: bytes, reason: str, now_s: float) -> MultipointEvent | None:
        self._repeats -= 1
        if self._repeats <= 0:
            return Refused() if reason == "refused" else Failed(reason)
        self._outbox += packet
        self._due_s = now_s + ANSWER_S
        return None

    def _run_out_of_time(self, now_s: float) -> list[MultipointEvent]:
        self.silences += 1
        if self._reader.drop_rest():
            self.damaged_packets += 1
            failed = self._repeat(bytes((NAK,)), "damaged", now_s)
        elif self._tries > 1:
            self._tries -= 1
            self._send(now_s)
            failed = None
        else:
            failed = Failed("silent")
        if failed is None:
            return []
        self._due_s = None
        return [failed]

    def _worded(self) -> bytes:
        """The command; after two NAKs in a row it is counted the other way."""
        readings = self._reader.readings
        self._said = readings[(MAX_REPEATS - self._repeats) // 2 % len(readings)]
        return self._packet(self._said)

    def _send(self, now_s: float) -> None:
        self._outbox += self._worded()
        self._due_s = now_s + ANSWER_S
