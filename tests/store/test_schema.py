"""The migrations make exactly the tables that the code believes in, on both databases."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask

from app.store import tables
from app.store.db import Base, db


@pytest.mark.usefixtures("app")
def test_a_migrated_database_has_the_tables_of_the_code(app: Flask) -> None:
    assert tables.audit

    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)

    assert differences == []
