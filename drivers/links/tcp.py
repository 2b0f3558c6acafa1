"""A TCP connection as a link."""

import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from drivers.errors import LinkLost, PortInvalid, PortMissing
from drivers.links.closing import ClosingLink

CONNECT_S = 5.0
STALL_S = 10.0
SLICE_S = 0.2
CHUNK_BYTES = 65_536
KEPT_BYTES = 1 << 20


class TcpLink(ClosingLink):
    """Owns a connected socket; both ends of a connection may use it."""

    def __init__(self, connection: socket.socket, name: str) -> None:
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = connection
        self._name = name
        self._kept = bytearray()

    @property
    def name(self) -> str:
        return self._name

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        if not self._kept:
            with _lost(self._name):
                if select.select([self._socket], [], [], max(0.0, timeout_s))[0]:
                    self._receive()
        taken = bytes(self._kept[:max_bytes])
        del self._kept[:max_bytes]
        return taken

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        stalls_s = self.now_s() + STALL_S
        while rest:
            with _lost(self._name):
                done = self._send(rest)
            now_s = self.now_s()
            if done:
                rest = rest[done:]
                stalls_s = now_s + STALL_S
            elif now_s >= stalls_s:
                raise LinkLost(port=self._name, reason="nothing more can be written")

    def close(self) -> None:
        self._socket.close()

    def _send(self, rest: memoryview) -> int:
        listening = [self._socket] if len(self._kept) < KEPT_BYTES else []
        readable, writable, _ = select.select(listening, [self._socket], [], SLICE_S)
        if readable:
            self._receive()
        return self._socket.send(rest[:CHUNK_BYTES]) if writable else 0

    def _receive(self) -> None:
        try:
            arrived = self._socket.recv(CHUNK_BYTES)
        except BlockingIOError:
            return
        if not arrived:
            raise LinkLost(port=self._name, reason="the other end closed the connection")
        self._kept += arrived


def open_tcp(url: str) -> TcpLink:
    """Connect to `tcp://host:port`. Raises `PortInvalid` or `PortMissing`."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise PortInvalid(port=url, reason=str(error)) from error
    if not host or not port:
        raise PortInvalid(port=url, reason="expected host:port")
    try:
        connection = socket.create_connection((host, port), timeout=CONNECT_S)
    except OSError as error:  # refused, unreachable, no such name, no answer in time
        raise PortMissing(port=url, reason=str(error)) from error
    return TcpLink(connection, url)


@contextmanager
def _lost(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LinkLost(port=name, reason=str(error)) from error
