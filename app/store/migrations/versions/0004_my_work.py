"""What people put off, and what they meet about."""

import sqlalchemy as sa
from alembic import op

import app.store.moments

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two tables, and the indexes of the lists: a queue by child, the pathways that a person started."""
    op.create_table(
        "appointments",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("child_id", sa.String(), nullable=False),
        sa.Column("instance_id", sa.String(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("at", app.store.moments.UtcDateTime(), nullable=True),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("recorded_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        sa.ForeignKeyConstraint(
            ["authority_id", "instance_id"], ["process_instances.authority_id", "process_instances.id"]
        ),
        sa.PrimaryKeyConstraint("authority_id", "id"),
    )
    op.create_index("ix_appointments_child", "appointments", ["authority_id", "child_id", "on_day"])
    op.create_index("ix_appointments_instance", "appointments", ["authority_id", "instance_id", "name"])
    op.create_table(
        "snoozes",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("for_id", sa.String(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("until_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.Column("at", app.store.moments.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["authority_id", "task_id"], ["user_tasks.authority_id", "user_tasks.id"]),
        sa.PrimaryKeyConstraint("authority_id", "task_id"),
    )
    op.create_index(
        "ix_process_instances_starter",
        "process_instances",
        ["authority_id", "created_by"],
        sqlite_where=sa.text("status IN ('running', 'suspended')"),
        postgresql_where=sa.text("status IN ('running', 'suspended')"),
    )
    op.drop_index("ix_user_tasks_team", table_name="user_tasks")
    op.create_index(
        "ix_user_tasks_team",
        "user_tasks",
        ["authority_id", "team_id", "due_at", "child_id", "state"],
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
