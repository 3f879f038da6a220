"""Addresses of other systems that are told what happened, and what is on its way to them."""

import sqlalchemy as sa
from alembic import op

import app.store.moments

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two new tables."""
    op.create_table(
        "webhooks",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("cursor", sa.String(), nullable=False),
        sa.Column("created_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("removed_at", app.store.moments.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["authority_id", "person_id"], ["people.authority_id", "people.id"]),
        sa.PrimaryKeyConstraint("authority_id", "id"),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("webhook_id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("child_id", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("delivered_at", app.store.moments.UtcDateTime(), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["authority_id", "webhook_id"], ["webhooks.authority_id", "webhooks.id"]),
        sa.PrimaryKeyConstraint("authority_id", "webhook_id", "event_id"),
    )
    queued = sa.text("state = 'queued'")
    op.create_index(
        "ix_webhook_deliveries_next",
        "webhook_deliveries",
        ["next_at"],
        sqlite_where=queued,
        postgresql_where=queued,
    )
    op.create_index(
        "ix_webhook_deliveries_child",
        "webhook_deliveries",
        ["authority_id", "webhook_id", "child_id", "event_id"],
        sqlite_where=queued,
        postgresql_where=queued,
    )


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
