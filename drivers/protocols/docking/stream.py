"""Both halves of one connection's byte stream, as frames without a connection id."""

import struct
from typing import Final, NamedTuple

from drivers.protocols.docking.frames import Frame, Kind
from drivers.protocols.docking.reassembly import Reassembly
from drivers.protocols.docking.silence import Probe
from drivers.protocols.docking.window import SPAN_WINDOWS, FrameSize, SendWindow

CHANNEL: Final = 1
"""The only channel of DATA in this version; frames on others are ignored."""

_OFFSET: Final = struct.Struct(">I")
_ACK: Final = struct.Struct(">IH")
_RANGE: Final = struct.Struct(">II")
_MASK: Final = 0xFFFF_FFFF


class Outbound(NamedTuple):
    """A frame that wants a connection id and the line."""

    kind: Kind
    serial: int = 0
    payload: bytes = b""
    channel: int = 0


class Stream:
    """`write` on one side comes out of `take_data` on the other, in order, exactly once."""

    def __init__(self, window_bytes: int, size: FrameSize, now_s: float) -> None:
        self.sending = SendWindow(window_bytes, size)
        self.receiving = Reassembly(SPAN_WINDOWS * window_bytes)
        self.probe = Probe(now_s)
        self.size = size
        self._highest = 0
        self._ack_due = False

    def take_data(self, frame: Frame) -> bytes:
        """Stream bytes that are in order now."""
        if frame.channel != CHANNEL or len(frame.payload) <= _OFFSET.size:
            return b""
        self.take_ping(frame)
        (offset,) = _OFFSET.unpack_from(frame.payload)
        return self.receiving.add(offset, frame.payload[_OFFSET.size :])

    def take_ping(self, frame: Frame) -> None:
        """Note the serial; an acknowledgement is due."""
        ahead = (frame.serial - self._highest) & 0xFFFF
        if ahead < 0x8000:
            self._highest += ahead
        self._ack_due = True

    def take_ack(self, payload: bytes, now_s: float) -> None:
        """Learn what has arrived; one that cannot be true is ignored."""
        if len(payload) < _ACK.size or (len(payload) - _ACK.size) % _RANGE.size:
            return
        arrived_to, highest = _ACK.unpack_from(payload)
        ranges = list(_RANGE.iter_unpack(payload[_ACK.size :]))
        if self.sending.acknowledge(arrived_to, highest, ranges):
            self.probe.answered(now_s)

    def due_frames(self, now_s: float, waiting: bool) -> list[Outbound]:
        """The acknowledgement if one is due, and what the window lets go."""
        out: list[Outbound] = []
        if self._ack_due:
            self._ack_due = False
            out.append(Outbound(Kind.ACK, payload=self._acknowledgement()))
        if not waiting:
            self.probe.restart(now_s)
        while segment := self.sending.next_segment():
            serial, offset, data = segment
            out.append(Outbound(Kind.DATA, serial, _OFFSET.pack(offset & _MASK) + data, CHANNEL))
        return out

    def ping(self) -> Outbound:
        """Makes the other side acknowledge, which tells the fate of all sent before."""
        return Outbound(Kind.PING, self.sending.next_serial())

    def _acknowledgement(self) -> bytes:
        head = _ACK.pack(self.receiving.expected & _MASK, self._highest & 0xFFFF)
        return head + b"".join(
            _RANGE.pack(start & _MASK, end & _MASK) for start, end in self.receiving.ranges()
        )
