"""A docking that can be killed: the desk as a child whose stages are read from its screen."""

import os
import pty
import re
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import perf_counter

from tests.support.branches import PATIENCE_S, environment
from tests.support.terminals import ROOT

READ_BYTES = 4096


@dataclass(slots=True)
class Screen:
    """A terminal that a child writes to; what it wrote can be waited for."""

    ours: int
    shown: bytes = b""

    def wait_for(self, words: bytes) -> bool:
        """False when the child ended before it wrote `words`."""
        while words not in self.shown:
            if not self._read():
                return False
        return True

    def read_on(self) -> None:
        """Everything that the child wrote before it ended."""
        while self._read():
            pass

    def _read(self) -> bytes:
        data = b""
        with suppress(OSError):  # how Linux says that nobody holds the other side any more
            data = os.read(self.ours, READ_BYTES)
        self.shown += data
        return data


@dataclass(slots=True)
class Docking:
    """`dock` in a process of its own, being watched."""

    process: subprocess.Popen[bytes]
    screen: Screen
    since_s: float = field(default_factory=perf_counter)

    def connected(self) -> bool:
        """Wait until the desk talks to the port; False when it ended before."""
        begun = self.screen.wait_for(b"connect")
        self.since_s = perf_counter()
        return begun

    def seconds_to_finish(self) -> float:
        """Wait until all is taken in and handed out; the seconds since it was connected."""
        assert self.screen.wait_for(b"finish"), self.screen.shown
        return perf_counter() - self.since_s

    def ends_within(self, seconds: float) -> bool:
        try:
            self.process.wait(max(seconds - (perf_counter() - self.since_s), 0))
        except subprocess.TimeoutExpired:
            return False
        return True

    def end(self) -> int:
        """The exit code, once it has ended; by then everything it showed has been read."""
        self.screen.read_on()
        os.close(self.screen.ours)
        return self.process.wait(PATIENCE_S)

    @property
    def stage(self) -> str:
        """The last stage that was shown."""
        shown = [stage.decode() for stage in re.findall(rb"\r([a-z]+)", self.screen.shown)]
        return shown[-1] if shown else ""


def start_docking(command: Sequence[str]) -> Docking:
    """Start `command` with a screen of its own on stderr.

    It hears Ctrl+C even where the tests were started in the background, which do not.
    """
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=theirs, cwd=ROOT, env=environment(),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - one call
    )  # fmt: skip
    os.close(theirs)
    return Docking(process, Screen(ours))
