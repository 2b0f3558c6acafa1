"""What a query needs: a connection and the branch that asks."""

from dataclasses import dataclass

from sqlalchemy import Connection, Row, Select


@dataclass(frozen=True, slots=True)
class Reader:
    """Handed out by `Database.read`, and by `Store.reader` inside a transaction."""

    connection: Connection
    branch_id: int

    def rows(self, query: Select) -> list[Row]:  # type: ignore[type-arg]
        return list(self.connection.execute(query))
