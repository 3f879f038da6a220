"""Work accounts: people as the council's own sign-in proves them, who are here what its claims make them.

Somebody is known by issuer and subject, and by nothing else: a name or an e-mail may be given to another person. What
they are (roles, teams, administrator) is taken from the claims at each sign-in; there is no other way to change it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.claims import Claimed, Grant, granted
from app.domain.clock import now
from app.domain.errors import Busy, NotAllowed
from app.domain.ids import new_id
from app.services import accounts, sessions
from app.services.sessions import Place, SignedIn
from app.store.audit import Entry, note
from app.store.db import reading, transaction
from app.store.people import Authority, Person, PersonRole, PersonTeam, SignInName, Team
from app.store.sign_ins import Identity

log = structlog.get_logger("throughcare.sign_in")
CLOSED = "Your account in Throughcare is closed. Ask your administrator if you need it."
ELSEWHERE = "Your work account is for another authority now. Ask your administrator to close the one you had."


@dataclass(frozen=True)
class _Known:
    """An account that a provider has brought here before."""

    authority_id: str
    person_id: str
    is_closed: bool


def enter(
    claimed: Claimed,
    grants: Mapping[str, Grant],
    *,
    place: Place,
    replaces: str | None = None,
    id_token: str | None = None,
) -> SignedIn:
    """A session for whoever a provider has proved somebody to be; an account is opened for who comes first.

    Raises NotAllowed with a sentence when their claims hold no known role, or when their account here is closed; the
    sessions that they may still have elsewhere end then. Raises Busy when they came in twice at once.
    """
    known = _known(claimed)
    try:
        grant = granted(grants, claimed.words)
        _check(grant, known)
    except NotAllowed as error:
        if known:
            _refuse(known, error)
        raise
    try:
        with transaction() as session:
            if known:
                _change(session, known, claimed, grant)
                person_id = known.person_id
            else:
                person_id = _open(session, claimed, grant)
            viewer = accounts.viewer_in(session, grant.authority, person_id)
            return sessions.begin(
                session, viewer, way="work_account", place=place, replaces=replaces, id_token=id_token
            )
    except IntegrityError as error:
        raise Busy("You are being signed in already. Try again in a moment.") from error


def _known(claimed: Claimed) -> _Known | None:
    with reading() as session:
        row = session.execute(
            select(Identity.authority_id, Identity.person_id, Person.disabled_at)
            .join(Person, (Person.authority_id == Identity.authority_id) & (Person.id == Identity.person_id))
            .where(Identity.issuer == claimed.issuer, Identity.subject == claimed.subject)
        ).first()
    return _Known(row.authority_id, row.person_id, row.disabled_at is not None) if row else None


def _check(grant: Grant, known: _Known | None) -> None:
    """Refuse what cannot be: a closed account, another authority, a grant of something that is not there."""
    if known and known.is_closed:
        raise NotAllowed(CLOSED)
    if known and known.authority_id != grant.authority:
        raise NotAllowed(ELSEWHERE)
    with reading() as session:
        teams = set(session.scalars(select(Team.id).where(Team.authority_id == grant.authority)))
        is_there = session.get(Authority, grant.authority) is not None
    missing = sorted(grant.teams - teams) if is_there else [grant.authority]
    if missing:
        log.error("grant_of_what_is_not_there", authority_id=grant.authority, error=missing[0])
        raise NotAllowed(
            f"Your work account leads to “{missing[0]}”, which Throughcare does not have. Tell your administrator."
        )


def _refuse(known: _Known, error: NotAllowed) -> None:
    with transaction() as session:
        sessions.end_all(session, known.authority_id, known.person_id)
        facts = {"person": known.person_id, "reason": error.sentence}
        _note(session, known.authority_id, known.person_id, Entry(kind="sign_in_refused", facts=facts))


def _open(session: Session, claimed: Claimed, grant: Grant) -> str:
    person = Person(
        authority_id=grant.authority,
        id=new_id(),
        username=_free_name(session, claimed),
        email=claimed.email or None,
        name=claimed.name or claimed.email or claimed.subject,
        password_hash=None,
        is_admin=grant.is_admin,
        created_at=now(),
        disabled_at=None,
    )
    accounts.write_person(session, person, grant.roles, grant.teams)
    session.execute(
        insert(Identity).values(
            issuer=claimed.issuer,
            subject=claimed.subject,
            authority_id=person.authority_id,
            person_id=person.id,
            created_at=now(),
        )
    )
    return person.id


def _free_name(session: Session, claimed: Claimed) -> str:
    """Their e-mail as a user name; with a number behind it where another person has that name already."""
    wanted = "".join((claimed.email or claimed.subject).split()).casefold()
    name, number = wanted, 1
    while session.get(SignInName, name) is not None:
        number += 1
        name = f"{wanted}#{number}"
    return name


def _change(session: Session, known: _Known, claimed: Claimed, grant: Grant) -> None:
    """Make the account what the claims say now. Names and addresses change without a word; rights are in the audit."""
    own = {"authority_id": known.authority_id, "person_id": known.person_id}
    person = session.get_one(Person, (known.authority_id, known.person_id))
    was_admin = person.is_admin
    session.execute(
        update(Person)
        .where(Person.authority_id == known.authority_id, Person.id == known.person_id)
        .values(
            name=claimed.name or person.name,
            email=claimed.email or person.email,
            is_admin=grant.is_admin,
        )
        .execution_options(synchronize_session=False)
    )
    roles = set(session.scalars(select(PersonRole.role).filter_by(**own)))
    teams = set(session.scalars(select(PersonTeam.team_id).filter_by(**own)))
    if roles == set(grant.roles) and teams == set(grant.teams) and was_admin == grant.is_admin:
        return
    session.execute(delete(PersonRole).filter_by(**own))
    session.execute(delete(PersonTeam).filter_by(**own))
    session.add_all(PersonRole(role=role, **own) for role in sorted(grant.roles))
    session.add_all(PersonTeam(team_id=team_id, **own) for team_id in sorted(grant.teams))
    session.flush()
    facts = {
        "person": known.person_id,
        "roles": sorted(grant.roles),
        "roles_before": sorted(roles),
        "teams": sorted(grant.teams),
        "teams_before": sorted(teams),
        "is_admin": grant.is_admin,
    }
    _note(session, known.authority_id, known.person_id, Entry(kind="rights_changed", facts=facts))


def _note(session: Session, authority_id: str, person_id: str, entry: Entry) -> None:
    note(session, entry, authority_id=authority_id, stream=f"person:{person_id}")
