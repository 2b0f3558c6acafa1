"""Assets, targets, sales from before this program, and who changed which master row."""

from sqlalchemy import CheckConstraint, Column, Date, Index, Table, UniqueConstraint

from app.storage.tables.columns import (
    branch_and_key,
    key,
    master,
    metadata,
    of_branch,
    one_of,
    refers,
    text,
    whole,
)

asset = Table(
    "asset",
    metadata,
    *branch_and_key(),
    *master(),
    text("model"),
    text("state"),
    key("party_id", optional=True),
    text("agreement_no"),
    whole("deposit_fen"),
    whole("last_seen_ms", optional=True),
    of_branch(),
    refers("party_id", "party"),
    UniqueConstraint("branch_id", "code"),
    one_of("state", ("in_store", "warehouse", "repair", "lost", "scrapped")),
    CheckConstraint("(state = 'in_store') = (party_id IS NOT NULL)", name="in_one_place"),
    CheckConstraint("deposit_fen >= 0", name="deposit_not_negative"),
)

target = Table(
    "target",
    metadata,
    *branch_and_key(),
    text("period"),
    key("person_id", optional=True),
    key("party_id", optional=True),
    text("product_group"),
    text("measure"),
    whole("value"),
    refers("person_id", "person"),
    refers("party_id", "party"),
    one_of("measure", ("net_qty", "net_fen", "net_ml")),
    CheckConstraint("value >= 0", name="value_not_negative"),
    Index(None, "branch_id", "period"),
)

past_sale = Table(
    "past_sale",
    metadata,
    *branch_and_key(),
    Column("day", Date, nullable=False),
    key("party_id"),
    key("product_id"),
    whole("qty"),
    whole("net_fen"),
    refers("party_id", "party"),
    refers("product_id", "product"),
    UniqueConstraint("branch_id", "day", "party_id", "product_id"),
    Index(None, "branch_id", "party_id", "day"),
)

master_change = Table(
    "master_change",
    metadata,
    *branch_and_key(),
    text("kind"),
    text("code"),
    text("action"),
    # JSON objects of the fields that differ; "" where there was or is no row.
    text("before"),
    text("after"),
    text("changed_by"),
    whole("changed_ms"),
    whole("rev"),
    of_branch(),
    one_of("action", ("made", "changed", "removed")),
    Index(None, "branch_id", "kind", "code"),
    Index(None, "branch_id", "changed_ms"),
)
