"""Who is away, who covers for them, and what was done for them."""

import sqlalchemy as sa
from alembic import op

import app.store.moments

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two tables."""
    op.create_table(
        "absences",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("cover_id", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=True),
        sa.Column("ended_at", app.store.moments.UtcDateTime(), nullable=True),
        sa.Column("read_at", app.store.moments.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["authority_id", "person_id"], ["people.authority_id", "people.id"]),
        sa.ForeignKeyConstraint(["authority_id", "cover_id"], ["people.authority_id", "people.id"]),
        sa.PrimaryKeyConstraint("authority_id", "id"),
    )
    op.create_index("ix_absences_cover", "absences", ["authority_id", "cover_id", "until_on"])
    op.create_index("ix_absences_person", "absences", ["authority_id", "person_id", "until_on"])
    op.create_table(
        "done_for",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.Column("at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("child_id", sa.String(), nullable=True),
        sa.Column("task_id", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("authority_id", "id"),
    )
    op.create_index("ix_done_for_person", "done_for", ["authority_id", "person_id", "at"])
    op.create_index("ix_done_for_task", "done_for", ["authority_id", "task_id"])


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
