"""Foundation: masters, documents, stock ledger, uploads and audit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

KEY = sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql")


def upgrade() -> None:
    create_tables()
    if op.get_bind().dialect.name == "sqlite":
        protect_on_sqlite()
    else:
        protect_on_postgresql()


def create_tables() -> None:
    op.create_table(
        "branch",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("licence_no", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("tz_offset_min", sa.Integer(), nullable=False),
        sa.Column("cutoff_min", sa.Integer(), nullable=False),
        sa.Column("closed_through", sa.Date(), nullable=True),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("cutoff_min BETWEEN 0 AND 1439", name=op.f("ck_branch_cutoff_in_day")),
        sa.CheckConstraint("id BETWEEN 1 AND 9999", name=op.f("ck_branch_id_in_range")),
        sa.PrimaryKeyConstraint("id", name="pk_branch"),
    )
    op.create_table(
        "audit_event",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=True),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="fk_audit_event_branch_id"),
        sa.PrimaryKeyConstraint("branch_id", "id", name="pk_audit_event"),
    )
    op.create_index("ix_audit_event_at_ms", "audit_event", ["branch_id", "at_ms"], unique=False)
    op.create_table(
        "code_alias",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("raw_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('customer', 'product', 'person', 'location', 'lot', 'document')",
            name=op.f("ck_code_alias_kind_known"),
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="fk_code_alias_branch_id"),
        sa.PrimaryKeyConstraint("branch_id", "id", name="pk_code_alias"),
        sa.UniqueConstraint("branch_id", "kind", "raw_code", name="uq_code_alias_kind_raw_code"),
    )
    op.create_table(
        "number_series",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("yymm", sa.Text(), nullable=False),
        sa.Column("next_seq", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "next_seq BETWEEN 1 AND 1000000", name=op.f("ck_number_series_next_seq_in_range")
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="fk_number_series_branch_id"),
        sa.PrimaryKeyConstraint("branch_id", "kind", "yymm", name="pk_number_series"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "party",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("legal_name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("licence_no", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('org', 'person')", name=op.f("ck_party_kind_known")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="fk_party_branch_id"),
        sa.PrimaryKeyConstraint("branch_id", "id", name="pk_party"),
        sa.UniqueConstraint("branch_id", "code", name="uq_party_code"),
    )
    op.create_table(
        "person",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="fk_person_branch_id"),
        sa.PrimaryKeyConstraint("branch_id", "id", name="pk_person"),
        sa.UniqueConstraint("branch_id", "code", name="uq_person_code"),
    )
    op.create_table(
        "product",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("product_group", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("base_unit_name", sa.Text(), nullable=False),
        sa.Column("spec", sa.Text(), nullable=False),
        sa.Column("ml_per_base", sa.Integer(), nullable=False),
        sa.Column("shelf_life_days", sa.Integer(), nullable=False),
        sa.Column("removal_lead_days", sa.Integer(), nullable=False),
        sa.Column("lot_tracked", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('full', 'empty', 'pos_material', 'asset_part')",
            name=op.f("ck_product_kind_known"),
        ),
        sa.CheckConstraint(
            "ml_per_base >= 0 AND shelf_life_days >= 0 AND removal_lead_days >= 0",
            name=op.f("ck_product_not_negative"),
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="fk_product_branch_id"),
        sa.PrimaryKeyConstraint("branch_id", "id", name="pk_product"),
        sa.UniqueConstraint("branch_id", "code", name="uq_product_code"),
    )
    op.create_table(
        "reason",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("applies_to", sa.Text(), nullable=False),
        sa.Column("sellable", sa.Boolean(), nullable=False),
        sa.Column("supplier_claim", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="fk_reason_branch_id"),
        sa.PrimaryKeyConstraint("branch_id", "id", name="pk_reason"),
        sa.UniqueConstraint("branch_id", "code", name="uq_reason_code"),
    )
    op.create_table(
        "terminal",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("terminal_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("app_version", sa.Text(), nullable=False),
        sa.Column("person_code", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("received_seq", sa.BigInteger(), nullable=False),
        sa.Column("backed_up_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "terminal_no BETWEEN 1 AND 65535", name=op.f("ck_terminal_terminal_no_in_range")
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="fk_terminal_branch_id"),
        sa.PrimaryKeyConstraint("branch_id", "id", name="pk_terminal"),
        sa.UniqueConstraint("branch_id", "terminal_no", name="uq_terminal_terminal_no"),
    )
    op.create_table(
        "vehicle",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("plate", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="fk_vehicle_branch_id"),
        sa.PrimaryKeyConstraint("branch_id", "id", name="pk_vehicle"),
        sa.UniqueConstraint("branch_id", "code", name="uq_vehicle_code"),
    )
    op.create_table(
        "dock_session",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("terminal_id", KEY, nullable=True),
        sa.Column("port_url", sa.Text(), nullable=False),
        sa.Column("driver", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("error_code", sa.Text(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.Column("clock_offset_ms", sa.BigInteger(), nullable=True),
        sa.Column("battery_percent", sa.Integer(), nullable=True),
        sa.Column("batches", sa.Integer(), nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("problems", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state IN ('running', 'done', 'failed')", name=op.f("ck_dock_session_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "terminal_id"],
            ["terminal.branch_id", "terminal.id"],
            name="fk_dock_session_terminal_id",
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="fk_dock_session_branch_id"),
        sa.PrimaryKeyConstraint("branch_id", "id", name="pk_dock_session"),
    )
    op.create_index(
        "ix_dock_session_started_ms", "dock_session", ["branch_id", "started_ms"], unique=False
    )
    op.create_table(
        "location",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("party_id", KEY, nullable=True),
        sa.Column("vehicle_id", KEY, nullable=True),
        sa.CheckConstraint(
            "book = CASE WHEN kind IN ('ch_upstream', 'ch_stock', 'ch_outlet', 'ch_loss', 'ch_adjust', 'ch_unknown') THEN 'CHANNEL' ELSE 'OWN' END",
            name=op.f("ck_location_book_of_kind"),
        ),
        sa.CheckConstraint(
            "kind IN ('warehouse', 'quarantine', 'empties_yard', 'van', 'transit', 'consignment', 'supplier', 'customer', 'loss', 'adjustment', 'consumption', 'conversion', 'ch_upstream', 'ch_stock', 'ch_outlet', 'ch_loss', 'ch_adjust', 'ch_unknown')",
            name=op.f("ck_location_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "party_id"], ["party.branch_id", "party.id"], name="fk_location_party_id"
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "vehicle_id"],
            ["vehicle.branch_id", "vehicle.id"],
            name="fk_location_vehicle_id",
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="fk_location_branch_id"),
        sa.PrimaryKeyConstraint("branch_id", "id", name="pk_location"),
        sa.UniqueConstraint("branch_id", "book", "id", name="uq_location_book_id"),
        sa.UniqueConstraint("branch_id", "code", name="uq_location_code"),
        sa.UniqueConstraint("branch_id", "kind", "party_id", name="uq_location_kind_party_id"),
    )
    op.create_table(
        "lot",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("product_id", KEY, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("production_date", sa.Date(), nullable=True),
        sa.Column("expiry_date", sa.Date(), nullable=True),
        sa.Column("removal_date", sa.Date(), nullable=True),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "expiry_date >= production_date", name=op.f("ck_lot_expires_after_production")
        ),
        sa.CheckConstraint(
            "removal_date <= expiry_date", name=op.f("ck_lot_removed_before_expiry")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "product_id"],
            ["product.branch_id", "product.id"],
            name="fk_lot_product_id",
        ),
        sa.PrimaryKeyConstraint("branch_id", "id", name="pk_lot"),
        sa.UniqueConstraint("branch_id", "product_id", "code", name="uq_lot_product_id_code"),
    )
    op.create_table(
        "packing",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("product_id", KEY, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("factor", sa.BigInteger(), nullable=False),
        sa.Column("gtin", sa.Text(), nullable=True),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.CheckConstraint("factor >= 1", name=op.f("ck_packing_factor_positive")),
        sa.ForeignKeyConstraint(
            ["branch_id", "product_id"],
            ["product.branch_id", "product.id"],
            name="fk_packing_product_id",
        ),
        sa.PrimaryKeyConstraint("branch_id", "id", name="pk_packing"),
        sa.UniqueConstraint("branch_id", "product_id", "code", name="uq_packing_product_id_code"),
    )
    op.create_index(
        "uq_packing_base",
        "packing",
        ["branch_id", "product_id"],
        unique=True,
        sqlite_where=sa.text("factor = 1"),
        postgresql_where=sa.text("factor = 1"),
    )
    op.create_table(
        "price_list",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("price_group", sa.Text(), nullable=True),
        sa.Column("party_id", KEY, nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'contract') = (party_id IS NOT NULL)",
            name=op.f("ck_price_list_contract_has_party"),
        ),
        sa.CheckConstraint(
            "kind IN ('contract', 'group', 'territory', 'base')",
            name=op.f("ck_price_list_kind_known"),
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to > valid_from",
            name=op.f("ck_price_list_interval_not_empty"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "party_id"],
            ["party.branch_id", "party.id"],
            name="fk_price_list_party_id",
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="fk_price_list_branch_id"),
        sa.PrimaryKeyConstraint("branch_id", "id", name="pk_price_list"),
        sa.UniqueConstraint("branch_id", "code", name="uq_price_list_code"),
    )
    op.create_table(
        "route",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("person_id", KEY, nullable=True),
        sa.Column("vehicle_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(
            ["branch_id", "person_id"], ["person.branch_id", "person.id"], name="fk_route_person_id"
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "vehicle_id"],
            ["vehicle.branch_id", "vehicle.id"],
            name="fk_route_vehicle_id",
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="fk_route_branch_id"),
        sa.PrimaryKeyConstraint("branch_id", "id", name="pk_route"),
        sa.UniqueConstraint("branch_id", "code", name="uq_route_code"),
    )
    op.create_table(
        "customer_profile",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("party_id", KEY, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("customer_type", sa.Text(), nullable=False),
        sa.Column("service_mode", sa.Text(), nullable=False),
        sa.Column("price_group", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("min_remaining_days", sa.Integer(), nullable=False),
        sa.Column("pay_terms_days", sa.Integer(), nullable=False),
        sa.Column("salesperson_id", KEY, nullable=True),
        sa.Column("route_id", KEY, nullable=True),
        sa.Column("wholesaler_id", KEY, nullable=True),
        sa.CheckConstraint(
            "customer_type IN ('WHOLESALER', 'SUBDIST', 'KA', 'CVS', 'GROCERY', 'ONTRADE', 'SPECIAL')",
            name=op.f("ck_customer_profile_customer_type_known"),
        ),
        sa.CheckConstraint(
            "language IN ('zh', 'en')", name=op.f("ck_customer_profile_language_known")
        ),
        sa.CheckConstraint(
            "service_mode IN ('direct', 'indirect')",
            name=op.f("ck_customer_profile_service_mode_known"),
        ),
        sa.CheckConstraint(
            "min_remaining_days >= 0 AND pay_terms_days >= 0",
            name=op.f("ck_customer_profile_days_not_negative"),
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to > valid_from",
            name=op.f("ck_customer_profile_interval_not_empty"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "party_id"],
            ["party.branch_id", "party.id"],
            name="fk_customer_profile_party_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "route_id"],
            ["route.branch_id", "route.id"],
            name="fk_customer_profile_route_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "salesperson_id"],
            ["person.branch_id", "person.id"],
            name="fk_customer_profile_salesperson_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "wholesaler_id"],
            ["party.branch_id", "party.id"],
            name="fk_customer_profile_wholesaler_id",
        ),
        sa.PrimaryKeyConstraint("branch_id", "id", name="pk_customer_profile"),
        sa.UniqueConstraint(
            "branch_id", "party_id", "valid_from", name="uq_customer_profile_party_id_valid_from"
        ),
    )
    op.create_table(
        "price_item",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("list_id", KEY, nullable=False),
        sa.Column("product_id", KEY, nullable=False),
        sa.Column("packing_id", KEY, nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("min_price_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "price_fen > 0 AND min_price_fen BETWEEN 0 AND price_fen",
            name=op.f("ck_price_item_price_sane"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "list_id"],
            ["price_list.branch_id", "price_list.id"],
            name="fk_price_item_list_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "packing_id"],
            ["packing.branch_id", "packing.id"],
            name="fk_price_item_packing_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "product_id"],
            ["product.branch_id", "product.id"],
            name="fk_price_item_product_id",
        ),
        sa.PrimaryKeyConstraint("branch_id", "id", name="pk_price_item"),
        sa.UniqueConstraint(
            "branch_id", "list_id", "packing_id", name="uq_price_item_list_id_packing_id"
        ),
    )
    op.create_index(
        "ix_price_item_product_id", "price_item", ["branch_id", "product_id"], unique=False
    )
    op.create_table(
        "route_stop",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("route_id", KEY, nullable=False),
        sa.Column("party_id", KEY, nullable=False),
        sa.Column("stop_seq", sa.Integer(), nullable=False),
        sa.CheckConstraint("stop_seq >= 1", name=op.f("ck_route_stop_stop_seq_positive")),
        sa.ForeignKeyConstraint(
            ["branch_id", "party_id"],
            ["party.branch_id", "party.id"],
            name="fk_route_stop_party_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "route_id"],
            ["route.branch_id", "route.id"],
            name="fk_route_stop_route_id",
        ),
        sa.PrimaryKeyConstraint("branch_id", "id", name="pk_route_stop"),
        sa.UniqueConstraint(
            "branch_id", "route_id", "party_id", name="uq_route_stop_route_id_party_id"
        ),
        sa.UniqueConstraint(
            "branch_id", "route_id", "stop_seq", name="uq_route_stop_route_id_stop_seq"
        ),
    )
    op.create_table(
        "stock_balance",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("location_id", KEY, nullable=False),
        sa.Column("product_id", KEY, nullable=False),
        sa.Column("lot_id", KEY, nullable=False),
        sa.Column("owner_id", KEY, nullable=False),
        sa.Column("qty", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["branch_id", "location_id"],
            ["location.branch_id", "location.id"],
            name="fk_stock_balance_location_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "product_id"],
            ["product.branch_id", "product.id"],
            name="fk_stock_balance_product_id",
        ),
        sa.PrimaryKeyConstraint(
            "branch_id", "location_id", "product_id", "lot_id", "owner_id", name="pk_stock_balance"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_stock_balance_negative",
        "stock_balance",
        ["branch_id", "location_id"],
        unique=False,
        sqlite_where=sa.text("qty < 0"),
        postgresql_where=sa.text("qty < 0"),
    )
    op.create_index(
        "ix_stock_balance_product_id", "stock_balance", ["branch_id", "product_id"], unique=False
    )
    op.create_table(
        "upload_batch",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("session_id", KEY, nullable=True),
        sa.Column("terminal_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("batch_no", sa.BigInteger(), nullable=False),
        sa.Column("variant", sa.Integer(), nullable=False),
        sa.Column("seq_from", sa.BigInteger(), nullable=False),
        sa.Column("seq_to", sa.BigInteger(), nullable=False),
        sa.Column("record_count", sa.BigInteger(), nullable=False),
        sa.Column("person_code", sa.Text(), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=False),
        sa.Column("app_version", sa.Text(), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("byte_len", sa.BigInteger(), nullable=False),
        sa.Column("archive_path", sa.Text(), nullable=False),
        sa.Column("clock_offset_ms", sa.BigInteger(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'conflict') = (variant > 0)", name=op.f("ck_upload_batch_variant_is_conflict")
        ),
        sa.CheckConstraint(
            "state IN ('applied', 'partly_applied', 'rejected', 'conflict')",
            name=op.f("ck_upload_batch_state_known"),
        ),
        sa.CheckConstraint("seq_to >= seq_from - 1", name=op.f("ck_upload_batch_range_in_order")),
        sa.ForeignKeyConstraint(
            ["branch_id", "session_id"],
            ["dock_session.branch_id", "dock_session.id"],
            name="fk_upload_batch_session_id",
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="fk_upload_batch_branch_id"),
        sa.PrimaryKeyConstraint("branch_id", "id", name="pk_upload_batch"),
        sa.UniqueConstraint(
            "branch_id",
            "terminal_no",
            "epoch",
            "batch_no",
            "variant",
            name="uq_upload_batch_terminal_no_epoch_batch_no_variant",
        ),
    )
    op.create_table(
        "document",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("number_yymm", sa.Text(), nullable=True),
        sa.Column("number_seq", sa.BigInteger(), nullable=True),
        sa.Column("party_id", KEY, nullable=True),
        sa.Column("person_id", KEY, nullable=True),
        sa.Column("parent_id", KEY, nullable=True),
        sa.Column("reversal_of", KEY, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("net_fen", sa.BigInteger(), nullable=False),
        sa.Column("event_raw_ms", sa.BigInteger(), nullable=False),
        sa.Column("event_ms", sa.BigInteger(), nullable=False),
        sa.Column("offset_min", sa.Integer(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("posting_date", sa.Date(), nullable=True),
        sa.Column("posted_ms", sa.BigInteger(), nullable=True),
        sa.Column("posted_by", sa.Text(), nullable=True),
        sa.Column("src_batch_id", KEY, nullable=True),
        sa.Column("src_seq", sa.BigInteger(), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('SO', 'DN', 'RN', 'RC', 'PR', 'TR', 'CT', 'ST', 'RV', 'LS')",
            name=op.f("ck_document_kind_known"),
        ),
        sa.CheckConstraint(
            "state <> 'posted' OR (number IS NOT NULL AND posting_date IS NOT NULL AND posted_ms IS NOT NULL AND posted_by IS NOT NULL)",
            name=op.f("ck_document_posted_is_complete"),
        ),
        sa.CheckConstraint(
            "(number IS NULL) = (number_seq IS NULL) AND (number IS NULL) = (number_yymm IS NULL)",
            name=op.f("ck_document_number_whole"),
        ),
        sa.CheckConstraint(
            "(src_batch_id IS NULL) = (src_seq IS NULL)", name=op.f("ck_document_source_whole")
        ),
        sa.CheckConstraint("reversal_of <> id", name=op.f("ck_document_not_its_own_reversal")),
        sa.ForeignKeyConstraint(
            ["branch_id", "parent_id"],
            ["document.branch_id", "document.id"],
            name="fk_document_parent_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "party_id"], ["party.branch_id", "party.id"], name="fk_document_party_id"
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "person_id"],
            ["person.branch_id", "person.id"],
            name="fk_document_person_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "reversal_of"],
            ["document.branch_id", "document.id"],
            name="fk_document_reversal_of",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "src_batch_id"],
            ["upload_batch.branch_id", "upload_batch.id"],
            name="fk_document_src_batch_id",
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name="fk_document_branch_id"),
        sa.PrimaryKeyConstraint("branch_id", "id", name="pk_document"),
        sa.UniqueConstraint(
            "branch_id",
            "kind",
            "number_yymm",
            "number_seq",
            name="uq_document_kind_number_yymm_number_seq",
        ),
        sa.UniqueConstraint("branch_id", "number", name="uq_document_number"),
        sa.UniqueConstraint("branch_id", "reversal_of", name="uq_document_reversal_of"),
    )
    op.create_index(
        "ix_document_kind_business_date",
        "document",
        ["branch_id", "kind", "business_date"],
        unique=False,
    )
    op.create_index(
        "ix_document_kind_state", "document", ["branch_id", "kind", "state"], unique=False
    )
    op.create_index("ix_document_parent_id", "document", ["branch_id", "parent_id"], unique=False)
    op.create_table(
        "raw_record",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("batch_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("terminal_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("variant", sa.Integer(), nullable=False),
        sa.Column("type", sa.Integer(), nullable=True),
        sa.Column("byte_offset", sa.BigInteger(), nullable=False),
        sa.Column("byte_len", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("event_raw_ms", sa.BigInteger(), nullable=True),
        sa.Column("offset_min", sa.Integer(), nullable=True),
        sa.Column("person_code", sa.Text(), nullable=True),
        sa.Column("disposition", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "disposition IN ('accepted', 'warned', 'quarantined', 'rejected', 'stored', 'no_effect', 'conflict')",
            name=op.f("ck_raw_record_disposition_known"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "batch_id"],
            ["upload_batch.branch_id", "upload_batch.id"],
            name="fk_raw_record_batch_id",
        ),
        sa.PrimaryKeyConstraint("branch_id", "id", name="pk_raw_record"),
        sa.UniqueConstraint(
            "branch_id", "batch_id", "position", name="uq_raw_record_batch_id_position"
        ),
        sa.UniqueConstraint(
            "branch_id",
            "terminal_no",
            "epoch",
            "seq",
            "variant",
            name="uq_raw_record_terminal_no_epoch_seq_variant",
        ),
    )
    op.create_table(
        "delivery",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("document_id", KEY, nullable=False),
        sa.Column("route_id", KEY, nullable=True),
        sa.Column("stop_seq", sa.Integer(), nullable=False),
        sa.Column("vehicle_id", KEY, nullable=True),
        sa.Column("driver_id", KEY, nullable=True),
        sa.Column("load_no", sa.Text(), nullable=False),
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("van_id", KEY, nullable=True),
        sa.Column("prepared_by", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("receiver_name", sa.Text(), nullable=False),
        sa.Column("delivered_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "result IS NULL OR result IN ('full', 'part', 'refused', 'missed')",
            name=op.f("ck_delivery_result_known"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "document_id"],
            ["document.branch_id", "document.id"],
            name="fk_delivery_document_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "driver_id"],
            ["person.branch_id", "person.id"],
            name="fk_delivery_driver_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "route_id"], ["route.branch_id", "route.id"], name="fk_delivery_route_id"
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "source_id"],
            ["location.branch_id", "location.id"],
            name="fk_delivery_source_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "van_id"],
            ["location.branch_id", "location.id"],
            name="fk_delivery_van_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "vehicle_id"],
            ["vehicle.branch_id", "vehicle.id"],
            name="fk_delivery_vehicle_id",
        ),
        sa.PrimaryKeyConstraint("branch_id", "document_id", name="pk_delivery"),
    )
    op.create_index("ix_delivery_load_no", "delivery", ["branch_id", "load_no"], unique=False)
    op.create_table(
        "document_line",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("document_id", KEY, nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("product_id", KEY, nullable=False),
        sa.Column("packing_id", KEY, nullable=False),
        sa.Column("lot_id", KEY, nullable=True),
        sa.Column("packs", sa.BigInteger(), nullable=False),
        sa.Column("qty", sa.BigInteger(), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("price_source", sa.Text(), nullable=False),
        sa.Column("gross_fen", sa.BigInteger(), nullable=False),
        sa.Column("discount_fen", sa.BigInteger(), nullable=False),
        sa.Column("net_fen", sa.BigInteger(), nullable=False),
        sa.Column("free", sa.Boolean(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("ref_line_id", KEY, nullable=True),
        sa.Column("src_batch_id", KEY, nullable=True),
        sa.Column("src_seq", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(src_batch_id IS NULL) = (src_seq IS NULL)", name=op.f("ck_document_line_source_whole")
        ),
        sa.CheckConstraint("line_no >= 1", name=op.f("ck_document_line_line_no_positive")),
        sa.CheckConstraint(
            "net_fen = gross_fen - discount_fen", name=op.f("ck_document_line_net_adds_up")
        ),
        sa.CheckConstraint(
            "packs >= 0 AND qty >= 0 AND price_fen >= 0", name=op.f("ck_document_line_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "document_id"],
            ["document.branch_id", "document.id"],
            name="fk_document_line_document_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "lot_id"], ["lot.branch_id", "lot.id"], name="fk_document_line_lot_id"
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "packing_id"],
            ["packing.branch_id", "packing.id"],
            name="fk_document_line_packing_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "product_id"],
            ["product.branch_id", "product.id"],
            name="fk_document_line_product_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "ref_line_id"],
            ["document_line.branch_id", "document_line.id"],
            name="fk_document_line_ref_line_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "src_batch_id"],
            ["upload_batch.branch_id", "upload_batch.id"],
            name="fk_document_line_src_batch_id",
        ),
        sa.PrimaryKeyConstraint("branch_id", "id", name="pk_document_line"),
        sa.UniqueConstraint(
            "branch_id", "document_id", "line_no", name="uq_document_line_document_id_line_no"
        ),
    )
    op.create_index(
        "ix_document_line_ref_line_id", "document_line", ["branch_id", "ref_line_id"], unique=False
    )
    op.create_table(
        "document_snapshot",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("document_id", KEY, nullable=False),
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["branch_id", "document_id"],
            ["document.branch_id", "document.id"],
            name="fk_document_snapshot_document_id",
        ),
        sa.PrimaryKeyConstraint("branch_id", "document_id", name="pk_document_snapshot"),
    )
    op.create_table(
        "print_log",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("document_id", KEY, nullable=False),
        sa.Column("copy_no", sa.Integer(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("printed_by", sa.Text(), nullable=False),
        sa.Column("printed_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("copy_no >= 1", name=op.f("ck_print_log_copy_no_positive")),
        sa.ForeignKeyConstraint(
            ["branch_id", "document_id"],
            ["document.branch_id", "document.id"],
            name="fk_print_log_document_id",
        ),
        sa.PrimaryKeyConstraint("branch_id", "id", name="pk_print_log"),
        sa.UniqueConstraint(
            "branch_id", "document_id", "copy_no", name="uq_print_log_document_id_copy_no"
        ),
    )
    op.create_table(
        "quarantine_item",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("batch_id", KEY, nullable=False),
        sa.Column("record_id", KEY, nullable=True),
        sa.Column("seqs", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("raw_value", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("resolved_by", sa.Text(), nullable=True),
        sa.Column("resolved_ms", sa.BigInteger(), nullable=True),
        sa.Column("how", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'open') = (resolved_ms IS NULL) AND (state = 'open') = (resolved_by IS NULL)",
            name=op.f("ck_quarantine_item_resolution_whole"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'fixed', 'rejected')", name=op.f("ck_quarantine_item_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "batch_id"],
            ["upload_batch.branch_id", "upload_batch.id"],
            name="fk_quarantine_item_batch_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "record_id"],
            ["raw_record.branch_id", "raw_record.id"],
            name="fk_quarantine_item_record_id",
        ),
        sa.PrimaryKeyConstraint("branch_id", "id", name="pk_quarantine_item"),
    )
    op.create_index(
        "ix_quarantine_item_state_code_raw_value",
        "quarantine_item",
        ["branch_id", "state", "code", "raw_value"],
        unique=False,
    )
    op.create_table(
        "sales_order",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("document_id", KEY, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("fulfilment_mode", sa.Text(), nullable=False),
        sa.Column("payment_mode", sa.Text(), nullable=False),
        sa.Column("wanted_date", sa.Date(), nullable=False),
        sa.Column("wholesaler_id", KEY, nullable=True),
        sa.Column("hold_codes", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "fulfilment_mode IN ('own_delivery', 'wholesaler_delivery')",
            name=op.f("ck_sales_order_fulfilment_mode_known"),
        ),
        sa.CheckConstraint(
            "origin IN ('visit', 'phone', 'wholesaler', 'host')",
            name=op.f("ck_sales_order_origin_known"),
        ),
        sa.CheckConstraint(
            "payment_mode IN ('cash', 'credit', 'qr')",
            name=op.f("ck_sales_order_payment_mode_known"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "document_id"],
            ["document.branch_id", "document.id"],
            name="fk_sales_order_document_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "wholesaler_id"],
            ["party.branch_id", "party.id"],
            name="fk_sales_order_wholesaler_id",
        ),
        sa.PrimaryKeyConstraint("branch_id", "document_id", name="pk_sales_order"),
    )
    op.create_index(
        "ix_sales_order_wanted_date", "sales_order", ["branch_id", "wanted_date"], unique=False
    )
    op.create_table(
        "stock_count",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("document_id", KEY, nullable=False),
        sa.Column("location_id", KEY, nullable=False),
        sa.Column("counted_ms", sa.BigInteger(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("counter_id", KEY, nullable=True),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["branch_id", "counter_id"],
            ["person.branch_id", "person.id"],
            name="fk_stock_count_counter_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "document_id"],
            ["document.branch_id", "document.id"],
            name="fk_stock_count_document_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "location_id"],
            ["location.branch_id", "location.id"],
            name="fk_stock_count_location_id",
        ),
        sa.PrimaryKeyConstraint("branch_id", "document_id", name="pk_stock_count"),
    )
    op.create_index(
        "ix_stock_count_location_id_counted_ms",
        "stock_count",
        ["branch_id", "location_id", "counted_ms"],
        unique=False,
    )
    op.create_table(
        "count_line",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("line_id", KEY, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("loose", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=True),
        sa.Column("book_at_count", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(state = 'skipped') = (counted IS NULL)", name=op.f("ck_count_line_blank_is_not_zero")
        ),
        sa.CheckConstraint(
            "state <> 'zero' OR counted = 0", name=op.f("ck_count_line_zero_is_zero")
        ),
        sa.CheckConstraint(
            "state IN ('counted', 'zero', 'skipped')", name=op.f("ck_count_line_state_known")
        ),
        sa.CheckConstraint(
            "loose >= 0 AND COALESCE(counted, 0) >= 0", name=op.f("ck_count_line_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "line_id"],
            ["document_line.branch_id", "document_line.id"],
            name="fk_count_line_line_id",
        ),
        sa.PrimaryKeyConstraint("branch_id", "line_id", name="pk_count_line"),
    )
    op.create_table(
        "delivery_line",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("line_id", KEY, nullable=False),
        sa.Column("ordered", sa.BigInteger(), nullable=False),
        sa.Column("delivered", sa.BigInteger(), nullable=True),
        sa.Column("refused", sa.BigInteger(), nullable=True),
        sa.Column("short", sa.BigInteger(), nullable=True),
        sa.Column("back_ordered", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(delivered IS NULL AND refused IS NULL) OR ordered = COALESCE(delivered, -1) + COALESCE(refused, -1) + COALESCE(short, -1) + COALESCE(back_ordered, -1)",
            name=op.f("ck_delivery_line_ordered_is_accounted_for"),
        ),
        sa.CheckConstraint(
            "ordered >= 0 AND COALESCE(delivered, 0) >= 0 AND COALESCE(refused, 0) >= 0 AND COALESCE(short, 0) >= 0 AND COALESCE(back_ordered, 0) >= 0",
            name=op.f("ck_delivery_line_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "line_id"],
            ["document_line.branch_id", "document_line.id"],
            name="fk_delivery_line_line_id",
        ),
        sa.PrimaryKeyConstraint("branch_id", "line_id", name="pk_delivery_line"),
    )
    op.create_table(
        "record_link",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("record_id", KEY, nullable=False),
        sa.Column("document_id", KEY, nullable=False),
        sa.Column("line_id", KEY, nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "role IN ('creates', 'confirms', 'contradicts', 'corrects')",
            name=op.f("ck_record_link_role_known"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "document_id"],
            ["document.branch_id", "document.id"],
            name="fk_record_link_document_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "line_id"],
            ["document_line.branch_id", "document_line.id"],
            name="fk_record_link_line_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "record_id"],
            ["raw_record.branch_id", "raw_record.id"],
            name="fk_record_link_record_id",
        ),
        sa.PrimaryKeyConstraint("branch_id", "id", name="pk_record_link"),
    )
    op.create_index(
        "ix_record_link_document_id", "record_link", ["branch_id", "document_id"], unique=False
    )
    op.create_index("ix_record_link_line_id", "record_link", ["branch_id", "line_id"], unique=False)
    op.create_index(
        "ix_record_link_record_id", "record_link", ["branch_id", "record_id"], unique=False
    )
    op.create_table(
        "stock_move",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("product_id", KEY, nullable=False),
        sa.Column("lot_id", KEY, nullable=True),
        sa.Column("owner_id", KEY, nullable=True),
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("target_id", KEY, nullable=False),
        sa.Column("qty", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("line_id", KEY, nullable=False),
        sa.Column("reverses_id", KEY, nullable=True),
        sa.Column("evidence", sa.Integer(), nullable=True),
        sa.Column("event_ms", sa.BigInteger(), nullable=False),
        sa.Column("record_ms", sa.BigInteger(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("posting_date", sa.Date(), nullable=False),
        sa.Column("src_batch_id", KEY, nullable=True),
        sa.Column("src_seq", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(src_batch_id IS NULL) = (src_seq IS NULL)", name=op.f("ck_stock_move_source_whole")
        ),
        sa.CheckConstraint(
            "evidence BETWEEN 0 AND 4", name=op.f("ck_stock_move_evidence_is_a_grade")
        ),
        sa.CheckConstraint("qty > 0", name=op.f("ck_stock_move_qty_positive")),
        sa.CheckConstraint("reverses_id <> id", name=op.f("ck_stock_move_not_its_own_reversal")),
        sa.CheckConstraint("source_id <> target_id", name=op.f("ck_stock_move_ends_differ")),
        sa.ForeignKeyConstraint(
            ["branch_id", "book", "source_id"],
            ["location.branch_id", "location.book", "location.id"],
            name="fk_stock_move_source_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "book", "target_id"],
            ["location.branch_id", "location.book", "location.id"],
            name="fk_stock_move_target_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "line_id"],
            ["document_line.branch_id", "document_line.id"],
            name="fk_stock_move_line_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "lot_id"], ["lot.branch_id", "lot.id"], name="fk_stock_move_lot_id"
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "owner_id"],
            ["party.branch_id", "party.id"],
            name="fk_stock_move_owner_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "product_id"],
            ["product.branch_id", "product.id"],
            name="fk_stock_move_product_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "reverses_id"],
            ["stock_move.branch_id", "stock_move.id"],
            name="fk_stock_move_reverses_id",
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "src_batch_id"],
            ["upload_batch.branch_id", "upload_batch.id"],
            name="fk_stock_move_src_batch_id",
        ),
        sa.PrimaryKeyConstraint("branch_id", "id", name="pk_stock_move"),
    )
    op.create_index("ix_stock_move_line_id", "stock_move", ["branch_id", "line_id"], unique=False)
    op.create_index(
        "ix_stock_move_posting_date", "stock_move", ["branch_id", "posting_date"], unique=False
    )
    op.create_index(
        "ix_stock_move_source_id_product_id_event_ms",
        "stock_move",
        ["branch_id", "source_id", "product_id", "event_ms"],
        unique=False,
    )
    op.create_index(
        "ix_stock_move_target_id_product_id_event_ms",
        "stock_move",
        ["branch_id", "target_id", "product_id", "event_ms"],
        unique=False,
    )
    op.create_index(
        "uq_stock_move_reverses_id",
        "stock_move",
        ["branch_id", "reverses_id"],
        unique=True,
        sqlite_where=sa.text("reverses_id IS NOT NULL"),
        postgresql_where=sa.text("reverses_id IS NOT NULL"),
    )
    # ### end Alembic commands ###


# Rows that are written once and never again.
APPEND_ONLY = (
    "audit_event",
    "document_snapshot",
    "print_log",
    "raw_record",
    "record_link",
    "stock_move",
    "upload_batch",
)
CHANGEABLE = (
    "branch",
    "code_alias",
    "count_line",
    "customer_profile",
    "delivery",
    "delivery_line",
    "dock_session",
    "document",
    "document_line",
    "location",
    "lot",
    "number_series",
    "packing",
    "party",
    "person",
    "price_item",
    "price_list",
    "product",
    "quarantine_item",
    "reason",
    "route",
    "route_stop",
    "sales_order",
    "stock_balance",
    "stock_count",
    "terminal",
    "vehicle",
)

# How a row of each table finds the document that it belongs to; {row} is NEW or OLD.
OWN_DOCUMENT = "d.branch_id = {row}.branch_id AND d.id = {row}.document_id"
BY_LINE = (
    "d.branch_id = {row}.branch_id AND d.id = (SELECT l.document_id FROM document_line l"
    " WHERE l.branch_id = {row}.branch_id AND l.id = {row}.line_id)"
)
PARTS_OF_A_DOCUMENT = {
    "document_line": OWN_DOCUMENT,
    "sales_order": OWN_DOCUMENT,
    "delivery": OWN_DOCUMENT,
    "stock_count": OWN_DOCUMENT,
    "delivery_line": BY_LINE,
    "count_line": BY_LINE,
}


def protect_on_sqlite() -> None:
    for table in APPEND_ONLY:
        for event in ("UPDATE", "DELETE"):
            refuse(table, event, "", f"{table} is append-only")
    # A balance that was deleted would come back without the sum it stood for.
    refuse("stock_balance", "DELETE", "", "stock_balance rows are never deleted")
    for event in ("UPDATE", "DELETE"):
        refuse("document", event, "WHEN OLD.state = 'posted'", "a posted document is final")
    for table, belongs in PARTS_OF_A_DOCUMENT.items():
        for event, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
            posted = (
                "WHEN EXISTS (SELECT 1 FROM document d"  # noqa: S608
                f" WHERE d.state = 'posted' AND {belongs.format(row=row)})"
            )
            refuse(table, event, posted, "a posted document is final")


def refuse(table: str, event: str, condition: str, words: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_refuses_{event.lower()} BEFORE {event} ON {table} {condition}"
        f" BEGIN SELECT RAISE(ABORT, '{words}'); END"
    )


def protect_on_postgresql() -> None:
    # Roles belong to the whole server, so another database may have made it already.
    op.execute(
        "DO $$ BEGIN CREATE ROLE tallydock_app NOLOGIN;"
        " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    )
    op.execute("GRANT tallydock_app TO CURRENT_USER")
    op.execute("GRANT SELECT ON alembic_version TO tallydock_app")
    op.execute(f"GRANT SELECT, INSERT ON {', '.join(APPEND_ONLY)} TO tallydock_app")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(CHANGEABLE)} TO tallydock_app")
    op.execute("REVOKE DELETE ON stock_balance FROM tallydock_app")
    refuse_on_postgresql("document", "d.branch_id = {row}.branch_id AND d.id = {row}.id", ())
    for table, belongs in PARTS_OF_A_DOCUMENT.items():
        refuse_on_postgresql(table, belongs, ("INSERT",))


def refuse_on_postgresql(table: str, belongs: str, inserting: tuple[str, ...]) -> None:
    checks = "".join(
        f" IF TG_OP {operator} 'INSERT' AND EXISTS (SELECT 1 FROM document d"  # noqa: S608
        f" WHERE d.state = 'posted' AND {belongs.format(row=row)}) THEN"
        " RAISE EXCEPTION 'a posted document is final'"
        " USING ERRCODE = 'integrity_constraint_violation'; END IF;"
        for operator, row in (("=", "NEW"), ("<>", "OLD"))
        if operator == "<>" or inserting
    )
    op.execute(
        f"CREATE FUNCTION {table}_refuses() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {checks}"
        " RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END; END $$"
    )
    events = " OR ".join((*inserting, "UPDATE", "DELETE"))
    op.execute(
        f"CREATE TRIGGER {table}_refuses BEFORE {events} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {table}_refuses()"
    )
