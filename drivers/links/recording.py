"""A link that writes down everything that passes over another one.

A recording starts with the line `tallydock-recording 2 NAME`. Then come entries: one letter, the
time in microseconds (u64), the length (u32) and so many bytes. `r`: what a read gave (nothing, if
it timed out); `w`: what was written; `d`: DTR was lowered and raised; `n`: a random number; `u`:
the desk's time as the line was opened (UTC milliseconds, u64), always the first. Of the cipher
`b`: its first bytes; `o`: what was opened; `a`: what it answered by itself; `p`: what it was given
to close and `s`: what became of that; `c`: the certificate of the other side, once it is ready.
"""

import struct
from collections.abc import Callable
from typing import BinaryIO, Final

from drivers.contract import Cipher, Link
from drivers.links.closing import ClosingLink
from drivers.links.waking import wake

HEADER: Final = b"tallydock-recording 2"
ENTRY: Final = struct.Struct(">cQI")
MOMENT: Final = struct.Struct(">Q")


class RecordingLink(ClosingLink):
    """Owns `link` and `file`. Its time stands still between two calls, so that a replay sees
    exactly the times that the recorded session saw. A file that cannot be written to any more
    ends the recording, never the docking.

    `began_ms`: the desk's time now, for a desk that works in the time of this line."""

    def __init__(self, link: Link, file: BinaryIO, began_ms: int | None = None) -> None:
        self._link = link
        self._file = file
        self._refusal = ""
        self._now_s = 0.0
        self._began_s = link.now_s()
        self.began_ms = began_ms
        self._keep(HEADER + b" " + _in_one_line(link.name) + b"\n")
        if began_ms is not None:
            self.note(b"u", MOMENT.pack(began_ms))

    @property
    def name(self) -> str:
        return self._link.name

    @property
    def refusal(self) -> str:
        """Why the file took no more; empty while it takes everything, for sure after `close`."""
        return self._refusal

    def now_s(self) -> float:
        return self._now_s

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        data = self._link.read(max_bytes, timeout_s)
        self.note(b"r", data)
        return data

    def write(self, data: bytes) -> None:
        self._link.write(data)
        self.note(b"w", data)

    def wake(self, low_s: float, high_s: float) -> None:
        wake(self._link, low_s, high_s)
        self.note(b"d", b"")

    def random_bits(self, bits: int) -> int:
        number = self._link.random_bits(bits)
        self.note(b"n", number.to_bytes((bits + 7) // 8, "big"))
        return number

    def cipher(self, fresh: Callable[[], Cipher]) -> Cipher:
        return _RecordedCipher(self._link.cipher(fresh), self)

    def close(self) -> None:
        self._link.close()
        try:
            self._file.close()
        except OSError as error:  # the last bytes did not fit on the disk
            self._refusal = error.strerror or str(error)

    def note(self, kind: bytes, data: bytes) -> None:
        """Write one entry at the present time."""
        micros = round((self._link.now_s() - self._began_s) * 1e6)
        self._now_s = micros / 1e6
        self._keep(ENTRY.pack(kind, micros, len(data)) + data)

    def _keep(self, data: bytes) -> None:
        if not self._refusal:
            try:
                self._file.write(data)
            except OSError as error:
                self._refusal = error.strerror or str(error)


def _in_one_line(name: str) -> bytes:
    return name.encode(errors="backslashreplace").replace(b"\n", b" ")


class _RecordedCipher:
    """Lets another cipher work and writes down what it makes of what."""

    def __init__(self, inner: Cipher, recording: RecordingLink) -> None:
        self._inner = inner
        self._recording = recording
        self._told = False

    @property
    def ready(self) -> bool:
        return self._inner.ready

    @property
    def peer(self) -> bytes:
        return self._inner.peer

    def begin(self, transcript: bytes) -> bytes:
        first = self._inner.begin(transcript)
        self._recording.note(b"b", first)
        return first

    def unwrap(self, data: bytes) -> tuple[bytes, bytes]:
        plain, reply = self._inner.unwrap(data)
        if self._inner.ready and not self._told:
            self._told = True
            self._recording.note(b"c", self._inner.peer)
        self._recording.note(b"o", plain)
        self._recording.note(b"a", reply)
        return plain, reply

    def wrap(self, plain: bytes) -> bytes:
        closed = self._inner.wrap(plain)
        self._recording.note(b"p", plain)
        self._recording.note(b"s", closed)
        return closed
