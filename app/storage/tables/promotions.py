"""Promotions: when and for whom they hold, and what they give."""

from sqlalchemy import CheckConstraint, Column, Date, Table, UniqueConstraint

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

promotion = Table(
    "promotion",
    metadata,
    *branch_and_key(),
    *master(),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    text("stackable_group"),
    small("priority"),
    # JSON lists of codes under customers, types, territories, products, groups; {} is everybody.
    text("scope"),
    whole("budget_fen", optional=True),
    whole("budget_qty", optional=True),
    text("authorised_by"),
    of_branch(),
    UniqueConstraint("branch_id", "code"),
    CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="interval_not_empty"),
)

promotion_rule = Table(
    "promotion_rule",
    metadata,
    *branch_and_key(),
    key("promotion_id"),
    small("rule_no"),
    text("kind"),
    text("apply_mode"),
    # JSON object, its names by kind: see app/domain/pricing.
    text("params"),
    refers("promotion_id", "promotion"),
    UniqueConstraint("branch_id", "promotion_id", "rule_no"),
    one_of(
        "kind",
        ("special_price", "pct_off", "buy_x_get_y", "order_threshold", "bundle", "rebate"),
    ),
    one_of("apply_mode", ("slab", "all_units")),
    CheckConstraint("rule_no >= 1", name="rule_no_positive"),
)
