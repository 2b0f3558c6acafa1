"""A link that plays a recording and refuses to go another way."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from drivers.contract import Cipher
from drivers.errors import Diverged, LinkLost, PortInvalid, PortMissing
from drivers.links.closing import ClosingLink
from drivers.links.recording import ENTRY, HEADER, MOMENT

_LAST_MS = 253_000_000_000_000  # in the year 9987: no desk's clock says more


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a recording: what happened (as in `recording`), when, with which bytes."""

    kind: bytes
    micros: int
    data: bytes


class ReplayLink(ClosingLink):
    """Reads give what the recorded reads gave; writes must be the recorded writes.

    No key is needed: what the cipher opened and closed stands in the recording. `began_ms` is the
    desk's time as the recorded line was opened, where the recording says it. Raises ValueError for
    a time that no desk can have had.
    """

    def __init__(self, name: str, entries: list[Entry]) -> None:
        self._name = name
        self._entries = entries
        self._at = 0
        self._now_s = 0.0
        self.began_ms: int | None = None
        if self.next_is(b"u"):
            self.began_ms = _moment(self.take(b"u"))

    @property
    def name(self) -> str:
        return self._name

    def now_s(self) -> float:
        return self._now_s

    def read(self, max_bytes: int, timeout_s: float) -> bytes:  # noqa: ARG002 - as recorded
        return self.take(b"r")

    def write(self, data: bytes) -> None:
        self.take(b"w", data)

    def wake(self, low_s: float, high_s: float) -> None:  # noqa: ARG002 - as recorded
        self.take(b"d")

    def random_bits(self, bits: int) -> int:  # noqa: ARG002 - as recorded
        return int.from_bytes(self.take(b"n"), "big")

    def cipher(self, fresh: Callable[[], Cipher]) -> Cipher:  # noqa: ARG002 - as recorded
        return _PlayedCipher(self)

    def close(self) -> None:
        self._at = len(self._entries)

    def next_is(self, kind: bytes) -> bool:
        """Whether the next entry is of this kind."""
        return self._at < len(self._entries) and self._entries[self._at].kind == kind

    def take(self, kind: bytes, data: bytes | None = None) -> bytes:
        """The bytes of the next entry. Raises LinkLost at the end, Diverged if it is another."""
        if self._at == len(self._entries):
            raise LinkLost(port=self._name, reason="the recording ends here")
        entry = self._entries[self._at]
        if entry.kind != kind or (data is not None and data != entry.data):
            self._diverge(entry, kind, data or b"")
        self._at += 1
        self._now_s = entry.micros / 1e6
        return entry.data

    def _diverge(self, entry: Entry, kind: bytes, data: bytes) -> NoReturn:
        raise Diverged(
            port=self._name,
            at=self._at,
            expected=f"{entry.kind.decode()} {entry.data.hex()}",
            found=f"{kind.decode()} {data.hex()}",
        )


class _PlayedCipher:
    """Gives what the recorded cipher gave."""

    def __init__(self, link: ReplayLink) -> None:
        self._link = link
        self.ready = False
        self.peer = b""

    def begin(self, transcript: bytes) -> bytes:  # noqa: ARG002 - as recorded
        return self._link.take(b"b")

    def unwrap(self, data: bytes) -> tuple[bytes, bytes]:  # noqa: ARG002 - as recorded
        if self._link.next_is(b"c"):
            self.peer, self.ready = self._link.take(b"c"), True
        return self._link.take(b"o"), self._link.take(b"a")

    def wrap(self, plain: bytes) -> bytes:
        self._link.take(b"p", plain)
        return self._link.take(b"s")


def open_replay(path: Path) -> ReplayLink:
    """Open a recording. Raises `PortMissing` or `PortInvalid`."""
    url = f"replay:{path}"
    try:
        return ReplayLink(url, read_recording(path.read_bytes()))
    except OSError as error:
        raise PortMissing(port=url, reason=str(error)) from error
    except ValueError as error:
        raise PortInvalid(port=url, reason=str(error)) from error


def read_recording(data: bytes) -> list[Entry]:
    """The entries; one that was cut off at the end is left out. Raises ValueError."""
    if not data.startswith(HEADER):
        raise ValueError("not a recording")
    at = data.find(b"\n") + 1
    entries = []
    while at + ENTRY.size <= len(data):
        kind, micros, length = ENTRY.unpack_from(data, at)
        at += ENTRY.size
        if at + length <= len(data):
            entries.append(Entry(kind, micros, data[at : at + length]))
        at += length
    return entries


def _moment(data: bytes) -> int:
    if len(data) != MOMENT.size or (ms := MOMENT.unpack(data)[0]) > _LAST_MS:
        raise ValueError("no moment that a desk can have recorded")
    return int(ms)
