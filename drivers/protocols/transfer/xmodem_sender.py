"""The sending side of XMODEM: with checksum, with CRC, and with blocks of 1024 bytes.

Source: C. Forsberg, XMODEM/YMODEM Protocol Reference (1988), sections 4 and 7.
"""

from enum import Enum, auto
from typing import Final

from drivers.protocols.transfer.blocks import (
    ACK,
    CAN,
    CANCEL,
    CRC_PLEASE,
    EOT,
    LONG_BYTES,
    NAK,
    SHORT_BYTES,
    STREAM_PLEASE,
    encode_block,
)
from drivers.protocols.transfer.engine import START_S, TransferEngine
from drivers.protocols.transfer.events import FileEnded, TransferEvent
from drivers.protocols.transfer.reasons import Reason

ANSWER_S: Final = 30.0
"""Far longer than any receiver waits before it asks again: a block that both of them have repeated
is acknowledged twice, and the second time is taken for the next block."""

SOFT_S: Final = 0.5
"""After an answer that was damaged the next one is waited for a little, so that none is counted
twice."""

MAX_TRIES: Final = 10
LONG_TAIL_BYTES: Final = 7 * SHORT_BYTES


class Sending(Enum):
    """What a sender waits for."""

    CALL = auto()
    HEADER = auto()
    SECOND_CALL = auto()
    DATA = auto()
    END = auto()
    LAST_HEADER = auto()


class XmodemSender(TransferEngine):
    """Sends one file to whoever calls for it: FileEnded, Done."""

    _goodbye = CANCEL

    def __init__(self, data: bytes, now_s: float, is_long: bool = False) -> None:
        """`is_long`: blocks of 1024 bytes for all but the tail, for receivers that know them.

        Nobody can find out: a receiver that did not answer may have taken the block.
        """
        super().__init__(now_s)
        self._data = data
        self._is_long = is_long
        self._state = Sending.CALL
        self._use_crc = True
        self._is_streaming = False
        self._number = 1
        self._offset = 0
        self._sent = b""
        self._tries = 0
        self._due_s = now_s + START_S
        self._cancels = 0

    @property
    def passed(self) -> tuple[int, int]:
        """Bytes that the other side has confirmed, and the size."""
        return self._offset, len(self._data)

    def receive(self, data: bytes, now_s: float) -> list[TransferEvent]:
        """Take the answers."""
        self._catch_up(now_s)
        if data:
            self._heard_s = now_s
        for answer in data:
            if self._is_over:
                break
            self._cancels = self._cancels + 1 if answer == CAN else 0
            if self._cancels == 2:
                self._fail(Reason.CANCELLED_BY_PEER)
            elif answer != CAN:
                self._take(answer, now_s)
        return self._take_events()

    def tick(self, now_s: float) -> list[TransferEvent]:
        """Send again what was not answered, and give up in the end."""
        self._catch_up(now_s)
        if not self._is_over and self._is_streaming and self._state is Sending.DATA:
            if not self._out:
                self._stream(now_s)
        elif not self._is_over and now_s >= self._due_s:
            if self._state in (Sending.CALL, Sending.SECOND_CALL):
                self._fail_stalled(is_known=self._state is Sending.SECOND_CALL)
            else:
                self._send_again(Reason.SILENT, now_s)
        return self._take_events()

    def next_timeout(self, now_s: float) -> float | None:
        """Seconds until `tick` is due; 0 while a stream goes on."""
        if self._is_over:
            return None
        if self._is_streaming and self._state is Sending.DATA:
            return 0.0
        return max(0.0, self._due_s - now_s)

    def _take(self, answer: int, now_s: float) -> None:
        if self._state in (Sending.CALL, Sending.SECOND_CALL):
            if answer in (NAK, CRC_PLEASE, STREAM_PLEASE):
                self._use_crc = answer != NAK
                self._take_call(answer, now_s)
        elif answer == ACK:
            self._tries = 0
            self._moved_s = now_s
            self._confirmed(now_s)
        elif answer == NAK and not self._is_first:
            self._send_again(Reason.TOO_MUCH_NOISE, now_s)
        else:
            # A damaged answer, or a call from before the first block: the next one will tell.
            self._due_s = min(self._due_s, now_s + SOFT_S)

    def _take_call(self, answer: int, now_s: float) -> None:
        del answer
        self._state = Sending.DATA
        self._send_block(now_s)

    @property
    def _is_first(self) -> bool:
        return self._state is Sending.DATA and self._number == 1

    def _confirmed(self, now_s: float) -> None:
        if self._state is Sending.DATA:
            self._offset += len(self._piece())
            self._number += 1
            self._send_block(now_s)
        elif self._state is Sending.END:
            self._events.append(FileEnded())
            self._file_confirmed(now_s)

    def _file_confirmed(self, now_s: float) -> None:
        del now_s
        self._finish()

    def _send_block(self, now_s: float) -> None:
        if piece := self._piece():
            self._send(encode_block(self._number, piece, self._use_crc), now_s)
        else:
            self._state = Sending.END
            self._send(bytes([EOT]), now_s)

    def _piece(self) -> bytes:
        """What the block at hand carries; short blocks for a tail that would be mostly padding."""
        is_long = (
            self._is_long and self._use_crc and len(self._data) - self._offset > LONG_TAIL_BYTES
        )
        return self._data[self._offset : self._offset + (LONG_BYTES if is_long else SHORT_BYTES)]

    def _stream(self, now_s: float) -> None:
        """Nothing is confirmed: the block at hand is out, and the next one follows."""
        self._offset += len(self._piece())
        self._number += 1
        self._send_block(now_s)

    def _send(self, data: bytes, now_s: float) -> None:
        self._sent = data
        self._out += data
        self._due_s = now_s + ANSWER_S

    def _send_again(self, reason: Reason, now_s: float) -> None:
        self._tries += 1
        if self._tries > MAX_TRIES:
            self._fail(reason)
            return
        self._send(self._sent, now_s)
