"""The branch, its people, its routes and its vehicles."""

from sqlalchemy import CheckConstraint, Column, Date, Index, Integer, Table, UniqueConstraint

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

branch = Table(
    "branch",
    metadata,
    # The branch number itself: it is the first part of every key and of every document number.
    Column("id", Integer, primary_key=True, autoincrement=False),
    text("name"),
    text("address"),
    text("phone"),
    text("licence_no"),
    text("currency"),
    small("tz_offset_min"),
    small("cutoff_min"),
    Column("closed_through", Date),
    whole("rev"),
    CheckConstraint("id BETWEEN 1 AND 9999", name="id_in_range"),
    CheckConstraint("cutoff_min BETWEEN 0 AND 1439", name="cutoff_in_day"),
)

person = Table(
    "person",
    metadata,
    *branch_and_key(),
    *master(),
    text("roles"),
    text("phone"),
    Column("hire_date", Date),
    Column("leave_date", Date),
    of_branch(),
    UniqueConstraint("branch_id", "code"),
)

vehicle = Table(
    "vehicle",
    metadata,
    *branch_and_key(),
    *master(),
    text("plate"),
    of_branch(),
    UniqueConstraint("branch_id", "code"),
)

route = Table(
    "route",
    metadata,
    *branch_and_key(),
    *master(),
    key("person_id", optional=True),
    key("vehicle_id", optional=True),
    # Monday is 1, Sunday 64; a route that is driven every so many weeks counts from 1970-01-05.
    small("weekdays", default=127),
    small("cycle_weeks", default=1),
    of_branch(),
    refers("person_id", "person"),
    refers("vehicle_id", "vehicle"),
    UniqueConstraint("branch_id", "code"),
)

route_stop = Table(
    "route_stop",
    metadata,
    *branch_and_key(),
    key("route_id"),
    key("party_id"),
    small("stop_seq"),
    small("planned_minutes", default=0),
    refers("route_id", "route"),
    refers("party_id", "party"),
    UniqueConstraint("branch_id", "route_id", "party_id"),
    UniqueConstraint("branch_id", "route_id", "stop_seq"),
    CheckConstraint("stop_seq >= 1", name="stop_seq_positive"),
)

territory = Table(
    "territory",
    metadata,
    *branch_and_key(),
    *master(),
    text("kind"),
    key("parent_id", optional=True),
    of_branch(),
    refers("parent_id", "territory"),
    UniqueConstraint("branch_id", "code"),
    one_of("kind", ("area", "district")),
)

territory_assignment = Table(
    "territory_assignment",
    metadata,
    *branch_and_key(),
    key("territory_id"),
    key("party_id", optional=True),
    key("person_id", optional=True),
    text("role"),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    refers("territory_id", "territory"),
    refers("party_id", "party"),
    refers("person_id", "person"),
    CheckConstraint("(party_id IS NULL) <> (person_id IS NULL)", name="one_holder"),
    CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="interval_not_empty"),
    Index(None, "branch_id", "territory_id"),
)

reason = Table(
    "reason",
    metadata,
    *branch_and_key(),
    *master(),
    text("applies_to"),
    flag("sellable"),
    flag("supplier_claim"),
    of_branch(),
    UniqueConstraint("branch_id", "code"),
)

code_alias = Table(
    "code_alias",
    metadata,
    *branch_and_key(),
    text("kind"),
    text("raw_code"),
    text("code"),
    text("created_by"),
    whole("created_ms"),
    of_branch(),
    UniqueConstraint("branch_id", "kind", "raw_code"),
    one_of("kind", ("customer", "product", "person", "location", "lot", "document")),
)
