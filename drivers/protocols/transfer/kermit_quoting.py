"""How Kermit carries any byte in printable characters: prefixes for control, 8th bit, repeats."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

CONTROL_PREFIX: Final = ord("#")
HIGH_PREFIX: Final = ord("&")
REPEAT_PREFIX: Final = ord("~")
MAX_REPEAT: Final = 94

_RUN: Final = re.compile(rb"(.)\1{3,%d}" % (MAX_REPEAT - 1), re.DOTALL)


@dataclass(frozen=True)
class Quoting:
    """The prefixes in force; 0 where both sides do without."""

    control: int = CONTROL_PREFIX
    high: int = 0
    repeat: int = 0
    prefixes: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        used = frozenset({self.control, self.high, self.repeat} - {0})
        object.__setattr__(self, "prefixes", used)

    @cached_property
    def table(self) -> tuple[bytes, ...]:
        """What stands for each byte."""
        return tuple(self._quote(byte) for byte in range(256))

    @cached_property
    def _quoted(self) -> re.Pattern[bytes]:
        repeat = b"(?:" + re.escape(bytes((self.repeat,))) + b"([!-~]))?" if self.repeat else b"()"
        high = b"(" + re.escape(bytes((self.high,))) + b")?" if self.high else b"()"
        control = re.escape(bytes((self.control,)))
        others = b"".join(re.escape(bytes((each,))) for each in sorted(self.prefixes))
        return re.compile(
            repeat + high + b"(?:" + control + b"(.)|([^" + others + b"]))", re.DOTALL
        )

    @cached_property
    def _plain(self) -> re.Pattern[bytes]:
        others = b"".join(re.escape(bytes((each,))) for each in sorted(self.prefixes))
        return re.compile(b"[^" + others + b"]+", re.DOTALL)

    def encode(self, data: bytes, at: int, max_chars: int) -> tuple[bytes, int]:
        """As much of `data` from `at` on as `max_chars` hold, and where the rest begins."""
        pieces: list[bytes] = []
        room = max_chars
        table = self.table
        while at < len(data) and room > 0:
            end = min(len(data), at + room)
            run = _RUN.search(data, at, end) if self.repeat else None
            for byte in data[at : run.start() if run else end]:
                piece = table[byte]
                room -= len(piece)
                if room < 0:
                    return b"".join(pieces), at
                pieces.append(piece)
                at += 1
            if run:
                piece = bytes((self.repeat, len(run[0]) + 32)) + table[data[at]]
                room -= len(piece)
                if room < 0:
                    break
                pieces.append(piece)
                at = run.end()
        return b"".join(pieces), at

    def decode(self, chars: bytes) -> bytes | None:
        """The bytes that `chars` stand for; None if a prefix stands before nothing."""
        data = bytearray()
        at, end = 0, len(chars)
        plain, quoted = self._plain.match, self._quoted.match
        while at < end:
            if found := plain(chars, at):
                data += found[0]
                at = found.end()
                continue
            if not (found := quoted(chars, at)):
                return None
            count, high, controlled, bare = found.groups()
            byte = _uncontrol(controlled[0]) if controlled else bare[0]
            data += bytes((byte | 0x80 if high else byte,)) * (count[0] - 32 if count else 1)
            at = found.end()
        return bytes(data)

    def _quote(self, byte: int) -> bytes:
        if self.high and byte & 0x80:
            return bytes((self.high,)) + self._quote(byte & 0x7F)
        low = byte & 0x7F
        if low < 0x20 or low == 0x7F:
            return bytes((self.control, byte ^ 0x40))
        return bytes((self.control, byte)) if low in self.prefixes else bytes((byte,))


def _uncontrol(byte: int) -> int:
    return byte ^ 0x40 if 0x3F <= byte & 0x7F <= 0x5F else byte
