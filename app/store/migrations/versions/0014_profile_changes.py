"""Changes of a profile that were made in the browser."""

import sqlalchemy as sa
from alembic import op

import app.store.moments

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing has been changed yet."""
    op.create_table(
        "profile_overlays",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "profile_changes",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("section", sa.String(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("was", sa.String(), nullable=False),
        sa.Column("became", sa.String(), nullable=False),
        sa.Column("words_before", sa.Text(), nullable=False),
        sa.Column("words_after", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("changed_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["authority_id"], ["authorities.id"]),
        sa.ForeignKeyConstraint(["authority_id", "changed_by"], ["people.authority_id", "people.id"]),
        sa.PrimaryKeyConstraint("authority_id", "id"),
    )
    op.create_index("ix_profile_changes_at", "profile_changes", ["authority_id", "changed_at"])


def downgrade() -> None:
    """There is no way back: what was changed would be lost."""
    raise NotImplementedError
