"""A seeded relay between two ends that is as slow and as bad as a real line.

It limits to a baud rate, delays what it passes on, flips bits, drops and doubles bytes, and cuts
after byte n. In a test it runs as a process of its own: `python -m tests.support.relay --help`.
"""

import argparse
import json
import os
import random
import select
import socket
import subprocess
import sys
import time
import tty
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
BITS_PER_BYTE = 10  # 8N1
READ_BYTES = 65_536
QUEUED_BYTES = 4_096  # what a driver and its UART hold; more makes the sender wait


@dataclass(frozen=True, slots=True)
class Line:
    """What the line does to bytes; rates are per byte."""

    baud: int | None = None
    delay_ms: float = 0.0
    flip_rate: float = 0.0
    drop_rate: float = 0.0
    double_rate: float = 0.0
    cut_at: int | None = None
    seed: int = 1


@dataclass(slots=True)
class Direction:
    """One way through the relay: bytes that wait for their time."""

    line: Line
    dice: random.Random
    free_s: float = 0.0
    waiting_bytes: int = 0
    pieces: deque[tuple[float, bytes]] = field(default_factory=deque)

    def take(self, data: bytes, now_s: float) -> None:
        """Queue `data` as it comes out at the other end, each piece with its time of arrival."""
        step = max(1, self.line.baud // BITS_PER_BYTE // 500) if self.line.baud else len(data)
        for at in range(0, len(data), step):
            piece = data[at : at + step]
            self.free_s = max(self.free_s, now_s)
            if self.line.baud:
                self.free_s += len(piece) * BITS_PER_BYTE / self.line.baud
            self.waiting_bytes += len(piece)
            self.pieces.append((self.free_s + self.line.delay_ms / 1000, piece))

    def due(self, now_s: float) -> bytes:
        """Return what has arrived by now, as the line left it."""
        arrived = bytearray()
        while self.pieces and self.pieces[0][0] <= now_s:
            piece = self.pieces.popleft()[1]
            self.waiting_bytes -= len(piece)
            arrived += piece
        return spoil(bytes(arrived), self.line, self.dice)

    @property
    def full(self) -> bool:
        return self.waiting_bytes >= QUEUED_BYTES


def spoil(data: bytes, line: Line, dice: random.Random) -> bytes:
    """Flip, drop and double as the rates say."""
    if not (line.flip_rate or line.drop_rate or line.double_rate):
        return data
    spoiled = bytearray()
    for byte in data:
        if dice.random() < line.drop_rate:
            continue
        hit = dice.random() < line.flip_rate
        spoiled.append(byte ^ (1 << dice.randrange(8)) if hit else byte)
        if dice.random() < line.double_rate:
            spoiled.append(spoiled[-1])
    return bytes(spoiled)


def run_relay(left: int, right: int, line: Line, ends_s: float | None = None) -> None:
    """Pass bytes between two non-blocking descriptors until one end closes and what it said has
    arrived, the line is cut, or the monotonic clock passes `ends_s`."""
    ways = {
        left: (right, Direction(line, random.Random(f"{line.seed}/right"))),
        right: (left, Direction(line, random.Random(f"{line.seed}/left"))),
    }
    outgoing: dict[int, bytes] = {left: b"", right: b""}
    passed = 0
    closed: int | None = None
    while ends_s is None or time.monotonic() < ends_s:
        now_s = time.monotonic()
        for target, way in ways.values():
            if not outgoing[target]:
                outgoing[target] = way.due(now_s)
                if line.cut_at is not None:
                    outgoing[target] = outgoing[target][: line.cut_at - passed]
                passed += len(outgoing[target])
        if closed is not None and not outgoing[ways[closed][0]] and not ways[closed][1].pieces:
            return
        listening = {source for source, (_, way) in ways.items() if not way.full} - {closed}
        writing = {target for target, data in outgoing.items() if data} - {closed}
        try:
            readable, writable, _ = select.select(listening, writing, [], _pause_s(ways, now_s))
            for target in writable:
                outgoing[target] = outgoing[target][os.write(target, outgoing[target]) :]
            for source in readable:
                data = _read(source, QUEUED_BYTES if line.baud else READ_BYTES)
                if data:
                    ways[source][1].take(data, time.monotonic())
                else:
                    closed = source
        except BlockingIOError:
            continue
        except OSError:  # an end hung up: EIO on a pseudo terminal, EPIPE on a socket
            return
        if line.cut_at is not None and passed >= line.cut_at and not any(outgoing.values()):
            return


def _read(source: int, max_bytes: int) -> bytes:
    with suppress(ConnectionResetError):  # it has closed without reading all that was sent to it
        return os.read(source, max_bytes)
    return b""


def _pause_s(ways: dict[int, tuple[int, Direction]], now_s: float) -> float:
    times = [way.pieces[0][0] for _, way in ways.values() if way.pieces]
    return max(0.0, min(times, default=now_s + 0.1) - now_s)


def open_end(address: str) -> int:
    """Open `fd:N`, `tcp:host:port` or a device path as a raw, non-blocking descriptor."""
    kind, _, rest = address.partition(":")
    if kind == "fd":
        handle = int(rest)
    elif kind == "tcp":
        host, _, port = rest.rpartition(":")
        connection = socket.create_connection((host, int(port)))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        handle = connection.detach()
    else:
        handle = os.open(address, os.O_RDWR | os.O_NOCTTY)
    if os.isatty(handle):
        tty.setraw(handle)
    os.set_blocking(handle, False)
    return handle


@contextmanager
def running_relay(end: str, line: Line) -> Iterator[str]:
    """A relay as a process of its own between `end` and a new port, whose path it gives."""
    command = [sys.executable, "-m", "tests.support.relay", end, *as_options(line)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["port"]
        finally:
            process.terminate()


def as_options(line: Line) -> list[str]:
    """The line as options of this program."""
    given = {
        "--baud": line.baud, "--delay-ms": line.delay_ms, "--flip": line.flip_rate,
        "--drop": line.drop_rate, "--double": line.double_rate, "--cut": line.cut_at,
        "--seed": line.seed,
    }  # fmt: skip
    return [f"{option}={value}" for option, value in given.items() if value is not None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Join END to a new pseudo terminal, whose path is printed as JSON, or to a second END."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("end", help="fd:N, tcp:host:port or a device path")
    parser.add_argument("other", nargs="?", default="pty", help="the same, or pty (default)")
    parser.add_argument("--baud", type=int)
    parser.add_argument("--delay-ms", type=float, default=0.0)
    parser.add_argument("--flip", type=float, default=0.0)
    parser.add_argument("--drop", type=float, default=0.0)
    parser.add_argument("--double", type=float, default=0.0)
    parser.add_argument("--cut", type=int)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    line = Line(
        options.baud, options.delay_ms, options.flip, options.drop, options.double, options.cut,
        options.seed,
    )  # fmt: skip
    left = open_end(options.end)
    if options.other == "pty":
        right, held = os.openpty()
        tty.setraw(held)  # held open, so that its user may come and go
        os.set_blocking(right, False)
        sys.stdout.write(json.dumps({"port": os.ttyname(held)}) + "\n")
        sys.stdout.flush()
    else:
        right = open_end(options.other)
    run_relay(left, right, line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
