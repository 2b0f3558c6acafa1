"""Start with the PC: whether the window opens by itself when this person logs in."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import app
from app.domain.rights import Actor, Right
from app.errors import OutputError
from app.paths import Paths

NAME = "tallydock"
RUN_KEY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run"
_ENTRY = """[Desktop Entry]
Type=Application
Name=Tallydock
Comment=Docks the handheld terminals
Exec={command}
Path={folder}
Terminal=false
X-GNOME-Autostart-enabled=true
"""


@dataclass(frozen=True, slots=True)
class Start:
    """How the window is opened: a command, and the folder that it is called in."""

    command: tuple[str, ...]
    folder: Path


def start_of(paths: Paths) -> Start:
    """How this very program opens this very installation."""
    rest = ("--data", str(paths.data.resolve()))
    if getattr(sys, "frozen", False):
        program = Path(sys.executable)
        return Start((str(program), *rest), program.parent)
    return Start((sys.executable, "-m", "app", *rest), Path(app.__file__).parents[1])


def is_offered(platform: str = sys.platform) -> bool:
    """Whether this kind of machine can be told to start the window."""
    return platform == "win32" or platform.startswith("linux")


def starts_with_pc(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the window opens when this person logs in."""
    if sys.platform == "win32":
        return _reg("query", RUN_KEY, "/v", NAME).returncode == 0
    return entry_file(environment).exists()


def start_with_pc(
    actor: Actor, start: Start, wanted: bool, environment: Mapping[str, str] = os.environ
) -> None:
    """Open the window at every log-in from now on, or no more. Raises OutputError."""
    actor.require(Right.DOCK)
    if sys.platform == "win32":
        _write_run_key(start, wanted)
        return
    file = entry_file(environment)
    try:
        if wanted:
            _write(file, desktop_entry(start))
        else:
            file.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(path=str(file), reason=error.strerror or "") from error


def entry_file(environment: Mapping[str, str]) -> Path:
    """The file by which desktops of the XDG kind start the window."""
    home = Path(environment.get("HOME") or Path.home())
    # The specification has relative paths ignored.
    folder = Path(environment.get("XDG_CONFIG_HOME", ""))
    return (folder if folder.is_absolute() else home / ".config") / "autostart" / f"{NAME}.desktop"


def desktop_entry(start: Start) -> str:
    """The text of that file."""
    command = " ".join(_quoted(word) for word in start.command)
    return _ENTRY.format(command=_escaped(command), folder=_escaped(str(start.folder)))


def run_value(start: Start) -> str:
    """The command as the Run key of Windows has it; it knows no folder."""
    return subprocess.list2cmdline(start.command)


def _quoted(word: str) -> str:
    for special in '\\"`$':
        word = word.replace(special, f"\\{special}")
    return '"' + word.replace("%", "%%") + '"'


def _escaped(value: str) -> str:
    """As the values of a desktop entry are escaped, whatever they mean."""
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")


def _write(file: Path, text: str) -> None:
    """Whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=file.parent, prefix=file.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(part).replace(file)
    except OSError:
        Path(part).unlink(missing_ok=True)
        raise


def _write_run_key(start: Start, wanted: bool) -> None:
    # Written by the documentation of reg.exe; nobody has run it on Windows yet.
    if wanted:
        done = _reg("add", RUN_KEY, "/v", NAME, "/t", "REG_SZ", "/d", run_value(start), "/f")
    elif starts_with_pc():
        done = _reg("delete", RUN_KEY, "/v", NAME, "/f")
    else:
        return
    if done.returncode:
        raise OutputError(path=RUN_KEY, reason=done.stderr.strip())


def _reg(*words: str) -> subprocess.CompletedProcess[str]:
    command = ["reg.exe", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
