"""Headers, subpackets and escapes of ZMODEM.

Source: C. Forsberg, The ZMODEM Inter Application File Transfer Protocol (1988), sections 7 and 8.
"""

import re
from dataclasses import dataclass
from enum import Enum, IntEnum, auto
from typing import Final

from drivers.protocols.transfer.crc import crc16, crc32

ZPAD: Final = b"*"
ZDLE: Final = 0x18
HEX: Final = ord("B")
BINARY_16: Final = ord("A")
BINARY_32: Final = ord("C")

MAX_SUBPACKET_BYTES: Final = 8192
CANCEL: Final = bytes([ZDLE] * 8 + [8] * 8)

_LINE_END: Final = b"\r\n"
_XON: Final = b"\x11"
_FLOW: Final = b"\x11\x13\x91\x93"
_CANCELLED: Final = bytes([ZDLE] * 5)
_START: Final = b"*\x18"
_HEX_BYTES: Final = 14
_ARGUMENT_BYTES: Final = 4
_END: Final = re.compile(rb"\x18[hijk]")
_RUBOUT: Final = {ord("l"): b"\x7f", ord("m"): b"\xff"}


class Kind(IntEnum):
    """Types of headers."""

    ZRQINIT = 0
    ZRINIT = 1
    ZSINIT = 2
    ZACK = 3
    ZFILE = 4
    ZSKIP = 5
    ZNAK = 6
    ZABORT = 7
    ZFIN = 8
    ZRPOS = 9
    ZDATA = 10
    ZEOF = 11
    ZFERR = 12
    ZCRC = 13
    ZCHALLENGE = 14
    ZCOMPL = 15
    ZCAN = 16
    ZFREECNT = 17
    ZCOMMAND = 18
    ZSTDERR = 19


class End(IntEnum):
    """How a subpacket ends: does the frame go on, and is an answer wanted?"""

    ZCRCE = ord("h")
    ZCRCG = ord("i")
    ZCRCQ = ord("j")
    ZCRCW = ord("k")


_WITH_DATA: Final = frozenset({Kind.ZSINIT, Kind.ZFILE, Kind.ZDATA, Kind.ZCOMMAND, Kind.ZSTDERR})
_LAST: Final = frozenset({End.ZCRCE, End.ZCRCW})


@dataclass(frozen=True, slots=True)
class Header:
    """One sound header; `argument` is its four bytes as they stand."""

    kind: Kind
    argument: bytes

    @property
    def position(self) -> int:
        """The argument as a number, low byte first."""
        return int.from_bytes(self.argument, "little")


@dataclass(frozen=True, slots=True)
class Subpacket:
    """One sound piece of data."""

    data: bytes
    end: End


class Broken(Enum):
    """What arrives but frames."""

    DAMAGED_HEADER = auto()
    DAMAGED_DATA = auto()
    CANCELLED = auto()


Piece = Header | Subpacket | Broken


def _escapes(also_controls: bool) -> list[tuple[bytes, bytes]]:
    needed = [0x10, 0x11, 0x13, 0x90, 0x91, 0x93]
    if also_controls:
        needed = [byte for byte in range(256) if byte & 0x60 == 0 and byte != ZDLE]
    # ZDLE comes first: those that follow bring it in themselves.
    return [(bytes([byte]), bytes([ZDLE, byte ^ 0x40])) for byte in [ZDLE, *needed]]


_ESCAPES: Final = {also: _escapes(also) for also in (False, True)}
_PLAIN: Final = [
    bytes([byte ^ 0x40]) if byte & 0x60 == 0x40 else _RUBOUT.get(byte, b"") for byte in range(256)
]


def escape(data: bytes, also_controls: bool = False) -> bytes:
    """What goes on the line for `data`."""
    for plain, escaped in _ESCAPES[also_controls]:
        data = data.replace(plain, escaped)
    return data


def unescape(data: bytes) -> bytes | None:
    """The reverse, None if it cannot be."""
    first, *rest = data.split(b"\x18")
    pieces = [first]
    for piece in rest:
        plain = _PLAIN[piece[0]] if piece else b""
        if not plain:
            return None
        pieces += (plain, piece[1:])
    return b"".join(pieces)


def encode_hex_header(kind: Kind, argument: int | bytes = 0) -> bytes:
    """A header in printable characters, as all answers are."""
    body = bytes([kind]) + _argument(argument)
    text = (body + crc16(body).to_bytes(2, "big")).hex().encode("ascii")
    tail = b"" if kind in (Kind.ZFIN, Kind.ZACK) else _XON
    return ZPAD + _START + bytes([HEX]) + text + _LINE_END + tail


def encode_header(
    kind: Kind, argument: int | bytes, use_crc32: bool, also_controls: bool = False
) -> bytes:
    """A binary header, as those in front of data are."""
    body = bytes([kind]) + _argument(argument)
    check = _check(body, use_crc32)
    style = BINARY_32 if use_crc32 else BINARY_16
    return _START + bytes([style]) + escape(body + check, also_controls)


def encode_subpacket(data: bytes, end: End, use_crc32: bool, also_controls: bool = False) -> bytes:
    """Data, how it ends, and the check over both."""
    check = _check(data + bytes([end]), use_crc32)
    return escape(data, also_controls) + bytes([ZDLE, end]) + escape(check, also_controls)


def _argument(argument: int | bytes) -> bytes:
    return argument if isinstance(argument, bytes) else argument.to_bytes(4, "little")


def _check(data: bytes, use_crc32: bool) -> bytes:
    return crc32(data).to_bytes(4, "little") if use_crc32 else crc16(data).to_bytes(2, "big")


class FrameReader:
    """Finds headers, and behind those that have data their subpackets, in what arrives."""

    def __init__(self) -> None:
        self._buffer = b""
        self._at = 0
        self._searched = 0
        self._is_in_data = False
        self._use_crc32 = False

    def feed(self, data: bytes) -> list[Piece]:
        """All pieces that are whole now."""
        # Flow control of a modem may be anywhere; in data it is escaped.
        self._buffer = self._buffer[self._at :] + data.translate(None, _FLOW)
        self._searched = max(0, self._searched - self._at)
        self._at = 0
        pieces: list[Piece] = []
        while piece := (self._subpacket() if self._is_in_data else self._header()):
            pieces.append(piece)
            if piece is Broken.CANCELLED:
                break
        return pieces

    def _header(self) -> Piece | None:
        while (start := self._buffer.find(_START, self._at)) >= 0:
            if self._buffer.find(_CANCELLED, self._at, start) >= 0:
                return self._cancelled()
            style = self._buffer[start + 2 : start + 3]
            if not style:
                self._at = start
                return None
            self._at = start + 1
            body = self._hex_body(start + 3) if style[0] == HEX else self._body(style[0], start + 3)
            if body is None:
                self._at = start
                return None
            if body and body[0] in Kind.__members__.values():
                kind = Kind(body[0])
                self._is_in_data = kind in _WITH_DATA
                self._searched = self._at
                return Header(kind, body[1:])
            return Broken.DAMAGED_HEADER
        if self._buffer.find(_CANCELLED, self._at) >= 0:
            return self._cancelled()
        self._at = max(self._at, len(self._buffer) - len(_CANCELLED) + 1)
        return None

    def _cancelled(self) -> Piece:
        self._buffer, self._at, self._searched, self._is_in_data = b"", 0, 0, False
        return Broken.CANCELLED

    def _hex_body(self, begin: int) -> bytes | None:
        """The header in digits at `begin`; None if it is not whole yet, empty if it is damaged."""
        digits = self._buffer[begin : begin + _HEX_BYTES]
        if len(digits) < _HEX_BYTES:
            return None
        try:
            body = bytes.fromhex(bytes(byte & 0x7F for byte in digits).decode("ascii"))
        except ValueError:
            return b""
        self._use_crc32 = False
        if len(body) != _HEX_BYTES // 2 or crc16(body[:-2]) != int.from_bytes(body[-2:], "big"):
            return b""
        # Data may follow, and then the end of the line must not be taken for it.
        tail = self._buffer[begin + _HEX_BYTES : begin + _HEX_BYTES + 2]
        if body[0] in _WITH_DATA and len(tail) < 2:
            return None
        end = tail in (_LINE_END, b"\r\x8a")
        self._at = begin + _HEX_BYTES + (2 if end else 0)
        return body[:-2]

    def _body(self, style: int, begin: int) -> bytes | None:
        """The same for a binary header."""
        if style not in (BINARY_16, BINARY_32):
            return b""
        use_crc32 = style == BINARY_32
        taken = self._take(begin, 1 + _ARGUMENT_BYTES + (4 if use_crc32 else 2))
        if taken is None:
            return None
        content, end = taken
        body, check = content[: 1 + _ARGUMENT_BYTES], content[1 + _ARGUMENT_BYTES :]
        if not content or _check(body, use_crc32) != check:
            return b""
        self._use_crc32 = use_crc32
        self._at = end
        return body

    def _take(self, begin: int, count: int) -> tuple[bytes, int] | None:
        """`count` plain bytes from `begin` and where they end; no bytes if one cannot be."""
        plain = bytearray()
        at = begin
        while len(plain) < count:
            byte = self._buffer[at : at + 1]
            if byte == b"\x18":
                byte = self._buffer[at + 1 : at + 2]
                if byte and not (byte := _PLAIN[byte[0]]):
                    return b"", at
                at += 1
            if not byte:
                return None
            plain += byte
            at += 1
        return bytes(plain), at

    def _subpacket(self) -> Piece | None:
        found = _END.search(self._buffer, self._searched)
        if found is None:
            if len(self._buffer) - self._at > 2 * MAX_SUBPACKET_BYTES:
                return self._damaged()
            # The ZDLE of the end may be the last that has come.
            self._searched = max(self._at, len(self._buffer) - 1)
            return self._cancelled_in_data()
        taken = self._take(found.end(), 4 if self._use_crc32 else 2)
        if taken is None:
            self._searched = found.start()
            return None
        check, end_at = taken
        data = unescape(self._buffer[self._at : found.start()])
        end = End(self._buffer[found.start() + 1])
        if (
            data is None
            or len(data) > MAX_SUBPACKET_BYTES
            or _check(data + bytes([end]), self._use_crc32) != check
        ):
            return self._damaged()
        self._at = self._searched = end_at
        self._is_in_data = end not in _LAST
        return Subpacket(data, end)

    def _cancelled_in_data(self) -> Piece | None:
        is_cancelled = self._buffer.find(_CANCELLED, self._at) >= 0
        return self._cancelled() if is_cancelled else None

    def _damaged(self) -> Piece:
        self._is_in_data = False
        return Broken.DAMAGED_DATA
