"""Contributions asked for, comments, and what waits for a manager's word."""

import sqlalchemy as sa
from alembic import op

import app.store.moments

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _text(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, app.store.moments.UtcDateTime(), nullable=nullable)


def _of_task() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["authority_id", "task_id"], ["user_tasks.authority_id", "user_tasks.id"])


def upgrade() -> None:
    """Three tables, and whether a task waits for sign-off or was returned."""
    op.add_column("user_tasks", _text("sign_off", nullable=True))
    op.create_table(
        "askings",
        *(
            _text(name)
            for name in ("authority_id", "id", "child_id", "instance_id", "task_id", "pathway", "role")
        ),
        _text("team_id", nullable=True),
        _text("person_id", nullable=True),
        _text("question"),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("wanted_on", sa.Date(), nullable=False),
        _moment("asked_at"),
        _text("asked_by", nullable=True),
        _text("state"),
        _moment("ended_at", nullable=True),
        _text("ended_by", nullable=True),
        _text("reason", nullable=True),
        _text("answer_id", nullable=True),
        _of_task(),
        sa.PrimaryKeyConstraint("authority_id", "id"),
    )
    op.create_index("ix_askings_task", "askings", ["authority_id", "task_id"])
    op.create_table(
        "sign_offs",
        _text("authority_id"),
        _text("task_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        _moment("submitted_at"),
        _text("submitted_by"),
        _text("submitted_for", nullable=True),
        _text("role"),
        _text("team_id", nullable=True),
        _text("assignee_id", nullable=True),
        _text("state"),
        _moment("decided_at", nullable=True),
        _text("decided_by", nullable=True),
        _text("comment", nullable=True),
        _of_task(),
        sa.PrimaryKeyConstraint("authority_id", "task_id", "number"),
    )
    op.create_table(
        "comments",
        *(_text(name) for name in ("authority_id", "id", "child_id", "task_id", "text")),
        _moment("at"),
        _text("by"),
        _text("mentioned_id", nullable=True),
        _moment("seen_at", nullable=True),
        _moment("withdrawn_at", nullable=True),
        _of_task(),
        sa.PrimaryKeyConstraint("authority_id", "id"),
    )
    op.create_index("ix_comments_task", "comments", ["authority_id", "task_id", "at"])
    op.create_index("ix_comments_mentioned", "comments", ["authority_id", "mentioned_id", "at"])
    for name, table, column, where in (
        ("ix_askings_instance", "askings", "instance_id", "state = 'open'"),
        ("ix_comments_unread", "comments", "mentioned_id", "seen_at IS NULL AND withdrawn_at IS NULL"),
    ):
        condition = sa.text(where)
        op.create_index(
            name, table, ["authority_id", column], sqlite_where=condition, postgresql_where=condition
        )


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
