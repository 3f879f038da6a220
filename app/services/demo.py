"""Fictional people for trying Throughcare out: every role of the remand pathway, in three authorities.

Nobody here exists, and the names say so. All of them share one password, which is why `make run` and tests alone
create them. Creating them again changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.ids import new_id
from app.domain.viewer import GUEST_ROLE
from app.services import accounts, authorities, children, passwords
from app.services.authorities import TEAMS
from app.store.db import reading, transaction
from app.store.people import Authority, Person
from app.store.ties import tie

PASSWORD = "Only-for-the-demo-1"  # noqa: S105 - printed for everybody to read
AUTHORITIES = (
    ("wandsworth", "Wandsworth", "wandsworth"),
    ("stockport", "Stockport", "stockport"),
    ("exampleshire", "Exampleshire", "default"),
)


@dataclass(frozen=True)
class DemoPerson:
    """Somebody invented; the first name is the start of the user name (dora@wandsworth.example)."""

    name: str
    roles: tuple[str, ...]
    what: str

    @property
    def given_name(self) -> str:
        """Lower case, without the family name."""
        return self.name.split()[0].lower()


PEOPLE = (
    DemoPerson("Dora Dutymanager", ("yjs_duty_manager",), "YJS duty manager: starts a remand"),
    DemoPerson("Casey Casemanager", ("yjs_case_manager", "psr_writer"), "YJS case manager"),
    DemoPerson("Corin Courtofficer", ("yjs_court_officer",), "YJS court officer"),
    DemoPerson("Tess Teamleader", ("yjs_team_manager",), "YJS team manager"),
    DemoPerson("Bo Businesssupport", ("yjs_business_support",), "YJS business support"),
    DemoPerson("Fran Frontdoor", ("csc_front_door", "emergency_duty_team"), "front door"),
    DemoPerson("Sam Socialworker", ("social_worker",), "social worker"),
    DemoPerson("Mo Manager", ("csc_team_manager", "csc_service_lead"), "social care team manager"),
    DemoPerson("Ash Administrator", ("csc_business_support",), "social care business support"),
    DemoPerson("Ivy Reviewingofficer", ("iro",), "independent reviewing officer"),
    DemoPerson("Ira Reviewingmanager", ("iro_manager",), "independent reviewing manager"),
    DemoPerson("Pip Personaladviser", ("personal_adviser",), "personal adviser"),
    DemoPerson("Lee Leavingcare", ("leaving_care_manager",), "leaving care manager"),
    DemoPerson("Pat Placements", ("placements_team",), "placements team"),
    DemoPerson("Carys Carepanel", ("care_panel",), "care panel"),
    DemoPerson("Serge Servicemanager", ("service_manager",), "service manager"),
    DemoPerson("Hope Headofservice", ("head_of_service", "assistant_director"), "head of service"),
    DemoPerson("Dev Deputydirector", ("deputy_director",), "deputy director"),
    DemoPerson("Dee Director", ("dcs",), "Director of Children's Services"),
    DemoPerson("Vera Virtualschool", ("virtual_school",), "virtual school"),
    DemoPerson("Nia Nurse", ("lac_nurse",), "looked-after children nurse"),
    DemoPerson(
        "Sandy Secureestate", ("secure_establishment", "youth_custody_service"), "secure establishment"
    ),
    DemoPerson("Probe Probationofficer", ("probation_officer", "probation_manager"), "probation"),
    DemoPerson("Gia Guest", ("guest", "probation_officer"), "guest from probation: sees what is shared"),
    DemoPerson("Desi Designer", ("process_designer",), "designer: draws and simulates pathways"),
    DemoPerson("Rev Reviewer", ("process_designer",), "second designer: approves what is published"),
)
ADMINISTRATOR = DemoPerson("Ada Admin", (), "administrator: people, pathways, incidents")


@dataclass(frozen=True)
class DemoChild:
    """An invented child, the agencies that know them, and who is allocated: role -> given name of the worker."""

    given_name: str
    family_name: str
    date_of_birth: date
    agencies: tuple[str, ...]
    workers: tuple[tuple[str, str], ...] = ()


CHILDREN = (
    DemoChild(
        "Alex",
        "Example",
        date(2010, 5, 14),
        ("yjs", "csc"),
        (("social_worker", "sam"), ("yjs_case_manager", "casey")),
    ),
    DemoChild("Robin", "Placeholder", date(2009, 11, 2), ("yjs", "csc")),
    DemoChild("Charlie", "Fictional", date(2011, 1, 29), ("yjs",)),
    DemoChild("Jo", "Madeup", date(2012, 8, 8), ("csc",), (("social_worker", "sam"),)),
)


def username(person: DemoPerson, authority_id: str) -> str:
    """What a demo person signs in with."""
    return f"{person.given_name}@{authority_id}.example"


def create() -> list[str]:
    """Create the authorities that are not there yet, each with everybody in it; the ids of the new ones."""
    with reading() as session:
        known = set(session.scalars(select(Authority.id)))
    fresh = [authority for authority in AUTHORITIES if authority[0] not in known]
    kept = passwords.make_hash(PASSWORD, "") if fresh else ""
    for authority_id, name, profile_key in fresh:
        with transaction() as session:
            authorities.write(session, authority_id, name, profile_key, TEAMS)
            workers = _add_people(session, authority_id, kept)
            for child in CHILDREN:
                _add_child(session, authority_id, child, workers)
    return [authority_id for authority_id, _, _ in fresh]


def who_can_sign_in() -> list[tuple[str, str, str]]:
    """(user name, name, what they do) of every demo person, for the list that `make run` prints."""
    return [
        (username(person, authority_id), person.name, f"{person.what}, {name}")
        for authority_id, name, _ in AUTHORITIES
        for person in (*PEOPLE, ADMINISTRATOR)
    ]


def _add_people(session: Session, authority_id: str, kept: str) -> dict[str, str]:
    """Everybody, with the one password's hash; given name -> id."""
    team_of = {role: team.key for team in TEAMS for role in team.roles}
    ids: dict[str, str] = {}
    for somebody in (*PEOPLE, ADMINISTRATOR):
        ids[somebody.given_name] = new_id()
        person = Person(
            authority_id=authority_id,
            id=ids[somebody.given_name],
            username=username(somebody, authority_id),
            name=somebody.name,
            password_hash=kept,
            is_admin=somebody is ADMINISTRATOR,
            created_at=now(),
            disabled_at=None,
        )
        is_guest = GUEST_ROLE in somebody.roles  # of no team: their work is of their role, where it is shared
        team_ids = set() if is_guest else {team_of[role] for role in somebody.roles}
        accounts.write_person(session, person, somebody.roles, team_ids)
    return ids


def _add_child(session: Session, authority_id: str, child: DemoChild, workers: dict[str, str]) -> None:
    child_id = children.add(
        session,
        authority_id,
        given_name=child.given_name,
        family_name=child.family_name,
        date_of_birth=child.date_of_birth,
        identifiers={},
        person_id=None,
    )
    tie(session, authority_id, child_id, child.agencies)
    for role, given_name in child.workers:
        children.allocate(session, authority_id, child_id, role, workers[given_name], by=None)
