"""The tables of the database: what version they are, and bringing them to this program's."""

from __future__ import annotations

from app.storage import migrate
from app.storage.migrate import SchemaStatus


def database_status(url: str) -> SchemaStatus:
    """Raises DatabaseError when the database cannot be reached."""
    return migrate.status(url)


def upgrade_database(url: str) -> SchemaStatus:
    """Raises SchemaError for tables that are newer than this program."""
    return migrate.upgrade(url)
