"""Brings the tables of a database to this program's version."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, inspect
from sqlalchemy.engine import URL

from app.errors import DatabaseError, SchemaError
from app.storage.engine import WRITES, is_sqlite, place_of, plain_sqlite_engine, read_url
from app.storage.faults import translated

_WAIT_S = 30.0
# Any constant will do: it keeps two programs from migrating one server database at once.
_MIGRATION_LOCK = 7_429_001
_VERSIONS = resources.files("app.storage") / "migrations" / "versions"


@dataclass(frozen=True, slots=True)
class SchemaStatus:
    """Revisions: `found` in the database ("" when it is empty), `expected` by this program."""

    found: str
    expected: str
    is_newer: bool

    @property
    def is_current(self) -> bool:
        return self.found == self.expected


def head() -> str:
    """The revision of this program's tables."""
    return max(_revisions())


def knows(revision: str) -> bool:
    """Whether this program can work with tables of that revision, or bring them to its own."""
    return revision in _revisions()


def status(url: str) -> SchemaStatus:
    """A file that is not there yet is an empty database; asking does not make it.

    Raises DatabaseError when the database cannot be reached.
    """
    parsed = read_url(url)
    file = _file_of(parsed)
    if file is not None and not file.exists():
        return SchemaStatus("", head(), is_newer=False)
    with (
        translated(place_of(parsed), _WAIT_S),
        _engine(parsed) as engine,
        engine.connect() as connection,
    ):
        return _status(connection)


def upgrade(url: str) -> SchemaStatus:
    """All steps in one transaction; a file that is not there is made, and its folder too.

    Raises SchemaError when the tables are newer than we are, DatabaseError.
    """
    parsed = read_url(url)
    _make_folder(_file_of(parsed))
    with (
        translated(place_of(parsed), _WAIT_S),
        _engine(parsed) as engine,
        engine.connect().execution_options(**{WRITES: True}) as connection,
        connection.begin(),
    ):
        if not is_sqlite(parsed):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
        before = _status(connection)
        if before.is_newer:
            raise SchemaError(found=before.found, expected=before.expected)
        _climb(connection)
        if is_sqlite(parsed):
            _check_references(connection)
        return _status(connection)


def _file_of(parsed: URL) -> Path | None:
    """The file of an SQLite database; None for one in memory and for a server."""
    if not is_sqlite(parsed) or parsed.database in (None, "", ":memory:"):
        return None
    return Path(parsed.database)


def _make_folder(file: Path | None) -> None:
    try:
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseError(reason=f"{file}: {error.strerror}") from error


def _check_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone()
    if broken is not None:
        raise DatabaseError(reason=f"a row of {broken[0]} refers to a missing row of {broken[2]}")


def _status(connection: Connection) -> SchemaStatus:
    known = _revisions()
    found = ""
    if inspect(connection).has_table("alembic_version"):
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() or ""
    return SchemaStatus(found, max(known), is_newer=bool(found) and found not in known)


def _revisions() -> frozenset[str]:
    """Each step is in a file that begins with its number, such as `0004_goods.py`."""
    names = (file.name.partition("_") for file in _VERSIONS.iterdir())
    return frozenset(number for number, _, words in names if number and words.endswith(".py"))


def _leave_references_alone(connection: Any, _record: object) -> None:
    # Remaking a table would else drop or break the references to it. No effect inside BEGIN.
    connection.execute("PRAGMA foreign_keys = OFF").close()


def _climb(connection: Connection) -> None:
    # Alembic takes longer to load than most commands take: only a change of tables needs it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    # Through the package, so that it is found in a checkout, in a wheel and when frozen.
    with resources.as_file(resources.files("app.storage") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _engine(url: URL) -> Iterator[Engine]:
    if is_sqlite(url):
        engine = plain_sqlite_engine(url, busy_timeout_s=_WAIT_S)
        event.listen(engine, "connect", _leave_references_alone)
    else:
        engine = create_engine(url, poolclass=NullPool)
    try:
        yield engine
    finally:
        engine.dispose()
