"""Locations, the append-only ledger of stock moves, and the running balances."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy import text as sql

from app.domain.stock import Book, LocationKind
from app.storage.tables.columns import (
    branch_and_key,
    key,
    master,
    metadata,
    of_branch,
    one_of,
    refers,
    small,
    text,
    whole,
)

_channel = ", ".join(f"'{kind}'" for kind in LocationKind if kind.book is Book.CHANNEL)

location = Table(
    "location",
    metadata,
    *branch_and_key(),
    *master(),
    text("kind"),
    text("book"),
    key("party_id", optional=True),
    key("vehicle_id", optional=True),
    of_branch(),
    refers("party_id", "party"),
    refers("vehicle_id", "vehicle"),
    UniqueConstraint("branch_id", "code"),
    # Moves refer to (location, book): so both ends of a move are in one book.
    UniqueConstraint("branch_id", "book", "id"),
    UniqueConstraint("branch_id", "kind", "party_id"),
    one_of("kind", LocationKind),
    CheckConstraint(
        f"book = CASE WHEN kind IN ({_channel}) THEN 'CHANNEL' ELSE 'OWN' END",
        name="book_of_kind",
    ),
)

stock_move = Table(
    "stock_move",
    metadata,
    *branch_and_key(),
    text("book"),
    key("product_id"),
    key("lot_id", optional=True),
    key("owner_id", optional=True),
    key("source_id"),
    key("target_id"),
    whole("qty"),
    text("reason"),
    key("line_id"),
    key("reverses_id", optional=True),
    small("evidence", optional=True),
    whole("event_ms"),
    whole("record_ms"),
    Column("business_date", Date, nullable=False),
    Column("posting_date", Date, nullable=False),
    key("src_batch_id", optional=True),
    whole("src_seq", optional=True),
    refers("product_id", "product"),
    refers("lot_id", "lot"),
    refers("owner_id", "party"),
    refers("line_id", "document_line"),
    refers("reverses_id", "stock_move"),
    refers("src_batch_id", "upload_batch"),
    ForeignKeyConstraint(
        ["branch_id", "book", "source_id"],
        ["location.branch_id", "location.book", "location.id"],
    ),
    ForeignKeyConstraint(
        ["branch_id", "book", "target_id"],
        ["location.branch_id", "location.book", "location.id"],
    ),
    CheckConstraint("qty > 0", name="qty_positive"),
    CheckConstraint("evidence BETWEEN 0 AND 4", name="evidence_is_a_grade"),
    CheckConstraint("(src_batch_id IS NULL) = (src_seq IS NULL)", name="source_whole"),
    CheckConstraint("source_id <> target_id", name="ends_differ"),
    CheckConstraint("reverses_id <> id", name="not_its_own_reversal"),
    Index(
        "uq_stock_move_reverses_id",
        "branch_id",
        "reverses_id",
        unique=True,
        sqlite_where=sql("reverses_id IS NOT NULL"),
        postgresql_where=sql("reverses_id IS NOT NULL"),
    ),
    Index(None, "branch_id", "source_id", "product_id", "event_ms"),
    Index(None, "branch_id", "target_id", "product_id", "event_ms"),
    Index(None, "branch_id", "posting_date"),
    Index(None, "branch_id", "line_id"),
)

# A cache of the ledger, rebuilt from it at any time. Rows are never deleted, so that an upsert
# always meets the same row. NO_KEY stands for "no lot" and "no owner", hence no reference there.
stock_balance = Table(
    "stock_balance",
    metadata,
    small("branch_id"),
    key("location_id"),
    key("product_id"),
    key("lot_id"),
    key("owner_id"),
    whole("qty"),
    PrimaryKeyConstraint("branch_id", "location_id", "product_id", "lot_id", "owner_id"),
    refers("location_id", "location"),
    refers("product_id", "product"),
    Index(
        "ix_stock_balance_negative",
        "branch_id",
        "location_id",
        sqlite_where=sql("qty < 0"),
        postgresql_where=sql("qty < 0"),
    ),
    Index(None, "branch_id", "product_id"),
    sqlite_with_rowid=False,
)

# What lay where at the end of a day, so that no question about a day adds up the years before it.
stock_period = Table(
    "stock_period",
    metadata,
    small("branch_id"),
    Column("period_end", Date, nullable=False),
    whole("made_ms"),
    PrimaryKeyConstraint("branch_id", "period_end"),
    of_branch(),
)

period_balance = Table(
    "period_balance",
    metadata,
    small("branch_id"),
    Column("period_end", Date, nullable=False),
    key("location_id"),
    key("product_id"),
    key("lot_id"),
    key("owner_id"),
    whole("qty"),
    PrimaryKeyConstraint(
        "branch_id", "period_end", "location_id", "product_id", "lot_id", "owner_id"
    ),
    ForeignKeyConstraint(
        ["branch_id", "period_end"], ["stock_period.branch_id", "stock_period.period_end"]
    ),
    refers("location_id", "location"),
    refers("product_id", "product"),
    Index(None, "branch_id", "product_id", "period_end"),
    sqlite_with_rowid=False,
)
