"""Both sides of YMODEM: XMODEM with 1024 bytes and CRC, behind a block 0 that announces each file.

Source: C. Forsberg, XMODEM/YMODEM Protocol Reference (1988), sections 5 and 6. With -g nothing but
the end of a file is confirmed; the first damage ends it.
"""

from collections.abc import Sequence
from typing import Final

from drivers.file_contract import MAX_FILE_BYTES, MAX_FILES
from drivers.protocols.transfer.blocks import (
    ACK,
    CRC_PLEASE,
    LONG_BYTES,
    STREAM_PLEASE,
    Block,
    Signal,
    encode_block,
)
from drivers.protocols.transfer.engine import START_S
from drivers.protocols.transfer.events import FileBegun
from drivers.protocols.transfer.listing import OutgoingFile, read_listing, write_listing
from drivers.protocols.transfer.reasons import Reason
from drivers.protocols.transfer.xmodem_receiver import (
    ASK_S,
    LINGER_S,
    MAX_TRIES,
    Receiving,
    XmodemReceiver,
)
from drivers.protocols.transfer.xmodem_sender import Sending, XmodemSender

_NO_MORE: Final = b"\0"


class YmodemReceiver(XmodemReceiver):
    """As XMODEM's, again and again: FileOffered, `accept`, ..., FileEnded, `settle`; then Done."""

    def __init__(
        self, now_s: float, max_file_bytes: int = MAX_FILE_BYTES, is_streaming: bool = False
    ) -> None:
        """`is_streaming`: ask for YMODEM-g, for lines that are known to lose nothing."""
        super().__init__(now_s, max_file_bytes)
        self._is_streaming = is_streaming
        self._calls = (STREAM_PLEASE if is_streaming else CRC_PLEASE,)
        self._files = 0
        self._arrived_bytes = 0

    def accept(self, kept: bytes = b"") -> None:
        """Take the file that is offered. It begins at 0 in any case: YMODEM cannot resume."""
        del kept
        if self._is_over:
            return
        self._out += self._go_on()
        self._number = 1
        self._offset = self._arrived_bytes = 0
        self._resume(Receiving.DATA, ASK_S)
        self._events.append(FileBegun(0))

    def settle(self) -> None:
        """The file is safe here: confirm its end and ask for the next one."""
        self._out += bytes([ACK, self._calls[0]])
        self._resume(Receiving.STARTING, ASK_S)

    def _go_on(self) -> bytes:
        return bytes(self._calls if self._is_streaming else (ACK, *self._calls))

    def _take_first(self, block: Block, now_s: float) -> None:
        if block.number != 0:
            self._fail(Reason.OUT_OF_STEP)
        elif block.data[:1] == _NO_MORE:
            self._out.append(ACK)
            self._resume(Receiving.LINGERING, LINGER_S)
            self._catch_up(now_s)
            self.is_parting = True
        else:
            self._take_listing(block)

    def _take_listing(self, block: Block) -> None:
        offer = read_listing(block.data)
        self._size = offer.size
        self._files += 1
        self._state = Receiving.OFFERED
        self._events.append(offer)
        if self._files > MAX_FILES:
            self._fail(Reason.TOO_MANY_FILES)
        elif (offer.size or 0) > self._max_file_bytes:
            self._fail(Reason.FILE_TOO_LARGE)

    def _take_repeated(self, block: Block) -> None:
        self._out += self._go_on() if block.number == 0 and self._number == 1 else bytes([ACK])

    def _within_size(self, data: bytes) -> bytes | None:
        self._arrived_bytes += len(data)
        if self._size is None:
            return super()._within_size(data)
        if self._arrived_bytes - self._size >= LONG_BYTES:
            self._offset = self._arrived_bytes
            self._fail(Reason.SIZE_DIFFERS)
            return None
        return data[: self._size - self._offset]

    def _take_early_end(self, now_s: float) -> None:
        """Our answer to the end of the file before was lost."""
        self._repeats += 1
        if self._repeats < MAX_TRIES:
            self._out += bytes([ACK, self._calls[0]])
            self._due_s = now_s + ASK_S

    def _end(self) -> None:
        if self._size is not None and self._offset < self._size:
            self._fail(Reason.SIZE_DIFFERS)
        else:
            super()._end()

    def _linger(self, piece: Block | Signal, now_s: float) -> None:
        super()._linger(Signal.END if isinstance(piece, Block) else piece, now_s)

    def _try_again(self, reason: Reason, now_s: float) -> None:
        if self._number == 1 and self._state is Receiving.DATA:
            self._tries += 1
            if self._tries > MAX_TRIES:
                self._fail(reason)
                return
            self._out.append(self._calls[0])
            self._due_s = now_s + ASK_S
        else:
            super()._try_again(reason, now_s)


class YmodemSender(XmodemSender):
    """Sends files to whoever calls for them: FileEnded for each, then Done."""

    def __init__(self, files: Sequence[OutgoingFile], now_s: float) -> None:
        super().__init__(b"", now_s, is_long=True)
        self._files = list(files)

    def _take_call(self, answer: int, now_s: float) -> None:
        self._is_streaming = answer == STREAM_PLEASE
        self._use_crc = True
        self._moved_s = now_s
        if self._state is Sending.SECOND_CALL:
            super()._take_call(answer, now_s)
        elif self._files:
            self._state = Sending.HEADER
            self._data = self._files[0].data
            self._number, self._offset = 1, 0
            self._send(_header(write_listing(self._files[0])), now_s)
            if self._is_streaming:
                self._await_call(Sending.SECOND_CALL, now_s)
        else:
            self._state = Sending.LAST_HEADER
            self._send(_header(_NO_MORE), now_s)

    def _confirmed(self, now_s: float) -> None:
        if self._state is Sending.HEADER:
            self._await_call(Sending.SECOND_CALL, now_s)
        elif self._state is Sending.LAST_HEADER:
            self._finish()
        else:
            super()._confirmed(now_s)

    def _file_confirmed(self, now_s: float) -> None:
        del self._files[0]
        self._await_call(Sending.CALL, now_s)

    def _await_call(self, state: Sending, now_s: float) -> None:
        self._state = state
        self._due_s = now_s + START_S
        self._moved_s = now_s


def _header(listing: bytes) -> bytes:
    """A block 0, of the length that the listing needs; the rest of it is NUL."""
    return encode_block(0, listing.ljust(128 if len(listing) <= 128 else LONG_BYTES, b"\0"), True)
