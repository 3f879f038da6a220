"""Letters to the people who do the work, how they want them, and their calendars."""

import sqlalchemy as sa
from alembic import op

import app.store.moments

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, app.store.moments.UtcDateTime(), nullable=nullable)


def _of_person() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["authority_id", "person_id"], ["people.authority_id", "people.id"])


def upgrade() -> None:
    """Four tables, and how the letters of pathways are followed until they have arrived."""
    op.create_table(
        "letters",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.Column("team_id", sa.String(), nullable=True),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("child_id", sa.String(), nullable=True),
        sa.Column("task_id", sa.String(), nullable=True),
        sa.Column("caused_by", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sent_to", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("digest_id", sa.String(), nullable=True),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _moment("next_attempt_at"),
        _moment("created_at"),
        _moment("sent_at", nullable=True),
        _moment("delivered_at", nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        sa.PrimaryKeyConstraint("authority_id", "id"),
        sa.UniqueConstraint("authority_id", "person_id", "kind", "occasion"),
    )
    for name, where in (
        ("queued", "state = 'queued'"),
        ("held", "state = 'held'"),
        ("on_its_way", "state = 'sent' AND provider_id IS NOT NULL"),
    ):
        condition = sa.text(where)
        op.create_index(
            f"ix_letters_{name}",
            "letters",
            ["next_attempt_at"],
            sqlite_where=condition,
            postgresql_where=condition,
        )
    op.create_index("ix_letters_state", "letters", ["authority_id", "state", "created_at"])
    op.create_index("ix_letters_digest", "letters", ["authority_id", "digest_id"])
    op.create_table(
        "letter_choices",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("digest_hour", sa.Integer(), nullable=True),
        sa.Column("quiet_from", sa.Integer(), nullable=False),
        sa.Column("quiet_until", sa.Integer(), nullable=False),
        sa.Column("escalations_any_time", sa.Boolean(), nullable=False),
        sa.Column("due_days", sa.Integer(), nullable=False),
        _moment("saved_at"),
        _of_person(),
        sa.PrimaryKeyConstraint("authority_id", "person_id"),
    )
    op.create_table(
        "bad_addresses",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        _moment("since_at"),
        _of_person(),
        sa.PrimaryKeyConstraint("authority_id", "person_id"),
    )
    op.create_table(
        "calendar_addresses",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        _moment("created_at"),
        _moment("last_used_at", nullable=True),
        _of_person(),
        sa.PrimaryKeyConstraint("authority_id", "person_id"),
        sa.UniqueConstraint("authority_id", "token_hash"),
    )
    op.add_column("notifications", sa.Column("provider_id", sa.String(), nullable=True))
    op.add_column("notifications", _moment("delivered_at", nullable=True))
    on_its_way = sa.text("state = 'sent' AND provider_id IS NOT NULL")
    op.create_index(
        "ix_notifications_on_its_way",
        "notifications",
        ["next_attempt_at"],
        sqlite_where=on_its_way,
        postgresql_where=on_its_way,
    )
    op.create_index("ix_notifications_state", "notifications", ["authority_id", "state", "created_at"])


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
