"""The receiving side of ZMODEM, with recovery that believes no beginning it did not check.

Source: C. Forsberg, The ZMODEM Inter Application File Transfer Protocol (1988). How lrzsz answers
ZCRC was read in its source (lsz.c, zsendfile): the check value of as many bytes as the argument
says, of the whole file for 0. An older one of its line counts one byte less, so that is known too.
"""

from enum import Enum, auto
from typing import Final

from drivers.file_contract import MAX_FILE_BYTES, MAX_FILES
from drivers.protocols.transfer.crc import crc32
from drivers.protocols.transfer.engine import STALL_S, START_S, TransferEngine
from drivers.protocols.transfer.events import (
    DataArrived,
    FileBegun,
    FileEnded,
    FileSkipped,
    TransferEvent,
)
from drivers.protocols.transfer.listing import MAX_NAME_BYTES, read_listing
from drivers.protocols.transfer.reasons import Reason
from drivers.protocols.transfer.zmodem_frames import (
    CANCEL,
    Broken,
    End,
    FrameReader,
    Header,
    Kind,
    Piece,
    Subpacket,
    encode_hex_header,
)

CAN_DUPLEX: Final = 0x01
CAN_OVERLAP: Final = 0x02
CAN_CRC32: Final = 0x20
_READY: Final = bytes([0, 0, 0, CAN_DUPLEX | CAN_OVERLAP | CAN_CRC32])
_ENDLESS: Final = 0xFFFFFFFF

QUIET_S: Final = 2.0
"""A line that is silent for so long in a file has lost something."""

DEAF_S: Final = 12.0
"""A sender that goes on for so long behind damage has not heard that it should not."""

CALL_S: Final = 10.0
CHECK_S: Final = 5.0
LINGER_S: Final = 1.5
MAX_TRIES: Final = 20
MAX_CHECKS: Final = 3


class _State(Enum):
    READY = auto()
    OFFERED = auto()
    CHECKING = auto()
    DATA = auto()
    ENDED = auto()
    PARTING = auto()


_CALLERS_TURN: Final = frozenset({_State.OFFERED, _State.ENDED})


class ZmodemReceiver(TransferEngine):
    """Order: FileOffered, `accept`, FileBegun, DataArrived..., FileEnded, `settle`; then Done.

    Instead of `accept` there may be `skip`; and FileSkipped comes instead of FileEnded when
    either side does not want to go on with the file.
    """

    _goodbye = CANCEL

    def __init__(self, now_s: float, max_file_bytes: int = MAX_FILE_BYTES) -> None:
        super().__init__(now_s)
        self._max_file_bytes = max_file_bytes
        self._reader = FrameReader()
        self._state = _State.READY
        self._due_s = now_s
        self._wait_s = 0.0
        self._last = (Kind.ZRINIT, _READY)
        self._tries = 0
        self._asked_s = now_s
        self._files = 0
        self._name = ""
        self._listing = b""
        self._size: int | None = None
        self._kept = b""
        self._offset = 0
        self._at: int | None = None  # where the sender is in the file; None: not known
        self._data_of: Kind | None = None
        self._is_known = False

    @property
    def passed(self) -> tuple[int, int]:
        """Bytes of the file at hand that are here, and its size, 0 if it is not known."""
        return self._offset, self._size or 0

    def receive(self, data: bytes, now_s: float) -> list[TransferEvent]:
        """Take what arrived."""
        self._catch_up(now_s)
        if data and not self._is_over:
            self._heard_s = now_s
            for piece in self._reader.feed(data):
                self._take(piece, now_s)
            if self._state is _State.DATA:
                self._due_s = now_s + QUIET_S
        return self._take_events()

    def tick(self, now_s: float) -> list[TransferEvent]:
        """Ask again where the line is silent, and give up in the end."""
        if self._is_over or self._state in _CALLERS_TURN:
            return self._take_events()
        self._catch_up(now_s)
        if now_s >= self._due_s:
            self._ask_again(now_s)
        elif self._is_deaf(now_s):
            self._ask(now_s)
        is_starting = self._state is _State.READY
        if now_s - self._moved_s >= (START_S if is_starting else STALL_S):
            self._fail_stalled(self._is_known)
        return self._take_events()

    def next_timeout(self, now_s: float) -> float | None:
        """Seconds until `tick` is due, None for never."""
        if self._is_over or self._state in _CALLERS_TURN:
            return None
        return 0.0 if self._is_resumed else max(0.0, self._due_s - now_s)

    def accept(self, kept: bytes = b"") -> None:
        """Take the file that is offered. `kept` is what may be its beginning."""
        if self._is_over:
            return
        self._kept = kept if self._size is None or len(kept) <= self._size else b""
        if self._kept:
            self._say(Kind.ZCRC, len(self._kept))
            self._resume(_State.CHECKING, CHECK_S)
        else:
            self._begin(0)

    def skip(self, reason: Reason) -> None:
        """Do not take the file that is offered."""
        if not self._is_over:
            self._events.append(FileSkipped(self._name, reason))
            self._write(Kind.ZSKIP)
            self._last = (Kind.ZRINIT, _READY)
            self._resume(_State.READY, CHECK_S)

    def settle(self) -> None:
        """The file is safe here: let the other side go on."""
        self._say(Kind.ZRINIT, _READY)
        self._resume(_State.READY, CHECK_S)

    def _resume(self, state: _State, wait_s: float) -> None:
        self._state = state
        self._wait_s = wait_s
        self._tries = 0
        self._is_resumed = True

    def _catch_up(self, now_s: float) -> None:
        if self._is_resumed:
            self._due_s = now_s + self._wait_s
            self._asked_s = now_s
        super()._catch_up(now_s)

    def _begin(self, offset: int) -> None:
        self._offset = offset
        self._at = None
        self._kept = b""
        self._events.append(FileBegun(offset))
        self._say(Kind.ZRPOS, offset)
        self._resume(_State.DATA, QUIET_S)

    def _say(self, kind: Kind, argument: int | bytes) -> None:
        """Write a header that is written again when nothing comes of it."""
        self._last = (kind, argument if isinstance(argument, bytes) else _number(argument))
        self._write(*self._last)

    def _write(self, kind: Kind, argument: int | bytes = 0) -> None:
        self._out += encode_hex_header(kind, argument)

    def _take(self, piece: Piece, now_s: float) -> None:
        if self._is_over:
            return
        if isinstance(piece, Header):
            self._is_known = True
            self._data_of = piece.kind
            self._take_header(piece, now_s)
        elif isinstance(piece, Subpacket):
            self._take_data(piece, now_s)
        elif piece is Broken.CANCELLED:
            self._fail(Reason.CANCELLED_BY_PEER)
        elif piece is Broken.DAMAGED_DATA:
            self._take_damage(now_s)

    def _take_header(self, header: Header, now_s: float) -> None:
        match header.kind:
            case Kind.ZCAN | Kind.ZABORT | Kind.ZFERR:
                self._fail(Reason.CANCELLED_BY_PEER)
            case Kind.ZFIN:
                self._take_finish(now_s)
            case Kind.ZNAK if self._state not in _CALLERS_TURN:
                self._count_try(now_s)
                self._write(*self._last)
            case Kind.ZRQINIT | Kind.ZEOF if self._state is _State.READY:
                self._count_try(now_s)
                self._write(Kind.ZRINIT, _READY)
            case Kind.ZRQINIT if self._state not in (_State.ENDED, _State.PARTING):
                self._fail(Reason.OUT_OF_STEP)  # the sender was started anew
            case Kind.ZCHALLENGE:
                self._write(Kind.ZACK, header.argument)
            case Kind.ZFREECNT:
                self._write(Kind.ZACK, _ENDLESS)
            case Kind.ZCRC if self._state is _State.CHECKING:
                self._take_check(header.position)
            case Kind.ZDATA if self._state is _State.DATA:
                self._take_position(header.position, now_s)
            case Kind.ZEOF if self._state is _State.DATA:
                self._take_end(header.position)
            case Kind.ZSKIP if self._state is _State.DATA:
                self._events.append(FileSkipped(self._name, Reason.SKIPPED_BY_PEER))
                self._say(Kind.ZRINIT, _READY)
                self._resume(_State.READY, CHECK_S)

    def _take_data(self, packet: Subpacket, now_s: float) -> None:
        if self._data_of is Kind.ZDATA:
            if self._state is _State.DATA and self._at is not None:
                self._take_file_data(packet, self._at, now_s)
        elif self._data_of is Kind.ZFILE:
            self._take_file(packet, now_s)
        elif self._data_of is Kind.ZSINIT:
            self._write(Kind.ZACK, 1)
        elif self._data_of is Kind.ZCOMMAND:
            self._count_try(now_s)  # nobody gives commands to this side
            self._write(Kind.ZCOMPL, 1)

    def _take_file(self, packet: Subpacket, now_s: float) -> None:
        if self._state is not _State.READY:
            self._take_repeated(packet.data, now_s)
            return
        offer = read_listing(packet.data)
        self._files += 1
        self._name, self._size = offer.name, offer.size
        self._listing = packet.data
        self._offset = 0
        self._moved_s = now_s
        if self._files > MAX_FILES:
            self._fail(Reason.TOO_MANY_FILES)
        elif (offer.size or 0) > self._max_file_bytes:
            self.skip(Reason.FILE_TOO_LARGE)
        elif packet.data.find(b"\0", 0, MAX_NAME_BYTES + 1) < 1:
            self.skip(Reason.NAME_IMPOSSIBLE)
        else:
            self._state = _State.OFFERED
            self._events.append(offer)

    def _take_repeated(self, listing: bytes, now_s: float) -> None:
        """Our answer was lost; or the sender was started anew, and nothing may be mixed up."""
        if self._state is _State.ENDED:
            return
        if listing != self._listing:
            self._fail(Reason.OUT_OF_STEP)
        elif self._state is not _State.OFFERED:
            self._count_try(now_s)
            self._write(*self._last)

    def _take_check(self, value: int) -> None:
        kept = self._kept
        if value == crc32(kept):
            self._begin(len(kept))
        elif value == crc32(kept[:-1]):
            self._begin(len(kept) - 1)
        else:
            self._begin(0)

    def _take_position(self, position: int, now_s: float) -> None:
        """Data that are here already are passed over; behind a gap it must go back."""
        if position <= self._offset:
            self._at = position
        else:
            self._at = None
            if now_s - self._asked_s >= QUIET_S:
                self._ask(now_s)

    def _take_file_data(self, packet: Subpacket, at: int, now_s: float) -> None:
        fresh = packet.data[self._offset - at :] if at < self._offset else packet.data
        self._at = at + len(packet.data)
        if self._offset + len(fresh) > self._max_file_bytes:
            self.skip(Reason.FILE_TOO_LARGE)
            return
        if fresh:
            self._events.append(DataArrived(self._offset, fresh))
            self._offset += len(fresh)
            self._moved_s = now_s
            self._tries = 0
        if packet.end in (End.ZCRCQ, End.ZCRCW):
            self._write(Kind.ZACK, self._at)

    def _take_damage(self, now_s: float) -> None:
        if self._data_of is Kind.ZDATA:
            if self._state is _State.DATA and self._at is not None:
                self._ask(now_s)
        elif self._state is _State.READY:
            self._count_try(now_s)
            self._write(Kind.ZNAK)

    def _take_end(self, position: int) -> None:
        """An end elsewhere was on its way before the sender heard that it has to go back."""
        if position != self._offset:
            return
        if self._size is not None and self._size != position:
            self._fail(Reason.SIZE_DIFFERS)
        else:
            self._state = _State.ENDED
            self._events.append(FileEnded())

    def _take_finish(self, now_s: float) -> None:
        if self._state in (_State.READY, _State.PARTING):
            self._count_try(now_s)
            self._write(Kind.ZFIN)
            self._state = _State.PARTING
            self._due_s = now_s + LINGER_S
            self.is_parting = True
        elif self._state not in _CALLERS_TURN:
            self._fail(Reason.OUT_OF_STEP)

    def _is_deaf(self, now_s: float) -> bool:
        is_lost = self._state is _State.DATA and self._at is None
        return is_lost and now_s - self._asked_s >= DEAF_S

    def _ask(self, now_s: float) -> None:
        """Have the sender go back to what is missing."""
        self._at = None
        self._asked_s = now_s
        self._count_try(now_s)
        if not self._is_over:
            self._say(Kind.ZRPOS, self._offset)

    def _ask_again(self, now_s: float) -> None:
        if self._state is _State.PARTING:
            self._finish()
        elif self._state is _State.DATA:
            self._due_s = now_s + QUIET_S + self._tries
            self._ask(now_s)
        elif self._state is _State.CHECKING and self._tries + 1 >= MAX_CHECKS:
            self._begin(0)
        else:
            self._tries += 1
            self._write(*self._last)
            self._due_s = now_s + (CHECK_S if self._state is _State.CHECKING else CALL_S)

    def _count_try(self, now_s: float) -> None:
        self._tries += 1
        if self._tries > MAX_TRIES:
            is_silent = self._heard_s is None or now_s - self._heard_s >= QUIET_S
            self._fail(Reason.SILENT if is_silent else Reason.TOO_MUCH_NOISE)


def _number(value: int) -> bytes:
    return value.to_bytes(4, "little")
