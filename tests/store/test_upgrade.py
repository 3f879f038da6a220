"""A database of an earlier release, with pathways that run, is brought to this one, and everything goes on."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Boolean, Connection, DateTime, LargeBinary, MetaData, func, insert, select, text
from sqlalchemy.dialects.postgresql import JSON, JSONB

from app.domain.clock import SimulatedClock, use_clock
from app.services import audits, definitions, timers
from app.store import schema
from app.store.db import db, reading
from app.store.instances import ProcessInstance
from app.store.tasks import UserTask
from tests.crash import pathways
from tests.crash.invariants import breaches
from tests.databases import PostgresCluster, SqliteFiles, settled

RELEASE = "0025"
KEPT = Path(__file__).parent / f"release_{RELEASE}.json.gz"
"""What the tests' `one_of_everything` made of a first `make run` in the release of 28 November 2026, on 24 November
2026 at 9:00: the rows of each table as SQLite held them. Drafts of the workbench, what was published from them and the
invented incident are left out, and of the versions of pathways those that nothing runs on."""
A_WEEK_LATER = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_ran_in_an_earlier_release_goes_on_in_this_one(
    kind: str, tmp_path: Path, sqlite_files: SqliteFiles, postgres: PostgresCluster
) -> None:
    url = sqlite_files.empty() if kind == "sqlite" else postgres.empty()
    time = SimulatedClock(A_WEEK_LATER)
    with settled(url, tmp_path), use_clock(time):
        # given
        with db.engine.connect() as connection:
            settings = schema.config()
            settings.attributes["connection"] = connection
            command.upgrade(settings, RELEASE)
            put_back(connection, json.loads(gzip.decompress(KEPT.read_bytes())))
            connection.commit()
        db.engine.dispose()

        # when
        schema.upgrade()
        definitions.load_shipped()

        # then: nothing is lost, what was due is made up for, and work is completed
        assert audits.verify() == []
        while timers.drain():
            pass
        before = completed()
        for task_id in open_tasks():
            if task_id in open_tasks():  # one that is completed can make another needless
                pathways.complete(task_id)
        assert completed() > before + 5
        time.move_to(A_WEEK_LATER + timedelta(days=30))
        while timers.drain():
            pass
        assert breaches(quiet_at=time.now()) == []
        with reading() as session:
            states = set(session.scalars(select(ProcessInstance.status)))
        assert "running" in states


def put_back(connection: Connection, rows: dict[str, list[dict[str, Any]]]) -> None:
    """The rows into the tables of that release, whatever hangs on what."""
    is_postgresql = connection.dialect.name == "postgresql"
    off = "SET session_replication_role = replica" if is_postgresql else "PRAGMA defer_foreign_keys = on"
    connection.execute(text(off))
    tables = MetaData()
    tables.reflect(connection, only=list(rows))
    for name, of_table in rows.items():
        connection.execute(text(f'DELETE FROM "{name}"'))
        for row in of_table:
            values = {key: _typed(tables.tables[name].columns[key].type, value) for key, value in row.items()}
            if is_postgresql:
                connection.execute(insert(tables.tables[name]).values(values))
            else:
                names = ", ".join(f'"{key}"' for key in row)
                marks = ", ".join("?" for _ in row)
                connection.exec_driver_sql(
                    f'INSERT INTO "{name}" ({names}) VALUES ({marks})',
                    tuple(_bytes(value) for value in row.values()),
                )
    if is_postgresql:
        connection.execute(text("SET session_replication_role = DEFAULT"))


def _bytes(value: Any) -> Any:
    return base64.b64decode(value["bytes"]) if isinstance(value, dict) else value


def _typed(column: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column, LargeBinary):
        return _bytes(value)
    if isinstance(column, DateTime):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    if isinstance(column, Boolean):
        return bool(value)
    if isinstance(column, JSON | JSONB):
        return json.loads(value)
    return value


def open_tasks() -> list[str]:
    with reading() as session:
        return list(
            session.scalars(select(UserTask.id).where(UserTask.state == "open").order_by(UserTask.id))
        )


def completed() -> int:
    with reading() as session:
        found = select(func.count()).select_from(UserTask).where(UserTask.state == "completed")
        return session.scalar(found) or 0
