"""Copies of an SQLite database: made while others write, and looked at without changing them."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, select

from app.storage.database import Database
from app.storage.engine import is_sqlite, read_url
from app.storage.faults import translated
from app.storage.reader import Reader
from app.storage.tables import branch


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy is: its schema, the branches in it, and whether SQLite finds it whole."""

    schema: str
    branches: tuple[int, ...]
    is_whole: bool


def can_be_copied(database: Database) -> bool:
    """A database of a server is not ours to copy."""
    return is_sqlite(database.engine.url)


def file_of(url: str) -> Path | None:
    """The file of an SQLite database; None for a server. Raises DatabaseError for no URL."""
    parsed = read_url(url)
    return Path(parsed.database or "") if is_sqlite(parsed) else None


def copy_database(database: Database, target: Path) -> None:
    """One consistent state of the database in one file, durable, whoever writes meanwhile.

    Raises DiskFull, DatabaseBusy, DatabaseError.
    """
    with (
        translated(str(target), database.busy_timeout_s),
        database.engine.connect() as connection,
        closing(sqlite3.connect(target, timeout=database.busy_timeout_s)) as copy,
    ):
        source = connection.connection.driver_connection
        if not isinstance(source, sqlite3.Connection):
            raise TypeError(type(source))
        # All pages in one step: one view of the data, which with a log of writes holds up nobody.
        source.backup(copy, pages=-1)
        # Else the copy would need a log beside it as soon as somebody reads it.
        copy.execute("PRAGMA journal_mode = DELETE").close()
    with target.open("rb+") as stream:
        os.fsync(stream.fileno())


@contextmanager
def opened_copy(file: Path, branch_id: int) -> Iterator[Reader]:
    """A reader of a copy that nobody else has open. Raises DatabaseError."""
    address = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
    engine = create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(address, uri=True, check_same_thread=False)
    )
    try:
        with translated(str(file), 0), engine.connect() as connection:
            yield Reader(connection, branch_id)
    finally:
        engine.dispose()


def examine(file: Path) -> Copied:
    """Read a copy through from end to end. Raises DatabaseError when it is no database of ours."""
    with opened_copy(file, 0) as reader:
        ask = reader.connection.exec_driver_sql
        verdict = ask("PRAGMA integrity_check").scalars().all()
        broken = ask("PRAGMA foreign_key_check").first()
        schema = ask("SELECT version_num FROM alembic_version").scalar_one_or_none()
        branches = tuple(reader.connection.scalars(select(branch.c.id).order_by(branch.c.id)))
    return Copied(schema or "", branches, verdict == ["ok"] and broken is None)
