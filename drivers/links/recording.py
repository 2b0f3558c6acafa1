"""A link that writes down everything that passes over another one.

A recording is text: a first line `tallydock-recording 1 NAME`, then one line for each call,
`r SECONDS HEX` for what a read gave (nothing, if it timed out) and `w SECONDS HEX` for a write.
"""

from typing import TextIO

from drivers.contract import Link
from drivers.links.closing import ClosingLink

HEADER = "tallydock-recording 1"


class RecordingLink(ClosingLink):
    """Owns `link` and `file`. Its time stands still between two calls, so that a replay sees
    exactly the times that the recorded session saw."""

    def __init__(self, link: Link, file: TextIO) -> None:
        self._link = link
        self._file = file
        self._now_s = 0.0
        self._began_s = link.now_s()
        file.write(f"{HEADER} {link.name}\n")

    @property
    def name(self) -> str:
        return self._link.name

    def now_s(self) -> float:
        return self._now_s

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        data = self._link.read(max_bytes, timeout_s)
        self._note("r", data)
        return data

    def write(self, data: bytes) -> None:
        self._link.write(data)
        self._note("w", data)

    def close(self) -> None:
        self._link.close()
        self._file.close()

    def _note(self, direction: str, data: bytes) -> None:
        micros = round((self._link.now_s() - self._began_s) * 1e6)
        self._now_s = micros / 1e6
        self._file.write(f"{direction} {micros} {data.hex()}\n")
