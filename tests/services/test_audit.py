"""The audit tells when a byte of it was changed, when its end was cut off, and when a whole stream was taken away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, Text, cast, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app import scheduler
from app.domain.clock import SimulatedClock
from app.domain.errors import BadInput
from app.services import anchors, audits, senders
from app.store import checkpoints, schema
from app.store.audit import GENESIS, AuditEntry, link
from app.store.chains import broken_links
from app.store.checkpoints import Sealed
from app.store.db import Base, db, reading, table_of
from tests.crash import pathways
from tests.services.postbox import Postbox, mail_server_for

pytestmark = pytest.mark.on_both_databases

SECRET = "only-for-tests"
AUDIT = table_of(AuditEntry)


@pytest.fixture
def lived(house: Flask) -> str:
    """The stream of a pathway with several entries."""
    instance = pathways.begin(pathways.RACE, pathways.child())
    pathways.complete(pathways.one_task("answer"))
    return instance


@contextmanager
def behind_everybodys_back() -> Iterator[Session]:
    """What only the owner of the database can do: no trigger stands in the way. All of it is undone at the end."""
    with db.engine.connect() as connection:
        session = Session(bind=connection)
        without_triggers(connection)
        yield session
        session.rollback()


def without_triggers(connection: Connection) -> None:
    tables = schema.ADD_ONLY
    for table in tables:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        else:
            connection.exec_driver_sql(f"DROP TRIGGER {table}_no_update")
            connection.exec_driver_sql(f"DROP TRIGGER {table}_no_delete")


def take_checkpoint(path: Path | None = None) -> Sealed:
    anchor = str(path) if path else anchors.LOG
    return audits.checkpoint(SECRET, anchor, sender=senders.FileSender(Path()), mail_from="a@b.example")


def other(value: Any) -> Any:
    """A value that differs from `value` in one byte, or by the smallest step."""
    if value is None or isinstance(value, str):
        kept = value or "x"
        return kept[:-1] + ("y" if kept[-1] != "y" else "z")
    return value + (timedelta(microseconds=1) if isinstance(value, datetime) else 1000)


def test_one_byte_of_any_column_is_found_and_its_row_is_named(lived: str) -> None:
    with reading() as session:
        victim = dict(
            session.execute(
                select(AUDIT).where(AUDIT.c.stream == lived, AUDIT.c.kind == "task_completed")
            ).one()._mapping
        )  # fmt: skip
    found = {}

    for column in AUDIT.columns:
        with behind_everybodys_back() as session:
            where = (AUDIT.c.stream == lived, AUDIT.c.seq == victim["seq"])
            if column.name == "facts":
                stored = session.scalar(select(cast(AUDIT.c.facts, Text)).where(*where))
                changed = {AUDIT.c.facts: text("'" + str(stored).replace('": "', '":  "', 1) + "'")}
            else:
                changed = {column: other(victim[column.name])}
            session.execute(update(AUDIT).where(*where).values(changed))
            found[column.name] = broken_links(session, "wandsworth")

    named = f"wandsworth: entry {victim['seq']} of {lived} (task_completed) is not as it was written"
    next_one = f"wandsworth: entry {victim['seq'] + 1} of {lived}"
    moved_away = {"authority_id", "stream", "seq"}
    assert set(found) == {column.name for column in AUDIT.columns}
    assert all(named in found[name] for name in found.keys() - moved_away - {"kind"})
    assert any(f"entry {victim['seq']} of {lived} (task_complete" in one for one in found["kind"])
    assert all(any(one.startswith(next_one) for one in found[name]) for name in moved_away)
    assert audits.verify() == []


def test_text_that_is_no_moment_and_no_json_any_more_is_named_and_does_not_stop_the_search(
    lived: str,
) -> None:
    with behind_everybodys_back() as session:
        if session.get_bind().dialect.name == "postgresql":
            return  # its columns hold nothing else
        for seq, change in ((1, "facts = 'x' || facts"), (2, "at = 'x' || at")):
            session.execute(
                text(f"UPDATE audit SET {change} WHERE stream = :s AND seq = {seq}"), {"s": lived}
            )
            (problem,) = broken_links(session, "wandsworth")
            assert f"entry 1 of {lived}" in problem


HARM = {
    "DELETE FROM audit WHERE stream = :stream AND seq = 2": "entry 3 of {stream} (",
    "DELETE FROM audit WHERE stream = :stream AND seq > 2": "the end of {stream} is gone: its pathway has seen",
    "DELETE FROM audit WHERE stream = :child": "the end of {child} is gone: checkpoint 1 has seen entry",
    "UPDATE audit_heads SET hash = 'f' WHERE stream = :child": "Checkpoint 1 is not as it was written",
    "DELETE FROM audit_checkpoints WHERE number = 2": "Checkpoint 2 was noted outside of the database",
    "UPDATE audit_checkpoints SET at = '2026-12-01 08:00:00'": "Checkpoint 1 is not as it was written",
    "UPDATE audit_checkpoints SET signature = 'f'": "was not signed with this service’s secret",
}
"""What somebody takes away or changes behind everybody's back, and how that is told."""


def test_what_is_taken_away_is_found(lived: str) -> None:
    with reading() as session:
        child_id = session.scalar(select(AUDIT.c.child_id).where(AUDIT.c.stream == lived).limit(1))
    names = {"stream": lived, "child": f"child:{child_id}"}
    lines = [take_checkpoint().line, take_checkpoint().line]
    assert audits.verify_all(SECRET, lines).problems == ()

    for harm, sentence in HARM.items():
        with behind_everybodys_back() as session:
            session.execute(text(harm), {name: value for name, value in names.items() if f":{name}" in harm})
            elsewhere = [] if "signature" in harm else lines
            problems = checkpoints.check(session, audits.key_of(SECRET), elsewhere)
            problems += broken_links(session, "wandsworth", checkpoints.anchors(session, "wandsworth"))
            problems += broken_links(session, "wandsworth")
        assert any(sentence.format(**names) in problem for problem in problems), (harm, problems)


def test_a_history_that_is_written_anew_in_one_piece_is_not_the_one_that_was_seen(lived: str) -> None:
    take_checkpoint()
    with behind_everybodys_back() as session:
        tip = GENESIS
        for row in session.execute(select(AUDIT).where(AUDIT.c.stream == lived).order_by(AUDIT.c.seq)).all():
            forged = {**row._mapping, "person_id": "somebody-else"}
            tip = link(tip, forged)
            session.execute(
                update(AUDIT)
                .where(AUDIT.c.stream == lived, AUDIT.c.seq == row.seq)
                .values(person_id="somebody-else", hash=tip)
            )
        session.execute(
            text("UPDATE process_instances SET audit_hash = :h WHERE id = :i"), {"h": tip, "i": lived}
        )

        (problem,) = broken_links(session, "wandsworth", checkpoints.anchors(session, "wandsworth"))

    assert "is not the one that checkpoint 1 has seen" in problem


def test_the_day_s_checkpoint_leaves_the_database_once_a_day_and_catches_up(
    house: Flask, clock: SimulatedClock, tmp_path: Path
) -> None:
    file = tmp_path / "elsewhere" / "anchors.txt"
    house.config.update(AUDIT_ANCHOR=str(file), INSTANCE_PATH=tmp_path)

    scheduler.anchor_audit(house)
    scheduler.anchor_audit(house)
    clock.move_to(clock.now() + timedelta(days=1))
    scheduler.anchor_audit(house)
    assert [line.split()[1] for line in anchors.known(str(file))] == ["1", "2"]

    file.unlink()
    scheduler.anchor_audit(house)
    assert len(anchors.known(str(file))) == 2
    assert audits.verify_all("a secret that has been changed since", anchors.known(str(file))).problems == ()
    file.parent.joinpath("no-folder").write_text("")
    with pytest.raises(BadInput, match="cannot be written"):
        take_checkpoint(file.parent / "no-folder" / "anchors.txt")


def test_a_letter_carries_the_line(sqlite_app: Flask) -> None:
    postbox = Postbox()

    with mail_server_for(postbox) as sender:
        made = audits.checkpoint(
            SECRET, "mailto:ig@wandsworth.example", sender=sender, mail_from="a@b.example"
        )

    (letter,) = postbox.taken
    assert letter["To"] == "ig@wandsworth.example"
    assert made.line in letter.get_payload(decode=True).decode()  # type: ignore[union-attr]


ATTEMPTS = (
    "UPDATE {0} SET {1} = {1}",
    "DELETE FROM {}",
    "TRUNCATE {}",
    "ALTER TABLE {} DISABLE TRIGGER USER",
)


def test_the_role_of_the_service_may_only_add_to_the_audit(house: Flask) -> None:
    if db.engine.dialect.name != "postgresql":
        with pytest.raises(BadInput, match="Only PostgreSQL"):
            schema.grant("anybody")
        return
    first = {table: next(iter(Base.metadata.tables[table].columns)).name for table in schema.ADD_ONLY}
    role = f"service_{db.engine.url.database}"
    with db.engine.begin() as connection:
        connection.exec_driver_sql(f'CREATE ROLE "{role}"')
    schema.grant(role)
    try:
        refused = {
            refusal(role, attempt.format(table, first[table])) for table in first for attempt in ATTEMPTS
        }
        with db.engine.begin() as connection:
            connection.exec_driver_sql(f'SET LOCAL ROLE "{role}"')
            connection.exec_driver_sql("INSERT INTO audit SELECT * FROM audit WHERE false")
            connection.exec_driver_sql("UPDATE children SET given_name = 'Kept by its trigger'")
    finally:
        with db.engine.begin() as connection:
            connection.exec_driver_sql(f'DROP OWNED BY "{role}"')
            connection.exec_driver_sql(f'DROP ROLE "{role}"')
    assert refused == {"42501"}


def refusal(role: str, statement: str) -> str | None:
    """The code with which PostgreSQL refuses what a role tries; none where it does not."""
    try:
        with db.engine.begin() as connection:
            connection.exec_driver_sql(f'SET LOCAL ROLE "{role}"')
            connection.exec_driver_sql(statement)
    except DBAPIError as error:
        return getattr(error.orig, "sqlstate", None)
    return None
