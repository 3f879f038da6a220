"""“What I need to know”: making a version that is kept as it is, giving it, and what has changed since."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.domain.access import Viewer, may, require
from app.domain.clock import now, today
from app.domain.documents import Document, Print
from app.domain.errors import BadInput, NotFound
from app.domain.ids import new_id
from app.domain.moments import day_in_words, london_day, moment_in_words
from app.services import children, facts, lists, need_to_know, paper, plan_lists, reference, submissions
from app.services.children import ChildRow
from app.services.need_to_know import Prepared
from app.services.plan_lists import Given, PlanRow
from app.services.task_view import badges
from app.store import audit
from app.store.audit import Entry
from app.store.children import Child
from app.store.db import reading, transaction
from app.store.plans import ChildPlan, PlanGiven
from app.store.ties import child_thing

KIND = "need_to_know"
HOW = {
    "in_person": "In person",
    "read_aloud": "In person, and read aloud",
    "establishment": "Through staff where the child is",
    "post": "By post",
}


@dataclass(frozen=True)
class Preparation:
    """The page that prepares the plan: what it would say now, and the versions there are."""

    child: ChildRow
    badges: tuple[str, ...]
    prepared: Prepared
    versions: tuple[PlanRow, ...]
    given: tuple[Given, ...]
    changed: tuple[str, ...]
    may_make: bool


@dataclass(frozen=True)
class PlanView:
    """One version, with when it was given and what has changed since it was made."""

    child: ChildRow
    badges: tuple[str, ...]
    id: str
    number: int
    document: Document
    sha256: str
    made_at: datetime
    made_by: str
    given: tuple[Given, ...]
    changed: tuple[str, ...]
    newest_id: str
    unknown: int
    task_id: str | None
    may_give: bool


@dataclass(frozen=True)
class Giving:
    """That a version was given: on which day, to whom, how, and what the child said."""

    given_on: date
    given_to: str
    how: str
    said: str = ""


def preparation(viewer: Viewer, child_id: str) -> Preparation:
    """What the plan would say now. Raises NotFound."""
    with reading() as session:
        child, thing = _child(session, viewer, child_id)
        prepared = need_to_know.prepare(session, viewer, child)
        versions = plan_lists.versions(session, viewer.authority_id, child_id)
        given = plan_lists.given(session, viewer.authority_id, child_id)
        last = _known_of(session, viewer.authority_id, given[0].plan_id) if given else None
        return Preparation(
            child=lists.child_rows(session, viewer.authority_id, [child_id])[child_id],
            badges=badges(session, viewer.authority_id, child_id),
            prepared=prepared,
            versions=versions,
            given=given,
            changed=changes(last, prepared.known) if last is not None else (),
            may_make=may(viewer, "make_plan", thing),
        )


def make(viewer: Viewer, child_id: str) -> str:
    """Keep the plan as it is now; its id. When nothing has changed since the newest version, that one is answered.

    Raises NotFound, NotAllowed.
    """
    with reading() as session:
        child, thing = _child(session, viewer, child_id)
        require(viewer, "make_plan", thing, seen_by="see_plans")
        prepared = need_to_know.prepare(session, viewer, child)
        newest = _newest(session, viewer.authority_id, child_id)
    if newest is not None and _says_the_same(newest.document, prepared.document):
        return str(newest.id)
    made_at = now()
    words = f"{viewer.name} made this plan on {moment_in_words(made_at)}."
    document = replace(prepared.document, footer=words)
    made = paper.render(document)
    plan_id = new_id()
    with transaction() as session:
        _lock(session, viewer.authority_id, child_id)
        row = {
            "authority_id": viewer.authority_id,
            "id": plan_id,
            "child_id": child_id,
            "kind": KIND,
            "number": _next_number(session, viewer.authority_id, child_id),
            "document": document.as_json(),
            "known": dict(prepared.known),
            "paper": made,
            "sha256": hashlib.sha256(made).hexdigest(),
            "made_at": made_at,
            "made_by": viewer.person_id,
        }
        session.execute(insert(ChildPlan).values(**row))
        told = {"plan": plan_id, "detail": f"version {row['number']}", "sha256": row["sha256"]}
        _note(session, viewer, child_id, "plan_made", told)
    return plan_id


def show(viewer: Viewer, plan_id: str) -> PlanView:
    """One version. Raises NotFound."""
    with reading() as session:
        plan = _plan(session, viewer, plan_id)
        child, thing = _child(session, viewer, plan.child_id)
        prepared = need_to_know.prepare(session, viewer, child)
        versions = plan_lists.versions(session, viewer.authority_id, plan.child_id)
        return PlanView(
            child=lists.child_rows(session, viewer.authority_id, [plan.child_id])[plan.child_id],
            badges=badges(session, viewer.authority_id, plan.child_id),
            id=plan.id,
            number=plan.number,
            document=Document.from_json(plan.document),
            sha256=plan.sha256,
            made_at=plan.made_at,
            made_by=next(row.made_by for row in versions if row.id == plan.id),
            given=plan_lists.given(session, viewer.authority_id, plan.child_id, plan_id),
            changed=changes(plan.known, prepared.known),
            newest_id=versions[0].id,
            unknown=_unknown(plan.document),
            task_id=prepared.task_id,
            may_give=may(viewer, "make_plan", thing),
        )


def pdf(viewer: Viewer, plan_id: str, size: Print) -> tuple[str, bytes]:
    """The paper of a version and a name for the file: in normal print the very bytes that were kept.

    The large prints are set anew from the kept text. Raises NotFound.
    """
    with reading() as session:
        plan = _plan(session, viewer, plan_id)
        reference_of = lists.child_rows(session, viewer.authority_id, [plan.child_id])[
            plan.child_id
        ].reference
        kept = session.scalar(
            select(ChildPlan.paper).where(
                ChildPlan.authority_id == viewer.authority_id, ChildPlan.id == plan_id
            )
        )
    assert kept is not None
    name = f"what-i-need-to-know-{reference_of}-{plan.number}.pdf"
    return name, kept if size == "normal" else paper.render(Document.from_json(plan.document), size)


def require_give(viewer: Viewer, plan_id: str) -> None:
    """Return when the viewer may record that a version was given. Raises NotFound, NotAllowed."""
    with reading() as session:
        _plan(session, viewer, plan_id, "make_plan")


def give(viewer: Viewer, plan_id: str, giving: Giving, *, submission: str | None = None) -> None:
    """Record that a version was given. Raises NotFound, NotAllowed, BadInput. The same `submission` counts once."""
    if giving.how not in HOW:
        raise BadInput("Say how it was given.", {"how": ["Select how it was given"]})
    with transaction() as session:
        plan = _plan(session, viewer, plan_id, "make_plan")
        if submissions.earlier_result(session, viewer.authority_id, submission):
            return
        _refuse_day(plan, giving.given_on)
        row = {
            "authority_id": viewer.authority_id,
            "id": new_id(),
            "plan_id": plan_id,
            "child_id": plan.child_id,
            "given_on": giving.given_on,
            "given_to": giving.given_to,
            "how": giving.how,
            "said": giving.said,
            "recorded_at": now(),
            "recorded_by": viewer.person_id,
        }
        session.execute(insert(PlanGiven).values(**row))
        detail = f"version {plan.number} to {giving.given_to} on {day_in_words(giving.given_on)}"
        told = {
            "plan": plan_id,
            "given": row["id"],
            "detail": f"{detail}, {HOW[giving.how].lower()}",
            "sha256": plan.sha256,
        }
        _note(session, viewer, plan.child_id, "plan_given", told)
        submissions.remember(session, viewer.authority_id, submission, viewer.person_id, row["id"])


def record_facts(viewer: Viewer, child_id: str, values: Mapping[str, Any]) -> list[str]:
    """Write what is known of the ten things into the record; the names of what is new. Raises NotFound, NotAllowed."""
    with transaction() as session:
        _, thing = _child(session, viewer, child_id)
        require(viewer, "make_plan", thing, seen_by="see_plans")
        changed = facts.record(
            session, viewer.authority_id, child_id, values, person_id=viewer.person_id, task_id=None
        )
        if changed:
            words = ", ".join(reference.called(name).lower() for name in changed)
            _note(session, viewer, child_id, "facts_recorded", {"detail": words, "names": changed})
    return changed


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """The labels of what is known otherwise now than it was then."""
    labels = {"release_on": "The day of release"}
    labels |= {item.key: item.label for item in reference.plan_words().items}
    return tuple(label for key, label in labels.items() if (before.get(key) or "") != (after.get(key) or ""))


def _child(session: Session, viewer: Viewer, child_id: str) -> tuple[Child, Any]:
    child = children.get(session, viewer.authority_id, child_id)
    thing = child_thing(session, viewer.authority_id, child_id)
    require(viewer, "see_plans", thing)
    return child, thing


def _plan(session: Session, viewer: Viewer, plan_id: str, action: str = "see_plans") -> Any:
    """A version without its paper, for somebody who may do this to it. Raises NotFound, NotAllowed."""
    found = session.execute(
        select(*(column for column in ChildPlan.__table__.c if column.name != "paper")).where(
            ChildPlan.authority_id == viewer.authority_id, ChildPlan.id == plan_id
        )
    ).first()
    if found is None:
        raise NotFound()
    thing = child_thing(session, viewer.authority_id, found.child_id)
    require(viewer, action, thing, seen_by="see_plans")
    return found


def _newest(session: Session, authority_id: str, child_id: str) -> Any:
    return session.execute(
        select(ChildPlan.id, ChildPlan.document)
        .where(ChildPlan.authority_id == authority_id, ChildPlan.child_id == child_id, ChildPlan.kind == KIND)
        .order_by(ChildPlan.number.desc())
        .limit(1)
    ).first()


def _lock(session: Session, authority_id: str, child_id: str) -> None:
    """One version after the other: two people who make one at once get two numbers."""
    session.execute(
        select(Child.id).where(Child.authority_id == authority_id, Child.id == child_id).with_for_update()
    )


def _next_number(session: Session, authority_id: str, child_id: str) -> int:
    highest = session.scalar(
        select(func.max(ChildPlan.number)).where(
            ChildPlan.authority_id == authority_id, ChildPlan.child_id == child_id, ChildPlan.kind == KIND
        )
    )
    return (highest or 0) + 1


def _known_of(session: Session, authority_id: str, plan_id: str) -> Mapping[str, Any]:
    known = session.scalar(
        select(ChildPlan.known).where(ChildPlan.authority_id == authority_id, ChildPlan.id == plan_id)
    )
    return known or {}


def _says_the_same(kept: Mapping[str, Any], document: Document) -> bool:
    return {**kept, "footer": ""} == {**document.as_json(), "footer": ""}


def _unknown(kept: Mapping[str, Any]) -> int:
    return sum(any(block["kind"] == "unknown" for block in section["blocks"]) for section in kept["sections"])


def _refuse_day(plan: Any, given_on: date) -> None:
    made_on, sentence = london_day(plan.made_at), ""
    if given_on > today():
        sentence = "The day on which it was given must be today or in the past"
    elif given_on < made_on:
        sentence = f"The day must be {day_in_words(made_on)}, when this version was made, or later"
    if sentence:
        raise BadInput(sentence, {"given_on": [sentence]})


def _note(session: Session, viewer: Viewer, child_id: str, kind: str, told: dict[str, Any]) -> None:
    entry = Entry(kind=kind, child_id=child_id, person_id=viewer.person_id, facts=told)
    audit.note(session, entry, authority_id=viewer.authority_id, stream=f"child:{child_id}")
