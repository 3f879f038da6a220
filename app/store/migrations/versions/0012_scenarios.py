"""Scenarios of a pathway, and simulations under way."""

import sqlalchemy as sa
from alembic import op

import app.store.moments

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Neither was there before."""
    op.create_table(
        "simulations",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("draft_id", sa.String(), nullable=True),
        sa.Column("draft_revision", sa.Integer(), nullable=True),
        sa.Column("version_id", sa.String(), nullable=True),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("begun_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("begun_by", sa.String(), nullable=False),
        sa.Column("changed_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["pathway_drafts.id"]),
        sa.ForeignKeyConstraint(["version_id"], ["definition_versions.id"]),
        sa.PrimaryKeyConstraint("authority_id", "id"),
    )
    op.create_index("ix_simulations_begun", "simulations", ["authority_id", "begun_by", "changed_at"])
    op.create_table(
        "pathway_scenarios",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("changed_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("changed_by_name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", "name"),
    )


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
