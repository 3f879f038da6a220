"""Indexes for lists that were read whole: the newest pathways that run, the meetings of a week, the newest letters."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0035"
branch_labels = None
depends_on = None
RUNS = sa.text("status IN ('running', 'suspended')")


def upgrade() -> None:
    """Found at a million tasks and as many letters."""
    op.create_index(
        "ix_process_instances_newest",
        "process_instances",
        ["authority_id", "started_at", "id"],
        sqlite_where=RUNS,
        postgresql_where=RUNS,
    )
    op.create_index("ix_appointments_day", "appointments", ["authority_id", "on_day"])
    op.create_index("ix_letters_created", "letters", ["authority_id", "created_at", "id"])


def downgrade() -> None:
    """Back to reading all of them."""
    op.drop_index("ix_letters_created", "letters")
    op.drop_index("ix_appointments_day", "appointments")
    op.drop_index("ix_process_instances_newest", "process_instances")
