"""The sending side of ZMODEM: streams, goes back where it is told to, and waits where it must.

Source: C. Forsberg, The ZMODEM Inter Application File Transfer Protocol (1988).
"""

from collections.abc import Sequence
from enum import Enum, auto
from typing import Final

from drivers.protocols.transfer.crc import crc32
from drivers.protocols.transfer.engine import STALL_S, START_S, TransferEngine
from drivers.protocols.transfer.events import FileEnded, FileSkipped, TransferEvent
from drivers.protocols.transfer.listing import OutgoingFile, decode_name, write_listing
from drivers.protocols.transfer.reasons import Reason
from drivers.protocols.transfer.zmodem_frames import (
    CANCEL,
    Broken,
    End,
    FrameReader,
    Header,
    Kind,
    Piece,
    encode_header,
    encode_hex_header,
    encode_subpacket,
)
from drivers.protocols.transfer.zmodem_receiver import CAN_CRC32, CAN_DUPLEX, CAN_OVERLAP

WANTS_ESCAPED_CONTROLS: Final = 0x40
_BINARY: Final = 1
_COMPARE: Final = 2  # ZMCRC: a receiver that goes on from a beginning of its own has to check it
_OFFER: Final = bytes([0, 0, _COMPARE, _BINARY])

LONGEST_BYTES: Final = 1024
SHORTEST_BYTES: Final = 64
AT_ONCE: Final = 2  # subpackets: at 9600 baud two of 1024 bytes take two seconds
GROW_BYTES: Final = 32 * 1024

ASK_BYTES: Final = 8 * 1024
UNCONFIRMED_BYTES: Final = 32 * 1024
"""More than any line holds, so it costs nothing; but what links and programs may hold is bounded,
because behind damage all of it is of no use, and rz gives up on too much of that."""

CALL_S: Final = 10.0
ANSWER_S: Final = 10.0
FINISH_S: Final = 3.0
MAX_TRIES: Final = 20
MAX_RETURNS: Final = 10_000
MAX_CALLS: Final = 4  # who hears more of them may think that nobody answers


class _State(Enum):
    CALLING = auto()
    OFFERING = auto()
    DATA = auto()
    AWAITING = auto()
    ENDING = auto()
    PARTING = auto()


class ZmodemSender(TransferEngine):
    """FileEnded, or FileSkipped if the other side did not want it, for each file; then Done."""

    _goodbye = CANCEL

    def __init__(self, files: Sequence[OutgoingFile], now_s: float) -> None:
        super().__init__(now_s)
        self._files = list(files)
        self._reader = FrameReader()
        self._state = _State.CALLING
        self._due_s = now_s + CALL_S
        self._calls = 1
        self._tries = 0
        self._returns = 0
        self._sent = b""
        self._offset = 0
        self._confirmed = 0
        self._checked = -1
        self._size_bytes = LONGEST_BYTES
        self._since_error = 0
        self._window = 0
        self._in_frame = 0
        self._is_acknowledged = True
        self._is_frame_open = True
        self._use_crc32 = False
        self._also_controls = False
        self._is_known = False
        # Typed to a shell it starts a receiver; one that waits already overlooks it.
        self._out += b"rz\r" + encode_hex_header(Kind.ZRQINIT)

    @property
    def passed(self) -> tuple[int, int]:
        """Bytes of the file at hand that are on their way, and its size."""
        return self._offset, len(self._files[0].data) if self._files else self._offset

    def receive(self, data: bytes, now_s: float) -> list[TransferEvent]:
        """Take the answers."""
        self._catch_up(now_s)
        if data and not self._is_over:
            self._heard_s = now_s
            for piece in self._reader.feed(data):
                self._take(piece, now_s)
        return self._take_events()

    def tick(self, now_s: float) -> list[TransferEvent]:
        """Send what is next, or again what was not answered; give up in the end."""
        self._catch_up(now_s)
        if self._is_over:
            return self._take_events()
        if self._state is _State.DATA:
            if not self._out:
                self._stream(now_s)
        elif now_s >= self._due_s:
            self._send_again(now_s)
        if now_s - self._moved_s >= (START_S if self._state is _State.CALLING else STALL_S):
            self._fail_stalled(self._is_known)
        return self._take_events()

    def next_timeout(self, now_s: float) -> float | None:
        """Seconds until `tick` is due; 0 while there is more to be streamed."""
        if self._is_over:
            return None
        return 0.0 if self._state is _State.DATA else max(0.0, self._due_s - now_s)

    def _take(self, piece: Piece, now_s: float) -> None:
        if self._is_over:
            return
        if isinstance(piece, Header):
            self._is_known = True
            self._take_header(piece, now_s)
        elif piece is Broken.CANCELLED:
            self._fail(Reason.CANCELLED_BY_PEER)

    def _take_header(self, header: Header, now_s: float) -> None:
        is_under_way = self._state in (_State.DATA, _State.AWAITING, _State.ENDING)
        match header.kind:
            case Kind.ZCAN | Kind.ZABORT | Kind.ZFERR:
                self._fail(Reason.CANCELLED_BY_PEER)
            case Kind.ZRINIT if self._state is _State.CALLING:
                self._take_abilities(header.argument)
                self._offer(now_s)
            case Kind.ZRINIT if self._state is _State.ENDING:
                self._take_abilities(header.argument)
                self._next_file(FileEnded(), now_s)
            case Kind.ZCHALLENGE:
                self._out += encode_hex_header(Kind.ZACK, header.argument)
            case Kind.ZCRC if self._state is _State.OFFERING:
                self._prove(header.position)
            case Kind.ZRPOS if self._state is _State.OFFERING:
                self._begin(header.position, now_s)
            case Kind.ZRPOS if is_under_way:
                self._go_back(header.position, now_s)
            case Kind.ZACK if is_under_way:
                self._take_acknowledgement(header.position, now_s)
            case Kind.ZSKIP if is_under_way or self._state is _State.OFFERING:
                self._take_skip(now_s)
            case Kind.ZNAK if self._state is not _State.DATA:
                self._send_again(now_s)
            case Kind.ZFIN if self._state is _State.PARTING:
                self._out += b"OO"
                self._finish()

    def _take_abilities(self, argument: bytes) -> None:
        flags = argument[3]
        self._use_crc32 = bool(flags & CAN_CRC32)
        self._also_controls = bool(flags & WANTS_ESCAPED_CONTROLS)
        self._window = int.from_bytes(argument[:2], "little")
        if not self._window and flags & (CAN_DUPLEX | CAN_OVERLAP) != CAN_DUPLEX | CAN_OVERLAP:
            self._window = LONGEST_BYTES

    def _offer(self, now_s: float) -> None:
        self._moved_s = now_s
        self._tries = 0
        self._offset = self._confirmed = 0
        self._checked = -1
        if not self._files:
            self._state = _State.PARTING
            self.is_parting = True
            self._send(encode_hex_header(Kind.ZFIN), now_s, FINISH_S)
            return
        self._state = _State.OFFERING
        head = encode_header(Kind.ZFILE, _OFFER, self._use_crc32, self._also_controls)
        listing = write_listing(self._files[0])
        data = encode_subpacket(listing, End.ZCRCW, self._use_crc32, self._also_controls)
        self._send(head + data, now_s, ANSWER_S)

    def _next_file(self, event: TransferEvent, now_s: float) -> None:
        self._events.append(event)
        del self._files[0]
        self._offer(now_s)

    def _take_skip(self, now_s: float) -> None:
        file = self._files[0]
        if self._checked == len(file.data):
            self._next_file(FileEnded(), now_s)  # it has compared, and has the same file already
        else:
            skipped = FileSkipped(decode_name(file.name), Reason.SKIPPED_BY_PEER)
            self._next_file(skipped, now_s)

    def _prove(self, size_bytes: int) -> None:
        """Tell the check value of the beginning, or of all for 0."""
        data = self._files[0].data
        self._checked = min(size_bytes or len(data), len(data))
        value = crc32(data[: self._checked])
        self._out += encode_header(Kind.ZCRC, value, self._use_crc32, self._also_controls)

    def _begin(self, position: int, now_s: float) -> None:
        if position > max(0, self._checked):
            # It wants to go on from a beginning that it never compared with ours.
            self._fail(Reason.OUT_OF_STEP)
            return
        self._moved_s = now_s
        self._tries = 0
        self._seek(position)

    def _go_back(self, position: int, now_s: float) -> None:
        if position > len(self._files[0].data):
            self._fail(Reason.OUT_OF_STEP)
            return
        if position > self._confirmed:
            self._tries = 0
            self._moved_s = now_s
        self._confirmed = max(self._confirmed, position)
        if self._state is _State.DATA and not self._in_frame and self._offset == position:
            return  # asked twice: nothing has been sent since
        self._tries += 1
        self._returns += 1
        if self._tries > MAX_TRIES or self._returns > MAX_RETURNS:
            self._fail(Reason.TOO_MUCH_NOISE)
            return
        self._size_bytes = max(SHORTEST_BYTES, self._size_bytes // 2)
        self._since_error = 0
        if self._state is _State.DATA:
            self._out += encode_subpacket(b"", End.ZCRCE, self._use_crc32, self._also_controls)
        self._seek(position)

    def _seek(self, position: int) -> None:
        self._state = _State.DATA
        self._offset = position
        self._in_frame = 0
        self._out += encode_header(Kind.ZDATA, position, self._use_crc32, self._also_controls)

    def _stream(self, now_s: float) -> None:
        """The next subpackets, up to where an answer has to come first."""
        for _ in range(AT_ONCE):
            if self._state is _State.DATA:
                self._stream_one(now_s)

    def _stream_one(self, now_s: float) -> None:
        data = self._files[0].data
        room = self._window - self._in_frame if self._window else self._size_bytes
        piece = data[self._offset : self._offset + min(self._size_bytes, room)]
        before = self._offset
        self._offset += len(piece)
        self._in_frame += len(piece)
        self._grow(len(piece))
        if self._offset == len(data):
            end = End.ZCRCE
        elif self._window and self._in_frame >= self._window:
            end = End.ZCRCW
        elif before // ASK_BYTES != self._offset // ASK_BYTES and not self._window:
            end = End.ZCRCQ
        else:
            end = End.ZCRCG
        self._out += encode_subpacket(piece, end, self._use_crc32, self._also_controls)
        unconfirmed_bytes = self._offset - self._confirmed
        if end is End.ZCRCE:
            self._state = _State.ENDING
            self._send(self._end_header(), now_s, ANSWER_S)
        elif end is End.ZCRCW or (
            self._is_acknowledged and not self._window and unconfirmed_bytes >= UNCONFIRMED_BYTES
        ):
            self._state = _State.AWAITING
            self._is_frame_open = end is not End.ZCRCW
            self._due_s = now_s + ANSWER_S
        if not self._is_acknowledged:
            self._moved_s = now_s

    def _end_header(self) -> bytes:
        return encode_header(Kind.ZEOF, self._offset, self._use_crc32, self._also_controls)

    def _grow(self, sent_bytes: int) -> None:
        self._since_error += sent_bytes
        if self._since_error >= GROW_BYTES and self._size_bytes < LONGEST_BYTES:
            self._size_bytes *= 2
            self._since_error = 0

    def _take_acknowledgement(self, position: int, now_s: float) -> None:
        if self._confirmed < position <= self._offset:
            self._confirmed = position
            self._tries = 0
            self._moved_s = now_s
        if self._state is not _State.AWAITING:
            return
        if not self._is_frame_open:
            if position == self._offset:
                self._seek(position)
        elif self._offset - self._confirmed < UNCONFIRMED_BYTES:
            self._state = _State.DATA

    def _send(self, data: bytes, now_s: float, wait_s: float) -> None:
        self._sent = data
        self._out += data
        self._due_s = now_s + wait_s

    def _send_again(self, now_s: float) -> None:
        self._tries += 1
        if self._state is _State.PARTING and self._tries >= 3:
            self._finish()  # all files are there; it only did not say goodbye
        elif self._tries > MAX_TRIES:
            self._fail_stalled(self._is_known)
        elif self._state is _State.CALLING:
            self._due_s = now_s + CALL_S
            if self._calls < MAX_CALLS:
                self._calls += 1
                self._out += encode_hex_header(Kind.ZRQINIT)
        elif self._state is _State.AWAITING and self._is_frame_open and not self._confirmed:
            self._is_acknowledged = False  # it does not know that it should answer
            self._state = _State.DATA
        elif self._state is _State.AWAITING:
            self._seek(self._confirmed)
        elif self._state is not _State.DATA:
            wait_s = FINISH_S if self._state is _State.PARTING else ANSWER_S
            self._send(self._sent, now_s, wait_s)
