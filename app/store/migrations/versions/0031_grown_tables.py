"""Indexes for what was found by reading all of an authority: a child's messages and workers, and the newest letters."""

from alembic import op

revision = "0031"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Found at a million tasks: a child's page read every message of the council."""
    op.create_index("ix_outbox_messages_child", "outbox_messages", ["authority_id", "child_id", "name"])
    op.create_index("ix_child_workers_child", "child_workers", ["authority_id", "child_id"])
    op.create_index("ix_notifications_created", "notifications", ["authority_id", "created_at", "id"])


def downgrade() -> None:
    """Back to reading all of them."""
    op.drop_index("ix_notifications_created", "notifications")
    op.drop_index("ix_child_workers_child", "child_workers")
    op.drop_index("ix_outbox_messages_child", "outbox_messages")
