"""Looks through the API have rows of their own, with the token."""

import sqlalchemy as sa
from alembic import op

from app.store.moments import UtcDateTime

revision = "0035"
down_revision = "0033"
branch_labels = None
depends_on = None
OLD = "authority_id, child_id, person_id, on_day, as_what, first_at, last_at, visits, is_out_of_hours"


def upgrade() -> None:
    """A person, a child, a day and now a token, which is empty for pages; on SQLite a new key needs a new table."""
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("looks", sa.Column("token_id", sa.String(), nullable=False, server_default=""))
        op.alter_column("looks", "token_id", server_default=None)
        op.drop_constraint("looks_pkey", "looks", type_="primary")
        op.create_primary_key(
            "looks_pkey", "looks", ["authority_id", "child_id", "person_id", "on_day", "token_id"]
        )
        return
    op.create_table(
        "looks_by_token",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("authority_id", "child_id", "person_id")),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("token_id", sa.String(), nullable=False),
        sa.Column("as_what", sa.String(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("is_out_of_hours", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        sa.ForeignKeyConstraint(["authority_id", "person_id"], ["people.authority_id", "people.id"]),
        sa.PrimaryKeyConstraint("authority_id", "child_id", "person_id", "on_day", "token_id"),
    )
    op.execute(f"INSERT INTO looks_by_token ({OLD}, token_id) SELECT {OLD}, '' FROM looks")  # noqa: S608 - our own names
    op.drop_table("looks")
    op.rename_table("looks_by_token", "looks")
    op.create_index("ix_looks_first_at", "looks", ["authority_id", "first_at"])
    op.create_index("ix_looks_person", "looks", ["authority_id", "person_id", "first_at"])


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
