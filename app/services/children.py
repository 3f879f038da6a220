"""The child's record: find, create, and who works with the child."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session

from app.domain.access import AuthorityThing, Viewer, require
from app.domain.clock import now, today
from app.domain.errors import BadInput, NotFound
from app.domain.ids import new_id
from app.domain.names import folded
from app.services import child_keys, facts, letters, submissions
from app.services.child_rows import ChildRow
from app.services.finding import match, search
from app.store import audit
from app.store.audit import Entry
from app.store.children import Child, ChildWorker
from app.store.db import transaction
from app.store.tasks import UserTask
from app.store.ties import tie

__all__ = [
    "ChildRow",
    "add",
    "allocate",
    "create",
    "create_in",
    "get",
    "match",
    "new_reference",
    "problems",
    "search",
]

OLDEST = 25
REFERENCE_LETTERS = "23456789BCDFGHJKMNPQRTVWX"


def create(
    viewer: Viewer,
    *,
    given_name: str,
    family_name: str,
    date_of_birth: date | None,
    identifiers: Mapping[str, str] | None = None,
    submission: str | None = None,
) -> str:
    """A new record; the child's id. Without a date of birth it is provisional. Raises BadInput, NotFound.

    The same `submission` again gets the first answer.
    """
    with transaction() as session:
        earlier = submissions.earlier_result(session, viewer.authority_id, submission)
        if earlier is not None:
            return earlier
        child_id = create_in(
            session,
            viewer,
            given_name=given_name,
            family_name=family_name,
            date_of_birth=date_of_birth,
            identifiers=identifiers,
        )
        submissions.remember(session, viewer.authority_id, submission, viewer.person_id, child_id)
        return child_id


def create_in(
    session: Session,
    viewer: Viewer,
    *,
    given_name: str,
    family_name: str,
    date_of_birth: date | None,
    identifiers: Mapping[str, str] | None = None,
) -> str:
    """The same within a transaction: the viewer's agencies see the child from now on. Raises BadInput, NotFound."""
    require(viewer, "create_child", AuthorityThing(viewer.authority_id))
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
    errors = problems(given_name, family_name, date_of_birth)
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
            is_provisional=date_of_birth is None,
            created_at=now(),
            created_by=person_id,
        )
    )
    entry = Entry(kind="child_created", person_id=person_id, child_id=child_id, facts={})
    audit.note(session, entry, authority_id=authority_id, stream=f"child:{child_id}")
    numbers = {name: value for name, value in identifiers.items() if value}
    facts.record(session, authority_id, child_id, numbers, person_id=person_id, task_id=None)
    child_keys.write(session, authority_id, child_id)
    return child_id


def problems(given_name: str, family_name: str, date_of_birth: date | None) -> dict[str, list[str]]:
    """What is wrong with the names and the date of birth, a sentence at each."""
    errors: dict[str, list[str]] = {}
    for field, value, words in (
        ("given_name", given_name, "first name"),
        ("family_name", family_name, "last name"),
    ):
        if not value.strip():
            errors[field] = [f"Enter the child’s {words}"]
        elif len(value) > 100:
            errors[field] = [f"The {words} must be 100 characters or fewer"]
        elif any(unicodedata.category(character) == "Cc" for character in value.strip()):
            errors[field] = [f"The {words} must be on one line, without characters that cannot be seen"]
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
