"""A data folder has one window, and whoever died does not keep it."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.errors import WindowOpen
from app.ui.one_window import only_window

HOLD = """
import sys
from pathlib import Path
from app.ui.one_window import only_window
with only_window(Path(sys.argv[1])):
    print("mine", flush=True)
    sys.stdin.read()
"""


def test_a_second_window_is_told_who_has_the_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "mine\n"
        with pytest.raises(WindowOpen) as caught, only_window(tmp_path):
            raise AssertionError("there are two")
        assert caught.value.fields == {"path": str(tmp_path), "process": first.pid}
        first.kill()
        first.wait()
    with only_window(tmp_path):
        pass
    with only_window(tmp_path):
        pass
