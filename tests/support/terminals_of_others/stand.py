"""A stand for a terminal made of code: it lives in a thread behind a pseudo terminal."""

import os
import select
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

SLICE_S = 0.05


class Unplugged(Exception):
    """The test is over."""


class Plug:
    """The terminal's end of the line. With `cut_after` so many bytes go out and no more."""

    def __init__(self, handle: int, cut_after: int | None = None) -> None:
        self._handle = handle
        self._stopped = threading.Event()
        self._left = cut_after
        self._kept = bytearray()
        self.received = bytearray()
        self.sent = bytearray()

    def read(self, timeout_s: float) -> bytes:
        """One byte, or b"" when the time is over."""
        while not self._kept and timeout_s > 0:
            self._check()
            if select.select([self._handle], [], [], min(SLICE_S, timeout_s))[0]:
                self._kept += os.read(self._handle, 4096)
            else:
                timeout_s -= SLICE_S
        byte = bytes(self._kept[:1])
        del self._kept[:1]
        self.received += byte
        return byte

    def write(self, data: bytes) -> None:
        """All of it, or as much as the cut lets through."""
        if self._left is not None:
            data = data[: self._left]
            self._left -= len(data)
        self.sent += data
        while data:
            self._check()
            if select.select([], [self._handle], [], SLICE_S)[1]:
                with suppress(BlockingIOError):
                    data = data[os.write(self._handle, data[:2048]) :]

    def stop(self) -> None:
        self._stopped.set()

    def _check(self) -> None:
        if self._stopped.is_set():
            raise Unplugged


@contextmanager
def on_the_stand(terminal: Callable[[Plug], None], cut_after: int | None = None) -> Iterator[str]:
    """Let `terminal` run with its plug; gives the path of the port that the desk opens."""
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    plug = Plug(master, cut_after)
    bugs: list[BaseException] = []

    def run() -> None:
        try:
            with suppress(Unplugged):
                terminal(plug)
        except BaseException as bug:
            bugs.append(bug)
            raise

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield os.ttyname(slave)
    finally:
        plug.stop()
        thread.join()
        os.close(slave)
        os.close(master)
    assert not bugs
