"""Who a child is, put right: name, date of birth, numbers. What hangs on the date of birth moves with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.access import Viewer, require
from app.domain.errors import BadInput, NotFound
from app.domain.finding import NUMBERS
from app.domain.names import folded
from app.services import child_keys, children, facts, finding, messages
from app.services.child_rows import ChildRow, child_row
from app.services.finding import Found
from app.store import audit
from app.store.audit import Entry
from app.store.children import CHILD, Child
from app.store.db import db, reading, transaction
from app.store.ties import child_thing

WORDS = {"given_name": "first name", "family_name": "last name", "date_of_birth": "date of birth"}


@dataclass(frozen=True)
class Details:
    """Who a child is, as it may be changed: the record, and the numbers of other systems by kind."""

    child: ChildRow
    numbers: Mapping[str, str]

    @property
    def answers(self) -> dict[str, Any]:
        """The details as a form begins with them."""
        born = self.child.date_of_birth
        return {
            "given_name": self.child.given_name,
            "family_name": self.child.family_name,
            "date_of_birth": born.isoformat() if born else None,
            **self.numbers,
        }


def show(viewer: Viewer, child_id: str) -> Details:
    """The details for whoever may change them. Raises NotFound, NotAllowed."""
    with reading() as session:
        child = _required(session, viewer, child_id)
        return Details(child_row(child), child_keys.numbers_of(session, viewer.authority_id, child_id))


def resembling(viewer: Viewer, child_id: str, known: Mapping[str, Any]) -> list[Found]:
    """Other records that these details would fit too: perhaps the same child twice."""
    born = date.fromisoformat(known["date_of_birth"]) if known["date_of_birth"] else None
    names = (known["given_name"], known["family_name"])
    numbers = [(kind, known[kind]) for kind in NUMBERS if known.get(kind)]
    sure = finding.match(viewer, *names, born, numbers, but=child_id)
    near = finding.alike(viewer, *names, born, but=child_id) if born else []
    return list({one.id: one for one in (*near, *sure)}.values())


def change(viewer: Viewer, child_id: str, known: Mapping[str, Any]) -> list[str]:
    """Write the details (`known`: both names, `date_of_birth` as YYYY-MM-DD or None, numbers); what has changed.

    Due times that hang on the date of birth are worked out again. Raises NotFound, NotAllowed, BadInput.
    """
    with transaction() as session:
        _required(session, viewer, child_id)
        of = (Child.authority_id == viewer.authority_id, Child.id == child_id)
        session.execute(select(Child.id).where(*of).with_for_update(key_share=True))
        before = {**_details(session, viewer.authority_id, child_id)}
        after = {name: known.get(name) or None for name in before}
        _refuse(before, after)
        changed = [name for name in before if before[name] != after[name]]
        if not changed:
            return []
        born = date.fromisoformat(after["date_of_birth"]) if after["date_of_birth"] else None
        given, family = str(after["given_name"]), str(after["family_name"])
        session.execute(
            update(Child)
            .where(*of)
            .values(
                given_name=given,
                family_name=family,
                search_name=folded(f"{given} {family}"),
                date_of_birth=born,
                is_provisional=born is None,
            )
            .execution_options(synchronize_session=False)
        )
        _spread(session, viewer, child_id, before, after, changed)
    messages.deliver_queued(db.session())
    return changed


def _spread(
    session: Session,
    viewer: Viewer,
    child_id: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    changed: list[str],
) -> None:
    """Numbers into the facts, the keys anew, pathways that hang on the date of birth told, the entry written."""
    numbers = {name: after[name] for name in changed if name in NUMBERS}
    facts.record(session, viewer.authority_id, child_id, numbers, person_id=viewer.person_id, task_id=None)
    child_keys.write(session, viewer.authority_id, child_id)
    if "date_of_birth" in changed:
        born = {"date_of_birth": [before["date_of_birth"], after["date_of_birth"]]}
        facts.announce(session, viewer.authority_id, child_id, born, person_id=viewer.person_id)
    entry = Entry(
        kind="child_changed",
        person_id=viewer.person_id,
        child_id=child_id,
        facts={
            "detail": ", ".join({**WORDS, **NUMBERS}[name] for name in changed),
            "before": {name: before[name] for name in changed},
            "after": {name: after[name] for name in changed},
        },
    )
    audit.note(session, entry, authority_id=viewer.authority_id, stream=f"child:{child_id}")


def _required(session: Session, viewer: Viewer, child_id: str) -> Child:
    child = children.get(session, viewer.authority_id, child_id)
    thing = child_thing(session, viewer.authority_id, child_id)
    require(viewer, "edit_child", thing, seen_by="see_child")
    if child.kind != CHILD:
        raise NotFound()
    return child


def _details(session: Session, authority_id: str, child_id: str) -> dict[str, str | None]:
    child = session.execute(
        select(Child.given_name, Child.family_name, Child.date_of_birth).where(
            Child.authority_id == authority_id, Child.id == child_id
        )
    ).one()
    numbers = child_keys.numbers_of(session, authority_id, child_id)
    born = child.date_of_birth.isoformat() if child.date_of_birth else None
    return {
        "given_name": child.given_name,
        "family_name": child.family_name,
        "date_of_birth": born,
        **{kind: numbers.get(kind) for kind in NUMBERS},
    }


def _refuse(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    born = date.fromisoformat(after["date_of_birth"]) if after["date_of_birth"] else None
    errors = children.problems(after["given_name"] or "", after["family_name"] or "", born)
    if before["date_of_birth"] and born is None:
        errors["date_of_birth"] = ["Enter the child’s date of birth"]
    if errors:
        raise BadInput("The record cannot be changed like this.", errors)
