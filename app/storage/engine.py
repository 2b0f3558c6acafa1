"""Engines: how a connection is set up, and the proof on every use that it still is."""

import sqlite3
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError

from app.errors import DatabaseError

APP_ROLE = "tallydock_app"
WRITES = "tallydock_writes"
_PRIMARY_CODE = 0xFF

# FULL: with NORMAL a power cut loses transactions that were already acknowledged to a terminal.
# recursive_triggers: without it INSERT OR REPLACE deletes rows behind the triggers' back.
SQLITE_PRAGMAS = MappingProxyType(
    {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "temp_store": 2,
        "cache_size": -128 * 1024,
        "wal_autocheckpoint": 20_000,
    }
)


def place_of(url: URL) -> str:
    """The file or the server, without a password, for messages."""
    if url.get_backend_name() == "sqlite":
        return url.database or ":memory:"
    return url.render_as_string(hide_password=True)


def is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def read_url(text: str) -> URL:
    """Raises DatabaseError for a kind of database that we do not use, and for no URL at all."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:  # a port that is no number is a ValueError
        raise DatabaseError(reason="this is not the URL of a database") from error
    if url.drivername not in ("sqlite", "postgresql+psycopg"):
        raise DatabaseError(reason=f"unknown kind of database: {url.drivername}")
    return url


def make_engine(url: URL, *, busy_timeout_s: float) -> Engine:
    """The engine of the running program: few rights, nothing lost on a power cut."""
    if is_sqlite(url):
        engine = plain_sqlite_engine(url, busy_timeout_s=busy_timeout_s)
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "checkout", _check_pragmas)
        event.listen(engine, "handle_error", _drop_read_only)
        return engine
    wait_ms = round(busy_timeout_s * 1000)
    engine = create_engine(
        url,
        pool_timeout=busy_timeout_s,
        pool_pre_ping=True,
        connect_args={"options": f"-c lock_timeout={wait_ms}", "connect_timeout": 10},
    )
    event.listen(engine, "connect", _take_role)
    event.listen(engine, "checkout", _check_role)
    return engine


def plain_sqlite_engine(url: URL, *, busy_timeout_s: float) -> Engine:
    """Only transactions as we want them: a writer waits at its start, never in the middle."""
    engine = create_engine(
        url, pool_timeout=busy_timeout_s, connect_args={"timeout": busy_timeout_s}
    )
    event.listen(engine, "connect", _leave_begin_to_us)
    event.listen(engine, "begin", _begin)
    return engine


def _leave_begin_to_us(connection: Any, _record: object) -> None:
    connection.isolation_level = None


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _set_pragmas(connection: Any, _record: object) -> None:
    for name, value in SQLITE_PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}").close()


def _check_pragmas(connection: Any, _record: object, _proxy: object) -> None:
    for name, expected in SQLITE_PRAGMAS.items():
        (found,) = connection.execute(f"PRAGMA {name}").fetchone()
        if found != expected:
            raise DatabaseError(reason=f"PRAGMA {name} is {found}, not {expected}")


def _drop_read_only(context: ExceptionContext) -> None:
    # Where opening for writing fails, SQLite opens for reading, and would stay so in the pool.
    code = getattr(context.original_exception, "sqlite_errorcode", 0)
    if code & _PRIMARY_CODE == sqlite3.SQLITE_READONLY:
        context.is_disconnect = True


def _take_role(connection: Any, _record: object) -> None:
    connection.execute(f"SET ROLE {APP_ROLE}")
    connection.commit()


def _check_role(connection: Any, _record: object, _proxy: object) -> None:
    role, flush = connection.execute(
        "SELECT current_user, current_setting('synchronous_commit')"
    ).fetchone()
    connection.rollback()
    if role != APP_ROLE:
        raise DatabaseError(reason=f"acting as {role}, not {APP_ROLE}")
    if flush == "off":
        raise DatabaseError(reason="synchronous_commit is off")
