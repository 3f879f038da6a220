"""What a person sees of their own account."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.domain.access import Viewer
from app.services import reference
from app.store.db import reading
from app.store.letters import BadAddress
from app.store.people import Authority, Person, Team


@dataclass(frozen=True)
class OwnAccount:
    """Who a person is here. `address_problem` says why letters do not reach them."""

    name: str
    username: str
    authority: str
    teams: tuple[str, ...]
    roles: tuple[str, ...]
    is_admin: bool
    address_problem: str | None

    @property
    def has_address(self) -> bool:
        """Whether letters can be sent to them at all: the user name is the address."""
        return "@" in self.username


def show(viewer: Viewer) -> OwnAccount:
    """The viewer's own account, with the names of teams and roles."""
    table = reference.roles()
    with reading() as session:
        username, authority = session.execute(
            select(Person.username, Authority.name)
            .join(Authority, Authority.id == Person.authority_id)
            .where(Person.authority_id == viewer.authority_id, Person.id == viewer.person_id)
        ).one()
        names = session.scalars(
            select(Team.name)
            .where(Team.authority_id == viewer.authority_id, Team.id.in_(sorted(viewer.team_ids)))
            .order_by(Team.name)
        ).all()
        problem = session.scalar(
            select(BadAddress.reason).where(
                BadAddress.authority_id == viewer.authority_id,
                BadAddress.person_id == viewer.person_id,
                BadAddress.email == username,
            )
        )
    return OwnAccount(
        name=viewer.name,
        username=username,
        authority=authority,
        teams=tuple(names),
        roles=tuple(table.name_of(role) for role in sorted(viewer.roles)),
        is_admin=viewer.is_admin,
        address_problem=problem,
    )
