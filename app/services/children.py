"""The child's record: find, create, and who works with the child."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, may, require
from app.domain.clock import now, today
from app.domain.errors import BadInput, NotFound
from app.domain.ids import new_id
from app.services import letters
from app.store import audit
from app.store.audit import Entry
from app.store.children import CHILD, PARTNERSHIP, Child, ChildWorker
from app.store.db import reading, transaction
from app.store.tasks import UserTask
from app.store.ties import sees_child, tie

MOST_FOUND = 25
OLDEST = 25
REFERENCE_LETTERS = "23456789BCDFGHJKMNPQRTVWX"
IDENTIFIERS = ("mosaic", "core_plus", "prison_number", "liquidlogic", "nhs_number")


@dataclass(frozen=True)
class ChildRow:
    """A child as lists and headings show them. `can_open` is False for an exact match that is only being linked.

    `kind` is partnership for the record of the agencies themselves.
    """

    id: str
    reference: str
    given_name: str
    family_name: str
    date_of_birth: date | None
    is_provisional: bool
    can_open: bool = True
    kind: str = CHILD

    @property
    def is_partnership(self) -> bool:
        """Whether this is no child, but the partnership of the authority's agencies."""
        return self.kind == PARTNERSHIP

    @property
    def sort(self) -> str:
        """What stands beside the name: Child, or Partnership."""
        return self.kind.capitalize()

    @property
    def name(self) -> str:
        """Given name and family name."""
        return f"{self.given_name} {self.family_name}"


def folded(text: str) -> str:
    """Lower case, without accents and punctuation: what names are compared by."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c)).split())


def search(viewer: Viewer, words: str) -> list[ChildRow]:
    """Children the viewer may see whose name, reference or number matches; at most 25.

    A caseworker also finds, by a full number or by full name and date of birth, a child of the other agency, so
    that no second record is made; nothing but the match itself is shown of that child.
    """
    require(viewer, "search_children", AuthorityThing(viewer.authority_id))
    parts = folded(words).split()
    if not parts:
        return []
    with reading() as session:
        query = select(Child).where(Child.authority_id == viewer.authority_id, Child.kind == CHILD)
        for part in parts[:5]:
            query = query.where(
                or_(Child.search_name.contains(part, autoescape=True), Child.reference == part.upper())
            )
        visible = sees_child(viewer, Child.authority_id, Child.id)
        rows = session.scalars(query.where(visible).order_by(Child.search_name).limit(MOST_FOUND)).all()
        return [_row(child) for child in rows]


def match(viewer: Viewer, given_name: str, family_name: str, date_of_birth: date | None) -> list[ChildRow]:
    """Records of the authority with exactly this name and date of birth, whoever works with the child."""
    if not may(viewer, "create_child", AuthorityThing(viewer.authority_id)) or date_of_birth is None:
        return []
    with reading() as session:
        found = session.scalars(
            select(Child).where(
                Child.authority_id == viewer.authority_id,
                Child.search_name == folded(f"{given_name} {family_name}"),
                Child.date_of_birth == date_of_birth,
            )
        ).all()
        return [_row(child, can_open=False) for child in found]


def _row(child: Child, *, can_open: bool = True) -> ChildRow:
    return ChildRow(
        child.id,
        child.reference,
        child.given_name,
        child.family_name,
        child.date_of_birth,
        child.is_provisional,
        can_open,
    )


def create(
    viewer: Viewer,
    *,
    given_name: str,
    family_name: str,
    date_of_birth: date | None,
    identifiers: Mapping[str, str] | None = None,
) -> str:
    """A new record; the child's id. Without a date of birth it is provisional. Raises BadInput, NotFound."""
    require(viewer, "create_child", AuthorityThing(viewer.authority_id))
    with transaction() as session:
        child_id = add(
            session,
            viewer.authority_id,
            given_name=given_name,
            family_name=family_name,
            date_of_birth=date_of_birth,
            identifiers=identifiers or {},
            person_id=viewer.person_id,
        )
        tie(session, viewer.authority_id, child_id, viewer.agencies)
    return child_id


def add(
    session: Session,
    authority_id: str,
    *,
    given_name: str,
    family_name: str,
    date_of_birth: date | None,
    identifiers: Mapping[str, Any],
    person_id: str | None,
) -> str:
    """The creation itself, within a transaction. Raises BadInput."""
    errors = _problems(given_name, family_name, date_of_birth)
    if errors:
        raise BadInput("The record cannot be made like this.", errors)
    child_id = new_id()
    session.execute(
        insert(Child).values(
            authority_id=authority_id,
            id=child_id,
            reference=new_reference(session, authority_id),
            given_name=given_name.strip(),
            family_name=family_name.strip(),
            search_name=folded(f"{given_name} {family_name}"),
            date_of_birth=date_of_birth,
            identifiers={name: value for name, value in identifiers.items() if value},
            is_provisional=date_of_birth is None,
            created_at=now(),
            created_by=person_id,
        )
    )
    entry = Entry(kind="child_created", person_id=person_id, child_id=child_id, facts={})
    audit.note(session, entry, authority_id=authority_id, stream=f"child:{child_id}")
    return child_id


def _problems(given_name: str, family_name: str, date_of_birth: date | None) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    for field, value, words in (
        ("given_name", given_name, "first name"),
        ("family_name", family_name, "last name"),
    ):
        if not value.strip():
            errors[field] = [f"Enter the child’s {words}"]
        elif len(value) > 100:
            errors[field] = [f"The {words} must be 100 characters or fewer"]
    if date_of_birth is not None and not today().year - OLDEST <= date_of_birth.year <= today().year:
        errors["date_of_birth"] = [f"The date of birth must be in the last {OLDEST} years"]
    elif date_of_birth is not None and date_of_birth > today():
        errors["date_of_birth"] = ["The date of birth must be in the past"]
    return errors


def new_reference(session: Session, authority_id: str) -> str:
    """Six letters and figures that name nobody and cannot be misread over the phone."""
    while True:
        reference = "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(6))
        taken = session.scalar(
            select(Child.id).where(Child.authority_id == authority_id, Child.reference == reference)
        )
        if taken is None:
            return reference


def allocate(
    session: Session, authority_id: str, child_id: str, role: str, person_id: str, *, by: str | None
) -> None:
    """From now on the person holds the role for the child; open tasks of the role that nobody has become theirs."""
    one_at_a_time = select(Child.id).where(Child.authority_id == authority_id, Child.id == child_id)
    session.execute(one_at_a_time.with_for_update(key_share=True))
    current = session.scalar(
        select(ChildWorker.person_id).where(
            ChildWorker.authority_id == authority_id,
            ChildWorker.child_id == child_id,
            ChildWorker.role == role,
            ChildWorker.until_at.is_(None),
        )
    )
    if current == person_id:
        return
    session.execute(
        update(ChildWorker)
        .where(
            ChildWorker.authority_id == authority_id,
            ChildWorker.child_id == child_id,
            ChildWorker.role == role,
            ChildWorker.until_at.is_(None),
        )
        .values(until_at=now())
        .execution_options(synchronize_session=False)
    )
    session.execute(
        insert(ChildWorker).values(
            authority_id=authority_id,
            id=new_id(),
            child_id=child_id,
            role=role,
            person_id=person_id,
            from_at=now(),
        )
    )
    session.execute(
        update(UserTask)
        .where(
            UserTask.authority_id == authority_id,
            UserTask.child_id == child_id,
            UserTask.role == role,
            UserTask.state == "open",
            or_(UserTask.assignee_id.is_(None), UserTask.assignee_id == current),
        )
        .values(assignee_id=person_id)
        .execution_options(synchronize_session=False)
    )
    entry = Entry(
        kind="worker_allocated",
        person_id=by,
        child_id=child_id,
        facts={"role": role, "to": person_id, "from": current},
    )
    audit.note(session, entry, authority_id=authority_id, stream=f"child:{child_id}")
    letters.allocated(session, authority_id, child_id, person_id, by)


def get(session: Session, authority_id: str, child_id: str) -> Child:
    """The child's row. Raises NotFound."""
    child = session.get(Child, (authority_id, child_id))
    if child is None:
        raise NotFound()
    return child
