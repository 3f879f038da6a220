"""Whose a task would be: the team that answers for its role, whoever works with the child in that role."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CursorResult, Executable, Row, bindparam, literal_column, select, union_all
from sqlalchemy.orm import Session

from app.store.children import ChildWorker
from app.store.db import execute, table_of
from app.store.people import ChildAgency, TeamRole

_TEAMS, _WORKERS, _AGENCIES = table_of(TeamRole), table_of(ChildWorker), table_of(ChildAgency)
_WHO = union_all(
    select(literal_column("'team'").label("what"), _TEAMS.c.role, _TEAMS.c.team_id.label("who")).where(
        _TEAMS.c.authority_id == bindparam("of_authority"),
        _TEAMS.c.role.in_(bindparam("roles", expanding=True)),
    ),
    select(literal_column("'worker'"), _WORKERS.c.role, _WORKERS.c.person_id).where(
        _WORKERS.c.authority_id == bindparam("of_authority"),
        _WORKERS.c.child_id == bindparam("of_child"),
        _WORKERS.c.until_at.is_(None),
    ),
    select(literal_column("'agency'"), _AGENCIES.c.agency, _AGENCIES.c.agency).where(
        _AGENCIES.c.authority_id == bindparam("of_authority"), _AGENCIES.c.child_id == bindparam("of_child")
    ),
)


@dataclass(frozen=True)
class Hands:
    """The teams of `roles` and the child's workers, each by its role; the agencies that are tied to the child."""

    roles: frozenset[str]
    teams: Mapping[str, str]
    workers: Mapping[str, str]
    agencies: frozenset[str]


def read(session: Session, instance: Row[Any], roles: Collection[str]) -> Hands:
    """Whose a task of the instance would be, for each of these roles."""
    return hands_of(execute(session, *question(instance, roles)), roles)


def question(instance: Row[Any], roles: Collection[str]) -> tuple[Executable, dict[str, Any]]:
    """The statement that asks for it, with its values."""
    keys = {"of_authority": instance.authority_id, "of_child": instance.child_id}
    return _WHO, {**keys, "roles": sorted(roles)}


def hands_of(found: CursorResult[Any], roles: Collection[str]) -> Hands:
    """What the answer to `question` says."""
    rows = found.all()
    return Hands(
        frozenset(roles),
        teams={row.role: row.who for row in rows if row.what == "team"},
        workers={row.role: row.who for row in rows if row.what == "worker"},
        agencies=frozenset(row.who for row in rows if row.what == "agency"),
    )
