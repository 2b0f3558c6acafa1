"""The driver for terminals that send and receive files with Kermit."""

from collections.abc import Callable, Sequence
from functools import partial

from drivers.devices.transferring import PartingEngine, Receiver, TransferDriver
from drivers.protocols.transfer.kermit_receiver import KermitReceiver
from drivers.protocols.transfer.kermit_sender import KermitSender
from drivers.protocols.transfer.listing import OutgoingFile


class KermitDriver(TransferDriver):
    """Files with names, sizes and times. A terminal that sends a file again with RESEND goes on
    where it was cut, if what is here is known by name, size and time, and its end is the same.

    Kermit tells times without a zone: a terminal is in that of the desk that it docks at.
    """

    name = "kermit"
    title = "Terminal with Kermit"
    can_resume = True

    def receiver(self, now_s: float) -> Receiver:
        del now_s
        return KermitReceiver(zone=None)

    def senders(self, files: Sequence[OutgoingFile]) -> list[Callable[[float], PartingEngine]]:
        return [partial(_sender, files)]


def _sender(files: Sequence[OutgoingFile], now_s: float) -> PartingEngine:
    del now_s
    return KermitSender(files, zone=None)
