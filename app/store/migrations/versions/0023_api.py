"""Tokens of the API, and the first answers to requests that may be sent again."""

import sqlalchemy as sa
from alembic import op

import app.store.moments

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two new tables."""
    op.create_table(
        "api_tokens",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=True),
        sa.Column("expires_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("used_at", app.store.moments.UtcDateTime(), nullable=True),
        sa.Column("revoked_at", app.store.moments.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["authority_id", "person_id"], ["people.authority_id", "people.id"]),
        sa.PrimaryKeyConstraint("authority_id", "token_hash"),
        sa.UniqueConstraint("authority_id", "id"),
    )
    op.create_index("ix_api_tokens_person", "api_tokens", ["authority_id", "person_id"])
    op.create_table(
        "first_answers",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("token_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request_hash", sa.String(), nullable=False),
        sa.Column("at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("content_type", sa.String(), nullable=True),
        sa.Column("location", sa.String(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["authority_id", "token_id"], ["api_tokens.authority_id", "api_tokens.id"]),
        sa.PrimaryKeyConstraint("authority_id", "token_id", "key"),
    )
    op.create_index("ix_first_answers_at", "first_answers", ["authority_id", "at"])


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
