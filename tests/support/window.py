"""A real X display, and a person at its keyboard."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import ImageGrab

_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Display:
    """An Xvfb that is up; everything is done from outside, as a person would."""

    name: str

    def environment(self) -> dict[str, str]:
        return {**os.environ, "DISPLAY": self.name, "QT_QPA_PLATFORM": "xcb"}

    def wait_for_window(self, title: str) -> str:
        """Return the id of the visible window with this title."""
        found = self._run("xdotool", "search", "--sync", "--onlyvisible", "--name", title)
        return found.split()[-1]

    def shows(self, title: str) -> bool:
        """Whether a window with this title is there now."""
        return bool(self._ask("xdotool", "search", "--onlyvisible", "--name", title).stdout)

    def press(self, *keys: str) -> None:
        """Press keys such as "ctrl+k" or "Return", one after the other."""
        self._run("xdotool", "key", "--clearmodifiers", "--delay", "40", *keys)

    def type(self, text: str) -> None:
        self._run("xdotool", "type", "--delay", "25", text)

    def focus(self, window: str) -> None:
        self._run("xdotool", "windowfocus", "--sync", window)

    def close(self, window: str) -> None:
        self._run("xdotool", "windowquit", window)

    def photograph(self, file: Path) -> bytes:
        """Write the whole screen as PNG, and return its bytes."""
        ImageGrab.grab(xdisplay=self.name).save(file)
        return file.read_bytes()

    def _run(self, *command: str) -> str:
        done = self._ask(*command)
        if done.returncode:
            raise AssertionError(f"{' '.join(command)}: {done.stderr}")
        return done.stdout

    def _ask(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            env=self.environment(),
            check=False,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
        )


@contextmanager
def display(width: int = 1366, height: int = 768) -> Iterator[Display]:
    """Start an Xvfb on a number that it picks itself, and stop it afterwards."""
    reading, writing = os.pipe()
    size = f"{width}x{height}x24"
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", size, "-nolisten", "tcp", "-ac"],
        pass_fds=(writing,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as numbers:
            number = numbers.readline().strip()
        yield Display(f":{number}")
    finally:
        server.terminate()
        server.wait(_PATIENCE_S)


def wait_until(holds: Callable[[], bool], what: str, patience_s: float = _PATIENCE_S) -> None:
    """Ask again and again; AssertionError names what never came true."""
    deadline_s = time.monotonic() + patience_s
    while time.monotonic() < deadline_s:
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError(what)
