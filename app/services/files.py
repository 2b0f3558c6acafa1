"""Files that somebody asked for: whole or not there at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from app.errors import OutputError


@contextmanager
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """A stream whose content becomes `path` at the end of the block.

    Raises OutputError when that cannot be; a file that was there before then stays as it was.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            yield stream
        part.replace(path)
    except OSError as error:
        raise OutputError(path=str(path), reason=error.strerror or str(error)) from error
    finally:
        with suppress(OSError):
            part.unlink()
