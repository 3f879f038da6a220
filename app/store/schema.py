"""The schema and its versions: Alembic migrations, for both databases, run from the code.

Alembic is read in by what needs it: a web process starts without.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

from app.domain.errors import BadInput
from app.store import checkpoints, kept_triggers, seals, tables, usual_sizes
from app.store.db import db

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

ADD_ONLY = ("audit", *checkpoints.APPEND_ONLY, *seals.APPEND_ONLY)
"""Tables that nobody but their owner may change or remove from."""
MIGRATIONS = Path(__file__).parent / "migrations"


def config() -> Config:
    """Alembic's own settings; the connection is handed over by `upgrade`."""
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.set_main_option("path_separator", "os")
    return settings


def upgrade() -> None:
    """Bring the database of the current app to the newest schema. Running it again changes nothing.

    Raises BadInput for the database of a newer release.
    """
    from alembic import command
    from alembic.runtime.migration import MigrationContext

    assert tables.audit
    settings = config()
    with db.engine.connect() as connection:
        settings.attributes["connection"] = connection
        found = MigrationContext.configure(connection).get_current_revision()
        if found is not None and found not in {one.revision for one in _script().walk_revisions()}:
            raise BadInput(f"The schema of the database is at {found}, which this release does not know.")
        if found != newest_version():
            kept_triggers.uninstall(connection)
            command.upgrade(settings, "head")
        kept_triggers.install(connection)
        usual_sizes.tell(connection)
        connection.commit()


def grant(role: str) -> None:
    """Give a role of PostgreSQL the rights of web and scheduler: they add to the audit, and cannot take from it.

    Migrations, and this, are run as the owner of the tables, which web and scheduler should not be. Raises BadInput
    where there is no such role, or the database knows none.
    """
    with db.engine.begin() as connection:
        if connection.dialect.name != "postgresql":
            raise BadInput(
                "Only PostgreSQL has roles; an SQLite file is guarded by the rights of its folder."
            )
        known = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role})
        if known.first() is None:
            raise BadInput(f"There is no role {role}. Make it first: CREATE ROLE {role} LOGIN;")
        name = connection.dialect.identifier_preparer.quote_identifier(role)
        connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA public TO {name}")
        connection.exec_driver_sql(
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}"
        )
        for table in ADD_ONLY:
            connection.exec_driver_sql(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {name}")
        connection.exec_driver_sql(f"GRANT EXECUTE ON FUNCTION audit_take_out(text) TO {name}")
        connection.exec_driver_sql(f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {name}")


def current_version() -> str | None:
    """The schema version of the database; None when it is empty."""
    from alembic.runtime.migration import MigrationContext

    with db.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        connection.rollback()
        return found


@cache
def newest_version() -> str | None:
    """The schema version that this code needs."""
    return _script().get_current_head()


def _script() -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(config())
