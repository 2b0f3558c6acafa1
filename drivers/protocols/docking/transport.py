"""The reliable byte stream between desk and terminal, with connect, keep-alive and close."""

import struct
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, Self

from drivers.protocols.docking.codes import Code
from drivers.protocols.docking.connect import (
    SMALLEST_PAYLOAD,
    Agreement,
    Limits,
    choose_terms,
    encode_offer,
    read_terms,
)
from drivers.protocols.docking.counters import Statistics
from drivers.protocols.docking.frames import Frame, FrameReader, Kind, encode_frame
from drivers.protocols.docking.security import Suite
from drivers.protocols.docking.stream import Outbound, Stream
from drivers.protocols.docking.window import FrameSize

_CODE: Final = struct.Struct(">H")


class _State(Enum):
    LISTENING = auto()
    CONNECTING = auto()
    OPEN = auto()
    CLOSING = auto()
    ENDED = auto()


@dataclass(frozen=True, slots=True)
class Established:
    """A connection stands; whatever was before it is void."""

    terms: Agreement


@dataclass(frozen=True, slots=True)
class Ended:
    """The connection is over; DONE if in good order. A listening side listens again."""

    code: int
    by_peer: bool


class Transport:
    """One end of a line. Made by `calling` (desk: connects once) or `listening` (terminal).

    `write` queues stream bytes, `receive` gives stream bytes back in order and exactly once.
    Frames of other connections are counted and dropped. `receive` raises nothing.
    """

    def __init__(
        self,
        state: _State,
        connection: int,
        now_s: float,
        limits: Limits,
        suites: tuple[Suite, ...],
    ) -> None:
        self._state = state
        self._calls = state is _State.CONNECTING
        self._connection = connection
        self._limits = limits
        self._suites = suites
        self._reader = FrameReader()
        self._statistics = Statistics()
        self._past: int | None = None
        self._replies: list[bytes] = []
        self._began_s = now_s
        self._connect_due_s = now_s
        self._offer = encode_offer(limits, suites)
        self._answer = b""
        self._given_up = False
        self._open_stream(limits.window_bytes, limits.max_payload, now_s)

    @classmethod
    def calling(
        cls, connection: int, now_s: float, limits: Limits, suites: tuple[Suite, ...]
    ) -> Self:
        """Connect under this 32-bit id, which no earlier connection had."""
        return cls(_State.CONNECTING, connection, now_s, limits, suites)

    @classmethod
    def listening(cls, now_s: float, limits: Limits, suites: tuple[Suite, ...]) -> Self:
        """Wait to be connected to, again and again."""
        return cls(_State.LISTENING, -1, now_s, limits, suites)

    def _open_stream(self, window_bytes: int, max_payload: int, now_s: float) -> None:
        first = min(self._limits.first_payload, max_payload)
        size = FrameSize(first, SMALLEST_PAYLOAD, max_payload)
        self._stream = Stream(window_bytes, size, now_s)
        self._close_sent = False
        self._heard_s = now_s
        self._looked_s = now_s
        self._sent_s = now_s
        self._moved_s = now_s
        self._closing_s: float | None = None

    @property
    def unsent_bytes(self) -> int:
        """Written and not yet handed to the line."""
        return self._stream.sending.unsent_bytes

    @property
    def statistics(self) -> Statistics:
        """Counters up to now."""
        counters = self._statistics
        counters.damaged_frames = self._reader.damaged_frames
        counters.noise_bytes = self._reader.noise_bytes
        counters.payload_bytes = self._stream.size.payload_bytes
        counters.resent_bytes = self._stream.sending.resent_bytes
        counters.duplicate_bytes = self._stream.receiving.duplicate_bytes
        return counters

    def write(self, data: bytes) -> None:
        """Queue stream bytes; dropped when no connection is open."""
        if self._state is _State.OPEN:
            self._stream.sending.write(data)

    def close(self) -> None:
        """Close once everything written has arrived."""
        if self._state is _State.OPEN:
            self._state = _State.CLOSING
        elif self._state is _State.CONNECTING:
            self._given_up = True

    def receive(self, data: bytes, now_s: float) -> list[Established | Ended | bytes]:
        """Take what arrived, or b"" when only time has passed."""
        events: list[Established | Ended | bytes] = []
        if now_s - self._looked_s > 2 * self._limits.keep_alive_s:
            # the caller was away, so the silence was not the other side's
            self._heard_s = self._moved_s = now_s
        self._looked_s = now_s
        for frame in self._reader.feed(data):
            self._statistics.frames_received += 1
            events += self._take(frame, now_s)
        events += self._look_at_clock(now_s)
        return events

    def bytes_to_send(self, now_s: float) -> bytes:
        """Frames that are due now; empty most of the time on an idle line."""
        out, self._replies = self._replies, []
        if self._state is _State.CONNECTING and now_s >= self._connect_due_s:
            self._connect_due_s = now_s + self._limits.connect_interval_s
            # The zero byte ends whatever noise the other side has read so far.
            out.append(b"\0" + self._frame(Kind.CONNECT, self._offer))
        if self._state in (_State.OPEN, _State.CLOSING):
            out += self._stream_frames(now_s)
        if out:
            self._sent_s = now_s
            self._statistics.frames_sent += len(out)
        return b"".join(out)

    def next_timeout(self, now_s: float) -> float | None:
        """Seconds until the next call is due, None: only when something arrives."""
        match self._state:
            case _State.CONNECTING if self._given_up:
                due_s = now_s
            case _State.CONNECTING:
                due_s = min(self._connect_due_s, self._began_s + self._limits.connect_s)
            case _State.OPEN | _State.CLOSING:
                due_s = min(
                    self._heard_s + self._limits.silence_s,
                    self._moved_s + self._limits.stall_s,
                    self._sent_s + self._limits.keep_alive_s,
                )
                if self._waiting:
                    due_s = min(due_s, self._stream.probe.due_s)
                if self._state is _State.CLOSING:
                    due_s = min(due_s, self._heard_s + self._limits.close_s)
            case _:
                return None
        return max(0.0, due_s - now_s)

    @property
    def _waiting(self) -> bool:
        return self._stream.sending.flying or self._state is _State.CLOSING

    def _look_at_clock(self, now_s: float) -> list[Ended]:
        limits = self._limits
        match self._state:
            case _State.CONNECTING if self._given_up:
                return self._end(Code.BROKEN_OFF)
            case _State.CONNECTING if now_s >= self._began_s + limits.connect_s:
                talks = self._reader.heard_bytes or self._statistics.frames_received
                return self._end(Code.NOT_A_TERMINAL if talks else Code.PEER_SILENT)
            case _State.CLOSING:
                # A peer that talks on must not keep this side from ending.
                self._closing_s = now_s if self._closing_s is None else self._closing_s
                overdue = now_s >= self._closing_s + limits.closing_s
                if overdue or now_s >= self._heard_s + limits.close_s:
                    return self._end(Code.DONE)
            case _State.OPEN if now_s >= self._heard_s + limits.silence_s:
                return self._end(Code.PEER_SILENT)
            # Keep-alives alone are no docking.
            case _State.OPEN if now_s >= self._moved_s + limits.stall_s:
                return self._end(Code.PEER_SILENT)
        return []

    def _end(self, code: int, by_peer: bool = False) -> list[Ended]:
        self._past, self._connection = self._connection, -1
        self._state = _State.ENDED if self._calls else _State.LISTENING
        return [Ended(code, by_peer)]

    def _take(self, frame: Frame, now_s: float) -> list[Established | Ended | bytes]:
        if frame.kind is Kind.CONNECT:
            return [] if self._calls else self._take_connect(frame, now_s)
        if frame.connection != self._connection:
            self._take_stale(frame)
            return []
        self._heard_s = now_s
        if frame.kind is Kind.RESET:
            return [*self._end(Code.CONNECTION_UNKNOWN, by_peer=True)]
        if self._state is _State.CONNECTING:
            return [*self._take_answer(frame, now_s)]
        return self._take_open(frame, now_s)

    def _take_open(self, frame: Frame, now_s: float) -> list[Established | Ended | bytes]:
        match frame.kind:
            case Kind.DATA:
                ready = self._stream.take_data(frame)
                self._moved_s = now_s if ready else self._moved_s
                return [ready] if ready else []
            case Kind.PING:
                self._stream.take_ping(frame)
            case Kind.ACK:
                before = self._stream.sending.arrived_bytes
                self._stream.take_ack(frame.payload, now_s)
                moved = self._stream.sending.arrived_bytes > before
                self._moved_s = now_s if moved else self._moved_s
            case Kind.CLOSE:
                self._reply(self._frame(Kind.CLOSED))
                return [*self._end(Code.DONE, by_peer=True)]
            case Kind.CLOSED if self._state is _State.CLOSING:
                return [*self._end(Code.DONE)]
        return []

    def _take_connect(self, frame: Frame, now_s: float) -> list[Established | Ended | bytes]:
        if frame.connection == self._connection:
            self._reply(self._answer)
            return []
        if frame.connection == self._past:
            self._take_stale(frame)
            return []
        terms = choose_terms(frame.payload, self._limits, self._suites)
        if isinstance(terms, Code):
            refusal = Frame(Kind.REFUSE, frame.connection, payload=_CODE.pack(terms))
            self._reply(encode_frame(refusal))
            return []
        answer, agreement = terms
        self._connection = frame.connection
        self._answer = self._frame(Kind.ACCEPT, answer)
        self._replies = [self._answer]
        return [self._establish(agreement, now_s)]

    def _take_answer(self, frame: Frame, now_s: float) -> list[Established | Ended]:
        if frame.kind is Kind.REFUSE:
            whole = len(frame.payload) >= _CODE.size
            code = _CODE.unpack_from(frame.payload)[0] if whole else Code.CONNECT_MALFORMED
            return [*self._end(code, by_peer=True)]
        if frame.kind is not Kind.ACCEPT:
            return []
        terms = read_terms(self._offer, frame.payload, self._limits, self._suites)
        if isinstance(terms, Code):
            self._reply(self._frame(Kind.RESET))
            return [*self._end(terms)]
        return [self._establish(terms, now_s)]

    def _establish(self, terms: Agreement, now_s: float) -> Established:
        self._open_stream(terms.window_bytes, terms.max_payload, now_s)
        self._state = _State.OPEN
        return Established(terms)

    def _take_stale(self, frame: Frame) -> None:
        self._statistics.stale_frames += 1
        if frame.kind is Kind.CLOSE:
            self._reply(encode_frame(Frame(Kind.CLOSED, frame.connection)))
        elif frame.kind in (Kind.DATA, Kind.PING, Kind.CONNECT) and not self._calls:
            self._reply(encode_frame(Frame(Kind.RESET, frame.connection)))

    def _reply(self, encoded: bytes) -> None:
        if encoded not in self._replies:
            self._replies.append(encoded)

    def _frame(self, kind: Kind, payload: bytes = b"") -> bytes:
        return encode_frame(Frame(kind, self._connection, payload=payload))

    def _stream_frames(self, now_s: float) -> list[bytes]:
        stream = self._stream
        out = stream.due_frames(now_s, self._waiting)
        if self._state is _State.CLOSING and stream.sending.empty:
            if not self._close_sent or now_s >= stream.probe.due_s:
                self._close_sent = True
                stream.probe.sent(now_s)
                out.append(Outbound(Kind.CLOSE))
        elif stream.sending.flying and now_s >= stream.probe.due_s:
            stream.probe.sent(now_s)
            out.append(stream.ping())
        elif not out and now_s >= self._sent_s + self._limits.keep_alive_s:
            out.append(stream.ping())
        return [
            encode_frame(Frame(kind, self._connection, serial, payload, channel))
            for kind, serial, payload, channel in out
        ]
