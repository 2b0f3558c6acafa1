"""A line between the program and its server that is cut at a chosen byte."""

import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

READ_BYTES = 65_536
UP, DOWN = 0, 1


@dataclass(slots=True)
class Wire:
    """Passes bytes on; `passed` counts those up to the server and down from it."""

    port: int
    passed: list[int] = field(default_factory=lambda: [0, 0])
    cuts: int = 0
    _left: list[int | None] = field(default_factory=lambda: [None, None])

    def cut_after(self, way: int, count: int) -> None:
        """Cut the line when so many more bytes have passed that way; the rest is lost."""
        self._left[way] = count

    def heal(self) -> None:
        self._left[:] = [None, None]

    def take(self, way: int, data: bytes) -> tuple[bytes, bool]:
        """What still passes of `data`, and whether the line is cut behind it."""
        left = self._left[way]
        cut = left is not None and left <= len(data)
        if left is not None:
            data = data[:left]
            self._left[way] = left - len(data)
        if cut:
            self.heal()
            self.cuts += 1
        self.passed[way] += len(data)
        return data, cut


@contextmanager
def wire_to(port: int) -> Iterator[Wire]:
    """A line to the server at `port` of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wire = Wire(listener.getsockname()[1])
        thread = threading.Thread(target=_serve, args=(listener, port, wire))
        thread.start()
        try:
            yield wire
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(listener: socket.socket, port: int, wire: Wire) -> None:
    lines = []
    with suppress(OSError):  # the listener was shut down
        while True:
            client, _ = listener.accept()
            line = threading.Thread(target=_pass_on, args=(client, port, wire))
            line.start()
            lines.append(line)
    for line in lines:
        line.join()


def _pass_on(client: socket.socket, port: int, wire: Wire) -> None:
    server = socket.create_connection(("127.0.0.1", port))
    ways = {client: (UP, server), server: (DOWN, client)}
    with client, server, selectors.DefaultSelector() as selector, suppress(OSError):
        for end in ways:
            selector.register(end, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                way, other = ways[key.fileobj]  # type: ignore[index]
                data, cut = wire.take(way, key.fileobj.recv(READ_BYTES))  # type: ignore[union-attr]
                other.sendall(data)
                if cut or not data:
                    return
