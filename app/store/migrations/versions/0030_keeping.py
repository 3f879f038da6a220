"""Checkpoints of the audit: how far every stream had come, so that nothing can be cut off unnoticed."""

import sqlalchemy as sa
from alembic import op

import app.store.moments
from app.store.checkpoints import APPEND_ONLY, append_only_postgresql, append_only_sqlite

revision = "0030"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two tables that can only be added to."""
    op.create_table(
        "audit_heads",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("authority_id", "stream")),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("checkpoint", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("authority_id", "stream", "seq"),
    )
    op.create_index("ix_audit_heads_checkpoint", "audit_heads", ["checkpoint"])
    op.create_table(
        "audit_checkpoints",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("streams", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in APPEND_ONLY:
        for statement in append_only_sqlite(table) if is_sqlite else append_only_postgresql(table):
            op.execute(statement)


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
