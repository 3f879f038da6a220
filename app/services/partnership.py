"""The record of an authority's partnership, for pathways that are about the agencies and not about a child."""

from __future__ import annotations

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, keeps_out, require
from app.domain.clock import now
from app.domain.errors import BadInput, NotFound
from app.domain.ids import new_id
from app.domain.names import folded
from app.engine.contracts import CompiledVersion
from app.engine.names import PARTNERSHIP
from app.services import children
from app.store import audit
from app.store.audit import Entry
from app.store.children import Child
from app.store.db import reading
from app.store.people import Authority
from app.store.ties import record_of_child, tie


def is_about_it(version: CompiledVersion) -> bool:
    """Whether a pathway is about the partnership."""
    return version.about == PARTNERSHIP


def record_of(viewer: Viewer) -> str | None:
    """The id of the record of the viewer's authority; None while no pathway has needed one. Raises NotFound."""
    require(viewer, "see_partnership", AuthorityThing(viewer.authority_id))
    with reading() as session:
        return _found(session, viewer.authority_id)


def name_of(viewer: Viewer) -> str:
    """What the partnership of the viewer's authority is called."""
    with reading() as session:
        return " ".join(_name(session, viewer.authority_id))


def record(session: Session, authority_id: str, *, person_id: str | None) -> str:
    """The id of the authority's record, made now if nobody has needed it before; within a transaction."""
    one_at_a_time = select(Authority.id).where(Authority.id == authority_id)
    session.execute(one_at_a_time.with_for_update(key_share=True))
    found = _found(session, authority_id)
    return found if found is not None else _make(session, authority_id, person_id)


def subject(session: Session, viewer: Viewer, version: CompiledVersion, child_id: str | None) -> str:
    """Whom an instance of the pathway is about, within the transaction that starts it: the id of the record.

    A pathway about the partnership takes no child, one about a child takes nothing else. Raises NotFound when the
    viewer may not start it or there is no such child, BadInput when the pathway is not about what was given.
    """
    authority = AuthorityThing(viewer.authority_id)
    if is_about_it(version):
        require(viewer, "start_for_partnership", authority)
        if child_id is not None:
            raise BadInput(f"{version.name} is about the partnership: it is not started for a child.")
        return record(session, viewer.authority_id, person_id=viewer.person_id)
    require(viewer, "start_pathway", authority)
    child = session.get(Child, (viewer.authority_id, child_id)) if child_id is not None else None
    if child is None or child.kind == PARTNERSHIP:
        raise NotFound()
    if keeps_out(viewer, record_of_child(session, viewer.authority_id, child.id)):
        raise NotFound()
    tie(session, viewer.authority_id, child.id, viewer.agencies)
    return child.id


def _found(session: Session, authority_id: str) -> str | None:
    return session.scalar(
        select(Child.id).where(Child.authority_id == authority_id, Child.kind == PARTNERSHIP)
    )


def _name(session: Session, authority_id: str) -> tuple[str, str]:
    authority = session.scalar(select(Authority.name).where(Authority.id == authority_id))
    return str(authority), "partnership"


def _make(session: Session, authority_id: str, person_id: str | None) -> str:
    record_id = new_id()
    authority, word = _name(session, authority_id)
    session.execute(
        insert(Child).values(
            authority_id=authority_id,
            id=record_id,
            kind=PARTNERSHIP,
            reference=children.new_reference(session, authority_id),
            given_name=authority,
            family_name=word,
            search_name=folded(f"{authority} {word}"),
            created_at=now(),
            created_by=person_id,
        )
    )
    entry = Entry(kind="child_created", person_id=person_id, child_id=record_id, facts={"kind": PARTNERSHIP})
    audit.note(session, entry, authority_id=authority_id, stream=f"child:{record_id}")
    return record_id
