"""Storage tests run on both databases."""

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
