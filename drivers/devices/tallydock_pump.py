"""Moves bytes between a link and one side of the protocol, and says who is at fault at the end."""

from collections import deque
from contextlib import suppress
from typing import Final, Protocol

from drivers.contract import Link, Progress, Traffic
from drivers.errors import (
    CannotProve,
    Damaged,
    DeskUnknown,
    DriverError,
    NotATerminal,
    NotPaired,
    PairingFailed,
    PeerRefused,
    PeerSilent,
    TerminalFault,
    TerminalFull,
    TerminalUnknown,
    VersionMismatch,
)
from drivers.protocols.docking.codes import Code
from drivers.protocols.docking.conversation import Conversation
from drivers.protocols.docking.events import DeskEvent, PairingEvent, SessionEnded

READ_BYTES: Final = 65_536
LONGEST_WAIT_S: Final = 0.5
PARTING_S: Final = 1.0
SAMPLE_BYTES: Final = 32

_TRUST: Final = {
    Code.SUITE_REFUSED: NotPaired,
    Code.CERTIFICATE_UNKNOWN: TerminalUnknown,
    Code.CERTIFICATE_REFUSED: DeskUnknown,
    Code.HANDSHAKE_FAILED: CannotProve,
}

Event = DeskEvent | PairingEvent


class Engine(Protocol):
    """What a session of the protocol is to its caller."""

    @property
    def line(self) -> Conversation: ...

    def receive(self, data: bytes, now_s: float) -> list[DeskEvent] | list[PairingEvent]: ...

    def bytes_to_send(self, now_s: float) -> bytes: ...

    def next_timeout(self, now_s: float) -> float | None: ...

    def refuse(self, code: Code, text: str = "") -> None: ...


class Pump:
    """Owns neither; `next` gives the engine's events one after the other."""

    def __init__(self, link: Link, engine: Engine, progress: Progress) -> None:
        self._link = link
        self._engine = engine
        self._progress = progress
        self._reported = ("connect", 0, 0)
        self._received_bytes = 0
        self._sent_bytes = 0
        self._sample = b""
        self._heard_s = link.now_s()
        self.events: deque[Event] = deque()
        self.greeted = False
        self.ended = False

    def next(self) -> Event:
        """Wait for it. Raises DriverError when the session ends instead."""
        while not self.events:
            if not self.turn(LONGEST_WAIT_S):
                self.report(*self._reported)  # whoever wants to cancel can do it here
        event = self.events.popleft()
        if isinstance(event, SessionEnded):
            self.ended = True
            raise self._error(event)
        return event

    def turn(self, wait_s: float) -> bool:
        """Write what is due and read once; says whether anything came."""
        self.write()
        now_s = self._link.now_s()
        timeout_s = self._engine.next_timeout(now_s)
        data = self._link.read(READ_BYTES, wait_s if timeout_s is None else min(timeout_s, wait_s))
        now_s = self._link.now_s()
        if data:
            self._heard_s = now_s
            self._received_bytes += len(data)
            self._sample = (self._sample + data)[:SAMPLE_BYTES]
        self.events.extend(self._engine.receive(data, now_s))
        return bool(data)

    def write(self) -> None:
        if data := self._engine.bytes_to_send(self._link.now_s()):
            self._sent_bytes += len(data)
            self._link.write(data)

    def report(self, stage: str, done_bytes: int, total_bytes: int) -> None:
        self._reported = (stage, done_bytes, total_bytes)
        self._progress(stage, done_bytes, total_bytes)

    def traffic(self) -> Traffic:
        seen = self._engine.line.statistics
        return Traffic(
            self._received_bytes,
            self._sent_bytes,
            seen.damaged_frames,
            seen.resent_bytes,
            seen.payload_bytes,
        )

    def part(self) -> None:
        """The other side's last word is of no more use, so its absence is not an error."""
        ends_s = self._link.now_s() + PARTING_S
        with suppress(DriverError):
            while not any(isinstance(event, SessionEnded) for event in self.events):
                left_s = ends_s - self._link.now_s()
                if left_s <= 0:
                    break
                self.turn(min(left_s, LONGEST_WAIT_S))
            self.write()
        self.ended = True

    def break_off(self, code: Code = Code.BROKEN_OFF) -> None:
        """Say goodbye if that is still possible; nothing is lost if it is not."""
        if not self.ended:
            self._engine.refuse(code)
            self.part()

    def _error(self, end: SessionEnded) -> DriverError:
        port, code = self._link.name, end.code
        unheard = code == Code.PEER_SILENT and not end.by_peer
        if code == Code.NOT_A_TERMINAL or (unheard and self._talks_rubbish):
            error: DriverError = NotATerminal(
                port=port, received_bytes=self._received_bytes, sample=self._sample.hex()
            )
        elif unheard:
            error = PeerSilent(port=port, silent_s=round(self._link.now_s() - self._heard_s, 1))
        elif code in _TRUST:
            error = _TRUST[Code(code)](port=port)
        elif code in (Code.PAIRING_REFUSED, Code.PAIRING_EXPIRED):
            error = PairingFailed(port=port, text=end.text)
        elif code == Code.VERSION_UNSUPPORTED:
            error = VersionMismatch(port=port, reason=code_name(code), text=end.text)
        elif not end.by_peer:
            error = Damaged(port=port, reason=code_name(code), text=end.text)
        elif code == Code.TERMINAL_FULL:
            error = TerminalFull(port=port, text=end.text)
        elif code == Code.TERMINAL_FAULT:
            error = TerminalFault(port=port, fault=code, text=end.text)
        else:
            error = PeerRefused(port=port, refusal=code, text=end.text)
        return error

    @property
    def _talks_rubbish(self) -> bool:
        return not self.greeted and self._received_bytes > 0


def code_name(number: int) -> str:
    """The name of a code of the wire, in small letters; the number itself if nobody knows it."""
    return Code(number).name.lower() if number in list(Code) else str(number)
