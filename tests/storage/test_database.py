"""Transactions leave an audit row or nothing, connections are as promised, errors are ours."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, text

from app.errors import DatabaseBusy, DatabaseError, DiskFull
from app.storage.database import Database
from app.storage.engine import SQLITE_PRAGMAS
from app.storage.queries.directory import persons_by_code
from app.storage.queries.evidence import audit_trail
from app.storage.store.master_data import Person
from tests.support.databases import BRANCH, CLERK, MORNING_MS, on_postgresql, on_sqlite


def raw_connection(connection: Connection) -> Any:
    return connection.connection.driver_connection


def fail_halfway(database: Database) -> None:
    with database.transaction(CLERK, "fail") as store:
        store.masters.put_person(Person(code="P1", name="甲"))
        raise ZeroDivisionError


def put_people(database: Database, people: Sequence[Person]) -> None:
    with database.transaction(CLERK, "put people") as store:
        for person in people:
            store.masters.put_person(person)


def test_each_transaction_leaves_one_audit_row(database: Database) -> None:
    with database.transaction(CLERK, "put person") as store:
        store.masters.put_person(Person(code="P1", name="甲"))
        store.audit.about("P1")
        store.audit.note(count=1)
    with database.read() as reader:
        newest, first = audit_trail(reader)
    assert (newest.actor, newest.action, newest.subject) == ("clerk", "put person", "P1")
    assert (newest.at_ms, newest.detail) == (MORNING_MS, {"count": 1})
    assert first.action == "open branch"


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        fail_halfway(database)
    with database.read() as reader:
        assert [row.action for row in audit_trail(reader)] == ["open branch"]
        assert persons_by_code(reader) == {}


def test_a_database_with_one_branch_knows_whose_it_is(database: Database, fresh_url: str) -> None:
    again = Database.open(fresh_url)
    assert (again.branch_id, again.branches()) == (BRANCH, (BRANCH,))
    assert again.of_branch(12).branch_id == 12
    again.close()


def test_a_reader_sees_one_moment(database: Database) -> None:
    with database.read() as reader:
        before = len(audit_trail(reader))
        with database.transaction(CLERK, "meanwhile"):
            pass
        assert len(audit_trail(reader)) == before
    with database.read() as reader:
        assert len(audit_trail(reader)) == before + 1


@on_postgresql
def test_a_reader_cannot_write_on_a_server(database: Database) -> None:
    with pytest.raises(DatabaseError, match="read-only"), database.read() as reader:
        reader.connection.execute(text("UPDATE branch SET name = 'x'"))


@on_sqlite
@pytest.mark.parametrize("name", sorted(SQLITE_PRAGMAS))
def test_a_file_connection_that_is_not_as_promised_is_refused(
    database: Database, name: str
) -> None:
    opposite = str(1 - min(1, int(SQLITE_PRAGMAS[name]))) if name != "journal_mode" else "DELETE"
    wrong = "NORMAL" if name == "synchronous" else opposite
    with database.engine.connect() as connection:
        raw_connection(connection).execute(f"PRAGMA {name} = {wrong}")
    with pytest.raises(DatabaseError, match=f"PRAGMA {name}"), database.read():
        pass


@on_postgresql
@pytest.mark.parametrize("change", ["RESET ROLE", "SET synchronous_commit = off"])
def test_a_server_connection_that_is_not_as_promised_is_refused(
    database: Database, change: str
) -> None:
    with database.engine.connect() as connection:
        raw_connection(connection).execute(change)
        raw_connection(connection).commit()
    with pytest.raises(DatabaseError), database.read():
        pass


def test_a_second_writer_is_told_that_it_is_busy(
    database: Database, fresh_url: str, open_database: Callable[..., Database]
) -> None:
    second = open_database(fresh_url, busy_timeout_s=0.05)
    with database.transaction(CLERK, "first") as store:
        store.masters.put_person(Person(code="P1", name="甲"))
        with pytest.raises(DatabaseBusy) as caught, second.transaction(CLERK, "second") as other:
            other.masters.put_person(Person(code="P2", name="乙"))
    assert caught.value.fields == {"waited_s": 0.05}
    with second.transaction(CLERK, "third") as store:
        store.masters.put_person(Person(code="P2", name="乙"))


@on_sqlite
def test_a_full_disk_is_told_and_nothing_is_half_done(database: Database) -> None:
    people = [Person(code=f"P{number}", name="名" * 500) for number in range(200)]
    with database.engine.connect() as connection:
        raw_connection(connection).execute("PRAGMA max_page_count = 1")
    with pytest.raises(DiskFull) as caught:
        put_people(database, people)
    assert str(caught.value.fields["path"]).endswith(".db")
    with database.engine.connect() as connection:
        raw_connection(connection).execute("PRAGMA max_page_count = 1000000")
    put_people(database, people[:1])
    with database.read() as reader:
        assert [row.action for row in audit_trail(reader)] == ["put people", "open branch"]
        assert list(persons_by_code(reader)) == ["P0"]


def test_a_broken_statement_is_a_database_error(database: Database) -> None:
    with pytest.raises(DatabaseError), database.read() as reader:
        reader.connection.execute(text("SELECT * FROM nowhere"))
