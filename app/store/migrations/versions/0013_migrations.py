"""Moving running pathways to another version."""

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
