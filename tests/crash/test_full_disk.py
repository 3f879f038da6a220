"""A disk that is really full, under SQLite's own file: "try again", nothing half written, and on when there is room."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.domain.clock import SimulatedClock
from app.domain.errors import Busy
from app.services import messages
from tests.crash import pathways
from tests.crash.invariants import assert_all

ROOM = 2 * 1024**2
"""What is left beside the database, for its log and for what is written."""


def mount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True, capture_output=True)


@pytest.fixture
def small_disk(filled_sqlite_database: str, tmp_path: Path) -> Iterator[Path]:
    """A copy of a filled database on a disk of its own with two megabytes to spare. Needs root (Linux)."""
    file = Path(filled_sqlite_database.removeprefix("sqlite:///"))
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        mount(folder, f"size={file.stat().st_size + ROOM}")
    except (subprocess.CalledProcessError, FileNotFoundError):
        pytest.skip(f"user {os.geteuid()} may not mount a disk here")
    try:
        yield Path(shutil.copy(file, folder / "filled.db"))
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def start_until_it_is_full(child: str) -> Iterator[str]:
    """The ids of those that were started before there was no room for another."""
    for _ in range(5000):
        try:
            yield pathways.begin(pathways.RACE, child)
        except Busy:
            return
    raise AssertionError("the disk never was full")


@pytest.mark.slow
def test_a_disk_that_fills_up_loses_nothing_and_needs_no_restart(
    small_disk: Path,
    clock: SimulatedClock,
    make_app: Callable[..., Flask],
    tell: Callable[[str], None],
) -> None:
    with make_app(f"sqlite:///{small_disk}").app_context():
        pathways.publish(pathways.race())
        child = pathways.child()
        started = list(start_until_it_is_full(child))
        assert_all()
        assert len(pathways.in_tree(started[-1], pathways.RACE)) == 1

        mount(small_disk.parent, f"remount,size={64 * 1024**2}")

        pathways.complete(pathways.one_task("answer", started[-1]))
        pathways.begin(pathways.RACE, child)
        messages.deliver_pending()
        assert_all()
    tell(f"A disk that was full after {len(started)} starts: 0 half written, and on without a restart")
