"""What the engines of the X, Y and ZMODEM protocols share: a way out, events, and how they fail."""

from typing import ClassVar, Final

from drivers.protocols.transfer.events import Done, Failed, TransferEvent
from drivers.protocols.transfer.reasons import Reason

START_S: Final = 60.0
"""How long the other side may take to begin."""

STALL_S: Final = 90.0
"""How long a transfer goes on without getting on, whatever arrives meanwhile."""


class TransferEngine:
    """Base of the engines; a subclass fills `_out` and `_events`."""

    _goodbye: ClassVar[bytes]

    def __init__(self, now_s: float) -> None:
        self.is_parting = False
        """All is said and done; it does not matter any more if the other side goes."""
        self._out = bytearray()
        self._events: list[TransferEvent] = []
        self._is_over = False
        self._is_resumed = True
        self._moved_s = now_s
        self._heard_s: float | None = None

    def outgoing(self) -> bytes:
        """What is to be written next."""
        data = bytes(self._out)
        self._out.clear()
        return data

    def cancel(self) -> None:
        """Give up, and let `outgoing` tell the other side."""
        if not self._is_over:
            self._out.clear()
            self._out += self._goodbye
            self._is_over = True

    def _catch_up(self, now_s: float) -> None:
        """Start all clocks anew if the caller had its turn, which may have taken long."""
        if self._is_resumed:
            self._is_resumed = False
            self._moved_s = now_s

    def _take_events(self) -> list[TransferEvent]:
        events, self._events = self._events, []
        return events

    def _fail(self, reason: Reason, text: str = "") -> None:
        if self._is_over:
            return
        if reason is Reason.CANCELLED_BY_PEER:
            self._out.clear()
            self._is_over = True
        else:
            self.cancel()
        self._events.append(Failed(reason, text))

    def _finish(self) -> None:
        self._is_over = True
        self._events.append(Done())

    def _fail_stalled(self, is_known: bool) -> None:
        """It does not get on; `is_known`: the other side has spoken the protocol before."""
        if self._heard_s is None or self._heard_s <= self._moved_s:
            self._fail(Reason.SILENT)
        else:
            self._fail(Reason.TOO_MUCH_NOISE if is_known else Reason.NOT_UNDERSTOOD)
