"""What a manager changes: suspended pathways, their reason, the day on which they go on; letters of moved days."""

import sqlalchemy as sa
from alembic import op

import app.store.moments

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only a fault could suspend a pathway before; whoever has chosen their letters hears of moved days too."""
    op.create_table(
        "suspensions",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("instance_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.Column("at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["authority_id", "instance_id"], ["process_instances.authority_id", "process_instances.id"]
        ),
        sa.PrimaryKeyConstraint("authority_id", "instance_id"),
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
            .values(kinds=sorted({*row.kinds, "moved"}))
        )


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
