"""A record that is open to nobody but those who are named, for a time; and people who never see it.

Whoever restricts a record is named with the others. Nobody is named for longer than half a year: a grant ends by
itself, and whoever looks after the restricted records (`keep_restricted`) can name somebody again, so that no record
is left without anybody. A restriction changes nothing for a relative: who is barred stays so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from app.domain.access import AuthorityThing, Viewer, may, require
from app.domain.errors import BadInput, Conflict, NotFound
from app.services.access import rules
from app.services.access.rules import RuleRow
from app.store.children import Child
from app.store.db import reading, transaction
from app.store.people import viewers
from app.store.record_rules import BARRED, LET_IN, OPENED, RESTRICTED, RecordRule, runs

ENDS_WITH_IT = (LET_IN, OPENED)


@dataclass(frozen=True)
class KeptRecord:
    """A restricted record as whoever looks after them reads it: by its reference, never by the child's name."""

    child_id: str
    reference: str
    since: datetime
    by: str
    people: int
    next_ends: datetime | None


def restrict(
    viewer: Viewer, child_id: str, reason: str, people: Iterable[str], until_on: date | None
) -> None:
    """Shut the record to all but the viewer and these people, who are named until a day.

    Raises NotFound, BadInput, Conflict when it is restricted already.
    """
    wanted = [*dict.fromkeys([viewer.person_id, *people])]
    errors = rules.problems(reason, until_on)
    if until_on is None:
        errors["until_on"] = ["Enter the last day"]
    rules.refuse(errors)
    with transaction() as session:
        thing = rules.controlled(session, viewer, child_id)
        if thing.record.is_restricted:
            raise Conflict("This record is restricted already.")
        able = {one.person_id for one in viewers(session, viewer.authority_id)} - thing.record.barred
        if not able.issuperset(wanted):
            raise BadInput("That cannot be done like this.", {"people": ["Select colleagues of the list"]})
        rules.add(session, viewer, child_id, RESTRICTED, reason=reason, until_at=None)
        for person_id in wanted:
            until_at = rules.last_moment(until_on) if until_on else None
            rules.add(
                session, viewer, child_id, LET_IN, reason=reason, until_at=until_at, person_id=person_id
            )
        rules.note(session, viewer, child_id, "record_restricted", people=wanted)


def lift(viewer: Viewer, child_id: str, reason: str) -> None:
    """Open the record to those whom the ordinary rules let in. Raises NotFound, BadInput, Conflict."""
    rules.refuse(rules.problems(reason, None))
    with transaction() as session:
        if not rules.controlled(session, viewer, child_id).record.is_restricted:
            raise Conflict("This record is not restricted.")
        ended = RecordRule.kind.in_((RESTRICTED, *ENDS_WITH_IT))
        rules.end(session, viewer, child_id, ended, reason)
        rules.note(session, viewer, child_id, "restriction_lifted")


def let_in(viewer: Viewer, child_id: str, person_id: str, reason: str, until_on: date | None) -> None:
    """Name a person for a restricted record, until a day. Raises NotFound, BadInput, Conflict."""
    errors = rules.problems(reason, until_on)
    if until_on is None:
        errors["until_on"] = ["Enter the last day"]
    rules.refuse(errors)
    person = rules.colleague(viewer, person_id, "person_id")
    with transaction() as session:
        thing = rules.controlled(session, viewer, child_id)
        if not thing.record.is_restricted:
            raise Conflict("This record is not restricted: nobody has to be named.")
        if person.person_id in thing.record.barred or person.is_guest:
            sentence = f"{person.name} cannot be named for this record"
            raise BadInput("That cannot be done like this.", {"person_id": [sentence]})
        same = (RecordRule.kind == LET_IN) & (RecordRule.person_id == person_id)
        rules.end(session, viewer, child_id, same, "Named again.")
        until_at = rules.last_moment(until_on) if until_on else None
        rules.add(session, viewer, child_id, LET_IN, reason=reason, until_at=until_at, person_id=person_id)
        rules.note(session, viewer, child_id, "access_given", to=person_id)


def bar(viewer: Viewer, child_id: str, person_id: str, reason: str) -> None:
    """Keep a person out who is related to the child or knows them: of pages, lists, counts, search, emergencies.

    Raises NotFound, BadInput.
    """
    rules.refuse(rules.problems(reason, None))
    person = rules.colleague(viewer, person_id, "person_id")
    if person.person_id == viewer.person_id:
        sentence = "Ask another manager: nobody can shut themselves out of the record that they are in"
        raise BadInput("That cannot be done like this.", {"person_id": [sentence]})
    with transaction() as session:
        rules.controlled(session, viewer, child_id)
        theirs = (RecordRule.person_id == person_id) & (RecordRule.kind != BARRED)
        rules.end(session, viewer, child_id, theirs, "They are kept out of this record.")
        rules.end(
            session,
            viewer,
            child_id,
            (RecordRule.person_id == person_id) & (RecordRule.kind == BARRED),
            "Said again.",
        )
        rules.add(session, viewer, child_id, BARRED, reason=reason, until_at=None, person_id=person_id)
        rules.note(session, viewer, child_id, "person_barred", who=person_id)


def end(viewer: Viewer, child_id: str, rule_id: str, reason: str) -> RuleRow:
    """End what one person may see, or that they are kept out; what it was. Raises NotFound, BadInput."""
    rules.refuse(rules.problems(reason, None))
    with transaction() as session:
        rules.controlled(session, viewer, child_id)
        row = one(viewer, child_id, rule_id)
        rules.end(session, viewer, child_id, RecordRule.id == rule_id, reason)
        rules.note(session, viewer, child_id, "access_ended", who=row.person_id, was=row.kind)
    return row


def one(viewer: Viewer, child_id: str, rule_id: str) -> RuleRow:
    """A running rule about one person. Raises NotFound."""
    with reading() as session:
        rules.controlled(session, viewer, child_id)
        found = session.get(RecordRule, (viewer.authority_id, rule_id))
        listed = {row.id: row for row in rules.running(session, viewer.authority_id, child_id)}
    if found is None or rule_id not in listed or found.kind == RESTRICTED:
        raise NotFound()
    return listed[rule_id]


def kept(viewer: Viewer) -> list[KeptRecord]:
    """The restricted records of the authority, the oldest first, but those of which the viewer is kept out.

    Raises NotFound when they are not the viewer's to look after.
    """
    require(viewer, "keep_restricted", AuthorityThing(viewer.authority_id))
    of = viewer.authority_id
    with reading() as session:
        rows = session.execute(
            select(RecordRule, Child.reference)
            .join(Child, (Child.authority_id == of) & (Child.id == RecordRule.child_id))
            .where(
                RecordRule.authority_id == of,
                RecordRule.kind == RESTRICTED,
                runs(RecordRule),
                RecordRule.child_id.not_in(_barred_from(viewer)),
            )
            .order_by(RecordRule.from_at)
        ).all()
        people = {
            row.child_id: (row.number, row.next_ends)
            for row in session.execute(
                select(
                    RecordRule.child_id,
                    func.count().label("number"),
                    func.min(RecordRule.until_at).label("next_ends"),
                )
                .where(RecordRule.authority_id == of, RecordRule.kind == LET_IN, runs(RecordRule))
                .group_by(RecordRule.child_id)
            )
        }
        by = {row.id: row.by for row in rules.named(session, of, [rule for rule, _ in rows])}
    return [
        KeptRecord(rule.child_id, reference, rule.from_at, by[rule.id], *people.get(rule.child_id, (0, None)))
        for rule, reference in rows
    ]


def _barred_from(viewer: Viewer) -> Any:
    return select(RecordRule.child_id).where(
        RecordRule.authority_id == viewer.authority_id,
        RecordRule.kind == BARRED,
        RecordRule.person_id == viewer.person_id,
        runs(RecordRule),
    )


def may_control(viewer: Viewer, child_id: str) -> bool:
    """Whether the viewer sees and controls the record, as against looking after it unseen. Raises NotFound."""
    with reading() as session:
        return may(viewer, "control_access", rules.controlled(session, viewer, child_id))
