"""Fixtures: every storage and service test runs on a real SQLite and on a real PostgreSQL.

A test folder takes them in with `from tests.support.databases import *` in its conftest.
"""

import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from app.clock import FixedClock
from app.domain.rights import Actor
from app.storage import migrate
from app.storage.database import Database
from app.storage.store.master_data import Branch
from tests.support.postgres import PostgresServer, running_postgres

__all__ = [
    "CLERK",
    "database",
    "empty_url",
    "fresh_url",
    "new_url",
    "open_database",
    "postgres",
    "sqlite_template",
]

BRANCH = 127
# 2026-06-01 10:00 in China.
MORNING_MS = 1_780_279_200_000
# Marks for what only one kind of database can show.
on_sqlite = pytest.mark.parametrize("new_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("new_url", ["postgresql"], indirect=True)
CLERK = Actor.everything("clerk")
_TEMPLATE = "migrated"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server per test process; it holds a migrated database to copy."""
    with running_postgres() as server:
        _on_server(server, f"CREATE DATABASE {_TEMPLATE}")
        migrate.upgrade(server.url(_TEMPLATE))
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database file to copy."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Makes databases of the kind under test: `new_url()` migrated, `new_url(empty=True)` bare."""
    if request.param == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        yield lambda *, empty=False: _sqlite_url(tmp_path, None if empty else template)
        return
    server = request.getfixturevalue("postgres")
    made: list[str] = []
    yield lambda *, empty=False: _postgres_url(server, made, "template1" if empty else _TEMPLATE)
    for name in made:
        _on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def fresh_url(new_url: Callable[..., str]) -> str:
    """A migrated database with nothing in it."""
    return new_url()


@pytest.fixture
def empty_url(new_url: Callable[..., str]) -> str:
    """A database without any table."""
    return new_url(empty=True)


@pytest.fixture
def open_database() -> Iterator[Callable[..., Database]]:
    """Opens databases as the test branch, with a clock that stands still, and closes them."""
    opened: list[Database] = []

    def open_one(url: str, *, ms: int = MORNING_MS, busy_timeout_s: float = 5.0) -> Database:
        clock = FixedClock(ms)
        database = Database.open(url, branch_id=BRANCH, clock=clock, busy_timeout_s=busy_timeout_s)
        opened.append(database)
        return database

    yield open_one
    for database in opened:
        database.close()


@pytest.fixture
def database(fresh_url: str, open_database: Callable[..., Database]) -> Database:
    """A fresh database that holds the test branch and nothing else."""
    opened = open_database(fresh_url)
    with opened.transaction(CLERK, "open branch") as store:
        store.masters.put_branch(Branch(name="临汐营业所"))
    return opened


def _sqlite_url(folder: Path, template: Path | None) -> str:
    path = folder / f"{uuid.uuid4().hex}.db"
    if template is not None:
        shutil.copyfile(template, path)
    return f"sqlite:///{path}"


def _postgres_url(server: PostgresServer, made: list[str], template: str) -> str:
    name = f"t{uuid.uuid4().hex}"
    _on_server(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    made.append(name)
    return server.url(name)


def _on_server(server: PostgresServer, statement: str) -> None:
    engine = create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
