"""A record for the partnership of an authority beside those of its children."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Every record that is there is a child's; an authority has at most one of its partnership."""
    op.add_column("children", sa.Column("kind", sa.String(), nullable=False, server_default="child"))
    op.create_index(
        "uq_children_partnership",
        "children",
        ["authority_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'partnership'"),
        postgresql_where=sa.text("kind = 'partnership'"),
    )


def downgrade() -> None:
    """There is no way back: what hangs on a partnership's record would hang on nothing."""
    raise NotImplementedError
