"""Two databases with the same business have one fingerprint; any other business another."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from app.domain.rights import Actor
from app.storage.database import Database
from app.storage.keys import derived_key
from app.storage.queries.fingerprint import fingerprint, overall
from app.storage.store.master_data import Branch, Person
from tests.support.books import as_owner, put_masters
from tests.support.databases import CLERK, MORNING_MS

PEOPLE = [Person(code=f"P{number}", name="名") for number in range(5)]


def fill(database: Database, people: list[Person], user: str = "clerk") -> dict[str, str]:
    actor = Actor.everything(user)
    with database.transaction(actor, "fill") as store:
        store.masters.put_branch(Branch(name="b"))
        put_masters(store)
        for person in people:
            store.masters.put_person(person)
    with database.read() as reader:
        return fingerprint(reader)


def test_order_time_and_person_do_not_matter(
    new_url: Callable[[], str], open_database: Callable[..., Database]
) -> None:
    first = fill(open_database(new_url()), PEOPLE)
    again = fill(open_database(new_url(), ms=MORNING_MS + 999), PEOPLE[::-1], user="other")
    assert first == again
    assert overall(first) == overall(again)
    assert first["person"].startswith("7:")
    assert "audit_event" not in first


def test_any_other_value_matters(
    new_url: Callable[[], str], open_database: Callable[..., Database]
) -> None:
    database = open_database(new_url())
    before = fill(database, PEOPLE)
    with as_owner(database) as connection:
        connection.execute(text("UPDATE person SET phone = '1' WHERE code = 'P1'"))
    with database.read() as reader:
        after = fingerprint(reader)
    assert {name for name in before if before[name] != after[name]} == {"person"}
    assert overall(before) != overall(after)


def test_another_branch_of_the_same_database_is_left_out(
    new_url: Callable[[], str], open_database: Callable[..., Database]
) -> None:
    database = open_database(new_url())
    before = fill(database, PEOPLE)
    other: Any = database.of_branch(128)
    fill(other, PEOPLE[:1])
    with database.read() as reader:
        assert fingerprint(reader) == before
    with database.transaction(CLERK, "nothing"):
        pass
    assert database.branches() == (127, 128)
    assert derived_key(127, "person", "P1") != derived_key(128, "person", "P1")
