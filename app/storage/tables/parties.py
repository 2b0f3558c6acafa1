"""Customers, wholesalers, suppliers: who they are, and how they are served over time."""

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
)

party = Table(
    "party",
    metadata,
    *branch_and_key(),
    *master(),
    text("kind"),
    text("legal_name"),
    text("address"),
    text("contact"),
    text("phone"),
    text("licence_no"),
    of_branch(),
    UniqueConstraint("branch_id", "code"),
    one_of("kind", ("org", "person")),
)

customer_profile = Table(
    "customer_profile",
    metadata,
    *branch_and_key(),
    key("party_id"),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    text("customer_type"),
    text("service_mode"),
    text("price_group"),
    text("language"),
    small("min_remaining_days"),
    small("pay_terms_days"),
    key("salesperson_id", optional=True),
    key("route_id", optional=True),
    key("wholesaler_id", optional=True),
    refers("party_id", "party"),
    refers("salesperson_id", "person"),
    refers("route_id", "route"),
    refers("wholesaler_id", "party"),
    UniqueConstraint("branch_id", "party_id", "valid_from"),
    one_of(
        "customer_type",
        ("WHOLESALER", "SUBDIST", "KA", "CVS", "GROCERY", "ONTRADE", "SPECIAL"),
    ),
    one_of("service_mode", ("direct", "indirect")),
    one_of("language", ("zh", "en")),
    CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="interval_not_empty"),
    CheckConstraint("min_remaining_days >= 0 AND pay_terms_days >= 0", name="days_not_negative"),
)
