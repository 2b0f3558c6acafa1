"""Run by Alembic for every step, inside the transaction that app.storage.migrate opened."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from app.storage.tables import metadata
from app.storage.tables.columns import Key16


def render_key(kind: str, value: Any, drawn: AutogenContext) -> str | Literal[False]:
    """Version files import nothing of ours, so that they stay what they were."""
    if kind != "type" or not isinstance(value, Key16):
        return False
    drawn.imports.add("from sqlalchemy.dialects import postgresql")
    return 'sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql")'


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render_key,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
