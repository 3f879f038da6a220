"""Tasks that are opened again, or turn out not to be needed."""

import sqlalchemy as sa
from alembic import op

import app.store.moments

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was answered before a correction, and why a task was not needed."""
    op.create_table(
        "earlier_answers",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("corrected_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("corrected_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["authority_id", "task_id"], ["user_tasks.authority_id", "user_tasks.id"]),
        sa.PrimaryKeyConstraint("authority_id", "task_id", "number"),
    )
    op.add_column("user_tasks", sa.Column("not_needed_reason", sa.String(), nullable=True))


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
