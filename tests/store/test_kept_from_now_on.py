"""A database that had children before changes were kept says since when they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from app.domain import clock
from app.store import as_it_stood, kept_triggers, schema
from app.store.db import db, reading
from tests.databases import PostgresCluster, SqliteFiles, settled

CHILD = (
    "INSERT INTO authorities (id, name, profile) VALUES ('a', 'A', 'default')",
    "INSERT INTO children (authority_id, id, reference, given_name, family_name, search_name, is_provisional, kind, "
    "created_at) VALUES ('a', 'c', 'R', 'Old', 'Name', 'old name', false, 'child', '2026-01-01 09:00:00+00:00')",
    "INSERT INTO legal_statuses (authority_id, id, child_id, status, from_at) "
    "VALUES ('a', 's', 'c', 'looked_after', '2026-01-02 09:00:00+00:00')",
)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_older_database_keeps_changes_from_its_upgrade_on(
    kind: str, tmp_path: Path, sqlite_files: SqliteFiles, postgres: PostgresCluster
) -> None:
    url = sqlite_files.empty() if kind == "sqlite" else postgres.empty()
    with settled(url, tmp_path):
        with db.engine.connect() as connection:
            settings = schema.config()
            settings.attributes["connection"] = connection
            command.upgrade(settings, "0023")
            for statement in CHILD:
                connection.execute(text(statement.replace("+00:00", "" if kind == "sqlite" else "+00:00")))
            connection.commit()

        schema.upgrade()
        schema.upgrade()  # again: nothing changes
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE children SET given_name = 'New'"))
        with reading() as session:
            known = as_it_stood.of_child(session, "a", "c", clock.now())
            assert known.kept_since is not None
            then = as_it_stood.child(session, "a", "c", known.kept_since)
        assert then is not None
        assert (then["given_name"], known.of("children")[0]["given_name"]) == ("Old", "New")
        (status,) = known.of("legal_statuses")
        assert status["recorded_at"] == status["from_at"]
        with db.engine.begin() as connection:
            kept_triggers.uninstall(connection)
            connection.execute(text("UPDATE children SET given_name = 'Unkept'"))
            assert connection.scalar(text("SELECT count(*) FROM kept_rows")) == 1
