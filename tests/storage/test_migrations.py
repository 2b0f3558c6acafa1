"""Tables come from migrations alone, say the same as the metadata, and are protected."""

from collections.abc import Callable
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Inspector, create_engine, inspect, text

from app.errors import DatabaseError, SchemaError
from app.storage import migrate
from app.storage.database import Database
from app.storage.tables import metadata
from tests.support.terminals import ROOT

OPTIONS = {"compare_type": True, "compare_server_default": True, "target_metadata": metadata}


@pytest.fixture
def connection(fresh_url: str) -> Any:
    engine = create_engine(fresh_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_an_empty_database_becomes_current(empty_url: str) -> None:
    before = migrate.status(empty_url)
    assert (before.found, before.expected, before.is_newer) == ("", migrate.head(), False)
    assert migrate.upgrade(empty_url).is_current
    assert migrate.upgrade(empty_url).is_current
    assert migrate.status(empty_url).found == migrate.head()


def test_each_step_stands_in_a_file_of_its_number() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "app" / "storage" / "migrations"))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    steps = [script.revision for script in scripts.walk_revisions()]
    assert steps == sorted(steps, reverse=True)
    assert migrate.head() == scripts.get_current_head() == steps[0]
    assert all(map(migrate.knows, steps))
    assert not migrate.knows("9999")


def test_the_migrations_make_exactly_the_tables(connection: Connection) -> None:
    context = MigrationContext.configure(connection, opts=OPTIONS)
    assert compare_metadata(context, metadata) == []


def test_check_constraints_are_those_of_the_tables(connection: Connection, empty_url: str) -> None:
    # Alembic does not compare them.
    by_metadata = create_engine(empty_url)
    metadata.create_all(by_metadata)
    expected, found = inspect(by_metadata), inspect(connection)
    for table in metadata.tables:
        assert _checks(found, table) == _checks(expected, table), table
    by_metadata.dispose()


def test_partial_indexes_have_their_conditions(connection: Connection) -> None:
    source = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '%WHERE%'",
        "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE indexdef LIKE '%WHERE%'"
        " AND schemaname = 'public'",
    }[connection.dialect.name]
    found = {row[0] for row in connection.execute(text(source))}
    assert found == {
        "uq_packing_base",
        "uq_stock_move_reverses_id",
        "ix_stock_balance_negative",
    }


def test_an_old_or_a_newer_schema_is_refused(
    empty_url: str, open_database: Callable[[str], Database]
) -> None:
    with pytest.raises(SchemaError) as caught:
        open_database(empty_url)
    assert caught.value.fields == {"found": "", "expected": migrate.head()}
    migrate.upgrade(empty_url)
    _execute(empty_url, "UPDATE alembic_version SET version_num = '9999'")
    assert migrate.status(empty_url).is_newer
    with pytest.raises(SchemaError):
        open_database(empty_url)
    with pytest.raises(SchemaError):
        migrate.upgrade(empty_url)


def test_an_upgrade_keeps_what_is_there_and_checks_references(tmp_path: Any) -> None:
    url = f"sqlite:///{tmp_path}/old.db"
    migrate.upgrade(url)
    _execute(
        url,
        "INSERT INTO person (branch_id, id, code, name, active, rev, roles, phone)"
        " VALUES (127, x'00', 'P', 'n', 1, 1, '', '')",
    )
    with pytest.raises(DatabaseError, match="person"):
        migrate.upgrade(url)
    _execute(url, "INSERT INTO branch VALUES (127, 'b', '', '', '', 'CNY', 480, 240, NULL, 0)")
    assert migrate.upgrade(url).is_current
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT code FROM person")).scalar_one() == "P"
    engine.dispose()


def test_a_place_that_cannot_be_reached_is_a_database_error(tmp_path: Any) -> None:
    occupied = tmp_path / "file"
    occupied.write_text("no folder")
    with pytest.raises(DatabaseError, match=r"folder\.db"):
        migrate.upgrade(f"sqlite:///{occupied}/folder.db")
    with pytest.raises(DatabaseError):
        migrate.status("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(DatabaseError, match="mysql"):
        migrate.status("mysql://localhost/x")


def test_asking_for_a_file_that_is_not_there_does_not_make_it(tmp_path: Any) -> None:
    file = tmp_path / "missing" / "folder.db"
    state = migrate.status(f"sqlite:///{file}")
    assert (state.found, state.is_current, state.is_newer) == ("", False, False)
    assert not file.parent.exists()
    assert migrate.upgrade(f"sqlite:///{file}").is_current


def _checks(inspector: Inspector, table: str) -> dict[str | None, str]:
    return {check["name"]: check["sqltext"] for check in inspector.get_check_constraints(table)}


def _execute(url: str, statement: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
