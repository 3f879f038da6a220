"""People and what they belong to: authorities, teams with their roles, accounts, sessions.

Two tables stand outside the authorities, because they are read before it is known which authority a person is of:
`authorities` itself and `sign_in_names` (a name leads to its account).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    bindparam,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.domain.access import Viewer
from app.domain.clock import today
from app.store.absences import Absence
from app.store.db import Base, glance
from app.store.sealed import Sealed


class Authority(Base):
    """A council and its partners: the tenant. `profile` names its protocol."""

    __tablename__ = "authorities"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    profile: Mapped[str]


class Team(Base):
    """People who share one queue. `agency` is that of all its people: yjs, csc, health, education, ..."""

    __tablename__ = "teams"
    authority_id: Mapped[str] = mapped_column(ForeignKey("authorities.id"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    agency: Mapped[str]
    __table_args__ = (UniqueConstraint("authority_id", "name"),)


class TeamRole(Base):
    """Which team answers for a role: one only, so that a task belongs to exactly one team."""

    __tablename__ = "team_roles"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    team_id: Mapped[str]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "team_id"], ["teams.authority_id", "teams.id"]),
        Index("ix_team_roles_team", "authority_id", "team_id"),
    )


class Person(Base):
    """Somebody who signs in. Never deleted: what they did names them.

    `email` is where letters go if that is not the user name: a work account brings its own.
    """

    __tablename__ = "people"
    authority_id: Mapped[str] = mapped_column(ForeignKey("authorities.id"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    username: Mapped[str]
    name: Mapped[str]
    email: Mapped[str | None]
    password_hash: Mapped[str | None]
    is_admin: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("authority_id", "username"),)


class SignInName(Base):
    """Where the account behind a user name is. Names are unique across authorities, in lower case."""

    __tablename__ = "sign_in_names"
    username: Mapped[str] = mapped_column(primary_key=True)
    authority_id: Mapped[str]
    person_id: Mapped[str]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "person_id"], ["people.authority_id", "people.id"]),
    )


class PersonTeam(Base):
    """Membership: the queues that a person may take work from."""

    __tablename__ = "person_teams"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    team_id: Mapped[str] = mapped_column(primary_key=True)
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "person_id"], ["people.authority_id", "people.id"]),
        ForeignKeyConstraint(["authority_id", "team_id"], ["teams.authority_id", "teams.id"]),
        Index("ix_person_teams_team", "authority_id", "team_id"),
    )


class PersonRole(Base):
    """A role that a person does work in."""

    __tablename__ = "person_roles"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "person_id"], ["people.authority_id", "people.id"]),
        Index("ix_person_roles_role", "authority_id", "role"),
    )


class LoginSession(Base):
    """Somebody signed in, on one browser. The token itself is only in their cookie.

    `id` names it in lists. `way` is how they proved who they are: password, code or work_account; `id_token` is what
    their provider said of them, which it wants to see again when they sign out.
    """

    __tablename__ = "login_sessions"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str]
    person_id: Mapped[str]
    way: Mapped[str]
    device: Mapped[str]
    address: Mapped[str]
    id_token: Mapped[str | None] = mapped_column(Sealed)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "person_id"], ["people.authority_id", "people.id"]),
        Index("ix_login_sessions_person", "authority_id", "person_id"),
    )


class ChildAgency(Base):
    """An agency that has, or has had, work on a child: from then on its people see the child."""

    __tablename__ = "child_agencies"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[str] = mapped_column(primary_key=True)
    agency: Mapped[str] = mapped_column(primary_key=True)
    since_at: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        Index("ix_child_agencies_agency", "authority_id", "agency", "child_id"),
    )


_PEOPLE = Person.__table__
_BELONGINGS = (
    _PEOPLE.outerjoin(
        PersonRole, (PersonRole.authority_id == Person.authority_id) & (PersonRole.person_id == Person.id)
    )
    .outerjoin(
        PersonTeam, (PersonTeam.authority_id == Person.authority_id) & (PersonTeam.person_id == Person.id)
    )
    .outerjoin(Team, (Team.authority_id == PersonTeam.authority_id) & (Team.id == PersonTeam.team_id))
    .join(Authority, Authority.id == Person.authority_id)
    .outerjoin(
        Absence,
        (Absence.authority_id == Person.authority_id)
        & (Absence.cover_id == Person.id)
        & (Absence.from_on <= bindparam("on_day", type_=Absence.from_on.type))
        & (Absence.until_on >= bindparam("on_day", type_=Absence.until_on.type))
        & Absence.ended_at.is_(None),
    )
)
_WHO = (
    Person.authority_id,
    Person.id,
    Person.name,
    Person.is_admin,
    PersonRole.role,
    PersonTeam.team_id,
    Team.agency,
    Authority.profile,
    Absence.person_id.label("covers"),
)


def _viewers(rows: Iterable[Any]) -> list[Viewer]:
    """One viewer for each person in `rows`, which repeat them for each role, team and person covered; in order."""
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.id, []).append(row)
    return [
        Viewer(
            person_id=own[0].id,
            authority_id=own[0].authority_id,
            name=own[0].name,
            roles=frozenset(row.role for row in own if row.role),
            team_ids=frozenset(row.team_id for row in own if row.team_id),
            is_admin=own[0].is_admin,
            agencies=frozenset(row.agency for row in own if row.agency),
            profile=own[0].profile,
            covers=frozenset(row.covers for row in own if row.covers),
        )
        for own in found.values()
    ]


_SESSIONS = LoginSession.__table__
_SIGNED_IN = (
    select(*_WHO, LoginSession.seen_at)
    .select_from(
        _SESSIONS.join(
            _BELONGINGS,
            (Person.authority_id == LoginSession.authority_id) & (Person.id == LoginSession.person_id),
        )
    )
    .where(
        LoginSession.authority_id == bindparam("of_authority"),
        LoginSession.token_hash == bindparam("of_token"),
        LoginSession.created_at > bindparam("created_after"),
        LoginSession.seen_at > bindparam("seen_after"),
        Person.disabled_at.is_(None),
    )
)


def signed_in(
    authority_id: str, token_hash: str, *, created_after: datetime, seen_after: datetime
) -> tuple[Viewer, datetime] | None:
    """Whose a session is and when it was last seen, while it lasts and the account is open: one query."""
    keys = {
        "of_authority": authority_id,
        "of_token": token_hash,
        "created_after": created_after,
        "seen_after": seen_after,
        "on_day": today(),
    }
    rows = glance(_SIGNED_IN, keys)
    return (_viewers(rows)[0], rows[0].seen_at) if rows else None


def viewers(
    session: Session, authority_id: str, person_ids: Iterable[str] | None = None, *, with_closed: bool = False
) -> list[Viewer]:
    """People of an authority whose accounts are open, by name; all of them, or those with the given ids.

    `with_closed` has those who have left too, whose work may still wait for somebody.
    """
    query = (
        select(*_WHO)
        .select_from(_BELONGINGS)
        .where(Person.authority_id == authority_id)
        .order_by(Person.name, Person.id)
    )
    if not with_closed:
        query = query.where(Person.disabled_at.is_(None))
    if person_ids is not None:
        query = query.where(Person.id.in_(list(person_ids)))
    return _viewers(session.execute(query, {"on_day": today()}).all())


def account(session: Session, username: str) -> Person | None:
    """The account behind a user name, open or closed."""
    return session.execute(
        select(Person)
        .join(
            SignInName, (SignInName.authority_id == Person.authority_id) & (SignInName.person_id == Person.id)
        )
        .where(SignInName.username == username)
    ).scalar_one_or_none()


def teams(session: Session, authority_id: str) -> list[Team]:
    """The teams of an authority, by name."""
    return list(session.scalars(select(Team).where(Team.authority_id == authority_id).order_by(Team.name)))


def address_of() -> ColumnElement[str]:
    """Where a person's letters go: the e-mail of their work account, or else the user name."""
    return func.coalesce(Person.email, Person.username)


def name_of(session: Session, authority_id: str, person_id: str | None) -> str | None:
    """What a person is called, open account or closed; None for nobody."""
    if person_id is None:
        return None
    return session.scalar(
        select(Person.name).where(Person.authority_id == authority_id, Person.id == person_id)
    )


def names_of(session: Session, authority_id: str, person_ids: Iterable[str]) -> dict[str, str]:
    """What people are called, by their ids: one query, none for nobody."""
    wanted = sorted(set(person_ids))
    if not wanted:
        return {}
    rows = session.execute(
        select(Person.id, Person.name).where(Person.authority_id == authority_id, Person.id.in_(wanted))
    )
    return {row.id: row.name for row in rows}


def for_somebody(name: str | None, absent: str | None) -> str | None:
    """“Casey Casemanager for Sam Socialworker”, or the name alone; None for nobody."""
    return f"{name} for {absent}" if name and absent else name
