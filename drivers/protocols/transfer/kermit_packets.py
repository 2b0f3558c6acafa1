"""Packets of Kermit: length, number, type, data and check between MARK and end of line.

After the Kermit Protocol Manual, sixth edition (Columbia University, 1986), chapters 6 and 8.
"""

import binascii
from dataclasses import dataclass
from typing import Final

MARK: Final = 0x01
END: Final = 0x0D
SPACE: Final = 32
MAX_SHORT: Final = 94
MAX_LONG: Final = 95 * 94 + 94
NUMBERS: Final = 64

TYPES: Final = b"SFADZBEYN"

_HEADER_CHARS: Final = 3  # length, number, type
_LONG_HEADER_CHARS: Final = 6
_REVERSED: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet; `kind` is its letter, `number` counts modulo 64, `data` is still quoted."""

    kind: str
    number: int
    data: bytes = b""


def to_char(value: int) -> int:
    """A number from 0 to 94 as a printable character."""
    return value + SPACE


def crc16_kermit(data: bytes) -> int:
    """CRC-16/KERMIT: the polynomial 0x1021 with all bits mirrored, from 0 (`123456789`: 0x2189)."""
    crc = binascii.crc_hqx(data.translate(_REVERSED), 0)
    return _REVERSED[crc & 0xFF] << 8 | _REVERSED[crc >> 8]


def block_check(data: bytes, check: int) -> bytes:
    """The `check` (1, 2 or 3) characters behind `data`: two kinds of sum, or the CRC."""
    if check == 3:
        crc = crc16_kermit(data)
        return bytes((to_char(crc >> 12), to_char(crc >> 6 & 63), to_char(crc & 63)))
    total = sum(data)
    if check == 2:
        return bytes((to_char(total >> 6 & 63), to_char(total & 63)))
    return bytes((to_char((total + (total >> 6 & 3)) & 63),))


def encode_packet(packet: Packet, check: int, end: int = END) -> bytes:
    """The bytes for the line. Data that no short packet holds makes it a long one."""
    number, kind = to_char(packet.number), ord(packet.kind)
    length = len(packet.data) + check
    if length + 2 <= MAX_SHORT:
        body = bytes((to_char(length + 2), number, kind)) + packet.data
    else:
        header = bytes((SPACE, number, kind, to_char(length // 95), to_char(length % 95)))
        body = header + block_check(header, 1) + packet.data
    return bytes((MARK,)) + body + block_check(body, check) + bytes((end,))


class PacketReader:
    """Cuts what arrives into packets. Holds one unfinished packet at most; noise is dropped.

    A MARK always begins a packet, since it is never sent bare inside one, so that whatever a
    damaged length promises, the next packet is found.
    """

    def __init__(self) -> None:
        self.check = 1
        self.damaged_packets = 0
        self._kept = b""

    @property
    def is_inside(self) -> bool:
        """A packet has begun and is not complete."""
        return bool(self._kept)

    def feed(self, data: bytes) -> list[Packet]:
        """The packets that `data` completes, in order."""
        packets: list[Packet] = []
        kept = self._kept + data
        begin = kept.find(MARK)
        while begin >= 0:
            next_begin = kept.find(MARK, begin + 1)
            body = kept[begin + 1 : next_begin] if next_begin >= 0 else kept[begin + 1 :]
            packet, is_open = self._cut(body)
            if packet is not None:
                packets.append(packet)
            elif is_open and next_begin < 0:
                self._kept = kept[begin:]
                return packets
            else:
                self.damaged_packets += 1
            begin = next_begin
        self._kept = b""
        return packets

    def give_up(self) -> None:
        """What has begun will not be completed: the line was silent for too long."""
        if self._kept:
            self._kept = b""
            self.damaged_packets += 1

    def _cut(self, body: bytes) -> tuple[Packet | None, bool]:
        """The packet that `body` begins with, and whether more bytes may still make it one."""
        header = _HEADER_CHARS
        if len(body) < header:
            return None, True
        length, number, kind = body[0] - SPACE, body[1] - SPACE, body[2]
        if not 0 <= number < NUMBERS or kind not in TYPES:
            return None, False
        ends = 1 + length
        if length == 0:
            header = _LONG_HEADER_CHARS
            if len(body) < header:
                return None, True
            high, low = body[3] - SPACE, body[4] - SPACE
            if not (0 <= high < 95 and 0 <= low < 95) or block_check(body[:5], 1) != body[5:6]:
                return None, False
            ends = header + 95 * high + low
        elif not 3 <= length <= MAX_SHORT:
            return None, False
        if len(body) < ends:
            return None, True
        for check in self._checks(kind, ends - header):
            cut = ends - check
            if cut >= header and block_check(body[:cut], check) == body[cut:ends]:
                return Packet(chr(kind), number, body[header:cut]), False
        return None, False

    def _checks(self, kind: int, length: int) -> tuple[int, ...]:
        if kind == ord("N"):  # it has no data, so its length tells how it is checked
            return (length,) if 1 <= length <= 3 else ()
        return (1,) if kind == ord("S") else (self.check,)  # it comes before anything is agreed
