"""The sending side of Kermit: greeting, files in a sliding window, and the end."""

from collections.abc import Sequence
from datetime import UTC, tzinfo
from enum import Enum, auto
from typing import Final

from drivers.protocols.transfer.events import (
    Done,
    Failed,
    FileEnded,
    FileSkipped,
    TransferEvent,
)
from drivers.protocols.transfer.kermit_attributes import (
    Attributes,
    decode_held,
    encode_attributes,
)
from drivers.protocols.transfer.kermit_packets import Packet, PacketReader, encode_packet
from drivers.protocols.transfer.kermit_parameters import (
    ATTRIBUTES,
    OFFER,
    RESEND,
    UNAGREED,
    Parameters,
    agree,
    decode_parameters,
    encode_parameters,
)
from drivers.protocols.transfer.kermit_window import SendWindow, Sent
from drivers.protocols.transfer.listing import OutgoingFile, decode_name
from drivers.protocols.transfer.reasons import Reason

PATIENCE_S: Final = 60.0
MAX_TRIES: Final = 25
TIMEOUT_LIMITS_S: Final = (0.5, 15.0)
GREETING_S: Final = 2.0
GOODBYES: Final = 4
"""After so many the other side has left, and the answer was lost: it has all files anyway."""
BURST_BYTES: Final = 8192
"""So much is given out at a time, so that what has not left the port yet is not missed."""
FIRST_DATA: Final = 250
LEAST_DATA: Final = 60
MAX_TEXT: Final = 200


class _State(Enum):
    GREETING = auto()
    NAMED = auto()
    DESCRIBED = auto()
    DATA = auto()
    CLOSING = auto()
    DROPPING = auto()
    ENDING = auto()
    DONE = auto()
    FAILED = auto()


_OVER: Final = frozenset({_State.DONE, _State.FAILED})
_SILENT_YES: Final = frozenset("FDZB")
"""To these an answer may be lost: whoever asks for the next packet has had them."""


class KermitSender:
    """Sends files to a Kermit that receives: `FileEnded` tells that it has one, `FileSkipped` that
    it does not want one, `Done` of the end of all.
    """

    def __init__(
        self,
        files: Sequence[OutgoingFile],
        offer: Parameters = OFFER,
        patience_s: float = PATIENCE_S,
        resend: bool = False,
        zone: tzinfo | None = UTC,
    ) -> None:
        """`patience_s`: how long to wait for the other side to say anything.

        `resend`: go on from what the other side holds of each file, if it can. Nobody compares
        what that is, so it is good only for files that never change under one name.

        `zone`: in which the other side is told the times of the files, None for that of this
        machine.
        """
        self._zone = zone
        self._files = list(files)
        self._offer = offer
        self._patience_s = patience_s
        self._resend = resend
        self._reader = PacketReader()
        self._window = SendWindow()
        self._state = _State.GREETING
        self._agreed = UNAGREED
        self._out = bytearray()
        self._events: list[TransferEvent] = []
        self._is_rested = True
        self._now_s = self._heard_s = self._sent_s = 0.0
        self._round_trip_s: float | None = None
        self._file = OutgoingFile(b"", b"")
        self._at = 0
        self._data_chars = FIRST_DATA
        self._is_rough = False
        self._stops = False
        self.repeated_packets = 0
        self.is_parting = False
        """All is said and done; it does not matter any more if the other side goes."""
        self._post("S", encode_parameters(offer))

    @property
    def passed(self) -> tuple[int, int]:
        """Bytes of the file at hand that are on their way or there, and its size."""
        return self._at, len(self._file.data)

    @property
    def damaged_packets(self) -> int:
        """How often the line has spoilt something."""
        return self._reader.damaged_packets

    def receive(self, data: bytes, now_s: float) -> list[TransferEvent]:
        """Take what arrived; wrong input is an event, never an exception."""
        self._wake(now_s)
        for packet in self._reader.feed(data):
            self._take(packet)
        return self._told()

    def tick(self, now_s: float) -> list[TransferEvent]:
        """Do what is due by the clock."""
        self._wake(now_s)
        oldest = self._window.oldest
        if self._state not in _OVER and oldest is not None:
            if self._state is _State.ENDING and oldest.tries > GOODBYES:
                self._end()
            elif now_s - self._heard_s >= self._patience_s:
                self._fail(Reason.SILENT)
            elif now_s - max(self._heard_s, self._sent_s) >= self._timeout_s:
                self._reader.give_up()
                self._repeat(oldest)
        return self._told()

    def next_timeout(self, now_s: float) -> float | None:
        """Seconds until `tick` is due, 0 while there is more to be written, None for never."""
        if self._state in _OVER:
            return None
        if self._has_more and len(self._out) < BURST_BYTES:
            return 0.0
        return max(0.0, max(self._heard_s, self._sent_s) + self._timeout_s - now_s)

    def outgoing(self) -> bytes:
        """What is to be written next, a little at a time."""
        while self._has_more and len(self._out) < BURST_BYTES:
            chars, self._at = self._agreed.quoting.encode(
                self._file.data, self._at, min(self._data_chars, self._agreed.max_data)
            )
            self._post("D", chars)
        data = bytes(self._out)
        self._out.clear()
        return data

    def cancel(self) -> None:
        """Give up; `outgoing` then tells the other side."""
        if self._state not in _OVER:
            self._state = _State.FAILED
            self._out.clear()
            self._write(Packet("E", self._window.next, b"Cancelled"))

    @property
    def _has_more(self) -> bool:
        is_open = self._state is _State.DATA and self._window.has_room
        return is_open and self._at < len(self._file.data)

    @property
    def _timeout_s(self) -> float:
        if self._state is _State.GREETING:
            return GREETING_S
        least_s, most_s = TIMEOUT_LIMITS_S
        wished_s = min(max(self._agreed.timeout_s, least_s), most_s)
        if self._round_trip_s is not None:
            wished_s = min(wished_s, max(4 * self._round_trip_s, least_s))
        tries = self._window.oldest.tries if self._window.oldest else 1
        return min(wished_s * 2.0 ** (tries - 1), most_s)

    def _wake(self, now_s: float) -> None:
        self._now_s = now_s
        if self._is_rested:
            self._is_rested = False
            self._heard_s = self._sent_s = now_s

    # ------------------------------------------------------------------ what comes in

    def _take(self, packet: Packet) -> None:
        if self._state in _OVER:
            return
        sent = self._window.waiting.get(packet.number)
        if packet.kind == "E":
            raw = self._agreed.quoting.decode(packet.data) or packet.data
            self._fail(Reason.CANCELLED_BY_PEER, decode_name(raw)[:MAX_TEXT])
        elif packet.kind == "Y" and sent:
            self._heard_s = self._now_s
            del self._window.waiting[packet.number]
            self._learn(sent)
            self._answered(sent.packet.kind, packet.data)
        elif packet.kind == "N" and sent:
            self._heard_s = self._now_s
            self._repeat_if_asked(sent)
        elif packet.kind == "N" and packet.number == self._window.next:
            self._imply()

    def _imply(self) -> None:
        """The other side asks for what was not sent yet.

        So it has what was sent last, but for one with a window, which may miss something all the
        same: C-Kermit asks so when a packet was damaged that it cannot name.
        """
        sent = self._window.oldest
        if sent is None:
            return
        self._heard_s = self._now_s
        kind = sent.packet.kind
        if kind in _SILENT_YES and (self._window.size == 1 or kind != "D"):
            del self._window.waiting[sent.packet.number]
            self._answered(kind, b"")
        else:
            self._repeat_if_asked(sent)

    def _repeat_if_asked(self, sent: Sent) -> None:
        if sent.tries < MAX_TRIES:
            self._repeat(sent)
        else:
            self._fail(Reason.TOO_MUCH_NOISE)

    def _learn(self, sent: Sent) -> None:
        """How long an answer takes; and longer packets as long as all goes well."""
        if sent.tries == 1:
            took_s = self._now_s - sent.sent_s
            known_s = took_s if self._round_trip_s is None else self._round_trip_s
            self._round_trip_s = known_s + (took_s - known_s) / 4
        if sent.packet.kind == "D":
            step = 1 + self._data_chars // (64 if self._is_rough else 8)
            self._data_chars = min(self._data_chars + step, self._agreed.max_data)

    def _answered(self, kind: str, data: bytes) -> None:
        match kind:
            case "S":
                self._agree(data)
                self._open()
            case "F" if self._agreed.abilities & ATTRIBUTES:
                self._describe()
            case "F":
                self._begin(0)
            case "A" if data[:1] == b"N":
                self._skip()
            case "A":
                self._begin(decode_held(data))
            case "D":
                self._go_on(data)
            case "Z":
                self._closed()
            case "B":
                self._end()

    def _agree(self, data: bytes) -> None:
        self._agreed = agree(decode_parameters(data), self._offer, encoding=self._offer)
        self._reader.check = self._agreed.check
        self._window.size = self._agreed.window

    def _open(self) -> None:
        """The next file, or the end of all."""
        if not self._files:
            self._state = _State.ENDING
            self.is_parting = True
            self._post("B")
            return
        self._file = self._files.pop(0)
        self._at = 0
        self._state = _State.NAMED
        chars, _ = self._agreed.quoting.encode(self._file.name, 0, self._agreed.max_data)
        self._post("F", chars)

    def _describe(self) -> None:
        self._state = _State.DESCRIBED
        resend = self._resend and bool(self._agreed.abilities & RESEND)
        known = Attributes(len(self._file.data), self._file.mtime, resend=resend)
        self._post("A", encode_attributes(known, self._zone))

    def _begin(self, held_bytes: int) -> None:
        self._at = held_bytes if self._resend and held_bytes <= len(self._file.data) else 0
        self._state = _State.DATA
        self._go_on(b"")

    def _go_on(self, answer: bytes) -> None:
        """Data were taken, or are no longer wanted: of this file (X) or of all (Z)."""
        if answer[:1] in (b"X", b"Z") and self._state is _State.DATA:
            if answer[:1] == b"Z":
                self._files.clear()
            self._at = len(self._file.data)
            self._stops = True
        if self._at >= len(self._file.data) and not self._window.waiting:
            if self._stops:
                self._skip()
            else:
                self._state = _State.CLOSING
                self._post("Z")

    def _skip(self) -> None:
        self._stops = False
        self._state = _State.DROPPING
        self._events.append(FileSkipped(decode_name(self._file.name), Reason.SKIPPED_BY_PEER))
        self._post("Z", b"D")

    def _end(self) -> None:
        self._state = _State.DONE
        self._events.append(Done())

    def _closed(self) -> None:
        if self._state is _State.CLOSING:
            self._events.append(FileEnded())
        self._open()

    # ------------------------------------------------------------------ what goes out

    def _post(self, kind: str, data: bytes = b"") -> None:
        """Send a packet that is to be confirmed."""
        packet = Packet(kind, self._window.next, data)
        self._window.add(packet, self._write(packet), self._now_s)
        self._is_rested = self._is_rested or kind == "S"

    def _write(self, packet: Packet) -> bytes:
        check = 1 if packet.kind == "S" else self._agreed.check
        wire = self._agreed.padding + encode_packet(packet, check, self._agreed.end)
        self._out += wire
        return wire

    def _repeat(self, sent: Sent) -> None:
        sent.tries += 1
        self.repeated_packets += 1
        self._sent_s = self._now_s
        self._out += sent.wire
        if sent.packet.kind == "D":
            self._is_rough = True
            self._data_chars = max(LEAST_DATA, len(sent.packet.data) // 2)

    def _fail(self, reason: Reason, text: str = "") -> None:
        if reason is not Reason.CANCELLED_BY_PEER:
            self._write(Packet("E", self._window.next, str(reason).encode()))
        self._state = _State.FAILED
        self._events.append(Failed(reason, text))

    def _told(self) -> list[TransferEvent]:
        events, self._events = self._events, []
        return events
