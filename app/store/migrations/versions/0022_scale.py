"""Indexes that keep the board and the lists fast in a council's tenth year."""

from alembic import op

revision = "0022"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What reports read: of a period, of the children whom they are about."""
    op.create_index("ix_user_tasks_form", "user_tasks", ["authority_id", "form", "due_at", "created_at"])
    op.create_index(
        "ix_user_tasks_pathway", "user_tasks", ["authority_id", "definition_key", "due_at", "created_at"]
    )
    op.create_index("ix_answers_form", "answers", ["authority_id", "form", "at"])
    op.create_index("ix_answers_child", "answers", ["authority_id", "child_id", "form"])
    op.create_index("ix_child_facts_name", "child_facts", ["authority_id", "name"])
    op.create_index("ix_bed_nights_until", "bed_nights", ["authority_id", "until_at"])
    op.create_index(
        "ix_process_instances_ended", "process_instances", ["authority_id", "definition_key", "ended_at"]
    )


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
