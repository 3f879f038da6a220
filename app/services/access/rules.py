"""The rules of one record as rows: made, ended and read within the transaction of whoever has the right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.domain import reasons
from app.domain.access import AuthorityThing, ChildThing, Viewer, may
from app.domain.clock import now, today
from app.domain.errors import BadInput, NotFound
from app.domain.ids import new_id
from app.domain.moments import end_of_day
from app.services import accounts
from app.store import audit
from app.store.audit import Entry
from app.store.people import names_of
from app.store.record_rules import RecordRule, runs
from app.store.ties import child_thing

LONGEST_REASON = 1000
LONGEST = timedelta(days=183)
"""So long a person is named at most; whoever is needed for longer is named again."""


@dataclass(frozen=True)
class RuleRow:
    """A rule that runs or ran, with the names of whom it is about and who made it."""

    id: str
    kind: str
    person_id: str | None
    person: str
    parts: tuple[str, ...]
    reason: str
    from_at: datetime
    until_at: datetime | None
    by: str


def controlled(session: Session, viewer: Viewer, child_id: str) -> ChildThing:
    """The child, for whoever controls the record or looks after the restricted ones. Raises NotFound."""
    thing = child_thing(session, viewer.authority_id, child_id)
    if may(viewer, "control_access", thing) or is_kept_by(viewer, thing):
        return thing
    raise NotFound()


def is_kept_by(viewer: Viewer, thing: ChildThing) -> bool:
    """Whether the record is restricted and the viewer, who may not see it, looks after such records all the same."""
    keeps = may(viewer, "keep_restricted", AuthorityThing(viewer.authority_id))
    return keeps and thing.record.is_restricted and viewer.person_id not in thing.record.barred


def add(
    session: Session,
    viewer: Viewer,
    child_id: str,
    kind: str,
    *,
    reason: str,
    until_at: datetime | None,
    person_id: str | None = None,
    parts: Iterable[str] = (),
) -> str:
    """A new rule; its id."""
    rule_id = new_id()
    session.execute(
        insert(RecordRule).values(
            authority_id=viewer.authority_id,
            id=rule_id,
            child_id=child_id,
            kind=kind,
            person_id=person_id,
            parts=",".join(parts),
            reason=reason.strip(),
            from_at=now(),
            until_at=until_at,
            by_id=viewer.person_id,
        )
    )
    return rule_id


def end(session: Session, viewer: Viewer, child_id: str, which: Any, reason: str) -> None:
    """End those running rules of the record that the condition names."""
    session.execute(
        update(RecordRule)
        .where(
            RecordRule.authority_id == viewer.authority_id,
            RecordRule.child_id == child_id,
            runs(RecordRule),
            which,
        )
        .values(ended_at=now(), ended_by=viewer.person_id, ended_because=reason.strip())
        .execution_options(synchronize_session=False)
    )


def running(session: Session, authority_id: str, child_id: str) -> list[RuleRow]:
    """The rules of a record that run, the oldest first."""
    rows = session.scalars(
        select(RecordRule)
        .where(RecordRule.authority_id == authority_id, RecordRule.child_id == child_id, runs(RecordRule))
        .order_by(RecordRule.from_at, RecordRule.id)
    ).all()
    return named(session, authority_id, rows)


def named(session: Session, authority_id: str, rows: Iterable[RecordRule]) -> list[RuleRow]:
    """The rows with the names of their people."""
    listed = list(rows)
    ids = {one for row in listed for one in (row.person_id, row.by_id) if one}
    names = names_of(session, authority_id, ids)
    return [
        RuleRow(
            row.id,
            row.kind,
            row.person_id,
            names.get(row.person_id or "", ""),
            tuple(part for part in row.parts.split(",") if part),
            row.reason,
            row.from_at,
            row.until_at,
            names.get(row.by_id, "somebody"),
        )
        for row in listed
    ]


def note(session: Session, viewer: Viewer, child_id: str, kind: str, **facts: Any) -> None:
    """Say in the audit what was done: whom it is about by id, and no reason, which may say much about the child."""
    entry = Entry(kind=kind, person_id=viewer.person_id, child_id=child_id, facts=facts)
    audit.note(session, entry, authority_id=viewer.authority_id, stream=f"child:{child_id}")


def problems(reason: str, until_on: date | None, *, longest: timedelta = LONGEST) -> dict[str, list[str]]:
    """What is wrong with a reason and a last day, a sentence at each."""
    errors: dict[str, list[str]] = {}
    if wrong := reasons.problem(reason, most=LONGEST_REASON):
        errors["reason"] = [wrong]
    if until_on is not None and until_on < today():
        errors["until_on"] = ["The last day must be today or later"]
    elif until_on is not None and until_on > today() + longest:
        errors["until_on"] = [f"The last day must be within {longest.days} days"]
    return errors


def refuse(errors: dict[str, list[str]]) -> None:
    """Raises BadInput when anything is wrong."""
    if errors:
        raise BadInput("That cannot be done like this.", errors)


def last_moment(until_on: date) -> datetime:
    """When a rule that runs until a day has ended."""
    return end_of_day(until_on)


def colleague(viewer: Viewer, person_id: str, key: str) -> Viewer:
    """Somebody of the authority whose account is open. Raises BadInput at the question `key`."""
    found = next((one for one in accounts.colleagues(viewer) if one.person_id == person_id), None)
    if found is None:
        raise BadInput("That cannot be done like this.", {key: ["Select a colleague"]})
    return found
