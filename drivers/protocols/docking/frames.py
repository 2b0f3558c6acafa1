"""Frames: COBS between zero bytes, a header, a CRC-32; finds its feet again at any zero byte."""

import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from drivers.protocols.docking import cobs

FRAMING_VERSION: Final = 1
MAX_PAYLOAD: Final = 4096 + 4
HEADER_BYTES: Final = 10
TRAILER_BYTES: Final = 4
OVERHEAD_BYTES: Final = HEADER_BYTES + TRAILER_BYTES + 2
MAX_ENCODED: Final = cobs.largest(HEADER_BYTES + MAX_PAYLOAD + TRAILER_BYTES)

_HEADER: Final = struct.Struct(">BBIHH")
_CRC: Final = struct.Struct(">I")


class Kind(IntEnum):
    """What a frame is for."""

    CONNECT = 1
    ACCEPT = 2
    REFUSE = 3
    DATA = 4
    ACK = 5
    PING = 6
    CLOSE = 7
    CLOSED = 8
    RESET = 9


_KINDS: Final = {int(kind): kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame; `serial` counts every transmission of DATA and PING, 16 bits on the wire."""

    kind: Kind
    connection: int
    serial: int = 0
    payload: bytes = b""
    channel: int = 0


def encode_frame(frame: Frame) -> bytes:
    """The bytes for the line, with the zero byte behind."""
    header = _HEADER.pack(
        FRAMING_VERSION << 4 | frame.kind,
        frame.channel,
        frame.connection,
        frame.serial & 0xFFFF,
        len(frame.payload),
    )
    body = header + frame.payload
    return cobs.encode(body + _CRC.pack(zlib.crc32(body))) + b"\0"


def decode_frame(encoded: bytes) -> Frame | None:
    """The frame between two zero bytes, or None for damage, noise or another framing version."""
    body = cobs.decode(encoded)
    if body is None or len(body) < HEADER_BYTES + TRAILER_BYTES:
        return None
    (crc,) = _CRC.unpack_from(body, len(body) - TRAILER_BYTES)
    if zlib.crc32(memoryview(body)[:-TRAILER_BYTES]) != crc:
        return None
    first, channel, connection, serial, length = _HEADER.unpack_from(body)
    kind = _KINDS.get(first & 15)
    if first >> 4 != FRAMING_VERSION or kind is None:
        return None
    if length != len(body) - HEADER_BYTES - TRAILER_BYTES:
        return None
    return Frame(kind, connection, serial, body[HEADER_BYTES:-TRAILER_BYTES], channel)


class FrameReader:
    """Cuts what arrives into frames. Holds at most MAX_ENCODED bytes; noise is only counted."""

    def __init__(self) -> None:
        self._tail = bytearray()
        self._skipping = False
        self.damaged_frames = 0
        self.noise_bytes = 0

    @property
    def heard_bytes(self) -> int:
        """Bytes that were no frame so far, with the unfinished piece."""
        return self.noise_bytes + len(self._tail)

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that `data` completes, in order."""
        frames: list[Frame] = []
        *complete, rest = data.split(b"\0")
        for piece in complete:
            encoded = bytes(self._tail) + piece if self._tail else piece
            self._tail.clear()
            skipped, self._skipping = self._skipping, False
            if not encoded and not skipped:
                continue
            frame = decode_frame(encoded) if not skipped and len(encoded) <= MAX_ENCODED else None
            if frame is None:
                self.damaged_frames += 1
                self.noise_bytes += len(encoded)
            else:
                frames.append(frame)
        self._tail += rest
        if len(self._tail) > MAX_ENCODED:
            self.noise_bytes += len(self._tail)
            self._tail.clear()
            self._skipping = True
        return frames
