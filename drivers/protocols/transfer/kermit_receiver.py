"""The receiving side of Kermit: greeting, files in a sliding window, and the end."""

from datetime import UTC, tzinfo
from enum import Enum, auto
from typing import Final

from drivers.file_contract import MAX_FILE_BYTES, MAX_FILES
from drivers.protocols.transfer.events import (
    Done,
    Failed,
    FileBegun,
    FileEnded,
    FileSkipped,
    TransferEvent,
)
from drivers.protocols.transfer.kermit_attributes import add_attributes, encode_held
from drivers.protocols.transfer.kermit_incoming import Incoming
from drivers.protocols.transfer.kermit_packets import Packet, PacketReader, encode_packet
from drivers.protocols.transfer.kermit_parameters import (
    OFFER,
    UNAGREED,
    Parameters,
    agree,
    answer,
    decode_parameters,
    encode_parameters,
)
from drivers.protocols.transfer.kermit_window import ReceiveWindow
from drivers.protocols.transfer.listing import decode_name
from drivers.protocols.transfer.reasons import Reason

PATIENCE_S: Final = 60.0
INVITE_S: Final = 4.0
SILENCES_S: Final = (2.0, 3.0, 5.0, 8.0)
INSIDE_S: Final = 1.0
"""A packet that stands still for so long has lost its end."""
AGAIN_S: Final = 0.5
"""Whatever else is damaged meanwhile, the same packet is not asked for again before."""
MAX_TEXT: Final = 200


class _State(Enum):
    GREETING = auto()
    BETWEEN = auto()
    NAMED = auto()
    OFFERED = auto()
    DATA = auto()
    DROPPING = auto()
    SETTLING = auto()
    DONE = auto()
    FAILED = auto()


_OUR_TURN: Final = frozenset({_State.OFFERED, _State.SETTLING, _State.DONE, _State.FAILED})


class KermitReceiver:
    """Takes files from a Kermit that sends. Order of calls for each file:

    1. `FileOffered`: answer with `accept` or `refuse`. Who sends without attributes does not wait
       for the answer, and is accepted at once.
    2. `FileBegun`, `DataArrived`...: the file from an offset on.
    3. `FileEnded`: answer with `settle` when the file is safe; only then the other side hears it.

    `FileSkipped` says that this side does not take a file. One that the other side gives up just
    ends; the next event is of another one. Also after `Done` the last packets are answered once
    more if they come again.
    """

    def __init__(
        self,
        offer: Parameters = OFFER,
        patience_s: float = PATIENCE_S,
        max_file_bytes: int = MAX_FILE_BYTES,
        max_files: int = MAX_FILES,
        zone: tzinfo | None = UTC,
    ) -> None:
        """`patience_s`: how long nothing useful may come, also before the other side begins.

        `zone`: in which the other side tells the times of its files, None for that of this machine.
        """
        self._zone = zone
        self._offer = offer
        self._patience_s = patience_s
        self._max_file_bytes = max_file_bytes
        self._max_files = max_files
        self._reader = PacketReader()
        self._window = ReceiveWindow()
        self._state = _State.GREETING
        self._agreed = UNAGREED
        self._greeting = b""
        self._out = bytearray()
        self._events: list[TransferEvent] = []
        self._is_rested = True  # the clocks below begin again
        self._heard_s = self._moved_s = self._asked_s = 0.0
        self._asked_for = -1
        self._tries = 0
        self._files = 0
        self._file = Incoming()
        self._dropped = Reason.CANCELLED_HERE
        self.repeated_packets = 0
        self.is_parting = False
        """All is said and done; it does not matter any more if the other side goes."""

    @property
    def passed(self) -> tuple[int, int]:
        """Bytes of the file at hand that have passed, and its size; 0 while that is not known."""
        return self._file.at, self._file.size or 0

    @property
    def damaged_packets(self) -> int:
        """How often the line has spoilt something."""
        return self._reader.damaged_packets

    def receive(self, data: bytes, now_s: float) -> list[TransferEvent]:
        """Take what arrived; wrong input is an event, never an exception."""
        self._wake(now_s)
        if data:
            self._heard_s = now_s
        damaged = self._reader.damaged_packets
        for packet in self._reader.feed(data):
            self._take(packet, now_s)
        is_new = self._asked_for != self._window.low or now_s - self._asked_s >= AGAIN_S
        if is_new and self._reader.damaged_packets > damaged:
            self._complain(now_s)
        return self._told()

    def tick(self, now_s: float) -> list[TransferEvent]:
        """Do what is due by the clock."""
        self._wake(now_s)
        if self._state not in _OUR_TURN:
            self._watch(now_s)
        return self._told()

    def next_timeout(self, now_s: float) -> float | None:
        """Seconds until `tick` is due; None for never."""
        if self._state in _OUR_TURN:
            return None
        return max(0.0, self._heard_s + INSIDE_S - now_s) or INSIDE_S

    def outgoing(self) -> bytes:
        """What is to be written next."""
        data = bytes(self._out)
        self._out.clear()
        return data

    def accept(self, held: bytes = b"") -> None:
        """Take the file that was offered. `held` is its beginning, as far as it is here already.

        The end of `held` is asked for again. If that is of another file, `FileBegun` says that
        nothing of `held` is good, and the transfer fails.
        """
        if self._state is _State.OFFERED:
            self._begin(held)
            self._confirm(encode_held(self._file.at))

    def refuse(self) -> None:
        """Do not take the file that was offered."""
        if self._state is _State.OFFERED:
            self._drop(Reason.CANCELLED_HERE, b"N+")
        elif self._state is _State.DATA:
            self._drop(Reason.CANCELLED_HERE)

    def settle(self) -> None:
        """The file that has ended is safe: let the other side know."""
        if self._state is _State.SETTLING:
            self._enter(_State.BETWEEN)
            self._confirm()

    def cancel(self) -> None:
        """Give up; `outgoing` then tells the other side."""
        if self._state not in (_State.DONE, _State.FAILED):
            self._state = _State.FAILED
            self._send("E", self._window.low, b"Cancelled")

    # ------------------------------------------------------------------ clocks

    def _wake(self, now_s: float) -> None:
        if self._is_rested:
            self._is_rested = False
            self._heard_s = self._moved_s = self._asked_s = now_s

    def _watch(self, now_s: float) -> None:
        quiet_s = now_s - self._heard_s
        if now_s - self._moved_s >= self._patience_s:
            is_silent = quiet_s >= min(self._patience_s, SILENCES_S[-1])
            noise = Reason.TOO_MUCH_NOISE
            if self._state is _State.GREETING:
                is_silent, noise = self._heard_s == self._moved_s, Reason.NOT_UNDERSTOOD
            self._fail(Reason.SILENT if is_silent else noise)
        elif self._state is _State.GREETING:
            if now_s - self._asked_s >= INVITE_S:
                self._ask(now_s)
        elif self._reader.is_inside and quiet_s >= INSIDE_S:
            self._reader.give_up()
            self._ask(now_s)
        elif min(quiet_s, now_s - self._asked_s) >= SILENCES_S[min(self._tries, 3)]:
            self._tries += 1
            self._ask(now_s)

    def _ask(self, now_s: float) -> None:
        """Ask for the packet that is due."""
        if self._state not in _OUR_TURN:
            self._asked_s, self._asked_for = now_s, self._window.low
            self._send("N", self._window.low)

    def _complain(self, now_s: float) -> None:
        """Something was damaged. Before the greeting that is whatever else talks on the line."""
        if self._state is not _State.GREETING:
            self._ask(now_s)

    def _enter(self, state: _State) -> None:
        """Go on after something that may have taken this side any time."""
        self._state = state
        self._is_rested = True

    # ------------------------------------------------------------------ what comes in

    def _take(self, packet: Packet, now_s: float) -> None:
        if self._state is _State.FAILED or packet.kind in "YN":  # our own ones, echoed
            return
        if packet.kind == "E":
            raw = self._agreed.quoting.decode(packet.data) or packet.data
            self._fail(Reason.CANCELLED_BY_PEER, decode_name(raw)[:MAX_TEXT])
            return
        if packet.kind == "S" and packet.number == 0 and not self._is_greeted_with(packet):
            self._greet(packet)
            return
        window = self._window
        ahead = window.ahead(packet.number)
        if ahead == 0:
            self._step(packet, now_s)
            while (early := window.due()) is not None:
                self._add(early, is_confirmed=True)
        elif ahead < window.size and packet.kind == "D":
            self._keep(packet, now_s)
        elif (said := window.answer(packet.number)) is not None:
            self.repeated_packets += 1
            self._out += said

    def _step(self, packet: Packet, now_s: float) -> None:
        """Deal with the packet that is due."""
        low = self._window.low
        match self._state, packet.kind:
            case _State.BETWEEN, "F":
                self._open(packet)
            case _State.BETWEEN, "B":
                self._part()
            case _State.NAMED, "A":
                self._learn(packet)
            case _State.NAMED, "D" | "Z":
                self._events.append(self._file.offer())
                self._begin()
                self._step(packet, now_s)
            case _State.DATA | _State.DROPPING, "A":
                self._confirm()
            case _State.DATA | _State.DROPPING, "D":
                self._add(packet)
            case _State.DATA | _State.DROPPING, "Z":
                self._close(packet)
        if self._window.low != low and (packet.data or packet.kind != "D"):
            self._moved_s, self._tries = now_s, 0

    def _keep(self, packet: Packet, now_s: float) -> None:
        """Confirm a packet before its turn, and ask for those that are missing."""
        missing = self._window.keep(packet)
        self._say(packet.number, b"X" if self._state is _State.DROPPING else b"")
        if missing is None:
            self.repeated_packets += 1
        for number in missing or ():
            self._asked_s = now_s
            self._send("N", number)

    def _is_greeted_with(self, packet: Packet) -> bool:
        """The answer to this greeting was lost, or all is over."""
        is_fresh = self._state is _State.BETWEEN and self._window.low == 1
        return self._state is _State.DONE or (is_fresh and packet.data == self._greeting)

    def _greet(self, packet: Packet) -> None:
        """A sender begins, or it has started again."""
        self._greeting = packet.data
        theirs = decode_parameters(packet.data)
        ours = answer(theirs, self._offer)
        self._agreed = agree(theirs, ours, encoding=theirs)
        self._window = ReceiveWindow(self._agreed.window)
        self._enter(_State.BETWEEN)
        self._tries = 0
        self._reader.check = 1  # the answer to a greeting never has another one
        self._confirm(encode_parameters(ours))
        self._reader.check = self._agreed.check

    def _open(self, packet: Packet) -> None:
        self._files += 1
        raw = self._agreed.quoting.decode(packet.data)
        if raw is None:
            self._fail(Reason.OUT_OF_STEP)
        elif self._files > self._max_files:
            self._fail(Reason.TOO_MANY_FILES)
        else:
            self._file = Incoming(decode_name(raw))
            self._state = _State.NAMED
            self._confirm()

    def _learn(self, packet: Packet) -> None:
        known = self._file.attributes = add_attributes(
            self._file.attributes, packet.data, self._zone
        )
        if (known.size or 0) > self._max_file_bytes:
            self._drop(Reason.FILE_TOO_LARGE, b"N1")
        elif known.is_last or known.resend:
            self._state = _State.OFFERED
            self._events.append(self._file.offer())
        else:
            self._confirm()

    def _begin(self, held: bytes = b"") -> None:
        self._enter(_State.DATA)
        self._events.extend(self._file.begin(held))

    def _add(self, packet: Packet, is_confirmed: bool = False) -> None:
        data: bytes | None = b""
        if self._state is _State.DATA:
            data = self._agreed.quoting.decode(packet.data)
        if data is None or self._state not in (_State.DATA, _State.DROPPING):
            self._fail(Reason.OUT_OF_STEP)
            return
        if self._file.at + len(data) > self._max_file_bytes:
            self._drop(Reason.FILE_TOO_LARGE)
        if is_confirmed:
            self._window.advance()
        else:
            self._confirm(b"X" if self._state is _State.DROPPING else b"")
        if self._state is _State.DATA:
            told = self._file.add(data)
            self._events.extend([FileBegun(0)] if told is None else told)
            if told is None:
                self._fail(Reason.BEGINNING_DIFFERS)

    def _drop(self, reason: Reason, answer: bytes | None = None) -> None:
        """Take no more of this file; without an answer those to its data will say so."""
        self._enter(_State.DROPPING)
        self._dropped = reason
        self._events.append(FileSkipped(self._file.name, reason))
        if answer is not None:
            self._confirm(answer)

    def _close(self, packet: Packet) -> None:
        is_cancelled = packet.data[:1] == b"D"
        if is_cancelled:
            self._confirm()
            self._state = _State.BETWEEN
        elif self._state is _State.DROPPING:
            # Whoever does not notice that a file is not wanted must not believe that it is here.
            self._fail(self._dropped)
        elif not self._file.is_whole:
            self._fail(Reason.SIZE_DIFFERS)
        else:
            self._state = _State.SETTLING
            self._events.append(FileEnded())

    def _part(self) -> None:
        self._confirm()
        if self.damaged_packets or self.repeated_packets:  # nobody would ask for it again for long
            self._out += self._window.answer(self._window.low - 1) or b""
        self._state = _State.DONE
        self.is_parting = True
        self._events.append(Done())

    # ------------------------------------------------------------------ what goes out

    def _confirm(self, data: bytes = b"") -> None:
        """Answer the packet that is due; the next one is due then."""
        self._say(self._window.low, data)
        self._window.advance()

    def _say(self, number: int, data: bytes) -> None:
        self._window.remember(number, self._send("Y", number, data))

    def _send(self, kind: str, number: int, data: bytes = b"") -> bytes:
        packet = Packet(kind, number, data)
        wire = encode_packet(packet, self._reader.check, self._agreed.end)
        wire = self._agreed.padding + wire
        self._out += wire
        return wire

    def _fail(self, reason: Reason, text: str = "") -> None:
        if reason is not Reason.CANCELLED_BY_PEER:
            self._send("E", self._window.low, str(reason).encode())
        self._state = _State.FAILED
        self._events.append(Failed(reason, text))

    def _told(self) -> list[TransferEvent]:
        events, self._events = self._events, []
        return events
