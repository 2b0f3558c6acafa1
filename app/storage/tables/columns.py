"""The one MetaData with its naming convention, and the columns that many tables share."""

import uuid
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Constraint,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
)
from sqlalchemy import false as sql_false
from sqlalchemy import text as sql
from sqlalchemy import true as sql_true
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine

NO_KEY = uuid.UUID(int=0)
"""Stands for "no lot" and "no owner" where a column is part of a primary key."""


class Key16(TypeDecorator[uuid.UUID]):
    """A 16-byte key: BLOB(16) on SQLite, UUID on PostgreSQL, `uuid.UUID` in Python."""

    impl = LargeBinary(16)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.UUID(as_uuid=True))
        return dialect.type_descriptor(LargeBinary(16))

    # Whole processors instead of one call inside another: a day's upload binds 40,000 keys.
    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        if dialect.name == "postgresql":
            return None
        return lambda key: None if key is None else key.bytes

    def result_processor(
        self,
        dialect: Dialect,
        coltype: object,  # noqa: ARG002
    ) -> Callable[[Any], Any] | None:
        if dialect.name == "postgresql":
            return None
        return lambda stored: None if stored is None else _key_of(stored)


# Lines of documents name the same products, packings and places again and again.
@lru_cache(maxsize=8192)
def _key_of(stored: bytes) -> uuid.UUID:
    return uuid.UUID(bytes=stored)


def _columns_but_branch(constraint: Constraint | Index, _table: Table) -> str:
    if isinstance(constraint, ForeignKeyConstraint):
        return constraint.column_keys[-1]
    names = [column.name for column in constraint.columns]  # type: ignore[union-attr]
    return "_".join(name for name in names if name != "branch_id") or "branch_id"


# The branch stands in front of every key, so it says nothing in a name and
# leaving it out keeps all names below PostgreSQL's 63 bytes.
metadata = MetaData(
    naming_convention={
        "columns_but_branch": _columns_but_branch,
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(columns_but_branch)s",
        "uq": "uq_%(table_name)s_%(columns_but_branch)s",
        "ix": "ix_%(table_name)s_%(columns_but_branch)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def key(name: str, *, optional: bool = False) -> Column[uuid.UUID]:
    return Column(name, Key16, nullable=optional)


def text(name: str, *, optional: bool = False, default: str | None = None) -> Column[str]:
    """`default` is for columns that came later than their table: what its old rows then say."""
    stands = None if default is None else sql(f"'{default}'")
    return Column(name, Text, nullable=optional, server_default=stands)


def whole(name: str, *, optional: bool = False, default: int | None = None) -> Column[int]:
    """A whole number of any size: base units, fen, milliseconds, counters."""
    return Column(name, BigInteger, nullable=optional, server_default=_number(default))


def small(name: str, *, optional: bool = False, default: int | None = None) -> Column[int]:
    return Column(name, Integer, nullable=optional, server_default=_number(default))


def flag(name: str, *, default: bool | None = None) -> Column[bool]:
    stands = {None: None, True: sql_true(), False: sql_false()}[default]
    return Column(name, Boolean, nullable=False, server_default=stands)


def _number(default: int | None) -> str | None:
    return None if default is None else str(default)


def branch_and_key() -> tuple[Column[int], Column[uuid.UUID], PrimaryKeyConstraint]:
    """The primary key of nearly every table."""
    return small("branch_id"), key("id"), PrimaryKeyConstraint("branch_id", "id")


def of_branch() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["branch_id"], ["branch.id"])


def refers(column: str, table: str, target: str = "id") -> ForeignKeyConstraint:
    """A reference inside the same branch."""
    return ForeignKeyConstraint(["branch_id", column], [f"{table}.branch_id", f"{table}.{target}"])


def extends(table: str, column: str) -> tuple[PrimaryKeyConstraint, ForeignKeyConstraint]:
    """The row adds to one row of another table and goes by its key."""
    return PrimaryKeyConstraint("branch_id", column), refers(column, table)


def one_of(column: str, values: Iterable[str], *, optional: bool = False) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    null = f"{column} IS NULL OR " if optional else ""
    return CheckConstraint(f"{null}{column} IN ({listed})", name=f"{column}_known")


def master() -> tuple[Column[str] | Column[bool] | Column[int], ...]:
    """What every master row has: code, name, active, rev (grows with each change)."""
    return text("code"), text("name"), flag("active"), whole("rev")
