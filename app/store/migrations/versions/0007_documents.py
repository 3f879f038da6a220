"""Documents, and what has been recorded in the case system."""

import sqlalchemy as sa
from alembic import op

import app.store.moments

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three tables, and an index to find what a person has completed."""
    op.create_table(
        "child_documents",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("child_id", sa.String(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("extension", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("scanned_at", app.store.moments.UtcDateTime(), nullable=True),
        sa.Column("for_case_system", sa.Boolean(), nullable=False),
        sa.Column("added_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("withdrawn_at", app.store.moments.UtcDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        sa.ForeignKeyConstraint(["authority_id", "task_id"], ["user_tasks.authority_id", "user_tasks.id"]),
        sa.PrimaryKeyConstraint("authority_id", "id"),
    )
    op.create_index("ix_child_documents_child", "child_documents", ["authority_id", "child_id", "added_at"])
    op.create_index("ix_child_documents_task", "child_documents", ["authority_id", "task_id"])
    op.create_index("ix_child_documents_state", "child_documents", ["state", "authority_id", "id"])
    op.create_table(
        "document_contents",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id", "document_id"], ["child_documents.authority_id", "child_documents.id"]
        ),
        sa.PrimaryKeyConstraint("authority_id", "document_id"),
    )
    op.create_table(
        "recorded_elsewhere",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["authority_id", "task_id"], ["user_tasks.authority_id", "user_tasks.id"]),
        sa.PrimaryKeyConstraint("authority_id", "task_id"),
    )
    op.create_index(
        "ix_user_tasks_completed_by",
        "user_tasks",
        ["authority_id", "completed_by", "completed_at"],
        sqlite_where=sa.text("state = 'completed'"),
        postgresql_where=sa.text("state = 'completed'"),
    )


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
