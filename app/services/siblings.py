"""Brothers and sisters: which children of an authority belong to one family, said and taken back by people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from app.domain import reasons
from app.domain.access import Viewer, require
from app.domain.clock import now
from app.domain.errors import BadInput, NotFound
from app.services.child_rows import ChildRow, child_row
from app.store import audit
from app.store.audit import Entry
from app.store.children import CHILD, Child
from app.store.db import reading, table_of, transaction
from app.store.finding import Siblings
from app.store.ties import child_thing, sees_child
from app.store.upsert import put

LONGEST_REASON = 500


@dataclass(frozen=True)
class Sibling:
    """A brother or sister whom the viewer may see."""

    child: ChildRow
    linked_at: datetime


def siblings_of(viewer: Viewer, child_id: str) -> tuple[Sibling, ...]:
    """The brothers and sisters of a child whom the viewer may see, eldest first. Raises NotFound."""
    with reading() as session:
        require(viewer, "see_child", child_thing(session, viewer.authority_id, child_id))
        pair = or_(
            (Siblings.child_id == child_id) & (Siblings.sibling_id == Child.id),
            (Siblings.sibling_id == child_id) & (Siblings.child_id == Child.id),
        )
        rows = session.execute(
            select(Child, Siblings.linked_at)
            .join(Siblings, (Siblings.authority_id == Child.authority_id) & pair)
            .where(
                Siblings.authority_id == viewer.authority_id,
                sees_child(viewer, Child.authority_id, Child.id),
            )
            .order_by(Child.date_of_birth.is_(None), Child.date_of_birth, Child.id)
        )
        return tuple(Sibling(child_row(child), linked_at) for child, linked_at in rows)


def link(viewer: Viewer, child_id: str, sibling_id: str) -> None:
    """Say that two children are brothers or sisters; twice is once. Raises NotFound, NotAllowed, BadInput."""
    if child_id == sibling_id:
        raise BadInput("Choose another child.", {"q": ["A child is not their own brother or sister"]})
    with transaction() as session:
        references = _require_both(session, viewer, child_id, sibling_id)
        if _is_linked(session, viewer.authority_id, child_id, sibling_id):
            return
        row = {
            **_pair(viewer.authority_id, child_id, sibling_id),
            "linked_at": now(),
            "linked_by": viewer.person_id,
        }
        put(session, table_of(Siblings), [row])
        _note(session, viewer, "sibling_linked", references, "")


def unlink(viewer: Viewer, child_id: str, sibling_id: str, reason: str) -> None:
    """Take it back, with a reason. Raises NotFound, NotAllowed, BadInput."""
    said = reason.strip()
    if wrong := reasons.problem(said, most=LONGEST_REASON):
        raise BadInput(wrong, {"reason": [wrong]})
    with transaction() as session:
        references = _require_both(session, viewer, child_id, sibling_id)
        if not _is_linked(session, viewer.authority_id, child_id, sibling_id):
            raise NotFound()
        pair = _pair(viewer.authority_id, child_id, sibling_id)
        session.execute(
            delete(Siblings).where(
                Siblings.authority_id == pair["authority_id"],
                Siblings.child_id == pair["child_id"],
                Siblings.sibling_id == pair["sibling_id"],
            )
        )
        _note(session, viewer, "sibling_unlinked", references, said)


def _require_both(session: Session, viewer: Viewer, child_id: str, sibling_id: str) -> dict[str, str]:
    """The references of both children by their ids, when the viewer may link them."""
    found: dict[str, str] = {}
    for one in (child_id, sibling_id):
        child = session.get(Child, (viewer.authority_id, one))
        if child is None or child.kind != CHILD:
            raise NotFound()
        thing = child_thing(session, viewer.authority_id, one)
        require(viewer, "edit_child", thing, seen_by="see_child")
        found[one] = child.reference
    return found


def _pair(authority_id: str, child_id: str, sibling_id: str) -> dict[str, str]:
    first, second = sorted((child_id, sibling_id))
    return {"authority_id": authority_id, "child_id": first, "sibling_id": second}


def _is_linked(session: Session, authority_id: str, child_id: str, sibling_id: str) -> bool:
    first, second = sorted((child_id, sibling_id))
    return session.get(Siblings, (authority_id, first, second)) is not None


def _note(session: Session, viewer: Viewer, kind: str, references: dict[str, str], reason: str) -> None:
    """On both records, each by the other's reference: whoever sees one may not see the other."""
    for child_id, other in zip(references, reversed(references.values()), strict=True):
        entry = Entry(
            kind=kind,
            child_id=child_id,
            person_id=viewer.person_id,
            facts={"detail": other, "reason": reason},
        )
        audit.note(session, entry, authority_id=viewer.authority_id, stream=f"child:{child_id}")
