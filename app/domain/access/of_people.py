"""Rules about a team and about a colleague."""

from __future__ import annotations

from app.domain.viewer import PersonThing, TeamThing, Viewer


def sees_team(viewer: Viewer, team: TeamThing) -> bool:
    """Its people, who manages it, an administrator."""
    return viewer.is_admin or team.team_id in viewer.team_ids or manages_team(viewer, team)


def manages_team(viewer: Viewer, team: TeamThing) -> bool:
    """A manager of its agency."""
    return viewer.is_manager and team.agency in viewer.agencies


def manages_person(viewer: Viewer, person: PersonThing) -> bool:
    """A manager of one of their agencies, or an administrator."""
    return viewer.is_admin or (viewer.is_manager and not viewer.agencies.isdisjoint(person.agencies))


def self_or_manages(viewer: Viewer, person: PersonThing) -> bool:
    """The colleague, or who manages them."""
    return viewer.person_id == person.person_id or manages_person(viewer, person)


def sees_absence(viewer: Viewer, person: PersonThing) -> bool:
    """The same, and who covers."""
    return viewer.person_id == person.cover_id or self_or_manages(viewer, person)
