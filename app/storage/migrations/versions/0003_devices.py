"""Photos that a terminal has lost."""

from alembic import op

revision = "0003"
down_revision = "0002"

_STATE = "ck_blob_state_known"


def upgrade() -> None:
    with op.batch_alter_table("blob", schema=None) as batch_op:
        batch_op.drop_constraint(op.f(_STATE), type_="check")
        batch_op.create_check_constraint(op.f(_STATE), "state IN ('awaited', 'held', 'gone')")


def downgrade() -> None:
    with op.batch_alter_table("blob", schema=None) as batch_op:
        batch_op.drop_constraint(op.f(_STATE), type_="check")
        batch_op.create_check_constraint(op.f(_STATE), "state IN ('awaited', 'held', 'refused')")
