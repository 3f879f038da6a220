"""Work accounts, second factors, and sessions that their people can see. Everybody signs in once more."""

import sqlalchemy as sa
from alembic import op

import app.store.moments

revision = "0028"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Four new tables; sessions are made anew, since the old ones do not say where they are."""
    op.add_column("people", _text("email", nullable=True))
    op.drop_index("ix_login_sessions_person", "login_sessions")
    op.drop_table("login_sessions")
    op.create_table(
        "login_sessions",
        _text("authority_id"),
        _text("token_hash"),
        _text("id"),
        _text("person_id"),
        _text("way"),
        _text("device"),
        _text("address"),
        sa.Column("id_token", sa.Text(), nullable=True),
        _moment("created_at"),
        _moment("seen_at"),
        _person(),
        sa.PrimaryKeyConstraint("authority_id", "token_hash"),
    )
    op.create_index("ix_login_sessions_person", "login_sessions", ["authority_id", "person_id"])
    op.create_table(
        "identities",
        _text("issuer"),
        _text("subject"),
        _text("authority_id"),
        _text("person_id"),
        _moment("created_at"),
        _person(),
        sa.PrimaryKeyConstraint("issuer", "subject"),
    )
    op.create_index("ix_identities_person", "identities", ["authority_id", "person_id"])
    op.create_table(
        "sign_in_flows",
        _text("token_hash"),
        _text("purpose"),
        _text("authority_id", nullable=True),
        _text("person_id", nullable=True),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        _moment("begun_at"),
        _person(),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("ix_sign_in_flows_begun", "sign_in_flows", ["begun_at"])
    op.create_table(
        "second_factors",
        _text("authority_id"),
        _text("person_id"),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        _moment("created_at"),
        _moment("confirmed_at", nullable=True),
        _person(),
        sa.PrimaryKeyConstraint("authority_id", "person_id"),
    )
    op.create_table(
        "recovery_codes",
        _text("authority_id"),
        _text("person_id"),
        sa.Column("position", sa.Integer(), nullable=False),
        _text("code_hash"),
        _person(),
        sa.PrimaryKeyConstraint("authority_id", "person_id", "position"),
    )


def _text(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, app.store.moments.UtcDateTime(), nullable=nullable)


def _person() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["authority_id", "person_id"], ["people.authority_id", "people.id"])


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
