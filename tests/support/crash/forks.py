"""Work in a forked child that may die at any moment: what it said, and how it ended."""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass

Say = Callable[[str], None]
FAILED = 70
KILLED = -signal.SIGKILL


@dataclass(frozen=True, slots=True)
class Ended:
    """The lines a child said; `code` is negative for the signal it died of."""

    said: tuple[str, ...]
    code: int


def in_child(work: Callable[[Say], None]) -> Ended:
    """Run `work` in a fork of this process; what it says has left it before it goes on."""
    return await_child(*start_child(work))


def start_child(work: Callable[[Say], None]) -> tuple[int, int]:
    """The same without waiting: the child's number, and the descriptor it can be heard on."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        _run(work, theirs)
    os.close(theirs)
    return child, ours


def await_child(child: int, ours: int) -> Ended:
    """Hear a child until it ends."""
    with os.fdopen(ours, encoding="utf-8") as stream:
        said = tuple(stream.read().splitlines())
    _, status = os.waitpid(child, 0)
    return Ended(said, os.waitstatus_to_exitcode(status))


def _run(work: Callable[[Say], None], theirs: int) -> None:
    code = FAILED
    try:
        work(lambda line: _say(theirs, line))
        code = 0
    except BaseException:  # noqa: BLE001 - a child must not go on as its parent
        traceback.print_exc(file=sys.stderr)
    finally:
        sys.stderr.flush()
        os._exit(code)


def _say(pipe: int, line: str) -> None:
    os.write(pipe, f"{line}\n".encode())
