"""Drafts of pathways, and what is asked to be published."""

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
