"""Real programs that send and take files, at the other end of a pair of sockets or of a relay."""

import os
import random
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from drivers.contract import Link
from drivers.devices.transferring import TransferDriver
from drivers.file_contract import TerminalFile
from drivers.links.tcp import TcpLink
from tests.support.relay import ROOT, Line, as_options

WAIT_S = 120


class PairLink(TcpLink):
    """A link over one end of a socketpair; lrzsz loses its last bytes on a pseudo terminal."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self._socket = connection
        self._name = "pair"
        self._kept = bytearray()


@dataclass
class Peer:
    """A running program and our link to it."""

    process: "subprocess.Popen[bytes]"
    link: Link

    def wait(self) -> int:
        """Its exit status, when it has ended by itself."""
        return self.process.wait(WAIT_S)


@contextmanager
def running_peer(command: Sequence[str], folder: Path, line: Line | None = None) -> Iterator[Peer]:
    """`command` in `folder`, its standard input and output joined to our link by `line`."""
    with joined(line) as (ours, theirs):
        process = start(command, folder, theirs)
        theirs.close()
        try:
            yield Peer(process, PairLink(ours))
        finally:
            process.kill()
            process.wait()


def start(command: Sequence[str], folder: Path, end: socket.socket) -> "subprocess.Popen[bytes]":
    """Run `command` with `end` as its standard input and output."""
    return subprocess.Popen(
        list(command), stdin=end.fileno(), stdout=end.fileno(), stderr=subprocess.DEVNULL,
        cwd=folder, env=os.environ | {"LC_ALL": "C"},
    )  # fmt: skip


@contextmanager
def joined(line: Line | None = None) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two ends that are joined, by a relay of their own if there is a `line`."""
    with ExitStack() as stack:
        near, far = (stack.enter_context(end) for end in socket.socketpair())
        if line is None:
            yield near, far
            return
        right, there = (stack.enter_context(end) for end in socket.socketpair())
        handles = (far.fileno(), right.fileno())
        command = [sys.executable, "-m", "tests.support.relay"]
        command += [*(f"fd:{handle}" for handle in handles), *as_options(line)]
        relay = subprocess.Popen(command, cwd=ROOT, pass_fds=handles)
        far.close()
        right.close()
        try:
            yield near, there
        finally:
            relay.kill()
            relay.wait()


def random_bytes(size: int, seed: int = 1) -> bytes:
    """The same rubbish for the same seed."""
    return random.Random(seed).randbytes(size)


def no_clock() -> int:
    """These terminals do not tell the time."""
    return 0


def no_progress(stage: str, done_bytes: int, total_bytes: int) -> None:
    """Nobody looks."""


def pull_all(
    driver: TransferDriver,
    link: Link,
    taken: Callable[[TerminalFile], None] | None = None,
) -> list[TerminalFile]:
    """Pull everything and settle each file."""
    files = []
    with driver.connect(link, no_clock, no_progress) as session:
        for file in session.pull():
            files.append(file)
            if taken is not None:
                taken(file)
            session.settle(file, clear=False)
        session.finish()
    return files


def push_all(driver: TransferDriver, link: Link, files: Sequence[TerminalFile]) -> None:
    """Push everything."""
    with driver.connect(link, no_clock, no_progress) as session:
        session.push(files)
        session.finish()
