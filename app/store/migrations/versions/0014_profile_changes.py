"""Changes of a profile that were made in the browser."""

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
