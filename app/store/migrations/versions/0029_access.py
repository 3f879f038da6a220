"""Rules of single records: restricted, named, opened in an emergency, barred, shared; disclosures; who has looked."""

import sqlalchemy as sa
from alembic import op

import app.store.moments

revision = "0029"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three new tables."""
    moment = app.store.moments.UtcDateTime()
    of_child = (["authority_id", "child_id"], ["children.authority_id", "children.id"])
    of_person = (["authority_id", "person_id"], ["people.authority_id", "people.id"])
    op.create_table(
        "record_rules",
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("authority_id", "id", "child_id", "kind")
        ),
        sa.Column("person_id", sa.String(), nullable=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("parts", "reason")),
        sa.Column("from_at", moment, nullable=False),
        sa.Column("until_at", moment, nullable=True),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        *(sa.Column(name, sa.String(), nullable=True) for name in ("ended_by", "ended_because")),
        sa.Column("looked_into_at", moment, nullable=True),
        *(sa.Column(name, sa.String(), nullable=True) for name in ("looked_into_by", "finding")),
        sa.ForeignKeyConstraint(*of_child),
        sa.ForeignKeyConstraint(*of_person),
        sa.PrimaryKeyConstraint("authority_id", "id"),
    )
    op.create_index("ix_record_rules_child", "record_rules", ["authority_id", "child_id", "kind"])
    op.create_index("ix_record_rules_person", "record_rules", ["authority_id", "person_id", "kind"])
    op.create_index("ix_record_rules_kind", "record_rules", ["authority_id", "kind", "from_at"])
    op.create_table(
        "disclosures",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("authority_id", "id", "child_id")),
        sa.Column("rule_id", sa.String(), nullable=True),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("agency", "to_whom", "what", "basis", "why")
        ),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(*of_child),
        sa.ForeignKeyConstraint(
            ["authority_id", "rule_id"], ["record_rules.authority_id", "record_rules.id"]
        ),
        sa.PrimaryKeyConstraint("authority_id", "id"),
    )
    op.create_index("ix_disclosures_child", "disclosures", ["authority_id", "child_id", "id"])
    op.create_table(
        "looks",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("authority_id", "child_id", "person_id")),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("as_what", sa.String(), nullable=False),
        sa.Column("first_at", moment, nullable=False),
        sa.Column("last_at", moment, nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("is_out_of_hours", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(*of_child),
        sa.ForeignKeyConstraint(*of_person),
        sa.PrimaryKeyConstraint("authority_id", "child_id", "person_id", "on_day"),
    )
    op.create_index("ix_looks_first_at", "looks", ["authority_id", "first_at"])
    op.create_index("ix_looks_person", "looks", ["authority_id", "person_id", "first_at"])


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
