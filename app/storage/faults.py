"""Turns what the database libraries raise into our own errors, in one place."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.errors import DatabaseBusy, DatabaseError, DiskFull

# A file size limit shows as a failed write, a full disk as FULL, and as a failed growth of the
# memory that all programs on one database share.
_SQLITE_FULL = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_SHMSIZE,
)
_SQLITE_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_PRIMARY_CODE = 0xFF

_POSTGRES_BUSY = (
    psycopg.errors.LockNotAvailable,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
    psycopg.errors.QueryCanceled,
)


@contextmanager
def translated(place: str, waited_s: float) -> Iterator[None]:
    """Raises DiskFull, DatabaseBusy or DatabaseError instead of a foreign error.

    `place` is the file or the server that a message may name, `waited_s` the time that a busy
    database was waited for.
    """
    try:
        yield
    except PoolTimeout as error:
        raise DatabaseBusy(waited_s=waited_s) from error
    except DBAPIError as error:
        raise _translate(error.orig, place, waited_s) from error
    except (sqlite3.Error, psycopg.Error) as error:
        raise _translate(error, place, waited_s) from error


def _translate(error: BaseException | None, place: str, waited_s: float) -> DatabaseError:
    # Errors of the sqlite3 module itself carry no code.
    code = getattr(error, "sqlite_errorcode", 0)
    if code in _SQLITE_FULL or isinstance(error, psycopg.errors.DiskFull):
        return DiskFull(path=place)
    if code & _PRIMARY_CODE in _SQLITE_BUSY or isinstance(error, _POSTGRES_BUSY):
        return DatabaseBusy(waited_s=waited_s)
    return DatabaseError(reason=str(error).strip())
