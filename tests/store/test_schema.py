"""The migrations make exactly the tables that the code believes in, on both databases."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from sqlalchemy import PrimaryKeyConstraint, Table, UniqueConstraint

from app.store import erasing, tables
from app.store.db import Base, db
from tests.house.sources import text_of


@pytest.mark.usefixtures("app")
def test_a_migrated_database_has_the_tables_of_the_code(app: Flask) -> None:
    assert tables.audit

    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)

    assert differences == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_sqlite_keeps_rows_by_their_key_where_the_code_says_so(app: Flask) -> None:
    """A migration that makes such a table anew and forgets it would not be seen by Alembic."""
    by_key = {
        name
        for name, table in Base.metadata.tables.items()
        if not table.dialect_options["sqlite"]["with_rowid"]
    }

    with db.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT name FROM pragma_table_list WHERE wr = 1")
        assert set(found.scalars()) == by_key == {"timers", "task_history", "kept_rows", "submissions"}


def test_every_table_says_where_in_it_a_child_is_and_how_they_are_taken_out() -> None:
    assert erasing.without_a_word(Base.metadata.tables) == set()
    assert (erasing.ERASED.keys() | erasing.HOLDS_NO_CHILD.keys()) - Base.metadata.tables.keys() == set()
    assert erasing.ERASED.keys() & erasing.HOLDS_NO_CHILD.keys() == set()


SHARED = frozenset(
    {
        *(
            "authorities",
            "people",
            "definition_versions",
            "start_triggers",
            "bank_holidays",
            "profile_overlays",
        ),
        *("pathway_drafts", "draft_revisions", "pathway_scenarios", "publications"),
        *(
            "identities",
            "sign_in_flows",
            "sign_in_names",
            "sign_in_attempts",
            "audit_checkpoints",
            "standing_clock",
        ),
    }
)
"""Tables that a divided service holds whole everywhere, as docs/scale.md says. All others are of one authority."""


def test_every_table_of_one_authority_can_be_divided_by_authority() -> None:
    found = [problem for table in Base.metadata.sorted_tables for problem in undivided(table)]
    assert found == []
    assert Base.metadata.tables.keys() >= SHARED
    said = text_of("docs/scale.md")
    assert [name for name in sorted(SHARED) if f"`{name}`" not in said] == []


def undivided(table: Table) -> list[str]:
    """Keys, unique indexes and foreign keys that do not stay within one authority."""
    if table.name in SHARED:
        beyond = [key.referred_table.name for key in table.foreign_key_constraints]
        return [f"{table.name} is shared and points to {name}" for name in beyond if name not in SHARED]
    keys = [one for one in table.constraints if isinstance(one, PrimaryKeyConstraint | UniqueConstraint)]
    keys += [one for one in table.indexes if one.unique]
    unique = [[column.name for column in one.columns] for one in keys]
    problems = [f"{table.name} {names}" for names in unique if names[0] != "authority_id"]
    for key in table.foreign_key_constraints:
        pairs = {(element.parent.name, element.column.name) for element in key.elements}
        if key.referred_table.name not in SHARED and ("authority_id", "authority_id") not in pairs:
            problems.append(f"{table.name} {sorted(pairs)} to {key.referred_table.name}")
    return problems
