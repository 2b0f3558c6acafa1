"""Whoever stands at the cable: plays recordings back, speaks in the open, changes what passes."""

import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from drivers.links.recording import ENTRY
from drivers.protocols.docking.frames import Frame, FrameReader, Kind, encode_frame

READ_BYTES = 65_536
PATIENCE_S = 20.0
_ACCEPT = struct.Struct(">BBIH")

Behave = Callable[[socket.socket], None]
Change = Callable[[str, Frame], Frame]


def recorded(file: Path, letter: bytes) -> bytes:
    """What was read (`r`) or written (`w`) in a recorded session, as one."""
    data = file.read_bytes()
    position = data.index(b"\n") + 1
    pieces = []
    while position + ENTRY.size <= len(data):
        kind, _, length = ENTRY.unpack_from(data, position)
        position += ENTRY.size
        if kind == letter:
            pieces.append(data[position : position + length])
        position += length
    return b"".join(pieces)


@contextmanager
def standing_in(behave: Behave) -> Iterator[str]:
    """A port where `behave` answers whoever connects, one after the other."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE_S)
        thread = threading.Thread(target=_answer, args=(server, behave), daemon=True)
        thread.start()
        try:
            yield f"tcp://127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE_S)


def _answer(server: socket.socket, behave: Behave) -> None:
    with suppress(OSError):
        while True:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                connection.settimeout(PATIENCE_S)
                behave(connection)


def playing(data: bytes) -> Behave:
    """Say what was recorded, byte for byte, and then listen."""

    def behave(connection: socket.socket) -> None:
        connection.recv(READ_BYTES)
        connection.sendall(data)
        while connection.recv(READ_BYTES):
            pass

    return behave


def playing_along(data: bytes) -> Behave:
    """Say what was recorded as if it belonged to the connection of today."""

    def behave(connection: socket.socket) -> None:
        (call,) = FrameReader().feed(connection.recv(READ_BYTES))
        for frame in FrameReader().feed(data):
            connection.sendall(encode_frame(replace(frame, connection=call.connection)))
        while connection.recv(READ_BYTES):
            pass

    return behave


def accepting(suite: int) -> Behave:
    """Accept every call under this suite, whatever was offered."""

    def behave(connection: socket.socket) -> None:
        reader = FrameReader()
        while data := connection.recv(READ_BYTES):
            for frame in reader.feed(data):
                if frame.kind is Kind.CONNECT:
                    answer = Frame(
                        Kind.ACCEPT, frame.connection, payload=_ACCEPT.pack(1, suite, 16_384, 4096)
                    )
                    connection.sendall(encode_frame(answer))

    return behave


@contextmanager
def between(port: str, change: Change) -> Iterator[str]:
    """A port that passes on to `port`; `change` gets ("up" or "down", frame) of each frame."""

    def behave(desk: socket.socket) -> None:
        with socket.create_connection(_address(port)) as terminal:
            ways = {desk: (terminal, "down", FrameReader()), terminal: (desk, "up", FrameReader())}
            while True:
                for source in select.select(list(ways), [], [], PATIENCE_S)[0]:
                    target, direction, reader = ways[source]
                    data = source.recv(READ_BYTES)
                    if not data:
                        return
                    for frame in reader.feed(data):
                        target.sendall(b"\0" + encode_frame(change(direction, frame)))

    with standing_in(behave) as own:
        yield own


def say(port: str, data: bytes, wait_s: float = 1.0) -> bytes:
    """Say something to a port, and what it answers until it is silent for so long."""
    heard = b""
    with socket.create_connection(_address(port)) as connection:
        connection.settimeout(wait_s)
        connection.sendall(data)
        with suppress(TimeoutError, ConnectionError):
            while piece := connection.recv(READ_BYTES):
                heard += piece
    return heard


def _address(port: str) -> tuple[str, int]:
    host, _, number = port.removeprefix("tcp://").rpartition(":")
    return host, int(number)
