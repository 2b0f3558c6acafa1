"""The drivers for terminals that send and take files by XMODEM, YMODEM or ZMODEM."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from drivers.devices.transferring import PartingEngine, Receiver, TransferDriver
from drivers.protocols.transfer.listing import OutgoingFile
from drivers.protocols.transfer.padding import strip_records, strip_text
from drivers.protocols.transfer.xmodem_receiver import XmodemReceiver
from drivers.protocols.transfer.xmodem_sender import XmodemSender
from drivers.protocols.transfer.ymodem import YmodemReceiver, YmodemSender
from drivers.protocols.transfer.zmodem_receiver import ZmodemReceiver
from drivers.protocols.transfer.zmodem_sender import ZmodemSender


class XmodemDriver(TransferDriver):
    """One file, without a name, filled up to whole blocks.

    Padding stays unless it is known how to tell: `is_text` takes off the SUB at the end,
    `record_bytes` is the length of the records that the file is made of. `is_long`: the terminal
    takes blocks of 1024 bytes, which nobody can find out; it may send them in any case.
    """

    name = "xmodem"
    title = "Terminal with XMODEM"
    has_names = False

    def __init__(
        self,
        scratch: Path | None = None,
        is_text: bool = False,
        record_bytes: int | None = None,
        is_long: bool = False,
    ) -> None:
        super().__init__(scratch)
        self._is_long = is_long
        self._is_text = is_text
        self._record_bytes = record_bytes

    def receiver(self, now_s: float) -> Receiver:
        return XmodemReceiver(now_s)

    def senders(self, files: Sequence[OutgoingFile]) -> list[Callable[[float], PartingEngine]]:
        return [partial(XmodemSender, file.data, is_long=self._is_long) for file in files]

    def strip(self, data: bytes) -> bytes:
        if self._record_bytes is not None:
            return strip_records(data, self._record_bytes)
        return strip_text(data) if self._is_text else data


class YmodemDriver(TransferDriver):
    """Files with names, sizes and times, each from its beginning."""

    name = "ymodem"
    title = "Terminal with YMODEM"

    def receiver(self, now_s: float) -> Receiver:
        return YmodemReceiver(now_s)

    def senders(self, files: Sequence[OutgoingFile]) -> list[Callable[[float], PartingEngine]]:
        return [partial(YmodemSender, files)]


class ZmodemDriver(TransferDriver):
    """Files with names, sizes and times; a transfer that was cut goes on where it stopped."""

    name = "zmodem"
    title = "Terminal with ZMODEM"
    can_resume = True

    def receiver(self, now_s: float) -> Receiver:
        return ZmodemReceiver(now_s)

    def senders(self, files: Sequence[OutgoingFile]) -> list[Callable[[float], PartingEngine]]:
        return [partial(ZmodemSender, files)]
