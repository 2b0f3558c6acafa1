"""Runs functions of this tree beside the scenario; forked, because imports are slow in here."""

import json
import os
import signal
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from drivers.devices.simulated.__main__ import command_line
from tests.usb_rig.guest.waiting import wait_for
from tests.usb_rig.keys import handheld_options

STDOUT: Final = 1


@dataclass(frozen=True, slots=True)
class Beside:
    """A running process and the file that it writes to."""

    number: int
    output: Path

    def said(self, line: int) -> dict[str, Any]:
        """What it wrote as its `line`-th line of JSON; the first is 0."""
        lines = wait_for(lambda: _whole_lines(self.output, line + 1), f"line {line} of a process")
        said: dict[str, Any] = json.loads(lines[line])
        return said

    def kill(self) -> None:
        os.kill(self.number, signal.SIGKILL)
        os.waitpid(self.number, 0)


def start(work: Callable[[], object]) -> Beside:
    """Let `work` run in a process of its own."""
    handle, name = tempfile.mkstemp(suffix=".output")
    number = os.fork()
    if number == 0:
        os.dup2(handle, STDOUT)
        try:
            work()
        except BaseException:  # noqa: BLE001 - it has nowhere to go but the console
            traceback.print_exc()
        os._exit(0)
    os.close(handle)
    return Beside(number, Path(name))


@contextmanager
def running(work: Callable[[], object]) -> Iterator[Beside]:
    """`start`, killed at the end."""
    process = start(work)
    try:
        yield process
    finally:
        process.kill()


@contextmanager
def running_handheld(port: str, store: Path, *options: str) -> Iterator[Beside]:
    """A simulated terminal at a port of this machine."""
    arguments = [port, "--store", str(store), *handheld_options(store.parent), *options]
    with running(lambda: command_line(arguments)) as process:
        process.said(0)
        yield process


def _whole_lines(file: Path, count: int) -> list[str] | None:
    lines = file.read_text("utf-8").split("\n")[:-1]
    return lines if len(lines) >= count else None
