"""The receiving side of XMODEM: with checksum, with CRC, and with blocks of 1024 bytes.

Source: C. Forsberg, XMODEM/YMODEM Protocol Reference (1988), sections 4 and 7. XMODEM knows no
name and no size: what arrives is filled up to whole blocks, and nobody but the caller can say with
what; see `padding.py`.
"""

from enum import Enum, auto
from typing import Final

from drivers.file_contract import MAX_FILE_BYTES
from drivers.protocols.transfer.blocks import (
    ACK,
    CANCEL,
    CRC_PLEASE,
    NAK,
    Block,
    BlockReader,
    Signal,
)
from drivers.protocols.transfer.engine import STALL_S, START_S, TransferEngine
from drivers.protocols.transfer.events import (
    DataArrived,
    FileBegun,
    FileEnded,
    FileOffered,
    TransferEvent,
)
from drivers.protocols.transfer.reasons import Reason

QUIET_S: Final = 0.5
"""A line that is silent for so long in a block has lost some of it."""

ASK_S: Final = 3.0
ANSWER_S: Final = 10.0
LINGER_S: Final = 1.5
MAX_TRIES: Final = 10
MAX_REPEATS: Final = 100

# Who knows only checksums waits for NAK, and takes no notice of the rest.
_CALLS: Final = (CRC_PLEASE, CRC_PLEASE, CRC_PLEASE, NAK, NAK, NAK)


class Receiving(Enum):
    STARTING = auto()
    OFFERED = auto()
    DATA = auto()
    ENDING = auto()
    ENDED = auto()
    LINGERING = auto()


_CALLERS_TURN: Final = frozenset({Receiving.OFFERED, Receiving.ENDED})


class XmodemReceiver(TransferEngine):
    """Order: FileOffered, `accept`, FileBegun, DataArrived..., FileEnded, `settle`, Done."""

    _goodbye = CANCEL
    _calls: tuple[int, ...] = _CALLS
    _is_streaming = False

    def __init__(self, now_s: float, max_file_bytes: int = MAX_FILE_BYTES) -> None:
        super().__init__(now_s)
        self._max_file_bytes = max_file_bytes
        self._reader = BlockReader()
        self._state = Receiving.STARTING
        self._due_s = now_s
        self._wait_s = 0.0
        self._called = 0
        self._tries = 0
        self._repeats = 0
        self._first: Block | None = None
        self._number = 1
        self._offset = 0
        self._size: int | None = None
        self._is_known = False

    @property
    def passed(self) -> tuple[int, int]:
        """Bytes that have arrived, and the size, 0 if it is not known."""
        return self._offset, self._size or 0

    def receive(self, data: bytes, now_s: float) -> list[TransferEvent]:
        """Take what arrived."""
        self._catch_up(now_s)
        if data and not self._is_over and self._state not in _CALLERS_TURN:
            self._heard_s = now_s
            for piece in self._reader.feed(data):
                self._take(piece, now_s)
        return self._take_events()

    def tick(self, now_s: float) -> list[TransferEvent]:
        """Do what is due: decide on a quiet line, ask again, give up."""
        if self._is_over or self._state in _CALLERS_TURN:
            return self._take_events()
        self._catch_up(now_s)
        if not self._reader.is_idle:
            if now_s >= self._quiet_at_s and (piece := self._reader.quiet()) is not None:
                self._take(piece, now_s)
        elif now_s >= self._due_s:
            self._ask_again(now_s)
        if now_s - self._moved_s >= (START_S if self._is_starting else STALL_S):
            self._fail_stalled(self._is_known)
        return self._take_events()

    def next_timeout(self, now_s: float) -> float | None:
        """Seconds until `tick` is due, None for never."""
        if self._is_over or self._state in _CALLERS_TURN:
            return None
        if self._is_resumed:
            return 0.0
        return max(0.0, (self._due_s if self._reader.is_idle else self._quiet_at_s) - now_s)

    def accept(self, kept: bytes = b"") -> None:
        """Take the file that is offered. It begins at 0 in any case: XMODEM cannot resume."""
        del kept
        if self._is_over:
            return
        self._resume(Receiving.DATA, ANSWER_S)
        self._events.append(FileBegun(0))
        if self._first is None:
            self._end()
        else:
            self._add(self._first)

    def settle(self) -> None:
        """The file is safe here: confirm its end to the other side."""
        self._out.append(ACK)
        self._resume(Receiving.LINGERING, LINGER_S)
        self.is_parting = True

    def _resume(self, state: Receiving, wait_s: float) -> None:
        self._state = state
        self._wait_s = wait_s
        self._tries = self._repeats = 0
        self._is_resumed = True

    def _catch_up(self, now_s: float) -> None:
        if self._is_resumed:
            self._due_s = now_s + self._wait_s
        super()._catch_up(now_s)

    @property
    def _is_starting(self) -> bool:
        return self._state is Receiving.STARTING

    @property
    def _quiet_at_s(self) -> float:
        return (self._heard_s or 0.0) + QUIET_S

    def _take(self, piece: Block | Signal, now_s: float) -> None:
        if self._is_over or self._state in _CALLERS_TURN:
            return
        if piece is Signal.CANCELLED:
            self._fail(Reason.CANCELLED_BY_PEER)
        elif self._state is Receiving.LINGERING:
            self._linger(piece, now_s)
        elif piece is Signal.END:
            self._take_end(now_s)
        elif isinstance(piece, Block):
            self._is_known = True
            self._take_block(piece, now_s)
        else:
            self._take_damage(now_s)

    def _take_block(self, block: Block, now_s: float) -> None:
        if self._state is Receiving.STARTING:
            self._take_first(block, now_s)
        elif block.number == self._number & 0xFF:
            self._state = Receiving.DATA
            self._due_s = now_s + ANSWER_S
            self._moved_s = now_s
            self._tries = self._repeats = 0
            self._add(block)
        elif block.number == (self._number - 1) & 0xFF and self._repeats < MAX_REPEATS:
            self._repeats += 1
            self._take_repeated(block)
        else:
            self._fail(Reason.OUT_OF_STEP)

    def _take_first(self, block: Block, now_s: float) -> None:
        del now_s
        if block.number != 1:
            self._fail(Reason.OUT_OF_STEP)
            return
        self._first = block
        self._state = Receiving.OFFERED
        self._events.append(FileOffered(""))

    def _take_repeated(self, block: Block) -> None:
        """Our answer was lost."""
        del block
        self._out.append(ACK)

    def _add(self, block: Block) -> None:
        data = self._within_size(block.data)
        if data is None:
            return
        if data:
            self._events.append(DataArrived(self._offset, data))
        self._offset += len(data)
        self._number += 1
        if not self._is_streaming:
            self._out.append(ACK)

    def _within_size(self, data: bytes) -> bytes | None:
        if self._offset + len(data) > self._max_file_bytes:
            self._fail(Reason.FILE_TOO_LARGE)
            return None
        return data

    def _take_damage(self, now_s: float) -> None:
        if self._state is Receiving.STARTING:
            self._due_s = now_s
        elif self._is_streaming:
            self._fail(Reason.TOO_MUCH_NOISE)
        else:
            self._try_again(Reason.TOO_MUCH_NOISE, now_s)

    def _take_end(self, now_s: float) -> None:
        """The first end of a file is doubted: noise may look like one. It is sent again then."""
        if self._state is Receiving.STARTING:
            self._take_early_end(now_s)
        elif self._state is Receiving.DATA and not self._is_streaming:
            self._state = Receiving.ENDING
            self._out.append(NAK)
            self._due_s = now_s + ASK_S
        else:
            self._moved_s = now_s
            self._end()

    def _take_early_end(self, now_s: float) -> None:
        """An end before the first block is that of an empty file, if it is said twice."""
        self._is_known = True
        self._tries += 1
        if self._tries > 1:
            self._state = Receiving.OFFERED
            self._events.append(FileOffered(""))
        else:
            self._out.append(NAK)
            self._due_s = now_s + ASK_S

    def _end(self) -> None:
        self._state = Receiving.ENDED
        self._reader.clear()
        self._events.append(FileEnded())

    def _linger(self, piece: Block | Signal, now_s: float) -> None:
        """The last answer may have been lost; it is given again as long as it is asked for."""
        self._repeats += 1
        if piece is Signal.END and self._repeats < MAX_TRIES:
            self._out.append(ACK)
            self._due_s = now_s + LINGER_S

    def _ask_again(self, now_s: float) -> None:
        if self._state is Receiving.STARTING:
            self._call(now_s)
        elif self._state is Receiving.LINGERING:
            self._finish()
        else:
            self._try_again(Reason.SILENT, now_s)

    def _call(self, now_s: float) -> None:
        call = self._calls[self._called % len(self._calls)]
        self._called += 1
        self._reader.use_crc = call != NAK
        self._out.append(call)
        self._due_s = now_s + ASK_S

    def _try_again(self, reason: Reason, now_s: float) -> None:
        self._tries += 1
        if self._tries > MAX_TRIES:
            self._fail(reason)
            return
        self._out.append(NAK)
        self._due_s = now_s + (ASK_S if self._state is Receiving.ENDING else ANSWER_S)
