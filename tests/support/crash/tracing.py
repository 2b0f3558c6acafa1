"""What the shim recorded of a run: every change of a file, and the receipts given in between."""

import os
import struct
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.support.crash import shim
from tests.support.crash.forks import KILLED, Say, in_child
from tests.support.crash.shim import Action

CREATE, WRITE, TRUNCATE, SYNC, RENAME, UNLINK, MAKE_FOLDER, CHANGE_MODE, MARK = "owtsrumca"
_HEAD = struct.Struct("=cqIII")


@dataclass(frozen=True, slots=True)
class Operation:
    """One change; `offset` is also the size of a truncation and the number of a mark."""

    kind: str
    path: str = ""
    other: str = ""
    offset: int = 0
    data: bytes = b""


def traced(
    folder: Path, run: Callable[[], object], action: Action = Action.RECORD, nth: int = -1
) -> list[Operation]:
    """Everything that `run` does to the files below `folder`, in a child that may be killed."""
    with tempfile.TemporaryFile() as log:

        def work(_say: Say) -> None:
            shim.arm(folder, action, nth, log=log.fileno())
            run()

        ended = in_child(work)
        if ended.code not in (0, KILLED):
            raise ChildProcessError(ended)
        log.seek(0)
        return read_trace(log.read())


def read_trace(data: bytes) -> list[Operation]:
    operations, place = [], 0
    while place < len(data):
        kind, offset, *sizes = _HEAD.unpack_from(data, place)
        place += _HEAD.size
        parts = []
        for size in sizes:
            parts.append(data[place : place + size])
            place += size
        path, other, content = parts
        operations.append(
            Operation(kind.decode(), os.fsdecode(path), os.fsdecode(other), offset, content)
        )
    return operations
