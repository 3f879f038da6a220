"""What the practitioner's day still needed: questions and mentions of leavers, corrections after a sign-off."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Who took over a question or a mention; what waits for a word again; two new kinds of letter for everybody."""
    op.add_column("askings", sa.Column("taken_over_by", sa.String(), nullable=True))
    op.add_column("comments", sa.Column("first_mentioned_id", sa.String(), nullable=True))
    corrected = sa.text("state = 'corrected'")
    op.create_index(
        "ix_sign_offs_corrected",
        "sign_offs",
        ["authority_id", "decided_by"],
        sqlite_where=corrected,
        postgresql_where=corrected,
    )
    choices = sa.table(
        "letter_choices",
        sa.column("authority_id", sa.String()),
        sa.column("person_id", sa.String()),
        sa.column("kinds", sa.JSON()),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(choices)).all():
        connection.execute(
            sa.update(choices)
            .where(choices.c.authority_id == row.authority_id, choices.c.person_id == row.person_id)
            .values(kinds=sorted({*row.kinds, "answered", "corrected"}))
        )


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
