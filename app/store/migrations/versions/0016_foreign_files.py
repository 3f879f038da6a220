"""Files of other modellers that somebody has looked at."""

import sqlalchemy as sa
from alembic import op

import app.store.moments

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """They were not kept before."""
    op.create_table(
        "foreign_files",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("looked_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("looked_at_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("authority_id", "id"),
    )
    op.create_index("ix_foreign_files_looked_at", "foreign_files", ["authority_id", "looked_at"])


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
