"""Simulated handhelds for tests: processes of their own on pseudo terminals."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.credentials import HANDHELD, handheld_options


@contextmanager
def handheld(
    folder: Path, *arguments: str, name: str = "handheld", device: str = HANDHELD
) -> Iterator[str]:
    """The port of a handheld whose store lies in `folder`; it is killed at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    store = str(folder / f"{name}.sqlite")
    command = [sys.executable, "-m", "drivers.devices.simulated", "pty", "--store", store]
    command += handheld_options(device)
    with subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())["port"]
        finally:
            process.kill()
