"""Kermits that others wrote, as processes behind a relay, with the desk's link at its other end."""

import os
import socket
import subprocess
import threading
import tty
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from drivers.contract import Link, SerialSettings
from drivers.links.serial import open_serial
from drivers.links.tcp import TcpLink
from tests.support.relay import Line, run_relay

END_S = 60.0
ON_PTY = Line(seed=2)
"""The desk meets the peer through its serial link instead."""


@dataclass(frozen=True, slots=True)
class Peer:
    """The process, and the link on which it is met."""

    process: subprocess.Popen[bytes]
    link: Link

    def wait(self) -> int:
        """How it ended."""
        return self.process.wait(END_S)


@contextmanager
def gkermit(line: Line, folder: Path, *options: str) -> Iterator[Peer]:
    """G-Kermit in `folder` on a socketpair, as a program that no terminal belongs to.

    Not on a pty: it drops its last bytes when it leaves a terminal.
    """
    outer, far = socket.socketpair()
    command = ["gkermit", "-X", "-q", "-i", "-P", *options]
    with outer:
        process = subprocess.Popen(
            command, cwd=folder, stdin=outer, stdout=outer, stderr=subprocess.DEVNULL
        )
    with _met(process, far, line) as peer:
        yield peer


@contextmanager
def ckermit(line: Line, folder: Path, *commands: str) -> Iterator[Peer]:
    """C-Kermit in `folder` on a socket, without anybody's start file.

    Each command is one of its own language. It knows that a socket loses nothing, so it has to be
    told that this one does.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        script = (
            f"set host 127.0.0.1 {server.getsockname()[1]} /raw-socket",
            "set reliable off", "set streaming off", "set transfer display none",
            "set transfer mode manual", "set file type binary", "set file names literal",
            *commands, "exit",
        )  # fmt: skip
        process = subprocess.Popen(
            ["kermit", "-Y", "-H", "-C", ", ".join(script)],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        server.settimeout(END_S)
        far, _ = server.accept()
    with _met(process, far, line) as peer:
        yield peer


@contextmanager
def _met(process: subprocess.Popen[bytes], far: socket.socket, line: Line) -> Iterator[Peer]:
    with ExitStack() as stack:
        stack.callback(process.wait)
        stack.callback(process.kill)
        stack.enter_context(far).setblocking(False)
        if line is ON_PTY:
            near, desk = os.openpty()
            tty.setraw(desk)
            stack.callback(os.close, desk)
            stack.callback(os.close, near)
            link: Link = open_serial(os.ttyname(desk), SerialSettings())
        else:
            with socket.create_server(("127.0.0.1", 0)) as server:
                link = TcpLink(socket.create_connection(server.getsockname()), "relayed")
                near = server.accept()[0].detach()
        os.set_blocking(near, False)

        def pass_on() -> None:
            run_relay(far.fileno(), near, line)
            if link.name == "relayed":
                os.close(near)  # a cut is noticed at once
            with suppress(OSError):
                far.shutdown(socket.SHUT_RDWR)

        relay = threading.Thread(target=pass_on)
        relay.start()
        stack.callback(relay.join)
        yield Peer(process, stack.enter_context(link))
