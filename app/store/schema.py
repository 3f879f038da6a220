"""The schema and its versions: Alembic migrations, for both databases, run from the code."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.store import tables
from app.store.db import db

MIGRATIONS = Path(__file__).parent / "migrations"


def config() -> Config:
    """Alembic's own settings; the connection is handed over by `upgrade`."""
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.set_main_option("path_separator", "os")
    return settings


def upgrade() -> None:
    """Bring the database of the current app to the newest schema. Running it again changes nothing."""
    assert tables.audit
    settings = config()
    with db.engine.connect() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
        connection.commit()


def current_version() -> str | None:
    """The schema version of the database; None when it is empty."""
    with db.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        connection.rollback()
        return found


def newest_version() -> str | None:
    """The schema version that this code needs."""
    return ScriptDirectory.from_config(config()).get_current_head()
