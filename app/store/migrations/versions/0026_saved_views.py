"""Views of the list of pathways that a person has kept, and the indexes by which that list is read in its order."""

import sqlalchemy as sa
from alembic import op

import app.store.moments

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody has kept a view before."""
    op.create_table(
        "saved_views",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("kept_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["authority_id", "person_id"], ["people.authority_id", "people.id"]),
        sa.PrimaryKeyConstraint("authority_id", "id"),
        sa.UniqueConstraint("authority_id", "person_id", "name"),
    )
    op.create_index(
        "ix_process_instances_state", "process_instances", ["authority_id", "status", "started_at", "id"]
    )
    op.create_index("ix_process_instances_started", "process_instances", ["authority_id", "started_at", "id"])


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
