"""Who is in which teams, which roles' work comes to them, and who works with which children."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.store.children import ChildWorker
from app.store.people import Person, PersonTeam, TeamRole


def members(session: Session, authority_id: str, team_ids: Iterable[str]) -> list[tuple[str, str]]:
    """(id, name) of those in any of the teams whose accounts are open, by name, each once."""
    rows = session.execute(
        select(Person.id, Person.name)
        .join(
            PersonTeam, (PersonTeam.authority_id == Person.authority_id) & (PersonTeam.person_id == Person.id)
        )
        .where(
            Person.authority_id == authority_id,
            Person.disabled_at.is_(None),
            PersonTeam.team_id.in_(list(team_ids)),
        )
        .distinct()
        .order_by(Person.name, Person.id)
    )
    return [(row.id, row.name) for row in rows]


def roles_answered(
    session: Session, authority_id: str, team_ids: Iterable[str] | None = None
) -> frozenset[str]:
    """The roles whose work comes to any of the teams; to any team at all where none are named."""
    query = select(TeamRole.role).where(TeamRole.authority_id == authority_id)
    if team_ids is not None:
        query = query.where(TeamRole.team_id.in_(list(team_ids)))
    return frozenset(session.scalars(query))


def workers_of_each(
    session: Session, authority_id: str, child_ids: Iterable[str]
) -> dict[str, frozenset[str]]:
    """The people allocated to each of the children today."""
    found: dict[str, set[str]] = {child_id: set() for child_id in child_ids}
    rows = session.execute(
        select(ChildWorker.child_id, ChildWorker.person_id).where(
            ChildWorker.authority_id == authority_id,
            ChildWorker.child_id.in_(list(found)),
            ChildWorker.until_at.is_(None),
        )
    )
    for row in rows:
        found[row.child_id].add(row.person_id)
    return {child_id: frozenset(people) for child_id, people in found.items()}
