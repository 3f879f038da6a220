"""Whom one can ask for a contribution: a role, a team or a person of the authority or its partners; and the form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.access import MANAGER_ROLES, Viewer
from app.domain.form_parts import Option
from app.domain.forms import Form, read_form
from app.services import asking_rows, reference
from app.store import people
from app.store.people import Team, TeamRole

LONGEST_QUESTION = 2000
ASK: Form = read_form(
    "tasks/ask",
    {
        "type": "default",
        "title": "Ask somebody",
        "components": [
            {"type": "select", "key": "who", "label": "Whom do you want to ask?", "valuesKey": "people:asked",
             "validate": {"required": True}, "properties": {"called": "whom you want to ask"}},
            {"type": "textarea", "key": "question", "label": "What do you need from them?",
             "description": "For example: What does the school say about mornings and lessons?",
             "validate": {"required": True, "maxLength": LONGEST_QUESTION},
             "properties": {"called": "what you need from them"}},
            {"type": "datetime", "subtype": "date", "key": "wanted_on", "label": "By which day?",
             "validate": {"required": True}, "properties": {"when": "future", "called": "the day"}},
            {"type": "radio", "key": "need", "label": "When is it needed?",
             "values": [{"label": "If it comes in time: my task can be completed without it", "value": "optional"},
                        {"label": "First: my task cannot be completed without it", "value": "required"},
                        {"label": "Afterwards: it was decided here, and they do it", "value": "after"}],
             "validate": {"required": True}, "properties": {"called": "when it is needed"}},
        ],
    },
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """Somebody who can be asked; `agency` is whose people see the child from then on."""

    label: str
    role: str
    team_id: str | None = None
    person_id: str | None = None
    agency: str | None = None


def ask_form(offers: Mapping[str, Asked]) -> Form:
    """The form for asking, where only those who can be asked are accepted."""
    return ASK.offering({"people:asked": [Option(key, one.label) for key, one in offers.items()]})


def choices(session: Session, authority_id: str) -> dict[str, Asked]:
    """Everybody who can be asked, by the key that a form sends: roles first, then teams, then people; by name."""
    everybody = people.viewers(session, authority_id)
    teams = people.teams(session, authority_id)
    answering = session.execute(
        select(TeamRole.role, TeamRole.team_id).where(TeamRole.authority_id == authority_id)
    ).all()
    of_team: dict[str, list[str]] = {}
    for row in answering:
        of_team.setdefault(row.team_id, []).append(row.role)
    held = {role for person in everybody for role in person.roles}
    offers = {f"role:{role}": _role(role) for role in held if role in reference.roles().by_key}
    offers |= {f"team:{team.id}": _team(team, of_team.get(team.id, [])) for team in teams}
    of_role = {row.role: row.team_id for row in answering}
    offers |= {f"person:{person.person_id}": _person(person, of_role) for person in everybody if person.roles}
    order = {"role": 0, "team": 1, "person": 2}
    return dict(sorted(offers.items(), key=lambda one: (order[one[0].split(":")[0]], one[1].label)))


def _role(role: str) -> Asked:
    known = reference.roles().by_key[role]
    return Asked(f"{known.name} (whoever does it)", role, agency=known.agency)


def _team(team: Team, roles: list[str]) -> Asked:
    """A team is asked in the role of its people rather than of its manager: any of them may take it."""
    of_staff = sorted(role for role in roles if role not in MANAGER_ROLES)
    role = next(iter([*of_staff, *sorted(roles)]), asking_rows.ROLE)
    return Asked(f"{team.name} (team)", role, team_id=team.id, agency=team.agency)


def _person(person: Viewer, team_of: Mapping[str, str]) -> Asked:
    """A person is asked in the first of their roles that belongs to their agency; its team can help out."""
    table = reference.roles().by_key
    roles = sorted(role for role in person.roles if role in table)
    own = [role for role in roles if table[role].agency in person.agencies]
    role = next(iter([*own, *roles]), asking_rows.ROLE)
    agency = table[role].agency if role in own else next(iter(sorted(person.agencies)), None)
    team = team_of.get(role) or next(iter(sorted(person.team_ids)), None)
    words = reference.roles().name_of(role)
    return Asked(f"{person.name} ({words})", role, team, person.person_id, agency)
