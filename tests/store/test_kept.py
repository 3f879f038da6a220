"""Whatever column of whatever row changes, and whatever is deleted: what it said before is known."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import JSON, Column, delete, insert, select, update
from sqlalchemy.orm import Session

from app.domain.clock import SimulatedClock
from app.store import as_it_stood
from app.store.db import transaction
from app.store.kept import KEPT, Kept
from app.store.moments import UtcDateTime
from tests.things import one_of_everything

pytestmark = pytest.mark.usefixtures("filled_app", "clock")
OTHERS_HANG_ON = {
    "authorities",
    "child_documents",
    "child_plans",
    "children",
    "people",
    "process_instances",
    "teams",
    "user_tasks",
}
ODD = 'it’s “odd” \\ "quoted"\n\tand long'


def test_every_change_of_every_table_can_be_undone(clock: SimulatedClock) -> None:
    # given
    things = one_of_everything()
    clock.move_to(clock.now() + timedelta(hours=1))
    missing = [KEPT[table] for table, rows in _stood(things, clock.now()).items() if not rows]
    with transaction() as session:
        for one in missing:
            row = {column.name: _value(column, things) for column in one.of.columns}
            session.execute(insert(one.of).values(row))
    before = clock.now()
    then = _stood(things, before)
    assert {table for table, rows in then.items() if not rows} == set()
    clock.move_to(before + timedelta(days=1))

    # when
    with transaction() as session:
        for one in KEPT.values():
            for column in _free(one):
                _change(session, one, column)
        for one in reversed(KEPT.values()):
            if one.table not in OTHERS_HANG_ON:
                session.execute(delete(one.of))
    clock.move_to(before + timedelta(days=2))

    # then
    assert _stood(things, before) == then
    assert _stood(things, clock.now()) != then


def _stood(things: dict[str, str], at: datetime) -> dict[str, Any]:
    with transaction() as session:
        child = as_it_stood.of_child(session, "wandsworth", things["child_id"], at)
        around = as_it_stood.of_authority(session, "wandsworth", at)
    return {**child.rows, **around.rows}


def _free(one: Kept) -> list[Column[Any]]:
    """The columns that may say anything: no key, no other row, not since when the row is known."""
    return [
        column
        for column in one.changing
        if not column.foreign_keys and column.name not in (one.born, *one.children, "profile")
    ]


def _value(column: Column[Any], things: dict[str, str]) -> Any:
    if column.name == "authority_id":
        return "wandsworth"
    if column.name in things:
        return things[column.name]
    if column.nullable:
        return None
    return _another(column, None)


def _change(session: Session, one: Kept, column: Column[Any]) -> None:
    keys = list(one.of.primary_key)
    for row in session.execute(select(*keys, column.label("said"))).all():
        here = [key == value for key, value in zip(keys, row[:-1], strict=True)]
        session.execute(update(one.of).where(*here).values({column.name: _another(column, row.said)}))


def _another(column: Column[Any], said: Any) -> Any:
    """A value that the column has not said."""
    if isinstance(column.type, JSON):
        return {"odd": [ODD, None, 1.5, True], "was": said}
    kind = datetime if isinstance(column.type, UtcDateTime) else column.type.python_type
    if kind is bool:
        return not said
    if kind is int:
        return (said or 0) + 1
    if kind is datetime:
        return (said or datetime.fromisoformat("2026-12-01T09:00:00+00:00")) + timedelta(hours=1)
    if kind is date:
        return (said or date(2026, 12, 1)) + timedelta(days=1)
    if kind is bytes:
        return b"%PDF"
    return f"{said or ''}{ODD}"
