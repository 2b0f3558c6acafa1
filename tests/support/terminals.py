"""Starts simulated handhelds as processes of their own and stops them again."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.credentials import HANDHELD, handheld_options

ROOT = Path(__file__).parents[2]
STOP_S = 10


@dataclass(slots=True)
class Handheld:
    """A running handheld: where to dock it, its process, and its store file."""

    port: str
    process: subprocess.Popen[str]
    store: Path

    def summary(self) -> dict[str, Any]:
        """Wait for the next line of the handheld, the end of a session as a rule, and return it."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"the handheld ended with {self.process.wait()} without a summary"
        summary: dict[str, Any] = json.loads(line)
        return summary

    def kill(self) -> None:
        """End it with SIGKILL, as an empty battery would."""
        self.process.kill()
        self._reap()

    def stop(self) -> None:
        """Ask it to end, and see to it that it has."""
        self.process.terminate()
        try:
            self._reap()
        except subprocess.TimeoutExpired:
            self.kill()

    def _reap(self) -> None:
        self.process.wait(STOP_S)
        if self.process.stdout is not None:
            self.process.stdout.close()


def start_handheld(
    folder: Path,
    *,
    name: str = "handheld",
    port: str = "pty",
    load: Sequence[Path] | Path = (),
    branch: int | None = None,
    terminal: int | None = None,
    serial: str | None = None,
    seed: int | None = None,
    scenario: str | None = None,
    faults: Sequence[str] = (),
    once: bool = False,
    device: str | None = HANDHELD,
    pair: str = "",
    arguments: Sequence[str] = (),
) -> Handheld:
    """Start a handheld whose store is `folder/name.sqlite`; the same store goes on where it was.

    Without a `device` it makes its own key and knows no desk until it is paired.
    """
    store = folder / f"{name}.sqlite"
    command = [sys.executable, "-m", "drivers.devices.simulated", port, "--store", str(store)]
    command += handheld_options(device) if device is not None else []
    command += ["--pair", pair] if pair else []
    command += arguments
    for path in [load] if isinstance(load, Path) else load:
        command += ["--load", str(path)]
    given = {
        "branch": branch, "terminal": terminal, "serial": serial, "seed": seed,
        "scenario": scenario,
    }  # fmt: skip
    for option, value in given.items():
        if value is not None:
            command += [f"--{option}", str(value)]
    for fault in faults:
        command += ["--fault", fault]
    if once:
        command.append("--once")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, f"the handheld did not start: exit code {process.wait()}"
    return Handheld(json.loads(line)["port"], process, store)


@contextmanager
def running_handheld(folder: Path, **options: Any) -> Iterator[Handheld]:
    """`start_handheld`, stopped at the end of the `with`."""
    handheld = start_handheld(folder, **options)
    try:
        yield handheld
    finally:
        handheld.stop()
