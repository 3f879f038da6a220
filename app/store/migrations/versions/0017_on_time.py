"""Where both sides of a task's deadline end, by which what was met on time is counted; why something was late."""

import json
from datetime import datetime

import sqlalchemy as sa
from alembic import op

import app.store.moments

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

AT_ONCE = 2000
_MOMENT = app.store.moments.UtcDateTime()
_TASKS = sa.table(
    "user_tasks",
    sa.column("authority_id", sa.String()),
    sa.column("id", sa.String()),
    sa.column("due", sa.Text()),
    sa.column("due_at", _MOMENT),
    sa.column("local_due_at", _MOMENT),
    sa.column("statutory_due_at", _MOMENT),
)


def upgrade() -> None:
    """The two columns are filled from the deadlines that are there."""
    op.add_column("user_tasks", sa.Column("local_due_at", app.store.moments.UtcDateTime(), nullable=True))
    op.add_column("user_tasks", sa.Column("statutory_due_at", app.store.moments.UtcDateTime(), nullable=True))
    _fill(op.get_bind())
    op.create_index("ix_user_tasks_due", "user_tasks", ["authority_id", "team_id", "due_at"])
    completed = sa.text("state = 'completed'")
    op.create_index(
        "ix_user_tasks_done",
        "user_tasks",
        ["authority_id", "definition_key", "completed_at"],
        sqlite_where=completed,
        postgresql_where=completed,
    )
    op.create_table(
        "late_reasons",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("said_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("said_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["authority_id", "task_id"], ["user_tasks.authority_id", "user_tasks.id"]),
        sa.PrimaryKeyConstraint("authority_id", "task_id"),
    )


def _fill(connection: sa.Connection) -> None:
    last = ("", "")
    while True:
        rows = connection.execute(
            sa.select(
                _TASKS.c.authority_id,
                _TASKS.c.id,
                sa.cast(_TASKS.c.due, sa.Text()).label("due"),
                _TASKS.c.due_at,
            )
            .where(
                _TASKS.c.due_at.is_not(None), sa.tuple_(_TASKS.c.authority_id, _TASKS.c.id) > sa.tuple_(*last)
            )
            .order_by(_TASKS.c.authority_id, _TASKS.c.id)
            .limit(AT_ONCE)
        ).all()
        if not rows:
            return
        last = (rows[-1].authority_id, rows[-1].id)
        connection.execute(
            sa.update(_TASKS)
            .where(
                _TASKS.c.authority_id == sa.bindparam("of_authority"), _TASKS.c.id == sa.bindparam("of_task")
            )
            .values(local_due_at=sa.bindparam("local"), statutory_due_at=sa.bindparam("statutory")),
            [{"of_authority": row.authority_id, "of_task": row.id, **_sides(row)} for row in rows],
        )


def _sides(row: sa.Row) -> dict[str, datetime | None]:
    due = json.loads(row.due or "null") or {}
    local, statutory = due.get("local"), due.get("statutory")
    return {
        "local": datetime.fromisoformat(local["due_at"]) if local else None if statutory else row.due_at,
        "statutory": datetime.fromisoformat(statutory["due_at"]) if statutory else None,
    }


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
