"""A link that plays a recording and refuses to go another way."""

from pathlib import Path

from drivers.errors import Diverged, LinkLost, PortInvalid, PortMissing
from drivers.links.closing import ClosingLink
from drivers.links.recording import HEADER


class ReplayLink(ClosingLink):
    """Reads give what the recorded reads gave; writes must be the recorded writes."""

    def __init__(self, name: str, entries: list[tuple[str, int, bytes]]) -> None:
        self._name = name
        self._entries = entries
        self._at = 0
        self._now_s = 0.0

    @property
    def name(self) -> str:
        return self._name

    def now_s(self) -> float:
        return self._now_s

    def read(self, max_bytes: int, timeout_s: float) -> bytes:  # noqa: ARG002 - as recorded
        return self._take("r", None)

    def write(self, data: bytes) -> None:
        self._take("w", data)

    def close(self) -> None:
        self._at = len(self._entries)

    def _take(self, direction: str, data: bytes | None) -> bytes:
        if self._at == len(self._entries):
            raise LinkLost(port=self._name, reason="the recording ends here")
        recorded, micros, content = self._entries[self._at]
        if recorded != direction or (data is not None and data != content):
            raise Diverged(
                port=self._name,
                at=self._at,
                expected=f"{recorded} {content.hex()}",
                found=f"{direction} {(data or b'').hex()}",
            )
        self._at += 1
        self._now_s = micros / 1e6
        return content


def open_replay(path: Path) -> ReplayLink:
    """Open a recording. Raises `PortMissing` or `PortInvalid`."""
    url = f"replay:{path}"
    try:
        header, *lines = path.read_text("ascii").splitlines()
        if not header.startswith(HEADER):
            raise PortInvalid(port=url, reason="not a recording")
        entries = [_entry(line) for line in lines]
    except OSError as error:
        raise PortMissing(port=url, reason=str(error)) from error
    except ValueError as error:
        raise PortInvalid(port=url, reason=str(error)) from error
    return ReplayLink(url, entries)


def _entry(line: str) -> tuple[str, int, bytes]:
    direction, micros, content = line.split(" ")
    return direction, int(micros), bytes.fromhex(content)
