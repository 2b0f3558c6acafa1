"""The relay is as slow and as bad as it is told to be, and the same for the same seed."""

import os
import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.relay import Line, run_relay, spoil


@contextmanager
def relayed(line: Line) -> Iterator[tuple[socket.socket, socket.socket]]:
    left, left_inner = socket.socketpair()
    right_inner, right = socket.socketpair()
    for inner in (left_inner, right_inner):
        inner.setblocking(False)
    relay = threading.Thread(
        target=run_relay, args=(left_inner.fileno(), right_inner.fileno(), line)
    )
    relay.start()
    try:
        yield left, right
    finally:
        left.close()
        relay.join()
        for end in (left_inner, right_inner, right):
            end.close()


def read_all(end: socket.socket, size: int) -> bytes:
    arrived = b""
    while len(arrived) < size and (data := end.recv(65_536)):
        arrived += data
    return arrived


def test_a_good_line_passes_everything_on() -> None:
    with relayed(Line()) as (left, right):
        sent = os.urandom(200_000)
        threading.Thread(target=left.sendall, args=(sent,)).start()
        assert read_all(right, len(sent)) == sent
        right.sendall(b"answer")
        assert read_all(left, 6) == b"answer"


def test_a_baud_rate_and_a_delay_take_their_time() -> None:
    with relayed(Line(baud=115_200, delay_ms=30)) as (left, right):
        began_s = time.monotonic()
        left.sendall(b"x" * 2304)
        read_all(right, 2304)
        took_s = time.monotonic() - began_s
    assert 0.229 < took_s < 0.6


def test_a_line_is_cut_at_the_byte() -> None:
    with relayed(Line(cut_at=1000)) as (left, right):
        left.sendall(b"x" * 3000)
        assert read_all(right, 1000) == b"x" * 1000
        right.settimeout(0.2)
        with pytest.raises(TimeoutError):
            right.recv(1)


def test_the_same_seed_spoils_the_same_bytes() -> None:
    line = Line(flip_rate=0.01, drop_rate=0.01, double_rate=0.01)
    data = bytes(10_000)
    whole = spoil(data, line, random.Random(3))
    dice = random.Random(3)
    in_parts = b"".join(spoil(data[at : at + 700], line, dice) for at in range(0, 10_000, 700))
    assert whole == in_parts
    assert whole != spoil(data, line, random.Random(4))
    assert 50 < sum(map(bool, whole)) < 200
    assert len(whole) != 10_000


def test_the_last_words_of_an_end_that_closed_arrive() -> None:
    with relayed(Line(baud=115_200, delay_ms=50)) as (left, right):
        right.sendall(b"unread")
        left.sendall(b"goodbye")
        left.close()
        right.settimeout(10)
        assert read_all(right, 7) == b"goodbye"
