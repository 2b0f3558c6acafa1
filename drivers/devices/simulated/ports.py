"""Where a handheld waits for a desk: pseudo terminal, TCP, or a port of the machine."""

import os
import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from drivers.contract import Link, SerialSettings
from drivers.errors import LinkLost, PortInvalid
from drivers.links.closing import ClosingLink
from drivers.links.serial import open_serial
from drivers.links.tcp import TcpLink

READ_BYTES = 65_536
STALL_S = 10.0


class Port(Protocol):
    """Where the desk finds this handheld: an address, and one link after the other."""

    address: str

    def links(self) -> Iterator[Link]:
        """Yield a link for each session, without end; a port that stays open yields itself."""


class PseudoTerminal(ClosingLink):
    """The master side of a pseudo terminal.

    Its slave side stays open here, in raw mode: so nothing ends when a desk goes, and no byte is
    echoed or changed before the next one has set the line.
    """

    def __init__(self) -> None:
        import tty  # noqa: PLC0415 - not on Windows, where this kind of port does not exist

        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.address = os.ttyname(self._slave)

    @property
    def name(self) -> str:
        return self.address

    def links(self) -> Iterator[Link]:
        while True:
            yield self

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        if not select.select([self._master], [], [], max(0.0, timeout_s))[0]:
            return b""
        return os.read(self._master, min(max_bytes, READ_BYTES))

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            if not select.select([], [self._master], [], STALL_S)[1]:
                raise LinkLost(port=self.name, reason="nobody reads")
            with suppress(BlockingIOError):
                rest = rest[os.write(self._master, rest) :]

    def close(self) -> None:
        """Nothing: the next session uses the same pair, and it ends with the program."""


class Listener:
    """A listening TCP socket; one desk at a time."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if not parts.hostname or parts.port is None:
            raise PortInvalid(port=url, reason="expected tcp://host:port")
        self._socket = socket.create_server((parts.hostname, parts.port))
        self.address = f"tcp://{parts.hostname}:{self._socket.getsockname()[1]}"

    def links(self) -> Iterator[Link]:
        while True:
            connection, _ = self._socket.accept()
            with TcpLink(connection, self.address) as link:
                yield link


class MachinePort:
    """A port that exists without us: a device path or a pyserial URL."""

    def __init__(self, url: str) -> None:
        self.address = url

    def links(self) -> Iterator[Link]:
        while True:  # one that was pulled out is another one when it comes back
            with open_serial(self.address, SerialSettings()) as link:
                yield link


@contextmanager
def open_port(name: str) -> Iterator[Port]:
    """Open `pty`, `pty:LINKPATH`, `tcp://host:port` or a port of the machine."""
    kind, _, rest = name.partition(":")
    if kind == "tcp":
        yield Listener(name)
    elif kind != "pty":
        yield MachinePort(name)
    elif not rest:
        yield PseudoTerminal()
    else:
        port, path = PseudoTerminal(), Path(rest)
        path.unlink(missing_ok=True)
        path.symlink_to(port.address)
        port.address = rest
        try:
            yield port
        finally:
            path.unlink(missing_ok=True)
