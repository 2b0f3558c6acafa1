"""Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999): no zero byte in the result."""

from typing import Final

_RUN: Final = 254
_CODES: Final = tuple(bytes((number,)) for number in range(256))


def encode(data: bytes) -> bytes:
    """`data` without zero bytes, at most one byte in 254 longer, plus one."""
    parts: list[bytes] = []
    run = b""
    for run in data.split(b"\0"):
        rest = run
        while len(rest) >= _RUN:
            parts += (_CODES[255], rest[:_RUN])
            rest = rest[_RUN:]
        parts += (_CODES[len(rest) + 1], rest)
    if run and not len(run) % _RUN:
        del parts[-2:]  # a full last block needs no block behind it
    return b"".join(parts)


def decode(data: bytes) -> bytes | None:
    """What was encoded, or None if no encoder makes `data`."""
    parts: list[bytes] = []
    position = 0
    length = len(data)
    while position < length:
        code = data[position]
        end = position + code
        if not code or end > length:
            return None
        parts.append(data[position + 1 : end])
        if code != 255 and end < length:
            parts.append(b"\0")
        position = end
    return b"".join(parts)


def largest(size: int) -> int:
    """The longest encoding of `size` bytes."""
    return size + size // _RUN + 1
