"""Terminals that know files instead of records; photos that a terminal has lost."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

_STATE = "ck_blob_state_known"


def upgrade() -> None:
    with op.batch_alter_table("blob", schema=None) as batch_op:
        batch_op.drop_constraint(op.f(_STATE), type_="check")
        batch_op.create_check_constraint(op.f(_STATE), "state IN ('awaited', 'held', 'gone')")
    op.create_table(
        "file_setup",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("terminal_no", sa.Integer(), nullable=False),
        sa.Column("driver", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("port", sa.Text(), nullable=False),
        sa.Column("baud", sa.Integer(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("clears", sa.Boolean(), nullable=False),
        sa.Column("sends", sa.Boolean(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "serial <> '' OR port <> ''", name=op.f("ck_file_setup_is_known_by_something")
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_file_setup_branch_id")),
        sa.PrimaryKeyConstraint("branch_id", "id", name=op.f("pk_file_setup")),
        sa.UniqueConstraint("branch_id", "terminal_no", name=op.f("uq_file_setup_terminal_no")),
    )
    op.create_table(
        "taken_file",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column(
            "id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("terminal_no", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("lines_sha256", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "batch_id",
            sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql"),
            nullable=False,
        ),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state IN ('held', 'clearing', 'cleared')", name=op.f("ck_taken_file_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id", "batch_id"],
            ["upload_batch.branch_id", "upload_batch.id"],
            name=op.f("fk_taken_file_batch_id"),
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_taken_file_branch_id")),
        sa.PrimaryKeyConstraint("branch_id", "id", name=op.f("pk_taken_file")),
        sa.UniqueConstraint(
            "branch_id",
            "terminal_no",
            "epoch",
            "name",
            name=op.f("uq_taken_file_terminal_no_epoch_name"),
        ),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON file_setup, taken_file TO tallydock_app"
        )
