"""Requests for what is on record, and what is left out of the answer."""

import sqlalchemy as sa
from alembic import op

from app.store.moments import UtcDateTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def _columns(kind: type, *names: str, needed: bool = True) -> list[sa.Column]:
    return [sa.Column(name, kind(), nullable=not needed) for name in names]


def upgrade() -> None:
    """Two new tables."""
    op.create_table(
        "subject_requests",
        *_columns(sa.String, "authority_id", "id", "child_id", "asked_by", "opened_by"),
        *_columns(sa.Date, "received_on"),
        *_columns(UtcDateTime, "as_at", "opened_at"),
        *_columns(UtcDateTime, "extended_at", "released_at", needed=False),
        *_columns(sa.String, "extended_by", "extended_reason", "released_by", "released_to", needed=False),
        sa.ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        sa.PrimaryKeyConstraint("authority_id", "id"),
    )
    op.create_index(
        "ix_subject_requests_child", "subject_requests", ["authority_id", "child_id", "received_on"]
    )
    op.create_table(
        "subject_decisions",
        *_columns(sa.String, "authority_id", "request_id", "part", "child_id", "by"),
        *_columns(sa.String, "reason", needed=False),
        *_columns(UtcDateTime, "at"),
        sa.ForeignKeyConstraint(
            ["authority_id", "request_id"], ["subject_requests.authority_id", "subject_requests.id"]
        ),
        sa.PrimaryKeyConstraint("authority_id", "request_id", "part"),
    )


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
