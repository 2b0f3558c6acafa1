"""Storage tests run on both databases."""

import pytest

from app.storage.database import Database
from tests.support.books import Books, open_books
from tests.support.databases import (
    database,
    empty_url,
    fresh_url,
    new_url,
    open_database,
    postgres,
    sqlite_template,
)

__all__ = [
    "database",
    "empty_url",
    "fresh_url",
    "new_url",
    "open_database",
    "postgres",
    "sqlite_template",
]


@pytest.fixture
def books(database: Database) -> Books:
    """The test branch with its masters."""
    return open_books(database)
