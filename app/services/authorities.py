"""Authorities and their teams: made at the command line, because everything else is of one authority."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.domain.errors import BadInput, Conflict, NotFound
from app.domain.roles import AGENCIES
from app.services import reference
from app.store import audit
from app.store.audit import Entry
from app.store.db import reading, transaction
from app.store.people import Authority, Team, TeamRole

KEY = re.compile(r"[a-z][a-z0-9_-]{1,39}")


@dataclass(frozen=True)
class UsualTeam:
    """A team, and the roles whose work comes to its queue."""

    key: str
    name: str
    agency: str
    roles: tuple[str, ...]


TEAMS = (
    UsualTeam(
        "youth_justice",
        "Youth justice service",
        "yjs",
        (
            "yjs_case_manager",
            "yjs_duty_manager",
            "yjs_court_officer",
            "yjs_team_manager",
            "yjs_business_support",
            "yjs_service",
            "yjs_host_service",
            "psr_writer",
            "parenting_coordinator",
        ),
    ),
    UsualTeam(
        "front_door",
        "Front door",
        "csc",
        ("csc_front_door", "early_help_hub", "evolve_team", "emergency_duty_team"),
    ),
    UsualTeam(
        "looked_after",
        "Children looked after team",
        "csc",
        (
            "social_worker",
            "csc_team_manager",
            "csc_service_lead",
            "csc_business_support",
            "csc_service",
            "legal_team",
        ),
    ),
    UsualTeam("reviewing", "Independent reviewing service", "csc", ("iro", "iro_manager")),
    UsualTeam(
        "leaving_care",
        "Leaving care team",
        "csc",
        ("personal_adviser", "leaving_care_manager", "relevant_review_officer"),
    ),
    UsualTeam(
        "placements",
        "Placements and panels",
        "csc",
        ("placements_team", "care_panel", "ipep_panel", "sixteen_plus_panel"),
    ),
    UsualTeam(
        "leadership",
        "Children's services leadership",
        "csc",
        ("service_manager", "head_of_service", "assistant_director", "deputy_director", "dcs"),
    ),
    UsualTeam("virtual_school", "Virtual school", "education", ("virtual_school",)),
    UsualTeam("health", "Looked-after children health", "health", ("lac_nurse",)),
    UsualTeam("secure", "Secure estate", "secure", ("secure_establishment", "youth_custody_service")),
    UsualTeam("courts", "Courts and lawyers", "court", ("court", "cps", "solicitor")),
    UsualTeam("protocol_design", "Protocol design", "design", ("process_designer",)),
    UsualTeam(
        "partners",
        "Partner agencies",
        "other",
        (
            "probation_officer",
            "probation_manager",
            "placement_provider",
            "senior_manager",
            "safeguarding_board",
            "lead_professional",
            "meeting_convenor",
            "appropriate_adult_provider",
            "icta",
            "police",
            "housing_authority",
            "maars_panel",
        ),
    ),
)


def add(key: str, name: str, profile: str) -> None:
    """A new authority with the usual teams, whose duties and time limits are those of a profile.

    Raises BadInput (key, name, profile), Conflict (there is one of this key).
    """
    if not KEY.fullmatch(key):
        raise BadInput("The key of an authority is 2 to 40 small letters, figures, “-” and “_”.")
    if not name.strip():
        raise BadInput("Say what the authority is called.")
    known = reference.profile(profile).key
    with transaction() as session:
        if session.get(Authority, key) is not None:
            raise Conflict(f"There is an authority “{key}” already.")
        write(session, key, name.strip(), known, TEAMS)
        audit.note(session, Entry(kind="authority_added", facts={"name": name.strip(), "profile": known}),
                   authority_id=key, stream="authority")  # fmt: skip


def add_team(authority: str, key: str, name: str, agency: str, roles: Iterable[str]) -> None:
    """One more team, to whose queue the new work of these roles comes. Raises BadInput, NotFound, Conflict."""
    asked = tuple(dict.fromkeys(roles))
    known = reference.roles().by_key
    unknown = [role for role in asked if role not in known]
    if not KEY.fullmatch(key) or not name.strip():
        raise BadInput("A team has a key of small letters, figures, “-” and “_”, and a name.")
    if agency not in AGENCIES:
        raise BadInput(f"There is no agency “{agency}”. There are {', '.join(AGENCIES)}.")
    if unknown:
        raise BadInput(f"There is no role “{unknown[0]}”. `processes/roles.yaml` has them all.")
    with transaction() as session:
        if session.get(Authority, authority) is None:
            raise NotFound(f"There is no authority “{authority}”. `throughcare authority list` has them.")
        if session.get(Team, (authority, key)) is not None:
            raise Conflict(f"There is a team “{key}” already.")
        session.execute(delete(TeamRole).where(TeamRole.authority_id == authority, TeamRole.role.in_(asked)))
        _write_teams(session, authority, [UsualTeam(key, name.strip(), agency, asked)])
        facts = {"team": key, "name": name.strip(), "roles": list(asked)}
        audit.note(session, Entry(kind="team_added", facts=facts), authority_id=authority, stream="authority")


def listed() -> list[tuple[str, str, str, list[str]]]:
    """(key, name, profile, keys of the teams) of every authority, by key."""
    with reading() as session:
        found = session.scalars(select(Authority).order_by(Authority.id)).all()
        teams = session.execute(select(Team.authority_id, Team.id).order_by(Team.id)).all()
    return [
        (one.id, one.name, one.profile, [row.id for row in teams if row.authority_id == one.id])
        for one in found
    ]


def write(session: Session, key: str, name: str, profile: str, teams: Iterable[UsualTeam]) -> None:
    """The rows of an authority and its teams."""
    session.add(Authority(id=key, name=name, profile=profile))
    session.flush()
    _write_teams(session, key, list(teams))


def _write_teams(session: Session, authority_id: str, teams: list[UsualTeam]) -> None:
    session.add_all(
        Team(authority_id=authority_id, id=team.key, name=team.name, agency=team.agency) for team in teams
    )
    session.flush()
    session.add_all(
        TeamRole(authority_id=authority_id, role=role, team_id=team.key)
        for team in teams
        for role in team.roles
    )
