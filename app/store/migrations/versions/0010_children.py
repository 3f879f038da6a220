"""What children are found by, brothers and sisters, and one place for the numbers of other systems."""

import json
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

import app.store.moments
from app.domain.finding import REFERENCE, keys_of

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Tables; the numbers move to the facts of the child; every child is found under its keys."""
    op.create_table(
        "child_keys",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("child_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        sa.PrimaryKeyConstraint("authority_id", "key", "child_id"),
    )
    op.create_index("ix_child_keys_child", "child_keys", ["authority_id", "child_id"])
    op.create_table(
        "child_searches",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("at", app.store.moments.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["authority_id", "person_id"], ["people.authority_id", "people.id"]),
        sa.PrimaryKeyConstraint("authority_id", "id"),
    )
    op.create_index("ix_child_searches_at", "child_searches", ["authority_id", "at"])
    op.create_table(
        "children_seen",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("child_id", sa.String(), nullable=False),
        sa.Column("seen_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["authority_id", "person_id"], ["people.authority_id", "people.id"]),
        sa.ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        sa.PrimaryKeyConstraint("authority_id", "person_id", "child_id"),
    )
    op.create_index("ix_children_seen_at", "children_seen", ["authority_id", "person_id", "seen_at"])
    op.create_table(
        "siblings",
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("child_id", sa.String(), nullable=False),
        sa.Column("sibling_id", sa.String(), nullable=False),
        sa.Column("linked_at", app.store.moments.UtcDateTime(), nullable=False),
        sa.Column("linked_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        sa.ForeignKeyConstraint(["authority_id", "sibling_id"], ["children.authority_id", "children.id"]),
        sa.PrimaryKeyConstraint("authority_id", "child_id", "sibling_id"),
    )
    op.create_index("ix_siblings_sibling", "siblings", ["authority_id", "sibling_id"])
    _move_numbers_and_make_keys(op.get_bind())
    op.drop_column("children", "identifiers")


def _move_numbers_and_make_keys(connection: sa.Connection) -> None:
    children = connection.execute(sa.text(
        "SELECT authority_id, id, reference, given_name, family_name, date_of_birth, identifiers, created_at,"
        " created_by FROM children WHERE kind = 'child'"
    )).mappings().all()  # fmt: skip
    for child in children:
        given = child["identifiers"]
        numbers: dict[str, Any] = json.loads(given) if isinstance(given, str) else given or {}
        known = _known(connection, child)
        for name, number in numbers.items():
            if name not in known:
                connection.execute(
                    sa.text(
                        "INSERT INTO child_facts (authority_id, child_id, name, value, recorded_at, recorded_by)"
                        " VALUES (:authority_id, :id, :name, :value, :created_at, :created_by)"
                    ),
                    {**_keys(child), "name": name, "value": json.dumps({"value": number}),
                     "created_at": child["created_at"], "created_by": child["created_by"]},
                )  # fmt: skip
        born = child["date_of_birth"]
        keys = keys_of(
            child["given_name"],
            child["family_name"],
            date.fromisoformat(born) if isinstance(born, str) else born,
            {REFERENCE: child["reference"], **numbers, **known},
        )
        connection.execute(
            sa.text("INSERT INTO child_keys (authority_id, key, child_id) VALUES (:authority_id, :key, :id)"),
            [{**_keys(child), "key": key} for key in sorted(keys)],
        )


def _keys(child: sa.RowMapping) -> dict[str, str]:
    return {"authority_id": child["authority_id"], "id": child["id"]}


def _known(connection: sa.Connection, child: sa.RowMapping) -> dict[str, str]:
    found = connection.execute(
        sa.text(
            "SELECT name, value FROM child_facts WHERE authority_id = :authority_id AND child_id = :id AND name IN"
            " ('mosaic', 'core_plus', 'liquidlogic', 'prison_number', 'nhs_number')"
        ),
        _keys(child),
    )
    values = ((name, json.loads(value) if isinstance(value, str) else value) for name, value in found)
    return {name: str(value["value"]) for name, value in values}


def downgrade() -> None:
    """There is no way back: what was recorded would be lost."""
    raise NotImplementedError
