"""Who has acknowledged what was escalated to them; the pages that went to the director."""

import sqlalchemy as sa
from alembic import op

import app.store.db
import app.store.moments

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


LADDERS_OF_OPEN_TASKS = """
    UPDATE user_tasks SET escalated_at = created_at
    WHERE state = 'open' AND escalated_at IS NULL AND EXISTS (
        SELECT 1 FROM process_instances AS ladder
        WHERE ladder.authority_id = user_tasks.authority_id AND ladder.root_id = user_tasks.root_id
        AND ladder.parent_id = user_tasks.instance_id AND ladder.correlation_key = user_tasks.element_id
        AND ladder.definition_key = 'escalation' AND ladder.status IN ('running', 'suspended')
    )
"""
"""The steps of disputes, which were opened and escalated at once, did not say that they were escalated."""


def upgrade() -> None:
    """Two new tables; and disputes that run end their ladders when they are settled."""
    op.execute(LADDERS_OF_OPEN_TASKS)
    op.create_table(
        "acknowledgements",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("at", app.store.moments.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["authority_id", "task_id"], ["user_tasks.authority_id", "user_tasks.id"]),
        sa.PrimaryKeyConstraint("authority_id", "task_id", "person_id"),
    )
    op.create_table(
        "director_pages",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("child_id", sa.String(), nullable=False),
        sa.Column("document", app.store.db.JSON, nullable=False),
        sa.Column("sent_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("sent_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["authority_id", "task_id"], ["user_tasks.authority_id", "user_tasks.id"]),
        sa.PrimaryKeyConstraint("authority_id", "task_id"),
    )


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
