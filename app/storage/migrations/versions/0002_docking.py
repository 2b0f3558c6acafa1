"""Keys of terminals, photos, data sets by revision, number blocks, backups, the log of a docking."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

NEW_TABLES = ("backup_run", "blob", "data_set", "number_block", "terminal_key")


def upgrade() -> None:
    op.create_table(
        "backup_run",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("verified_ms", sa.BigInteger(), nullable=True),
        sa.Column("watermarks", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_backup_run_branch_id")),
        sa.PrimaryKeyConstraint("branch_id", "id", name=op.f("pk_backup_run")),
    )
    with op.batch_alter_table("backup_run", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_backup_run_made_ms"), ["branch_id", "made_ms"], unique=False
        )

    op.create_table(
        "blob",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("terminal_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("announced_ms", sa.BigInteger(), nullable=False),
        sa.Column("held_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(state = 'held') = (held_ms IS NOT NULL)", name=op.f("ck_blob_held_has_time")
        ),
        sa.CheckConstraint(
            "state IN ('awaited', 'held', 'refused')", name=op.f("ck_blob_state_known")
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_blob_branch_id")),
        sa.PrimaryKeyConstraint("branch_id", "id", name=op.f("pk_blob")),
        sa.UniqueConstraint("branch_id", "sha256", name=op.f("uq_blob_sha256")),
    )
    op.create_table(
        "data_set",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_data_set_branch_id")),
        sa.PrimaryKeyConstraint("branch_id", "id", name=op.f("pk_data_set")),
        sa.UniqueConstraint(
            "branch_id", "name", "scope", "revision", name=op.f("uq_data_set_name_scope_revision")
        ),
    )
    op.create_table(
        "number_block",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("terminal_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("first_no", sa.BigInteger(), nullable=False),
        sa.Column("last_no", sa.BigInteger(), nullable=False),
        sa.Column("used_no", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("issued_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('issued', 'used_up', 'returned', 'filled')",
            name=op.f("ck_number_block_state_known"),
        ),
        sa.CheckConstraint("first_no <= last_no", name=op.f("ck_number_block_block_in_order")),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_number_block_branch_id")
        ),
        sa.PrimaryKeyConstraint("branch_id", "id", name=op.f("pk_number_block")),
        sa.UniqueConstraint(
            "branch_id",
            "terminal_no",
            "year",
            "first_no",
            name=op.f("uq_number_block_terminal_no_year_first_no"),
        ),
    )
    op.create_table(
        "terminal_key",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("terminal_no", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("paired_ms", sa.BigInteger(), nullable=False),
        sa.Column("paired_by", sa.Text(), nullable=False),
        sa.Column("revoked_ms", sa.BigInteger(), nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "method IN ('qr', 'code', 'file')", name=op.f("ck_terminal_key_method_known")
        ),
        sa.CheckConstraint(
            "state IN ('trusted', 'revoked')", name=op.f("ck_terminal_key_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_terminal_key_branch_id")
        ),
        sa.PrimaryKeyConstraint("branch_id", "id", name=op.f("pk_terminal_key")),
        sa.UniqueConstraint("branch_id", "device_id", name=op.f("uq_terminal_key_device_id")),
    )
    with op.batch_alter_table("terminal_key", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_terminal_key_terminal_no"), ["branch_id", "terminal_no"], unique=False
        )

    with op.batch_alter_table("dock_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("epoch", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("blobs", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("received_bytes", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("sent_bytes", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("ticket", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("log", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("traffic_path", sa.Text(), nullable=True))

    with op.batch_alter_table("quarantine_item", schema=None) as batch_op:
        batch_op.add_column(sa.Column("proposed_by", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("proposed_ms", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("proposal", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("qty", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("amount_fen", sa.BigInteger(), nullable=True))

    with op.batch_alter_table("terminal", schema=None) as batch_op:
        batch_op.add_column(sa.Column("route_code", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("status", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("battery_percent", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("free_bytes", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("clock_offset_ms", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("masters_ms", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("ticket", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("ticket_before", sa.Text(), nullable=True))
    op.execute("UPDATE terminal SET status = CASE WHEN active THEN 'active' ELSE 'revoked' END")
    with op.batch_alter_table("terminal", schema=None) as batch_op:
        batch_op.alter_column("status", existing_type=sa.Text(), nullable=False)
        batch_op.create_check_constraint(
            op.f("ck_terminal_status_known"), "status IN ('active', 'revoked', 'lost')"
        )
        batch_op.drop_column("active")

    with op.batch_alter_table("upload_batch", schema=None) as batch_op:
        batch_op.add_column(sa.Column("signed_by", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("chain", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("typed_by", sa.Text(), nullable=True))

    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(NEW_TABLES)} TO tallydock_app"
        )
