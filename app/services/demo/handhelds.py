"""Simulated handhelds, each a process of its own on a line of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.errors import PortError

STOP_S = 5
PROGRAM = "drivers.devices.simulated"
CHECKOUT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class SampleHandheld:
    """What a handheld is started with: its number, its sealed records, its own store file.

    `code` is what it reads off the desk's screen to be paired.
    """

    terminal: int
    records: Path
    store: Path
    photos: int = 0
    code: str = ""


@contextmanager
def running(handhelds: Sequence[SampleHandheld], clock_shift_s: int) -> Iterator[Mapping[int, str]]:
    """Start them all and give the port of each terminal; all are stopped at the end.

    Raises PortError when one does not come up.
    """
    with ExitStack() as stack:
        processes = [stack.enter_context(_process(each, clock_shift_s)) for each in handhelds]
        yield {
            each.terminal: _port_of(each, process)
            for each, process in zip(handhelds, processes, strict=True)
        }


@contextmanager
def _process(handheld: SampleHandheld, clock_shift_s: int) -> Iterator[subprocess.Popen[str]]:
    # Without pseudo terminals (Windows) the line is a connection inside this machine.
    line = "pty" if os.name == "posix" else "tcp://127.0.0.1:0"
    command = [
        *_program(),
        line,
        *("--store", str(handheld.store), "--load", str(handheld.records)),
        *("--serial", f"DEMO-{handheld.terminal:04d}", "--fault", f"clock={clock_shift_s}"),
        *("--photos", str(handheld.photos), "--pair", handheld.code),
    ]
    process = subprocess.Popen(  # noqa: S603 - our own program
        command, stdout=subprocess.PIPE, text=True, cwd=_folder()
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _program() -> list[str]:
    if getattr(sys, "frozen", False):
        suffix = ".exe" if os.name == "nt" else ""
        return [str(Path(sys.executable).with_name(f"tallydock-handheld{suffix}"))]
    return [sys.executable, "-m", PROGRAM]


def _folder() -> Path | None:
    return None if getattr(sys, "frozen", False) else CHECKOUT


def _port_of(handheld: SampleHandheld, process: subprocess.Popen[str]) -> str:
    line = process.stdout.readline() if process.stdout is not None else ""
    if not line:
        raise PortError("port_missing", retry_helps=True, port=f"handheld {handheld.terminal}")
    return str(json.loads(line)["port"])
