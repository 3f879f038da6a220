"""A consistent copy of the database while it is in use, and back: VACUUM INTO, pg_dump and pg_restore."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from sqlalchemy import make_url

from app.domain.errors import BadInput
from app.store import unusable
from app.store.db import db

OWNER_ALONE = 0o600


def backup(url: str, file: Path) -> None:
    """Write the copy, which its owner alone can read; a copy that fails leaves no file behind.

    Raises BadInput when the file exists or cannot be written, when the database has nothing to copy or its own tool
    is missing.
    """
    wrong = unusable.schema_problem()
    if wrong:
        raise BadInput(wrong)
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ALONE))
    except FileExistsError:
        raise BadInput(f"{file} exists already. Name another file.") from None
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error.strerror}.") from error
    try:
        _write(url, file)
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def _write(url: str, file: Path) -> None:
    if url.startswith("sqlite"):
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            raw = connection.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            connection.rollback()
            raw.execute("VACUUM INTO ?", (str(file),))
        return
    _run("pg_dump", "--format=custom", f"--file={file}", _plain(url))


def restore(url: str, file: Path) -> None:
    """Put the copy in place of the database. Raises BadInput when the file is not a copy of ours."""
    if url.startswith("sqlite"):
        _check_sqlite(file)
        database = make_url(url).database
        if not database:
            raise BadInput("A database in memory cannot be restored.")
        db.engine.dispose()
        beside = Path(f"{database}-restoring")  # a disk that is full must not cost the database that is there
        try:
            shutil.copyfile(file, beside)
            beside.chmod(OWNER_ALONE)
            for suffix in ("-wal", "-shm"):
                Path(database + suffix).unlink(missing_ok=True)
            beside.replace(database)
        except OSError as error:
            raise BadInput(f"{database} cannot be written: {error.strerror}.") from error
        finally:
            beside.unlink(missing_ok=True)
        return
    _run("pg_restore", "--clean", "--if-exists", "--single-transaction", f"--dbname={_plain(url)}", str(file))


def _check_sqlite(file: Path) -> None:
    try:
        copy = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        try:
            found = copy.execute("SELECT count(*) FROM alembic_version").fetchone()
            healthy = copy.execute("PRAGMA integrity_check").fetchone()
        finally:
            copy.close()
    except sqlite3.DatabaseError as error:
        raise BadInput(f"{file} is not a copy of a Throughcare database.") from error
    if found != (1,) or healthy != ("ok",):
        raise BadInput(f"{file} is damaged, or not a copy of a Throughcare database.")


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _run(*command: str) -> None:
    if shutil.which(command[0]) is None:
        raise BadInput(f"{command[0]} is not installed: it comes with PostgreSQL's client.")
    done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise BadInput(f"{command[0]} failed: {done.stderr.strip()[:300]}")
