"""Both stations of the BHT-protocol: the one that receives files and the one that sends them.

The sending station calls with ENQ, waits three seconds for each answer and asks for a lost one with
ENQ; the receiving station gives up after thirty. EOT closes, and ends a transfer that is not over.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from drivers.protocols.bht import (
    SOH,
    STX,
    BhtError,
    Block,
    BlockReader,
    Control,
    Heading,
    Spoilt,
    decode_heading,
    decode_text,
    encode_block,
    encode_heading,
    encode_text,
)
from drivers.protocols.transfer.events import Done, Failed, FileEnded

ANSWER_S: Final = 3.0
CALLS: Final = 10
ENQUIRIES: Final = 9
MAX_NAKS: Final = 10
MAX_CALLS: Final = 40  # an honest terminal calls ten times
STALL_S: Final = 30.0
PAUSE_S: Final = 0.5
DOUBLE_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class HeadingArrived:
    """The terminal begins a file."""

    heading: Heading


@dataclass(frozen=True, slots=True)
class TextArrived:
    """The next data text, as its fields with their filling."""

    fields: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class TextTaken:
    """The terminal has this data text."""

    serial: int


ReceiverEvent = HeadingArrived | TextArrived | FileEnded | Failed
SenderEvent = TextTaken | Done | Failed


class _Phase(Enum):
    IDLE = "idle"
    LINKING = "linking"
    HEADING = "heading"
    TEXTS = "texts"
    CLOSING = "closing"


class BhtReceiver:
    """Receives one file after the other. A whole file waits for `settle`: until then the terminal
    has no answer to its EOT, which it repeats for half a minute, and so keeps the file."""

    def __init__(self) -> None:
        self._reader = BlockReader()
        self._outbox = bytearray()
        self._phase = _Phase.IDLE
        self._ends_s: float | None = None
        self._heard_s = 0.0
        self._heading = Heading("", 0)
        self._last = Block(SOH, b"")
        self._taken = 0
        self._naks = 0
        self._calls = 0
        self._has_closed = False
        self._answer = Control.ACK

    def listen(self, now_s: float, for_s: float) -> None:
        """Wait for the terminal's call; `Failed("silent")` if none comes."""
        self._phase, self._ends_s = _Phase.IDLE, now_s + for_s

    def settle(self) -> None:
        """The file is durable here: let the terminal close."""
        if self._phase is _Phase.CLOSING:
            self._phase, self._has_closed = _Phase.IDLE, True
            self._say(Control.ACK)

    def break_off(self) -> None:
        """Tell a terminal that is sending to stop."""
        if self._phase is not _Phase.IDLE:
            self._phase, self._ends_s = _Phase.IDLE, None
            self._say(Control.EOT)

    def bytes_to_send(self, now_s: float) -> bytes:  # noqa: ARG002 - nothing waits here
        data = bytes(self._outbox)
        self._outbox.clear()
        return data

    def next_timeout(self, now_s: float) -> float | None:
        """Seconds until this station gives up; None if it waits for nothing."""
        return None if self._ends_s is None else max(0.0, self._ends_s - now_s)

    def receive(self, data: bytes, now_s: float) -> list[ReceiverEvent]:
        """What `data`, or the time that has passed without any, means."""
        events: list[ReceiverEvent] = []
        if data:
            if now_s - self._heard_s > PAUSE_S:
                self._reader.pause()
            self._heard_s = now_s
        for found in self._reader.feed(data):
            event = self._understand(found, now_s)
            if event:
                events.append(event)
        if self._ends_s is not None and now_s >= self._ends_s:
            self._ends_s = None
            self.break_off()
            events.append(Failed("silent"))
        return events

    def _understand(self, found: Block | Spoilt | Control, now_s: float) -> ReceiverEvent | None:
        if self._phase is _Phase.IDLE:
            if found is Control.ENQ:
                self._phase, self._ends_s = _Phase.HEADING, now_s + STALL_S
                self._naks, self._calls, self._taken, self._has_closed = 0, 0, 0, False
                self._reader.was_noisy = False
                self._say(Control.ACK)
            elif found is Control.EOT and self._has_closed:  # and it has not heard that
                self._say(Control.ACK)
            return None
        if self._phase is _Phase.CLOSING:
            return None
        if found is Control.ENQ:
            self._calls += 1
            if self._calls > MAX_CALLS:
                return self._fail("damaged")
            if self._reader.was_noisy:
                return self._nak()
            self._say(self._answer)
            return None
        if found is Control.EOT:
            return self._close()
        if isinstance(found, Spoilt):
            return self._nak()
        if isinstance(found, Block):
            return self._take(found, now_s)
        return None

    def _take(self, block: Block, now_s: float) -> ReceiverEvent | None:
        if block == self._last and self._phase is _Phase.TEXTS:
            self._say(Control.ACK)  # it has not heard the one before
            return None
        try:
            event = self._read_heading(block) if block.start == SOH else self._read_text(block)
        except BhtError as error:
            return self._fail(error.reason)
        self._last, self._naks, self._calls = block, 0, 0
        self._ends_s = now_s + STALL_S
        self._say(Control.ACK)
        return event

    def _read_heading(self, block: Block) -> HeadingArrived:
        if self._phase is not _Phase.HEADING:
            raise BhtError("out_of_order")
        self._heading = decode_heading(block.body)
        self._phase = _Phase.TEXTS
        return HeadingArrived(self._heading)

    def _read_text(self, block: Block) -> TextArrived:
        if self._phase is not _Phase.TEXTS:
            raise BhtError("out_of_order")
        serial, fields = decode_text(block.body, self._heading.lengths)
        if serial != self._taken + 1:
            raise BhtError("out_of_order")
        if serial > self._heading.texts:
            raise BhtError("too_many")
        self._taken = serial
        return TextArrived(fields)

    def _close(self) -> ReceiverEvent:
        if self._phase is _Phase.TEXTS and self._taken == self._heading.texts:
            self._phase, self._ends_s = _Phase.CLOSING, None
            return FileEnded()
        # No answer: after an ACK the terminal would take it for a file that has arrived.
        self._phase, self._ends_s = _Phase.IDLE, None
        return Failed("aborted")

    def _nak(self) -> Failed | None:
        self._naks += 1
        if self._naks > MAX_NAKS:
            return self._fail("damaged")
        self._say(Control.NAK)
        return None

    def _fail(self, reason: str) -> Failed:
        self.break_off()
        return Failed(reason)

    def _say(self, control: Control) -> None:
        self._reader.was_noisy = False
        self._answer = control
        self._outbox.append(control)


class BhtSender:
    """Sends one file."""

    def __init__(self) -> None:
        self._reader = BlockReader()
        self._outbox = bytearray()
        self._phase = _Phase.IDLE
        self._block: Callable[[int], bytes] = _nothing
        self._texts = 0
        self._serial = 0
        self._left = 0
        self._naks = 0
        self._was_asked_again = False
        self._is_held = False
        self._due_s: float | None = None
        self._heard_s = 0.0
        self._reason = ""

    def send(self, heading: Heading, texts: Sequence[Sequence[bytes]], now_s: float) -> None:
        """Begin with a file; `texts` are the fields of each. Raises BhtError if it cannot go."""
        if len(texts) != heading.texts:
            raise BhtError("texts")
        first = encode_block(SOH, encode_heading(heading))
        lengths = heading.lengths
        for serial, fields in enumerate(texts, 1):
            _text_block(serial, fields, lengths)  # all can go, or nothing is begun

        def block(serial: int) -> bytes:
            return _text_block(serial, texts[serial - 1], lengths) if serial else first

        self._block, self._texts, self._serial = block, len(texts), 0
        self._reason = ""
        self._begin(_Phase.LINKING, CALLS, now_s)

    def bytes_to_send(self, now_s: float) -> bytes:  # noqa: ARG002 - nothing waits here
        data = bytes(self._outbox)
        self._outbox.clear()
        return data

    def next_timeout(self, now_s: float) -> float | None:
        """Seconds until something is due; None if nothing is being sent."""
        return None if self._due_s is None else max(0.0, self._due_s - now_s)

    def break_off(self) -> None:
        """Tell the terminal that nothing more comes."""
        if self._phase is not _Phase.IDLE:
            self._phase, self._due_s = _Phase.IDLE, None
            self._outbox.append(Control.EOT)

    def receive(self, data: bytes, now_s: float) -> list[SenderEvent]:
        """What `data`, or the time that has passed without any, means."""
        events: list[SenderEvent] = []
        if data:
            if now_s - self._heard_s > PAUSE_S:
                self._reader.pause()
            self._heard_s = now_s
        for found in self._reader.feed(data):
            if isinstance(found, Control) and self._phase is not _Phase.IDLE and not self._is_held:
                event = self._understand(found, now_s)
                if event:
                    events.append(event)
        if self._due_s is not None and now_s >= self._due_s:
            event = self._run_out_of_time(now_s)
            if event:
                events.append(event)
        return events

    def _understand(self, found: Control, now_s: float) -> SenderEvent | None:
        is_under_way = self._phase is _Phase.TEXTS
        if found is Control.ACK and self._was_asked_again and self._phase is not _Phase.CLOSING:
            # It may answer twice, and a second ACK is not for the next text.
            self._is_held, self._due_s = True, now_s + DOUBLE_S
        elif found is Control.ACK:
            return self._go_on(now_s)
        elif found is Control.NAK and is_under_way:
            self._naks += 1
            if self._naks > MAX_NAKS:
                self._reason = "refused"
                self._begin(_Phase.CLOSING, CALLS, now_s)
            else:
                self._send_block(now_s)
        elif found is Control.EOT and is_under_way:
            self._reason = "aborted"
            self._begin(_Phase.CLOSING, CALLS, now_s)
        return None

    def _go_on(self, now_s: float) -> SenderEvent | None:
        event: SenderEvent | None = None
        if self._phase is _Phase.CLOSING:
            self._phase, self._due_s = _Phase.IDLE, None
            return Failed(self._reason) if self._reason else Done()
        if self._phase is _Phase.TEXTS:
            event = TextTaken(self._serial) if self._serial else None
            self._serial += 1
        self._phase, self._naks = _Phase.TEXTS, 0
        if self._serial > self._texts:
            self._begin(_Phase.CLOSING, CALLS, now_s)
        else:
            self._send_block(now_s)
        return event

    def _send_block(self, now_s: float) -> None:
        self._was_asked_again = False
        self._outbox += self._block(self._serial)
        self._left, self._due_s = ENQUIRIES, now_s + ANSWER_S

    def _begin(self, phase: _Phase, calls: int, now_s: float) -> None:
        self._phase, self._left, self._naks = phase, calls, 0
        self._was_asked_again = self._is_held = False
        self._call(now_s)

    def _call(self, now_s: float) -> None:
        self._left -= 1
        self._due_s = now_s + ANSWER_S
        is_closing = self._phase is _Phase.CLOSING
        self._outbox.append(Control.EOT if is_closing else Control.ENQ)

    def _run_out_of_time(self, now_s: float) -> SenderEvent | None:
        if self._is_held:
            self._is_held = False
            return self._go_on(now_s)
        if self._left > 0:
            self._was_asked_again = True
            self._call(now_s)
            return None
        if self._phase is not _Phase.CLOSING:
            self._outbox.append(Control.EOT)
        self._phase, self._due_s = _Phase.IDLE, None
        return Failed(self._reason or "silent")


def _nothing(_: int) -> bytes:
    return b""


def _text_block(serial: int, fields: Sequence[bytes], lengths: Sequence[int]) -> bytes:
    widths = lengths or [len(field) for field in fields]
    return encode_block(STX, encode_text(serial, fields, widths))
