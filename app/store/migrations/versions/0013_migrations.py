"""Moving running pathways to another version."""

import sqlalchemy as sa
from alembic import op

import app.store.moments

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was moved, and the version whose form a finished task had."""
    moment = app.store.moments.UtcDateTime()
    op.create_table(
        "movings",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("to_version_id", sa.String(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_by_name", sa.String(), nullable=False),
        sa.Column("finished_at", moment, nullable=True),
        sa.Column("taken_back_at", moment, nullable=True),
        sa.Column("taken_back_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["to_version_id"], ["definition_versions.id"]),
        sa.PrimaryKeyConstraint("authority_id", "id"),
    )
    op.create_index("ix_movings_key", "movings", ["authority_id", "key", "asked_at"])
    op.create_index(
        "uq_movings_unfinished",
        "movings",
        ["authority_id", "key"],
        unique=True,
        sqlite_where=sa.text("finished_at IS NULL"),
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_table(
        "moved_instances",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("moving_id", sa.String(), nullable=False),
        sa.Column("instance_id", sa.String(), nullable=False),
        sa.Column("child_id", sa.String(), nullable=False),
        sa.Column("from_version_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sentence", sa.String(), nullable=True),
        sa.Column("moved_at", moment, nullable=True),
        sa.Column("state_before", sa.Text(), nullable=True),
        sa.Column("hash_after", sa.String(), nullable=True),
        sa.Column("rows_before", sa.JSON(), nullable=False),
        sa.Column("dates", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["authority_id", "moving_id"], ["movings.authority_id", "movings.id"]),
        sa.ForeignKeyConstraint(
            ["authority_id", "instance_id"], ["process_instances.authority_id", "process_instances.id"]
        ),
        sa.ForeignKeyConstraint(["from_version_id"], ["definition_versions.id"]),
        sa.PrimaryKeyConstraint("authority_id", "moving_id", "instance_id"),
    )
    op.create_index("ix_moved_instances_instance", "moved_instances", ["authority_id", "instance_id"])
    to_do = sa.text("state IN ('waiting', 'going_back')")
    op.create_index(
        "ix_moved_instances_to_do",
        "moved_instances",
        ["authority_id", "moving_id"],
        sqlite_where=to_do,
        postgresql_where=to_do,
    )
    op.add_column("user_tasks", sa.Column("asked_on", sa.String(), nullable=True))


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
