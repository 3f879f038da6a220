"""Scenarios of a pathway, and simulations under way."""

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
