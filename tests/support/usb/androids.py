"""An Android device made of code that becomes an accessory, with an app behind its endpoints."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from tests.support.usb.virtual_backend import (
    BULK,
    Device,
    Function,
    Interface,
    VirtualBackend,
)

ACCESSORY = Interface((0xFF, 0xFF, 0), ((0x81, BULK, 512), (0x02, BULK, 512)))
ADB = Interface((0xFF, 0x42, 1), ((0x84, BULK, 512), (0x05, BULK, 512)), number=1)


class Android(Function):
    """Answers the requests of the accessory protocol; comes back at once when asked to switch.

    `behind` is what then hangs on the accessory's endpoints.
    """

    def __init__(self, behind: Function, version: int = 2, returns: bool = True) -> None:
        self.behind = behind
        self.version = version
        self.returns = returns
        self.strings: dict[int, bytes] = {}
        self.backend: VirtualBackend | None = None
        self.device: Device | None = None

    def control(self, kind: int, number: int, value: int, index: int, data: bytes) -> bytes | None:
        if (kind, number, value, index) == (0xC0, 51, 0, 0):
            return self.version.to_bytes(2, "little")
        if (kind, number, value) == (0x40, 52, 0):
            self.strings[index] = data
            return b""
        if (kind, number, value, index) == (0x40, 53, 0, 0):
            self._switch()
            return b""
        return None

    def _switch(self) -> None:
        assert self.backend
        assert self.device
        self.device.is_gone = True
        if self.returns:
            back = Device(
                (0x18D1, 0x2D01),
                self.device.serial,
                (ACCESSORY, ADB),
                self.behind,
                ports=self.device.ports,
                address=self.device.address + 1,
            )
            self.backend.devices.append(back)


def plugged_in(android: Android, serial: str = "R58M", **more: Any) -> VirtualBackend:
    """A bus with this device, before it has switched."""
    device = Device((0x04E8, 0x6860), serial, (ADB,), android, ports=(2,), address=5, **more)
    android.device, android.backend = device, VirtualBackend(device)
    return android.backend


class App(Function):
    """Passes on between the endpoints and a TCP connection, as an app does with its streams."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def arrived(self, packet: bytes) -> bool:
        self._connection.sendall(packet)
        return True

    def run(self) -> None:
        with suppress(OSError):
            while data := self._connection.recv(16_384):
                self.host.send(data)


@contextmanager
def app_before(port: str) -> Iterator[App]:
    """An app that talks to what listens at a tcp:// address."""
    parts = urlsplit(port)
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as connection:
        app = App(connection)
        thread = threading.Thread(target=app.run)
        thread.start()
        try:
            yield app
        finally:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            thread.join()
