"""Deterministic CBOR (RFC 8949, 4.2) of the few types that the wire knows, decoded strictly.

Values: integers of 64 bits, bytes, text, booleans, None, lists, maps whose keys are
unsigned integers or text.
Floats, tags, indefinite lengths, other simple values, non-minimal lengths, keys out of order or
twice, and bytes behind the value are refused, so that one value has exactly one encoding.
"""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Final

MAX_DEPTH: Final = 8
MAX_ITEMS: Final = 4096
MAX_BYTES: Final = 64 * 1024

_LIMIT: Final = 1 << 64
_CONSTANTS: Final = {0xF4: False, 0xF5: True, 0xF6: None}
# Bytes of a number behind its head, and the least that does not fit into fewer.
_WIDTHS: Final = ((1, 24), (2, 1 << 8), (4, 1 << 16), (8, 1 << 32))


class CborError(ValueError):
    """The bytes are not the deterministic encoding of one permitted value."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def encode(value: object) -> bytes:
    """The one encoding of `value`. Raises CborError for a value outside the permitted types."""
    out = bytearray()
    _append(out, value)
    return bytes(out)


def decode(
    data: bytes,
    max_depth: int = MAX_DEPTH,
    max_items: int = MAX_ITEMS,
    max_bytes: int = MAX_BYTES,
) -> object:
    """The value that `data` encodes; lists come as list, maps as dict. Raises CborError."""
    if len(data) > max_bytes:
        raise CborError("too_long")
    reader = _Reader(data, max_items - 1)
    try:
        value = reader.item(max_depth)
    except IndexError:
        raise CborError("truncated") from None
    if reader.position != len(data):
        raise CborError("trailing_bytes")
    return value


def _append(out: bytearray, value: object) -> None:
    if value is None or isinstance(value, bool):
        out.append(0xF6 if value is None else 0xF4 + value)
    elif isinstance(value, int):
        if value >= 0:
            _append_head(out, 0x00, value)
        else:
            _append_head(out, 0x20, -1 - value)
    elif isinstance(value, str):
        text = value.encode()
        _append_head(out, 0x60, len(text))
        out += text
    elif isinstance(value, bytes | bytearray | memoryview):
        _append_head(out, 0x40, len(value))
        out += value
    elif isinstance(value, Mapping):
        _append_map(out, value)
    elif isinstance(value, Sequence):
        _append_head(out, 0x80, len(value))
        for item in value:
            _append(out, item)
    else:
        raise CborError("type")


def _append_map(out: bytearray, value: Mapping[object, object]) -> None:
    keyed: list[tuple[bytes, object]] = []
    for key, item in value.items():
        if not _may_be_key(key):
            raise CborError("key")
        keyed.append((encode(key), item))
    _append_head(out, 0xA0, len(keyed))
    for encoded, item in sorted(keyed, key=itemgetter(0)):
        out += encoded
        _append(out, item)


def _may_be_key(key: object) -> bool:
    if isinstance(key, int):
        return key >= 0 and not isinstance(key, bool)
    return isinstance(key, str)


def _append_head(out: bytearray, major: int, number: int) -> None:
    if number < 24:
        out.append(major | number)
    elif number < 0x100:
        out += bytes((major | 24, number))
    elif number < 0x1_0000:
        out.append(major | 25)
        out += number.to_bytes(2, "big")
    elif number < 0x1_0000_0000:
        out.append(major | 26)
        out += number.to_bytes(4, "big")
    elif number < _LIMIT:
        out.append(major | 27)
        out += number.to_bytes(8, "big")
    else:
        raise CborError("integer")


class _Reader:
    """Reads forward; an index behind the end is a truncated value, see `decode`."""

    __slots__ = ("data", "items_left", "position")

    def __init__(self, data: bytes, max_items: int) -> None:
        self.data = data
        self.position = 0
        self.items_left = max_items

    def item(self, depth: int) -> object:
        first = self.data[self.position]
        self.position += 1
        if first < 24:
            return first
        major = first >> 5
        if major >= 6:
            if first in _CONSTANTS:
                return _CONSTANTS[first]
            raise CborError("tag" if major == 6 else "simple_or_float")
        number = first & 31
        if number >= 24:
            number = self._number(number)
        if major == 0:
            return number
        if major == 1:
            return -1 - number
        if major in (2, 3):
            return self._string(major, number)
        if not depth:
            raise CborError("too_deep")
        self.take(number if major == 4 else 2 * number)
        if major == 4:
            return [self.item(depth - 1) for _ in range(number)]
        return self._map(number, depth - 1)

    def take(self, items: int) -> None:
        # Refused before anything is made: every item takes at least one byte of the input.
        if items > self.items_left or items > len(self.data) - self.position:
            raise CborError("too_many_items")
        self.items_left -= items

    def _number(self, short: int) -> int:
        if short > 27:
            raise CborError("indefinite_or_reserved")
        width, least = _WIDTHS[short - 24]
        start = self.position
        self.position = start + width
        raw = self.data[start : self.position]
        if len(raw) < width:
            raise CborError("truncated")
        number = int.from_bytes(raw, "big")
        if number < least:
            raise CborError("not_minimal")
        return number

    def _string(self, major: int, length: int) -> bytes | str:
        start = self.position
        self.position = start + length
        raw = self.data[start : self.position]
        if len(raw) < length:
            raise CborError("truncated")
        if major == 2:
            return raw
        try:
            return raw.decode()
        except UnicodeDecodeError:
            raise CborError("utf8") from None

    def _map(self, count: int, depth: int) -> dict[int | str, object]:
        data = self.data
        result: dict[int | str, object] = {}
        last = b""
        for _ in range(count):
            start = self.position
            first = data[start]
            # Nearly all keys are small numbers, and many values: worth a way of their own.
            if first < 24:
                key: int | str = first
                self.position = start + 1
            else:
                key = self._key()
            encoded = data[start : self.position]
            if encoded <= last:
                raise CborError("key_twice_or_out_of_order")
            last = encoded
            first = data[self.position]
            if first < 24:
                result[key] = first
                self.position += 1
            else:
                result[key] = self.item(depth)
        return result

    def _key(self) -> int | str:
        key = self.item(0)
        if not isinstance(key, int | str) or not _may_be_key(key):
            raise CborError("key")
        return key
