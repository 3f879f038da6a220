"""What rows said before they were changed is kept from now on; since when a status or a stay has been on record."""

import sqlalchemy as sa
from alembic import op

import app.store.moments
from app.domain.clock import now

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None
DATED = ("legal_statuses", "bed_nights")


def upgrade() -> None:
    """Of what was there before, nobody can say when it was recorded: its first day stands for that."""
    moment = app.store.moments.UtcDateTime()
    op.create_table(
        "kept_rows",
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("authority_id", "child_id", "about", "row_key")
        ),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("until_at", moment, nullable=False),
        sa.Column("was", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("authority_id", "child_id", "about", "row_key", "number"),
    )
    op.create_table(
        "keeping_began",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.PrimaryKeyConstraint("authority_id"),
    )
    op.create_table("standing_clock", sa.Column("at", moment, primary_key=True, nullable=False))
    connection = op.get_bind()
    children = sa.table("children", sa.column("authority_id", sa.String()))
    began = sa.table("keeping_began", sa.column("authority_id", sa.String()), sa.column("at", moment))
    for authority_id in connection.scalars(sa.select(children.c.authority_id).distinct()).all():
        connection.execute(sa.insert(began).values(authority_id=authority_id, at=now()))
    for name in DATED:
        with op.batch_alter_table(name) as batch:
            batch.add_column(sa.Column("recorded_at", moment, nullable=True))
        table = sa.table(name, sa.column("recorded_at", moment), sa.column("from_at", moment))
        connection.execute(sa.update(table).values(recorded_at=table.c.from_at))
        with op.batch_alter_table(name) as batch:
            batch.alter_column("recorded_at", existing_type=moment, nullable=False)


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
