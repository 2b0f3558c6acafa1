"""The program's log: JSON lines in a rotating file, warnings also on stderr."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path

import structlog
from structlog.typing import EventDict, WrappedLogger

_FILE_BYTES = 5_000_000
_OLD_FILES = 5


@contextmanager
def open_log(folder: Path) -> Iterator[None]:
    """Keep a log in `folder/tallydock.log` while the block runs.

    Raises OSError when the file cannot be opened.
    """
    before: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    folder.mkdir(parents=True, exist_ok=True)
    file = RotatingFileHandler(
        folder / "tallydock.log", maxBytes=_FILE_BYTES, backupCount=_OLD_FILES, encoding="utf-8"
    )
    file.setLevel(logging.INFO)
    file.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.dict_tracebacks,
                structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
            ],
        )
    )
    screen = logging.StreamHandler()
    screen.setLevel(logging.WARNING)
    screen.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _without_traceback,
                structlog.processors.KeyValueRenderer(key_order=["level", "event"]),
            ],
        )
    )
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.INFO)
    root.addHandler(file)
    root.addHandler(screen)
    try:
        yield
    finally:
        root.removeHandler(file)
        root.removeHandler(screen)
        root.setLevel(level)
        file.close()


def _without_traceback(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    # A person at a terminal needs the line; the traceback is in the file.
    event.pop("exc_info", None)
    event.pop("timestamp", None)
    return event
