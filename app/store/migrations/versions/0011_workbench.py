"""Drafts of pathways, and what is asked to be published."""

import sqlalchemy as sa
from alembic import op

import app.store.moments

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Whatever is in force was put there by a release."""
    op.add_column("definition_versions", sa.Column("published_by_name", sa.String(), nullable=True))
    op.add_column("definition_versions", sa.Column("in_force_by", sa.String(), nullable=True))
    op.add_column(
        "definition_versions", sa.Column("in_force_at", app.store.moments.UtcDateTime(), nullable=True)
    )
    op.execute("UPDATE definition_versions SET in_force_at = published_at")
    op.create_table(
        "pathway_drafts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("base_version_id", sa.String(), nullable=True),
        sa.Column("report", sa.Text(), nullable=True),
        sa.Column("begun_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("begun_by", sa.String(), nullable=False),
        sa.Column("changed_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["base_version_id"], ["definition_versions.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_pathway_drafts_changed", "pathway_drafts", ["changed_at"])
    op.create_index(
        "uq_pathway_drafts_unfinished",
        "pathway_drafts",
        ["key"],
        unique=True,
        sqlite_where=sa.text("state IN ('open', 'waiting')"),
        postgresql_where=sa.text("state IN ('open', 'waiting')"),
    )
    op.create_table(
        "draft_revisions",
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("bundle", sa.Text(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("saved_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("saved_by", sa.String(), nullable=False),
        sa.Column("saved_by_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["pathway_drafts.id"]),
        sa.PrimaryKeyConstraint("draft_id", "number"),
    )
    op.create_table(
        "publications",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("draft_id", sa.String(), nullable=True),
        sa.Column("draft_revision", sa.Integer(), nullable=True),
        sa.Column("version_id", sa.String(), nullable=False),
        sa.Column("in_force_then", sa.String(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("effective_at", app.store.moments.UtcDateTime(), nullable=True),
        sa.Column("asked_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_by_name", sa.String(), nullable=False),
        sa.Column("decided_at", app.store.moments.UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_by_name", sa.String(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["draft_id"], ["pathway_drafts.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_publications_key", "publications", ["key", "asked_at"])
    op.create_index("ix_publications_state", "publications", ["state", "effective_at"])
    op.create_index(
        "uq_publications_open",
        "publications",
        ["key"],
        unique=True,
        sqlite_where=sa.text("state IN ('waiting', 'approved')"),
        postgresql_where=sa.text("state IN ('waiting', 'approved')"),
    )


def downgrade() -> None:
    """There is no way back: what was drawn would be lost."""
    raise NotImplementedError
