"""What the practitioner's day still needed."""

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
