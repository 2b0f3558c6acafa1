"""A link straight to an MTP responder, in a time of its own: nothing is waited for."""

from collections.abc import Callable

from drivers.errors import LinkLost
from drivers.links.closing import ClosingLink
from tests.support.usb.mtp_responder import MtpResponder
from tests.support.usb.virtual_backend import HostSide


class DirectLink(ClosingLink):
    """`spoil` changes what the responder sends. After so many bytes each way it is cut: what was
    written before reaches the responder, what it answers is lost."""

    name = "mtp:direct"

    def __init__(
        self,
        responder: MtpResponder,
        *,
        spoil: Callable[[bytes], bytes] = bytes,
        cut_after_read: int | None = None,
        cut_after_writes: int | None = None,
    ) -> None:
        self._responder = responder
        self._host = responder.host = HostSide()
        self._spoil = spoil
        self._cut_after_read = cut_after_read
        self._cut_after_writes = cut_after_writes
        self._kept = b""
        self._now_s = 0.0
        self.read_bytes = 0
        self.writes = 0

    def now_s(self) -> float:
        return self._now_s

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        self._check()
        while self._host.packets:
            packet = self._host.packets.popleft()
            assert isinstance(packet, bytes)
            self._kept += packet
        if not self._kept:
            self._now_s += timeout_s
            return b""
        size = max_bytes
        if self._cut_after_read is not None:
            size = min(size, self._cut_after_read - self.read_bytes + 1)
        taken, self._kept = self._kept[:size], self._kept[size:]
        self.read_bytes += len(taken)
        self._now_s += 0.001
        return self._spoil(taken)

    def write(self, data: bytes) -> None:
        self._check()
        self.writes += 1
        self._responder.taken(data)

    def close(self) -> None:
        """Nothing is open."""

    def _check(self) -> None:
        is_read = self._cut_after_read is not None and self.read_bytes > self._cut_after_read
        is_written = self._cut_after_writes is not None and self.writes > self._cut_after_writes
        if is_read or is_written:
            raise LinkLost(port=self.name, reason="pulled out")
