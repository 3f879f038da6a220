"""What a person sees of their own account."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.domain.access import Viewer
from app.services import reference
from app.store.db import reading
from app.store.letters import BadAddress
from app.store.people import Authority, Person, Team, address_of


@dataclass(frozen=True)
class OwnAccount:
    """Who a person is here. `address_problem` says why letters do not reach them."""

    name: str
    username: str
    authority: str
    teams: tuple[str, ...]
    roles: tuple[str, ...]
    is_admin: bool
    address: str
    address_problem: str | None
    is_local: bool

    @property
    def has_address(self) -> bool:
        """Whether letters can be sent to them at all."""
        return "@" in self.address


def show(viewer: Viewer) -> OwnAccount:
    """The viewer's own account, with the names of teams and roles."""
    table = reference.roles()
    with reading() as session:
        username, address, is_local, authority = session.execute(
            select(Person.username, address_of(), Person.password_hash.is_not(None), Authority.name)
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
                BadAddress.email == address,
            )
        )
    return OwnAccount(
        name=viewer.name,
        username=username,
        authority=authority,
        teams=tuple(names),
        roles=tuple(table.name_of(role) for role in sorted(viewer.roles)),
        is_admin=viewer.is_admin,
        address=address,
        address_problem=problem,
        is_local=bool(is_local),
    )
