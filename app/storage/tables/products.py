"""Products, their packings, lots and prices."""

from sqlalchemy import CheckConstraint, Column, Date, Index, Table, UniqueConstraint
from sqlalchemy import text as sql

from app.storage.tables.columns import (
    branch_and_key,
    flag,
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

product = Table(
    "product",
    metadata,
    *branch_and_key(),
    *master(),
    text("short_name"),
    text("brand"),
    text("product_group"),
    text("kind"),
    text("base_unit_name"),
    text("spec"),
    small("ml_per_base"),
    small("shelf_life_days"),
    small("removal_lead_days"),
    small("alert_days", default=0),
    small("tax_rate_bp", default=0),
    # What a customer leaves for one base unit of returnable empties.
    whole("deposit_fen", default=0),
    text("initials", default=""),
    flag("lot_tracked"),
    of_branch(),
    UniqueConstraint("branch_id", "code"),
    one_of("kind", ("full", "empty", "pos_material", "asset_part")),
    CheckConstraint(
        "ml_per_base >= 0 AND shelf_life_days >= 0 AND removal_lead_days >= 0",
        name="not_negative",
    ),
)

packing = Table(
    "packing",
    metadata,
    *branch_and_key(),
    key("product_id"),
    text("code"),
    text("name"),
    whole("factor"),
    text("gtin", optional=True),
    flag("is_default"),
    flag("sellable", default=True),
    flag("orderable", default=True),
    refers("product_id", "product"),
    UniqueConstraint("branch_id", "product_id", "code"),
    CheckConstraint("factor >= 1", name="factor_positive"),
    Index(
        "uq_packing_base",
        "branch_id",
        "product_id",
        unique=True,
        sqlite_where=sql("factor = 1"),
        postgresql_where=sql("factor = 1"),
    ),
)

lot = Table(
    "lot",
    metadata,
    *branch_and_key(),
    key("product_id"),
    text("code"),
    Column("production_date", Date),
    Column("expiry_date", Date),
    Column("removal_date", Date),
    whole("received_ms"),
    refers("product_id", "product"),
    UniqueConstraint("branch_id", "product_id", "code"),
    CheckConstraint("expiry_date >= production_date", name="expires_after_production"),
    CheckConstraint("removal_date <= expiry_date", name="removed_before_expiry"),
)

price_list = Table(
    "price_list",
    metadata,
    *branch_and_key(),
    *master(),
    text("kind"),
    small("priority"),
    text("price_group", optional=True),
    key("party_id", optional=True),
    key("territory_id", optional=True),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    of_branch(),
    refers("party_id", "party"),
    refers("territory_id", "territory"),
    UniqueConstraint("branch_id", "code"),
    one_of("kind", ("contract", "group", "territory", "base")),
    CheckConstraint("(kind = 'contract') = (party_id IS NOT NULL)", name="contract_has_party"),
    CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="interval_not_empty"),
)

price_item = Table(
    "price_item",
    metadata,
    *branch_and_key(),
    key("list_id"),
    key("product_id"),
    key("packing_id"),
    whole("price_fen"),
    whole("min_price_fen"),
    refers("list_id", "price_list"),
    refers("product_id", "product"),
    refers("packing_id", "packing"),
    UniqueConstraint("branch_id", "list_id", "packing_id"),
    CheckConstraint("price_fen > 0 AND min_price_fen BETWEEN 0 AND price_fen", name="price_sane"),
    Index(None, "branch_id", "product_id"),
)

empties_bom = Table(
    "empties_bom",
    metadata,
    *branch_and_key(),
    key("product_id"),
    key("empty_id"),
    whole("numerator"),
    whole("denominator"),
    refers("product_id", "product"),
    refers("empty_id", "product"),
    UniqueConstraint("branch_id", "product_id", "empty_id"),
    CheckConstraint("numerator >= 1 AND denominator >= 1", name="ratio_positive"),
    CheckConstraint("product_id <> empty_id", name="not_itself"),
)
