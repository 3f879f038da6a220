"""Keeping and disposing of records: holds, transfers, proposals, certificates, and seals of the audit."""

import sqlalchemy as sa
from alembic import op

from app.store import seals
from app.store.checkpoints import append_only_postgresql, append_only_sqlite
from app.store.moments import UtcDateTime

revision = "0032"
down_revision = "0029"
branch_labels = None
depends_on = None


def _needed(kind: type, *names: str) -> list[sa.Column]:
    return [sa.Column(name, kind(), nullable=False) for name in names]


def _perhaps(kind: type, *names: str) -> list[sa.Column]:
    return [sa.Column(name, kind(), nullable=True) for name in names]


def upgrade() -> None:
    """Three new tables, two of which can only be added to; the audit may lose the facts of sealed entries."""
    op.create_table(
        "record_keeping",
        *_needed(sa.String, "authority_id", "child_id"),
        *_needed(UtcDateTime, "recorded_at"),
        *_perhaps(sa.Date, "died_on", "transferred_on"),
        *_perhaps(sa.String, "transferred_as", "transferred_by", "held_by", "held_reason"),
        *_perhaps(sa.String, "proposed_by", "proposed_reason"),
        *_perhaps(UtcDateTime, "held_at", "proposed_at"),
        sa.ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        sa.PrimaryKeyConstraint("authority_id", "child_id"),
    )
    op.create_index("ix_record_keeping_transferred", "record_keeping", ["authority_id", "transferred_on"])
    op.create_table(
        "disposal_certificates",
        *_needed(sa.String, "authority_id", "id", "record_id", "kind", "reason", "seals", "hash"),
        *_needed(sa.String, "proposed_by", "proposed_by_name", "decided_by", "decided_by_name"),
        *_needed(sa.Date, "review_on"),
        *_needed(sa.JSON, "rows"),
        *_needed(sa.Integer, "entries"),
        *_needed(UtcDateTime, "proposed_at", "decided_at"),
        sa.PrimaryKeyConstraint("authority_id", "id"),
    )
    op.create_index("ix_disposal_certificates_record", "disposal_certificates", ["authority_id", "record_id"])
    op.create_table(
        "audit_erasures",
        *_needed(sa.String, "authority_id", "stream"),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        *_needed(sa.String, "certificate_id", "seal"),
        sa.ForeignKeyConstraint(
            ["authority_id", "certificate_id"],
            ["disposal_certificates.authority_id", "disposal_certificates.id"],
        ),
        sa.PrimaryKeyConstraint("authority_id", "stream", "seq"),
    )
    op.create_index("ix_audit_erasures_certificate", "audit_erasures", ["authority_id", "certificate_id"])
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    statements = list(seals.SQLITE if is_sqlite else seals.POSTGRESQL)
    for table in seals.APPEND_ONLY:
        statements += append_only_sqlite(table) if is_sqlite else append_only_postgresql(table)
    if not is_sqlite:
        statements.append("REVOKE ALL ON FUNCTION audit_take_out(text) FROM PUBLIC")
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
