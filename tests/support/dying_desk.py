"""The command line with a place to die: `python -m tests.support.dying_desk PLACE ARGUMENTS`."""

import os
import sys
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from app.main import run
from app.services.archive import HOST, Archive, ArchivedFile, Origin
from drivers.devices.tallydock import TallydockSession

DIED = 9


def die(*_: object) -> Any:
    """End as hard as a power cut does for a process."""
    os._exit(DIED)


def after_archiving() -> None:
    """An upload is durable in the archive; the database does not know it yet."""
    keep = Archive.keep

    def keep_and_die(archive: Archive, origin: Origin, data: bytes) -> ArchivedFile:
        kept = keep(archive, origin, data)
        return kept if origin.terminal == HOST else die()

    patch.object(Archive, "keep", keep_and_die).start()


def after_commit() -> None:
    """An upload is in the database; the terminal has not been told."""
    patch.object(TallydockSession, "acknowledge", die).start()


def after_acknowledging() -> None:
    """The terminal has its receipt; nothing else of the session has happened."""
    patch.object(TallydockSession, "push", die).start()


PLACES: dict[str, Callable[[], None]] = {
    "archived": after_archiving,
    "committed": after_commit,
    "acknowledged": after_acknowledging,
}


if __name__ == "__main__":
    PLACES[sys.argv[1]]()
    sys.exit(run(sys.argv[2:]))
