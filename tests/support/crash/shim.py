"""The shim in C that stands between a process and its files, compiled and steered from here."""

import ctypes
import os
import subprocess
from enum import IntEnum
from pathlib import Path

SOURCE = Path(__file__).with_name("shim.c")


class Action(IntEnum):
    """What happens at the chosen operation."""

    RECORD = 0
    KILL = 1
    TEAR = 2
    REFUSE = 3


def build_shim(folder: Path) -> Path:
    """Compile it; a missing compiler is an error."""
    target = folder / "shim.so"
    flags = ["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror"]
    subprocess.run(["gcc", *flags, "-o", str(target), str(SOURCE), "-ldl"], check=True)
    return target


def arm(
    folder: Path,
    action: Action = Action.RECORD,
    nth: int = -1,
    *,
    error_no: int = 0,
    for_ever: bool = False,
    log: int = -1,
    reads: bool = False,
) -> None:
    """From now on operations below `folder` are counted; number `nth` meets `action`.

    `log` is a descriptor that a record of each operation is written to. With `reads`, opening and
    reading count too. Works only in a process that was started with the shim.
    """
    library().shim_arm(os.fsencode(folder), action, nth, error_no, for_ever, log, reads)


def disarm() -> int:
    """How many operations there were."""
    return int(library().shim_disarm())


def hit() -> str:
    """The kind of operation that was refused first, as in `tracing`; "" when none was."""
    kind = library().shim_hit()
    return chr(kind) if kind else ""


def mark(number: int) -> None:
    """Leave a mark between the recorded operations."""
    library().shim_mark(number)


def library() -> ctypes.CDLL:
    found = ctypes.CDLL(None)
    found.shim_arm.argtypes = [
        ctypes.c_char_p, ctypes.c_int, ctypes.c_long, ctypes.c_int, ctypes.c_int, ctypes.c_int,
        ctypes.c_int,
    ]  # fmt: skip
    found.shim_disarm.restype = ctypes.c_long
    return found
