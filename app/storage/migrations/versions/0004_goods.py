"""The day of goods: master data with their history, promotions, returns, stock papers, periods."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

NEW_TABLES = (
    "asset",
    "credit_policy",
    "delivery_proof",
    "empties_bom",
    "goods_receipt",
    "goods_receipt_line",
    "goods_return",
    "goods_return_line",
    "load_line",
    "load_sheet",
    "master_change",
    "past_sale",
    "period_balance",
    "promotion",
    "promotion_rule",
    "reservation",
    "stock_case",
    "stock_period",
    "supplier_claim",
    "target",
    "territory",
    "territory_assignment",
    "transfer",
    "transfer_line",
    "write_off",
)


def upgrade() -> None:
    op.create_table(
        "master_change",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "action IN ('made', 'changed', 'removed')", name=op.f("ck_master_change_action_known")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_master_change_branch_id")
        ),
        sa.PrimaryKeyConstraint("branch_id", "id", name=op.f("pk_master_change")),
    )
    with op.batch_alter_table("master_change", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_master_change_changed_ms"), ["branch_id", "changed_ms"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_master_change_kind_code"), ["branch_id", "kind", "code"], unique=False
        )

    op.create_table(
        "promotion",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("stackable_group", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("budget_fen", sa.BigInteger(), nullable=True),
        sa.Column("budget_qty", sa.BigInteger(), nullable=True),
        sa.Column("authorised_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to > valid_from",
            name=op.f("ck_promotion_interval_not_empty"),
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_promotion_branch_id")),
        sa.PrimaryKeyConstraint("branch_id", "id", name=op.f("pk_promotion")),
        sa.UniqueConstraint("branch_id", "code", name=op.f("uq_promotion_code")),
    )
    op.create_table(
        "stock_period",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_stock_period_branch_id")
        ),
        sa.PrimaryKeyConstraint("branch_id", "period_end", name=op.f("pk_stock_period")),
    )
    op.create_table(
        "territory",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "parent_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=True,
        ),
        sa.CheckConstraint("kind IN ('area', 'district')", name=op.f("ck_territory_kind_known")),
        sa.ForeignKeyConstraint(
            ["branch_id", "parent_id"],
            ["territory.branch_id", "territory.id"],
            name=op.f("fk_territory_parent_id"),
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_territory_branch_id")),
        sa.PrimaryKeyConstraint("branch_id", "id", name=op.f("pk_territory")),
        sa.UniqueConstraint("branch_id", "code", name=op.f("uq_territory_code")),
    )
    op.create_table(
        "asset",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "party_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=True,
        ),
        sa.Column("agreement_no", sa.Text(), nullable=False),
        sa.Column("deposit_fen", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(state = 'in_store') = (party_id IS NOT NULL)", name=op.f("ck_asset_in_one_place")
        ),
        sa.CheckConstraint(
            "state IN ('in_store', 'warehouse', 'repair', 'lost', 'scrapped')",
            name=op.f("ck_asset_state_known"),
        ),
        sa.CheckConstraint("deposit_fen >= 0", name=op.f("ck_asset_deposit_not_negative")),
        sa.ForeignKeyConstraint(
            ["branch_id", "party_id"],
            ["party.branch_id", "party.id"],
            name=op.f("fk_asset_party_id"),
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_asset_branch_id")),
        sa.PrimaryKeyConstraint("branch_id", "id", name=op.f("pk_asset")),
        sa.UniqueConstraint("branch_id", "code", name=op.f("uq_asset_code")),
    )
    op.create_table(
        "credit_policy",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "party_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("limit_fen", sa.BigInteger(), nullable=False),
        sa.Column("overdue_days_block", sa.Integer(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "mode IN ('warn', 'hold', 'cash_only')", name=op.f("ck_credit_policy_mode_known")
        ),
        sa.CheckConstraint(
            "limit_fen >= 0 AND overdue_days_block >= 0", name=op.f("ck_credit_policy_not_negative")
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to > valid_from",
            name=op.f("ck_credit_policy_interval_not_empty"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "party_id"],
            ["party.branch_id", "party.id"],
            name=op.f("fk_credit_policy_party_id"),
        ),
        sa.PrimaryKeyConstraint("branch_id", "id", name=op.f("pk_credit_policy")),
        sa.UniqueConstraint(
            "branch_id", "party_id", "valid_from", name=op.f("uq_credit_policy_party_id_valid_from")
        ),
    )
    op.create_table(
        "empties_bom",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "product_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "empty_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("numerator", sa.BigInteger(), nullable=False),
        sa.Column("denominator", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "numerator >= 1 AND denominator >= 1", name=op.f("ck_empties_bom_ratio_positive")
        ),
        sa.CheckConstraint("product_id <> empty_id", name=op.f("ck_empties_bom_not_itself")),
        sa.ForeignKeyConstraint(
            ["branch_id", "empty_id"],
            ["product.branch_id", "product.id"],
            name=op.f("fk_empties_bom_empty_id"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "product_id"],
            ["product.branch_id", "product.id"],
            name=op.f("fk_empties_bom_product_id"),
        ),
        sa.PrimaryKeyConstraint("branch_id", "id", name=op.f("pk_empties_bom")),
        sa.UniqueConstraint(
            "branch_id", "product_id", "empty_id", name=op.f("uq_empties_bom_product_id_empty_id")
        ),
    )
    op.create_table(
        "past_sale",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "party_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "product_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("qty", sa.BigInteger(), nullable=False),
        sa.Column("net_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["branch_id", "party_id"],
            ["party.branch_id", "party.id"],
            name=op.f("fk_past_sale_party_id"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "product_id"],
            ["product.branch_id", "product.id"],
            name=op.f("fk_past_sale_product_id"),
        ),
        sa.PrimaryKeyConstraint("branch_id", "id", name=op.f("pk_past_sale")),
        sa.UniqueConstraint(
            "branch_id",
            "day",
            "party_id",
            "product_id",
            name=op.f("uq_past_sale_day_party_id_product_id"),
        ),
    )
    with op.batch_alter_table("past_sale", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_past_sale_party_id_day"), ["branch_id", "party_id", "day"], unique=False
        )

    op.create_table(
        "promotion_rule",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "promotion_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("rule_no", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("apply_mode", sa.Text(), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "apply_mode IN ('slab', 'all_units')", name=op.f("ck_promotion_rule_apply_mode_known")
        ),
        sa.CheckConstraint(
            "kind IN ('special_price', 'pct_off', 'buy_x_get_y', 'order_threshold', 'bundle', 'rebate')",
            name=op.f("ck_promotion_rule_kind_known"),
        ),
        sa.CheckConstraint("rule_no >= 1", name=op.f("ck_promotion_rule_rule_no_positive")),
        sa.ForeignKeyConstraint(
            ["branch_id", "promotion_id"],
            ["promotion.branch_id", "promotion.id"],
            name=op.f("fk_promotion_rule_promotion_id"),
        ),
        sa.PrimaryKeyConstraint("branch_id", "id", name=op.f("pk_promotion_rule")),
        sa.UniqueConstraint(
            "branch_id",
            "promotion_id",
            "rule_no",
            name=op.f("uq_promotion_rule_promotion_id_rule_no"),
        ),
    )
    op.create_table(
        "target",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column(
            "person_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=True,
        ),
        sa.Column(
            "party_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=True,
        ),
        sa.Column("product_group", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "measure IN ('net_qty', 'net_fen', 'net_ml')", name=op.f("ck_target_measure_known")
        ),
        sa.CheckConstraint("value >= 0", name=op.f("ck_target_value_not_negative")),
        sa.ForeignKeyConstraint(
            ["branch_id", "party_id"],
            ["party.branch_id", "party.id"],
            name=op.f("fk_target_party_id"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "person_id"],
            ["person.branch_id", "person.id"],
            name=op.f("fk_target_person_id"),
        ),
        sa.PrimaryKeyConstraint("branch_id", "id", name=op.f("pk_target")),
    )
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_target_period"), ["branch_id", "period"], unique=False)

    op.create_table(
        "territory_assignment",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "territory_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "party_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=True,
        ),
        sa.Column(
            "person_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=True,
        ),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(party_id IS NULL) <> (person_id IS NULL)",
            name=op.f("ck_territory_assignment_one_holder"),
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to > valid_from",
            name=op.f("ck_territory_assignment_interval_not_empty"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "party_id"],
            ["party.branch_id", "party.id"],
            name=op.f("fk_territory_assignment_party_id"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "person_id"],
            ["person.branch_id", "person.id"],
            name=op.f("fk_territory_assignment_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "territory_id"],
            ["territory.branch_id", "territory.id"],
            name=op.f("fk_territory_assignment_territory_id"),
        ),
        sa.PrimaryKeyConstraint("branch_id", "id", name=op.f("pk_territory_assignment")),
    )
    with op.batch_alter_table("territory_assignment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_territory_assignment_territory_id"),
            ["branch_id", "territory_id"],
            unique=False,
        )

    op.create_table(
        "period_balance",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column(
            "location_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "product_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "lot_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "owner_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("qty", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["branch_id", "location_id"],
            ["location.branch_id", "location.id"],
            name=op.f("fk_period_balance_location_id"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "period_end"],
            ["stock_period.branch_id", "stock_period.period_end"],
            name=op.f("fk_period_balance_period_end"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "product_id"],
            ["product.branch_id", "product.id"],
            name=op.f("fk_period_balance_product_id"),
        ),
        sa.PrimaryKeyConstraint(
            "branch_id",
            "period_end",
            "location_id",
            "product_id",
            "lot_id",
            "owner_id",
            name=op.f("pk_period_balance"),
        ),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("period_balance", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_period_balance_product_id_period_end"),
            ["branch_id", "product_id", "period_end"],
            unique=False,
        )

    op.create_table(
        "delivery_proof",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "document_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("signer", sa.Text(), nullable=False),
        sa.Column("signature_sha256", sa.Text(), nullable=False),
        sa.Column("photo_sha256", sa.Text(), nullable=False),
        sa.Column("lat_e6", sa.BigInteger(), nullable=True),
        sa.Column("lng_e6", sa.BigInteger(), nullable=True),
        sa.Column("accuracy_m", sa.Integer(), nullable=True),
        sa.Column("datum", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["branch_id", "document_id"],
            ["document.branch_id", "document.id"],
            name=op.f("fk_delivery_proof_document_id"),
        ),
        sa.PrimaryKeyConstraint("branch_id", "document_id", name=op.f("pk_delivery_proof")),
    )
    op.create_table(
        "goods_receipt",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "document_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "place_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("asn_no", sa.Text(), nullable=False),
        sa.Column("truck", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["branch_id", "document_id"],
            ["document.branch_id", "document.id"],
            name=op.f("fk_goods_receipt_document_id"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "place_id"],
            ["location.branch_id", "location.id"],
            name=op.f("fk_goods_receipt_place_id"),
        ),
        sa.PrimaryKeyConstraint("branch_id", "document_id", name=op.f("pk_goods_receipt")),
    )
    op.create_table(
        "goods_return",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "document_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column(
            "delivery_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=True,
        ),
        sa.Column(
            "exchange_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=True,
        ),
        sa.Column(
            "van_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=True,
        ),
        sa.Column(
            "place_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=True,
        ),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("collected_ms", sa.BigInteger(), nullable=True),
        sa.Column("received_ms", sa.BigInteger(), nullable=True),
        sa.Column("inspected_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "mode IN ('return', 'exchange', 'swap', 'empties', 'consignment')",
            name=op.f("ck_goods_return_mode_known"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "delivery_id"],
            ["document.branch_id", "document.id"],
            name=op.f("fk_goods_return_delivery_id"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "document_id"],
            ["document.branch_id", "document.id"],
            name=op.f("fk_goods_return_document_id"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "exchange_id"],
            ["document.branch_id", "document.id"],
            name=op.f("fk_goods_return_exchange_id"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "place_id"],
            ["location.branch_id", "location.id"],
            name=op.f("fk_goods_return_place_id"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "van_id"],
            ["location.branch_id", "location.id"],
            name=op.f("fk_goods_return_van_id"),
        ),
        sa.PrimaryKeyConstraint("branch_id", "document_id", name=op.f("pk_goods_return")),
    )
    with op.batch_alter_table("goods_return", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_goods_return_delivery_id"), ["branch_id", "delivery_id"], unique=False
        )

    op.create_table(
        "load_sheet",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "document_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "route_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "van_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "driver_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=True,
        ),
        sa.Column(
            "checker_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=True,
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("seal_no", sa.Text(), nullable=False),
        sa.Column("float_fen", sa.BigInteger(), nullable=False),
        sa.Column("checked_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["branch_id", "checker_id"],
            ["person.branch_id", "person.id"],
            name=op.f("fk_load_sheet_checker_id"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "document_id"],
            ["document.branch_id", "document.id"],
            name=op.f("fk_load_sheet_document_id"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "driver_id"],
            ["person.branch_id", "person.id"],
            name=op.f("fk_load_sheet_driver_id"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "route_id"],
            ["route.branch_id", "route.id"],
            name=op.f("fk_load_sheet_route_id"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "van_id"],
            ["location.branch_id", "location.id"],
            name=op.f("fk_load_sheet_van_id"),
        ),
        sa.PrimaryKeyConstraint("branch_id", "document_id", name=op.f("pk_load_sheet")),
    )
    with op.batch_alter_table("load_sheet", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_load_sheet_day_route_id"), ["branch_id", "day", "route_id"], unique=False
        )

    op.create_table(
        "stock_case",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "location_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "product_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "document_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=True,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_ms IS NOT NULL)",
            name=op.f("ck_stock_case_closed_has_time"),
        ),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_stock_case_state_known")),
        sa.ForeignKeyConstraint(
            ["branch_id", "document_id"],
            ["document.branch_id", "document.id"],
            name=op.f("fk_stock_case_document_id"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "location_id"],
            ["location.branch_id", "location.id"],
            name=op.f("fk_stock_case_location_id"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "product_id"],
            ["product.branch_id", "product.id"],
            name=op.f("fk_stock_case_product_id"),
        ),
        sa.PrimaryKeyConstraint("branch_id", "id", name=op.f("pk_stock_case")),
        sa.UniqueConstraint(
            "branch_id",
            "kind",
            "location_id",
            "product_id",
            "opened_ms",
            name=op.f("uq_stock_case_kind_location_id_product_id_opened_ms"),
        ),
    )
    with op.batch_alter_table("stock_case", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_stock_case_state"), ["branch_id", "state"], unique=False
        )

    op.create_table(
        "transfer",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "document_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "source_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "target_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("shipped_ms", sa.BigInteger(), nullable=True),
        sa.Column("received_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["branch_id", "document_id"],
            ["document.branch_id", "document.id"],
            name=op.f("fk_transfer_document_id"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "source_id"],
            ["location.branch_id", "location.id"],
            name=op.f("fk_transfer_source_id"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "target_id"],
            ["location.branch_id", "location.id"],
            name=op.f("fk_transfer_target_id"),
        ),
        sa.PrimaryKeyConstraint("branch_id", "document_id", name=op.f("pk_transfer")),
    )
    op.create_table(
        "write_off",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "document_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "place_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "target IN ('loss', 'consumption')", name=op.f("ck_write_off_target_known")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "document_id"],
            ["document.branch_id", "document.id"],
            name=op.f("fk_write_off_document_id"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "place_id"],
            ["location.branch_id", "location.id"],
            name=op.f("fk_write_off_place_id"),
        ),
        sa.PrimaryKeyConstraint("branch_id", "document_id", name=op.f("pk_write_off")),
    )
    op.create_table(
        "goods_receipt_line",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "line_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("expected", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=True),
        sa.Column("short", sa.BigInteger(), nullable=True),
        sa.Column("rejected", sa.BigInteger(), nullable=True),
        sa.Column("oversupply", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "expected >= 0 AND COALESCE(received, 0) >= 0 AND COALESCE(short, 0) >= 0 AND COALESCE(rejected, 0) >= 0 AND COALESCE(oversupply, 0) >= 0",
            name=op.f("ck_goods_receipt_line_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "line_id"],
            ["document_line.branch_id", "document_line.id"],
            name=op.f("fk_goods_receipt_line_line_id"),
        ),
        sa.PrimaryKeyConstraint("branch_id", "line_id", name=op.f("pk_goods_receipt_line")),
    )
    op.create_table(
        "goods_return_line",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "line_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("disposition", sa.Text(), nullable=False),
        sa.Column("collected", sa.BigInteger(), nullable=True),
        sa.Column("received", sa.BigInteger(), nullable=True),
        sa.Column("accepted", sa.BigInteger(), nullable=True),
        sa.Column("no_reference", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "condition IN ('good', 'near', 'damaged', 'expired')",
            name=op.f("ck_goods_return_line_condition_known"),
        ),
        sa.CheckConstraint(
            "COALESCE(collected, 0) >= 0 AND COALESCE(received, 0) >= 0 AND COALESCE(accepted, 0) >= 0",
            name=op.f("ck_goods_return_line_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "line_id"],
            ["document_line.branch_id", "document_line.id"],
            name=op.f("fk_goods_return_line_line_id"),
        ),
        sa.PrimaryKeyConstraint("branch_id", "line_id", name=op.f("pk_goods_return_line")),
    )
    op.create_table(
        "load_line",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "line_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("picked", sa.BigInteger(), nullable=False),
        sa.Column("checked", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "picked >= 0 AND COALESCE(checked, 0) >= 0", name=op.f("ck_load_line_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "line_id"],
            ["document_line.branch_id", "document_line.id"],
            name=op.f("fk_load_line_line_id"),
        ),
        sa.PrimaryKeyConstraint("branch_id", "line_id", name=op.f("pk_load_line")),
    )
    op.create_table(
        "reservation",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "order_line_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "location_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "product_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "lot_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=True,
        ),
        sa.Column("qty", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'posted', 'void')", name=op.f("ck_reservation_state_known")
        ),
        sa.CheckConstraint("qty > 0", name=op.f("ck_reservation_qty_positive")),
        sa.ForeignKeyConstraint(
            ["branch_id", "location_id"],
            ["location.branch_id", "location.id"],
            name=op.f("fk_reservation_location_id"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "lot_id"], ["lot.branch_id", "lot.id"], name=op.f("fk_reservation_lot_id")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "order_line_id"],
            ["document_line.branch_id", "document_line.id"],
            name=op.f("fk_reservation_order_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "product_id"],
            ["product.branch_id", "product.id"],
            name=op.f("fk_reservation_product_id"),
        ),
        sa.PrimaryKeyConstraint("branch_id", "id", name=op.f("pk_reservation")),
    )
    with op.batch_alter_table("reservation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reservation_location_id_product_id_state"),
            ["branch_id", "location_id", "product_id", "state"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_reservation_order_line_id"), ["branch_id", "order_line_id"], unique=False
        )

    op.create_table(
        "supplier_claim",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "line_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "party_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("qty", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_ms IS NOT NULL)",
            name=op.f("ck_supplier_claim_closed_has_time"),
        ),
        sa.CheckConstraint(
            "kind IN ('short', 'damaged', 'oversupply', 'returned')",
            name=op.f("ck_supplier_claim_kind_known"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'closed')", name=op.f("ck_supplier_claim_state_known")
        ),
        sa.CheckConstraint("qty > 0", name=op.f("ck_supplier_claim_qty_positive")),
        sa.ForeignKeyConstraint(
            ["branch_id", "line_id"],
            ["document_line.branch_id", "document_line.id"],
            name=op.f("fk_supplier_claim_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "party_id"],
            ["party.branch_id", "party.id"],
            name=op.f("fk_supplier_claim_party_id"),
        ),
        sa.PrimaryKeyConstraint("branch_id", "id", name=op.f("pk_supplier_claim")),
    )
    with op.batch_alter_table("supplier_claim", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_supplier_claim_state"), ["branch_id", "state"], unique=False
        )

    op.create_table(
        "transfer_line",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "line_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("shipped", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=True),
        sa.Column("short", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "shipped >= 0 AND COALESCE(received, 0) >= 0 AND COALESCE(short, 0) >= 0",
            name=op.f("ck_transfer_line_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "line_id"],
            ["document_line.branch_id", "document_line.id"],
            name=op.f("fk_transfer_line_line_id"),
        ),
        sa.PrimaryKeyConstraint("branch_id", "line_id", name=op.f("pk_transfer_line")),
    )
    with op.batch_alter_table("count_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("scanned_ms", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("first_counted", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("second_counted", sa.BigInteger(), nullable=True))

    with op.batch_alter_table("customer_profile", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tier", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("grade", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(
            sa.Column("visits_per_month", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(
            sa.Column(
                "territory_id",
                sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
                nullable=True,
            )
        )
        batch_op.add_column(
            sa.Column(
                "bill_to_id",
                sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
                nullable=True,
            )
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_customer_profile_bill_to_id"),
            "party",
            ["branch_id", "bill_to_id"],
            ["branch_id", "id"],
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_customer_profile_territory_id"),
            "territory",
            ["branch_id", "territory_id"],
            ["branch_id", "id"],
        )

    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("attempt", sa.Integer(), server_default="1", nullable=False))

    with op.batch_alter_table("document_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("promotions", sa.Text(), server_default="", nullable=False))

    with op.batch_alter_table("packing", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("sellable", sa.Boolean(), server_default=sa.true(), nullable=False)
        )
        batch_op.add_column(
            sa.Column("orderable", sa.Boolean(), server_default=sa.true(), nullable=False)
        )

    with op.batch_alter_table("party", schema=None) as batch_op:
        batch_op.add_column(sa.Column("licence_expiry", sa.Date(), nullable=True))
        batch_op.add_column(
            sa.Column("supplier", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("initials", sa.Text(), server_default="", nullable=False))

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hire_date", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("leave_date", sa.Date(), nullable=True))

    with op.batch_alter_table("price_list", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "territory_id",
                sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
                nullable=True,
            )
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_price_list_territory_id"),
            "territory",
            ["branch_id", "territory_id"],
            ["branch_id", "id"],
        )

    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("alert_days", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(
            sa.Column("tax_rate_bp", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(
            sa.Column("deposit_fen", sa.BigInteger(), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("initials", sa.Text(), server_default="", nullable=False))

    with op.batch_alter_table("route", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("weekdays", sa.Integer(), server_default="127", nullable=False)
        )
        batch_op.add_column(
            sa.Column("cycle_weeks", sa.Integer(), server_default="1", nullable=False)
        )

    with op.batch_alter_table("route_stop", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("planned_minutes", sa.Integer(), server_default="0", nullable=False)
        )

    with op.batch_alter_table("sales_order", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("order_class", sa.Text(), server_default="direct", nullable=False)
        )
        batch_op.add_column(
            sa.Column("ended_because", sa.Text(), server_default="", nullable=False)
        )

    with op.batch_alter_table("stock_count", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "checker_id",
                sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("scope", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("planned_by", sa.Text(), server_default="", nullable=False))

    if op.get_bind().dialect.name == "postgresql":
        new_kinds_on_postgresql()
        protect_on_postgresql()
    else:
        new_kinds_on_sqlite()
        protect_on_sqlite()


MORE_KINDS = ("WO", "IM", "CN")
APPEND_ONLY = ("delivery_proof", "master_change")
# How a row of each table finds the document that it belongs to; {row} is NEW or OLD.
OWN_DOCUMENT = "d.branch_id = {row}.branch_id AND d.id = {row}.document_id"
BY_LINE = (
    "d.branch_id = {row}.branch_id AND d.id = (SELECT l.document_id FROM document_line l"
    " WHERE l.branch_id = {row}.branch_id AND l.id = {row}.line_id)"
)
PARTS_OF_A_DOCUMENT = {
    "goods_receipt": OWN_DOCUMENT,
    "goods_receipt_line": BY_LINE,
    "goods_return": OWN_DOCUMENT,
    "goods_return_line": BY_LINE,
    "load_sheet": OWN_DOCUMENT,
    "load_line": BY_LINE,
    "transfer": OWN_DOCUMENT,
    "transfer_line": BY_LINE,
    "write_off": OWN_DOCUMENT,
}


def new_kinds_on_sqlite() -> None:
    """Changes the CHECK in place, as sqlite.org/lang_altertable.html section 7 has it.

    A table that is made anew would take the triggers of its neighbours along.
    """
    connection = op.get_bind()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    listed = ", ".join(f"'{kind}'" for kind in MORE_KINDS)
    connection.execute(
        sa.text(
            "UPDATE sqlite_master SET sql = replace(sql, :old, :new)"
            " WHERE type = 'table' AND name = 'document'"
        ),
        {"old": "'RV', 'LS')", "new": f"'RV', 'LS', {listed})"},
    )
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = RESET")


def new_kinds_on_postgresql() -> None:
    kinds = ("SO", "DN", "RN", "RC", "PR", "TR", "CT", "ST", "RV", "LS", *MORE_KINDS)
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint(op.f("ck_document_kind_known"), "document", type_="check")
    op.create_check_constraint(op.f("ck_document_kind_known"), "document", f"kind IN ({listed})")


def protect_on_sqlite() -> None:
    for table in APPEND_ONLY:
        for event in ("UPDATE", "DELETE"):
            refuse(table, event, "", f"{table} is append-only")
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
    changeable = sorted(set(NEW_TABLES) - set(APPEND_ONLY))
    op.execute(f"GRANT SELECT, INSERT ON {', '.join(APPEND_ONLY)} TO tallydock_app")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(changeable)} TO tallydock_app")
    for table, belongs in PARTS_OF_A_DOCUMENT.items():
        refuse_on_postgresql(table, belongs)


def refuse_on_postgresql(table: str, belongs: str) -> None:
    checks = "".join(
        f" IF TG_OP {operator} 'INSERT' AND EXISTS (SELECT 1 FROM document d"  # noqa: S608
        f" WHERE d.state = 'posted' AND {belongs.format(row=row)}) THEN"
        " RAISE EXCEPTION 'a posted document is final'"
        " USING ERRCODE = 'integrity_constraint_violation'; END IF;"
        for operator, row in (("=", "NEW"), ("<>", "OLD"))
    )
    op.execute(
        f"CREATE FUNCTION {table}_refuses() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {checks}"
        " RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_refuses BEFORE INSERT OR UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {table}_refuses()"
    )
