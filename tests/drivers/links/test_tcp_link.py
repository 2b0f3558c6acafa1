"""TCP links over real connections."""

import os
import socket
import threading
from collections.abc import Iterator

import pytest

from drivers.errors import LinkLost
from drivers.links.tcp import TcpLink, open_tcp


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def connect(listener: socket.socket) -> tuple[TcpLink, TcpLink]:
    ours = open_tcp(f"tcp://127.0.0.1:{listener.getsockname()[1]}")
    return ours, TcpLink(listener.accept()[0], "theirs")


def test_both_ends_may_write_more_than_the_buffers_hold(listener: socket.socket) -> None:
    ours, theirs = connect(listener)
    amount = 8_000_000
    mine, yours = os.urandom(amount), os.urandom(amount)
    arrived = {"ours": b"", "theirs": b""}

    def use(name: str, link: TcpLink, data: bytes) -> None:
        parts = []
        for start in range(0, amount, 100_000):
            link.write(data[start : start + 100_000])
            parts.append(link.read(1_000_000, 0.0))
        while sum(map(len, parts)) < amount:
            parts.append(link.read(1_000_000, 1.0))
        arrived[name] = b"".join(parts)

    with ours, theirs:
        thread = threading.Thread(target=use, args=("theirs", theirs, yours))
        thread.start()
        use("ours", ours, mine)
        thread.join()
    assert arrived == {"ours": yours, "theirs": mine}


def test_a_closed_connection_is_lost_after_its_last_byte(listener: socket.socket) -> None:
    ours, theirs = connect(listener)
    with ours:
        theirs.write(b"goodbye")
        theirs.close()
        assert ours.read(100, 1.0) == b"goodbye"
        with pytest.raises(LinkLost) as caught:
            ours.read(100, 1.0)
    assert caught.value.fields["port"] == ours.name


def test_a_read_ends_when_its_time_is_over(listener: socket.socket) -> None:
    ours, theirs = connect(listener)
    with ours, theirs:
        assert ours.read(10, 0.01) == b""
