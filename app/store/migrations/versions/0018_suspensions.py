"""Pathways that a manager has suspended, with the reason and the day on which they go on."""

import sqlalchemy as sa
from alembic import op

import app.store.db

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only a fault could suspend a pathway before."""
    op.create_table(
        "suspensions",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("instance_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.Column("at", app.store.db.UtcDateTime(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["authority_id", "instance_id"], ["process_instances.authority_id", "process_instances.id"]
        ),
        sa.PrimaryKeyConstraint("authority_id", "instance_id"),
    )


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
