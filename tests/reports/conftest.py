"""A year of invented children, lived by the engine and copied: every report is counted on it twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask

from app.domain.access import Viewer
from app.domain.clock import SimulatedClock, use_clock
from app.services import accounts
from app.services.demo_years import filling
from tests.apps import APPS
from tests.databases import SqliteFiles
from tests.reports.audit_alone import Everything, as_told

A_DAY = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


class Year(NamedTuple):
    """A filled database, the head of service who sees it all, and the audit as plain loops read it."""

    app: Flask
    viewer: Viewer
    told: Everything
    now: datetime


@pytest.fixture(scope="session")
def make_year(sqlite_files: SqliteFiles, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Year]:
    """Makes a year; within an application context of its own until the run ends."""

    def make(children: int, lives: int) -> Year:
        folder: Path = tmp_path_factory.mktemp("year")
        app = APPS.take(sqlite_files.create("filled"), folder, {})
        with app.app_context():
            filling.fill("wandsworth", children, 1, lives=lives)
            return Year(app, accounts.viewer_named("hope@wandsworth.example"), as_told("wandsworth"), A_DAY)

    return make


@pytest.fixture(scope="session")
def small_year(make_year: Callable[..., Year]) -> Year:
    """Few children, each of them lived by the engine."""
    with use_clock(SimulatedClock(A_DAY)):
        return make_year(10, 10)


@pytest.fixture(scope="session")
def large_year(make_year: Callable[..., Year]) -> Year:
    """500 children, of 40 lives."""
    with use_clock(SimulatedClock(A_DAY)):
        return make_year(500, 40)


@pytest.fixture(params=["small_year", pytest.param("large_year", marks=pytest.mark.slow)])
def year(request: pytest.FixtureRequest) -> Iterator[Year]:
    """A year, on its own day, within its application context; the large one behind `make reports`."""
    found: Year = request.getfixturevalue(request.param)
    with use_clock(SimulatedClock(A_DAY)), found.app.app_context():
        yield found
