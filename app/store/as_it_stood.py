"""The rows of one child as they stood at a moment: what was known then, not what is known now."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Column, Date, DateTime, or_, select
from sqlalchemy.orm import Session

from app.store import kept
from app.store.db import Base, is_postgresql
from app.store.kept import KEPT, NOBODY, KeepingBegan, Kept, KeptRow, is_json
from app.store.moments import UtcDateTime

Standing = Mapping[str, Any]
"""A row as it stood: the value of each kept column by its name."""


@dataclass(frozen=True)
class Stood:
    """Every row of a child as it stood at `at`, by table, in the order of their keys.

    Changes before `kept_since` were not kept: what is older stands as it was then. None: everything was kept.
    """

    at: datetime
    kept_since: datetime | None
    rows: Mapping[str, tuple[Standing, ...]]

    def of(self, table: str) -> tuple[Standing, ...]:
        """The rows of one table."""
        return self.rows[table]

    def by(self, table: str, column: str) -> dict[Any, list[Standing]]:
        """The rows of one table by what they say in a column."""
        found: dict[Any, list[Standing]] = {}
        for row in self.rows[table]:
            found.setdefault(row[column], []).append(row)
        return found


def of_child(session: Session, authority_id: str, child_id: str, at: datetime) -> Stood:
    """Everything that is kept of a child, as it stood at `at`.

    The rows as they are now are read first: what changes meanwhile is then among what was kept.
    """
    tables = [one for one in KEPT.values() if one.children]
    now_there = {one.table: _present(session, one, authority_id, child_id) for one in tables}
    return Stood(
        at=at,
        kept_since=_kept_since(session, authority_id),
        rows=_gone_back(session, tables, now_there, authority_id, child_id, at),
    )


def child(session: Session, authority_id: str, child_id: str, at: datetime) -> Standing | None:
    """Who one child was at `at`; None when nobody knew them yet."""
    only = KEPT["children"]
    rows = {only.table: _present(session, only, authority_id, child_id)}
    found = _gone_back(session, [only], rows, authority_id, child_id, at)[only.table]
    return found[0] if found else None


def of_authority(session: Session, authority_id: str, at: datetime) -> Stood:
    """What its people, its teams and itself were called at `at`, and by which profile it worked."""
    tables = [one for one in KEPT.values() if not one.children]
    now_there = {one.table: _present(session, one, authority_id, NOBODY) for one in tables}
    rows = _gone_back(session, tables, now_there, authority_id, NOBODY, at)
    return Stood(at=at, kept_since=_kept_since(session, authority_id), rows=rows)


def profiles_of(session: Session, authority_id: str, at: datetime) -> list[tuple[datetime | None, str]]:
    """The profiles that an authority has worked by until `at`, oldest first, each with the moment it took effect."""
    found = session.scalars(
        select(KeptRow)
        .where(
            KeptRow.authority_id == authority_id,
            KeptRow.child_id == NOBODY,
            KeptRow.about == "authorities",
        )
        .order_by(KeptRow.number)
    )
    said = [(row.until_at, kept.said(row)) for row in found]
    changes = [(until_at, was["profile"]) for until_at, was in said if "profile" in was]
    (last,) = _present(session, KEPT["authorities"], authority_id, NOBODY).values()
    names = [*(name for _, name in changes), last["profile"]]
    begins = [None, *(moment for moment, _ in changes)]
    return [(begin, name) for begin, name in zip(begins, names, strict=True) if begin is None or begin <= at]


def _kept_since(session: Session, authority_id: str) -> datetime | None:
    return session.scalar(select(KeepingBegan.at).where(KeepingBegan.authority_id == authority_id))


def _present(session: Session, one: Kept, authority_id: str, child_id: str) -> dict[str, dict[str, Any]]:
    """The rows as they are now, by their key."""
    table = one.of
    query = select(*one.columns).where(table.c[one.authority] == authority_id)
    if one.through is not None:
        through, column = one.through
        other = Base.metadata.tables[through]
        query = query.join(
            other, (other.c.authority_id == table.c.authority_id) & (other.c.id == table.c[column])
        ).where(other.c.child_id == child_id)
    elif one.children:
        query = query.where(or_(*(table.c[name] == child_id for name in one.children)))
    rows = (dict(row._mapping) for row in session.execute(query))
    return {_key(one, row): row for row in rows}


def _key(one: Kept, row: Mapping[str, Any]) -> str:
    return "/".join(str(row[name]) for name in one.key)


def _gone_back(
    session: Session,
    tables: Iterable[Kept],
    rows: dict[str, dict[str, dict[str, Any]]],
    authority_id: str,
    child_id: str,
    at: datetime,
) -> dict[str, tuple[Standing, ...]]:
    """The rows with every change after `at` undone, newest first."""
    changes = session.scalars(
        select(KeptRow)
        .where(
            KeptRow.authority_id == authority_id,
            KeptRow.child_id == child_id,
            KeptRow.until_at > at,
        )
        .order_by(KeptRow.about, KeptRow.row_key, KeptRow.number.desc())
    )
    has_values = is_postgresql(session)
    for change in changes:
        if change.about not in rows:
            continue
        columns = KEPT[change.about].of.columns
        said = {name: _read(columns[name], value, has_values) for name, value in kept.said(change).items()}
        rows[change.about].setdefault(change.row_key, {}).update(said)
    return {
        one.table: tuple(row for _, row in sorted(rows[one.table].items()) if _was_there(one, row, at))
        for one in tables
    }


def _was_there(one: Kept, row: Mapping[str, Any], at: datetime) -> bool:
    return one.born is None or row[one.born] <= at


def _read(column: Column[Any], value: Any, has_values: bool) -> Any:
    """A kept value as a query of the table itself would give it; PostgreSQL keeps JSON as values, SQLite as text."""
    if value is None:
        return None
    if is_json(column):
        return value if has_values else json.loads(value)
    if isinstance(column.type, (UtcDateTime, DateTime)):
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    if column.type.python_type is bool:
        return bool(value)
    return value
