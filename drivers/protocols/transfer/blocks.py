"""The blocks that XMODEM and YMODEM are made of: 128 or 1024 bytes with a number and a check.

Source: C. Forsberg, XMODEM/YMODEM Protocol Reference (1988), sections 4 and 7.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from drivers.protocols.transfer.crc import checksum, crc16

SOH: Final = 0x01
STX: Final = 0x02
EOT: Final = 0x04
ACK: Final = 0x06
BS: Final = 0x08
NAK: Final = 0x15
CAN: Final = 0x18
SUB: Final = 0x1A
CRC_PLEASE: Final = ord("C")
STREAM_PLEASE: Final = ord("G")

SHORT_BYTES: Final = 128
LONG_BYTES: Final = 1024
CANCEL: Final = bytes([CAN] * 8 + [BS] * 8)

_CANCELLED: Final = bytes([CAN] * 5)
_SIZES: Final = {SOH: SHORT_BYTES, STX: LONG_BYTES}


@dataclass(frozen=True, slots=True)
class Block:
    """One sound block; `number` counts modulo 256."""

    number: int
    data: bytes


class Signal(Enum):
    """What arrives but blocks."""

    END = auto()
    CANCELLED = auto()
    DAMAGED = auto()


def encode_block(number: int, data: bytes, use_crc: bool) -> bytes:
    """The wire form; short data are filled up with SUB to 128 or 1024 bytes."""
    size = SHORT_BYTES if len(data) <= SHORT_BYTES else LONG_BYTES
    body = data.ljust(size, bytes([SUB]))
    head = bytes([SOH if size == SHORT_BYTES else STX, number & 0xFF, ~number & 0xFF])
    check = crc16(body).to_bytes(2, "big") if use_crc else bytes([checksum(body)])
    return head + body + check


class BlockReader:
    """Finds blocks in what arrives. After damage everything is dropped until the line is quiet,
    because only then the sender waits for an answer."""

    def __init__(self) -> None:
        self.use_crc = True
        self._buffer = bytearray()
        self._is_dropping = False

    @property
    def is_idle(self) -> bool:
        """Nothing is begun that a quiet line would decide."""
        return not self._buffer and not self._is_dropping

    def clear(self) -> None:
        """Forget what is begun."""
        self._buffer.clear()
        self._is_dropping = False

    def feed(self, data: bytes) -> list[Block | Signal]:
        """Blocks that are whole now, and whether the other side has cancelled."""
        self._buffer += data
        found: list[Block | Signal] = []
        while self._buffer and not self._is_dropping:
            piece = self._next()
            if piece is None:
                break
            found.append(piece)
        if self._is_dropping:
            # Two are enough between blocks, but inside of one they may be data.
            if _CANCELLED in self._buffer:
                found.append(Signal.CANCELLED)
            del self._buffer[: 1 - len(_CANCELLED)]
        return found

    def quiet(self) -> Signal | None:
        """The line has been quiet for a while: what does that make of what is begun?"""
        begun, was_dropping = bytes(self._buffer), self._is_dropping
        self.clear()
        if was_dropping:
            return Signal.DAMAGED
        if not begun:
            return None
        return Signal.END if set(begun) == {EOT} else Signal.DAMAGED

    def _next(self) -> Block | Signal | None:
        first = self._buffer[0]
        size = _SIZES.get(first)
        if size is not None:
            return self._block(size)
        if self._buffer[:2] == bytes([CAN, CAN]):
            self.clear()
            return Signal.CANCELLED
        # An end counts when nothing follows: a lost SOH may leave a block number 4 in front.
        self._is_dropping = set(self._buffer) != {EOT} and self._buffer != bytes([CAN])
        return None

    def _block(self, size: int) -> Block | None:
        """The block in front; a sender that was asked for sums may all the same send CRCs."""
        for use_crc in (True,) if self.use_crc else (True, False):
            end = 3 + size + (2 if use_crc else 1)
            if len(self._buffer) < end:
                continue
            if block := self._sound(size, use_crc):
                self.use_crc = use_crc
                del self._buffer[:end]
                return block
        if len(self._buffer) < 3 + size + 2:
            return None
        self._is_dropping = True
        return None

    def _sound(self, size: int, use_crc: bool) -> Block | None:
        number, inverse = self._buffer[1], self._buffer[2]
        body = bytes(self._buffer[3 : 3 + size])
        check = bytes(self._buffer[3 + size : 3 + size + (2 if use_crc else 1)])
        right = crc16(body).to_bytes(2, "big") if use_crc else bytes([checksum(body)])
        return Block(number, body) if number ^ inverse == 0xFF and check == right else None
