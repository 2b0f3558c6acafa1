"""A link in a hurry: its seconds are shorter, so that waiting for nothing costs a test less."""

from drivers.contract import Link
from drivers.links.closing import ClosingLink

FASTER = 5


class HurriedLink(ClosingLink):
    """Owns `link`; a second of its clock is a fifth of one."""

    def __init__(self, link: Link, faster: float = FASTER) -> None:
        self._link = link
        self._faster = faster

    @property
    def name(self) -> str:
        return self._link.name

    def now_s(self) -> float:
        return self._link.now_s() * self._faster

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        return self._link.read(max_bytes, timeout_s / self._faster)

    def write(self, data: bytes) -> None:
        self._link.write(data)

    def close(self) -> None:
        self._link.close()
