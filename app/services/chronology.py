"""What happened to and for a child, in words, from the audit; newest first, and narrowed in SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.access import Viewer, require
from app.domain.clock import LONDON
from app.domain.moments import day_in_words, london_day, start_of_day
from app.domain.roles import AGENCY_NAMES
from app.services import reference
from app.services.children import get
from app.services.listing import page_within
from app.store.audit import AuditEntry
from app.store.db import reading
from app.store.instances import ProcessInstance
from app.store.people import Person, PersonRole, for_somebody, names_of
from app.store.ties import child_thing

PAGE_SIZE = 50
TOLD = {
    "instance_started": "Pathway started: {name}",
    "instance_ended": "Pathway ended: {name}",
    "instance_cancelled": "Pathway cancelled: {name}",
    "instance_suspended": "Pathway suspended {detail}: {name}. {reason}",
    "instance_resumed": "Pathway goes on: {name}. {reason}",
    "start_corrected": "Start corrected {detail}: {name}. {reason}",
    "course_changed": "{detail}: {name}. {reason}",
    "task_completed": "Completed: {name}",
    "task_cancelled": "No longer needed: {name}",
    "task_not_needed": "Set aside as not needed: {name}. {reason}",
    "task_reopened": "Reopened and corrected: {name}. {reason}",
    "task_submitted": "Sent for sign-off: {name}",
    "task_signed_off": "Signed off: {name}",
    "task_returned": "Returned to its author: {name}",
    "correction_signed_off": "Signed off as corrected: {name}",
    "correction_returned": "The correction was not agreed to: {name}",
    "task_assigned": "Given to somebody: {name}. {reason}",
    "task_put_off": "Put off {detail}: {name}. {reason}",
    "task_brought_forward": "Brought forward: {name}",
    "contribution_asked": "Contribution asked for: {name}",
    "contribution_given": "Contribution given: {name}",
    "contribution_withdrawn": "Contribution no longer asked for: {name}. {reason}",
    "action_agreed": "Decided that somebody does something: {name}",
    "action_done": "Done as decided: {name}",
    "action_withdrawn": "No longer to be done: {name}. {reason}",
    "loose_end_passed_on": "Passed on with a colleague’s work: {name}",
    "comment_added": "Comment on: {name}",
    "comment_withdrawn": "Comment withdrawn on: {name}",
    "duty_overdue": "Overdue: {name}",
    "escalated": "Escalated: {name}",
    "escalation_acknowledged": "Escalation seen by who was told: {name}. {reason}",
    "late_reason_given": "Why it was late: {name}. {detail}. {reason}",
    "deadline_moved": "Moved from {was} to {due}: {name}. {reason}",
    "notification_queued": "Told: {detail}",
    "status_recorded": "Legal status recorded: {detail}",
    "status_confirmed": "Legal status confirmed: {detail}",
    "status_ended": "Legal status ended: {detail}",
    "document_added": "Document added: {detail}",
    "document_withdrawn": "Document withdrawn: {detail}. {reason}",
    "task_recorded_elsewhere": "Recorded in the case system: {name} {detail}",
    "plan_made": "“What I need to know” made: {detail}",
    "plan_given": "“What I need to know” given: {detail}",
    "child_created": "Record made",
    "information_disclosed": "Shared with another agency: {detail}",
    "child_changed": "Details changed: {detail}",
    "sibling_linked": "Brother or sister linked: {detail}",
    "sibling_unlinked": "Link to brother or sister {detail} removed. {reason}",
    "facts_recorded": "Recorded: {detail}",
    "worker_allocated": "Worker allocated: {role}",
    "instance_migrated": "Goes by another version of the pathway: {name}, {detail}. {reason}",
    "migration_reverted": "Put back to the version it was on: {name}, {detail}",
    "migration_failed": "Could not be moved to another version, and runs on as it was: {name}",
    "record_held": "Legal hold on the record. {reason}",
    "record_hold_lifted": "Legal hold lifted. {reason}",
    "record_transferred": "The record system has the whole record",
    "disposal_proposed": "Proposed to dispose of the record. {reason}",
    "disposal_refused": "The record is kept. {reason}",
    "death_recorded": "Day of death recorded",
    "subject_request_received": "Asked for what is on record",
    "subject_request_extended": "More time for who asked for what is on record. {reason}",
    "subject_access_released": "What is on record was given out",
    "incident": "Stopped by a fault: {name}",
    "incident_retried": "Went on after a fault: {name}. {reason}",
}
"""Every kind of entry that the chronology of a child tells, and how."""
NOT_TOLD = {
    "task_created": "a task is told when something becomes of it",
    "task_claimed": "who has it stands on the task",
    "task_released": "who has it stands on the task",
    "task_corrected": "told with task_reopened",
    "timer_fired": "a clock inside a pathway; what it brings is told",
    "message_sent": "between pathways; what it brings is told",
    "message_received": "between pathways; what it brings is told",
    "fact_recorded": "the completed task is told",
    "bed_nights_opened": "counted on the page of placements",
    "bed_nights_closed": "counted on the page of placements",
    "work_handed_over": "told as worker_allocated and task_assigned for each child",
    "record_taken": "who took the record, and for whom, stands on the page “Case record”",
    "redaction_changed": "before an answer is released; what was removed stands in the answer",
    "document_opened": "a look at a document; the audit shows who looked",
    "document_made": "a paper printed from a completed task, which is told",
    "children_searched": "of a person, not of a child",
    "record_restricted": "who may see the record stands on the page “Access”",
    "restriction_lifted": "who may see the record stands on the page “Access”",
    "access_given": "who may see the record stands on the page “Access”",
    "access_ended": "who may see the record stands on the page “Access”",
    "person_barred": "a relative is nobody’s but the managers’ to know",
    "record_opened_in_emergency": "on the page “Access”, until a manager has looked into it",
    "opening_looked_into": "on the page “Access”",
    "child_looked_at": "a look, not something that happened; on the page “Access”",
}
"""Entries that carry a child and are not told, with the reason. A house test holds both tables against the code."""
GROUPS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "work": ("Tasks done and set aside", ("task_completed", "task_cancelled", "task_not_needed", "task_reopened",
        "task_submitted", "task_signed_off", "task_returned", "correction_signed_off", "correction_returned")),
    "late": ("Late, escalated and moved", ("duty_overdue", "escalated", "escalation_acknowledged", "late_reason_given",
        "deadline_moved", "task_put_off", "task_brought_forward")),
    "told": ("Who was told and asked", ("notification_queued", "contribution_asked", "contribution_given",
        "contribution_withdrawn", "action_agreed", "action_done", "action_withdrawn",
        "comment_added", "comment_withdrawn", "information_disclosed")),
    "people": ("Workers and who has what", ("worker_allocated", "task_assigned", "loose_end_passed_on")),
    "status": ("Legal status, record and plans", ("status_recorded", "status_confirmed", "status_ended",
        "child_created", "child_changed", "sibling_linked", "sibling_unlinked", "facts_recorded",
        "plan_made", "plan_given", "document_added", "document_withdrawn", "death_recorded",
        "record_held", "record_hold_lifted", "record_transferred", "disposal_proposed", "disposal_refused",
        "subject_request_received", "subject_request_extended", "subject_access_released",
        "task_recorded_elsewhere")),
    "pathways": ("Pathways and faults", ("instance_started", "instance_ended", "instance_cancelled",
        "instance_suspended", "instance_resumed", "start_corrected", "course_changed",
        "instance_migrated", "migration_reverted", "migration_failed", "incident", "incident_retried")),
}  # fmt: skip
"""What the chronology can be narrowed to: key -> (words, kinds)."""


AGENCIES: Mapping[str, str] = {
    key: name for key, name in AGENCY_NAMES.items() if key not in ("court", "design")
}
"""Whose doing the chronology can be narrowed to: the agency of a role -> its words."""


@dataclass(frozen=True)
class Happening:
    """A line of the chronology: what, when, by whom; `was_overdue` where a task was done after its due time."""

    at: datetime
    kind: str
    words: str
    person: str | None
    instance_id: str | None
    was_overdue: bool = False


@dataclass(frozen=True)
class Narrowed:
    """What the chronology is narrowed to: a key of GROUPS, a pathway, days in London (both counted), an agency.

    `agency` is that of the roles which the person who did it holds now.
    """

    group: str | None = None
    pathway: str | None = None
    from_on: date | None = None
    until_on: date | None = None
    agency: str | None = None


@dataclass(frozen=True)
class Chronology:
    """One page of it; `pathways` are (key, name) of those that the child has had."""

    happenings: tuple[Happening, ...]
    total: int
    page: int
    pages: int
    pathways: tuple[tuple[str, str], ...]


def of_child(
    viewer: Viewer,
    child_id: str,
    narrowed: Narrowed = Narrowed(),
    page: int = 1,
    *,
    page_size: int = PAGE_SIZE,
) -> Chronology:
    """The chronology of a child, newest first; a page beyond the last is the last. Raises NotFound."""
    with reading() as session:
        get(session, viewer.authority_id, child_id)
        require(viewer, "see_timeline", child_thing(session, viewer.authority_id, child_id))
        chosen = _chosen(viewer.authority_id, child_id, narrowed)
        total = session.scalar(select(func.count()).select_from(AuditEntry).where(*chosen)) or 0
        page, pages = page_within(page, total, page_size)
        found = _told(session, viewer.authority_id, chosen, page_size, (page - 1) * page_size)
        return Chronology(found, total, page, pages, _pathways(session, viewer.authority_id, child_id))


def newest(session: Session, authority_id: str, child_id: str, at_most: int) -> tuple[Happening, ...]:
    """The newest lines alone. Whether the child may be seen is the caller's question."""
    return _told(session, authority_id, _chosen(authority_id, child_id, Narrowed()), at_most, 0)


def _chosen(authority_id: str, child_id: str, narrowed: Narrowed) -> list[Any]:
    kinds = GROUPS[narrowed.group][1] if narrowed.group else tuple(TOLD)
    chosen = [
        AuditEntry.authority_id == authority_id,
        AuditEntry.child_id == child_id,
        AuditEntry.kind.in_(kinds),
    ]
    if narrowed.pathway:
        of_pathway = select(ProcessInstance.id).where(
            ProcessInstance.authority_id == authority_id,
            ProcessInstance.child_id == child_id,
            ProcessInstance.definition_key == narrowed.pathway,
        )
        chosen.append(AuditEntry.instance_id.in_(of_pathway))
    if narrowed.agency:
        roles = [role.key for role in reference.roles() if role.agency == narrowed.agency]
        of_agency = select(PersonRole.person_id).where(
            PersonRole.authority_id == authority_id, PersonRole.role.in_(roles)
        )
        chosen.append(AuditEntry.person_id.in_(of_agency))
    if narrowed.from_on:
        chosen.append(AuditEntry.at >= start_of_day(narrowed.from_on))
    if narrowed.until_on:
        chosen.append(AuditEntry.at < start_of_day(narrowed.until_on + timedelta(days=1)))
    return chosen


def _told(
    session: Session, authority_id: str, chosen: list[Any], at_most: int, skipped: int
) -> tuple[Happening, ...]:
    rows = session.execute(
        select(AuditEntry.at, AuditEntry.kind, AuditEntry.facts, AuditEntry.instance_id, Person.name)
        .outerjoin(
            Person, (Person.authority_id == AuditEntry.authority_id) & (Person.id == AuditEntry.person_id)
        )
        .where(*chosen)
        .order_by(AuditEntry.id.desc())
        .limit(at_most)
        .offset(skipped)
    ).all()
    covered = names_of(session, authority_id, (row.facts["for"] for row in rows if "for" in row.facts))
    return tuple(_happening(row, covered) for row in rows)


def _pathways(session: Session, authority_id: str, child_id: str) -> tuple[tuple[str, str], ...]:
    rows = session.execute(
        select(ProcessInstance.definition_key, func.max(ProcessInstance.name).label("name"))
        .where(ProcessInstance.authority_id == authority_id, ProcessInstance.child_id == child_id)
        .group_by(ProcessInstance.definition_key)
    )
    return tuple(sorted(((row.definition_key, row.name) for row in rows), key=lambda one: one[1]))


def _happening(row: Any, covered: Mapping[str, str]) -> Happening:
    return Happening(
        at=row.at.astimezone(LONDON),
        kind=row.kind,
        words=in_words(row.kind, row.facts),
        person=for_somebody(row.name, covered.get(row.facts.get("for", ""))),
        instance_id=row.instance_id,
        was_overdue=bool(row.facts.get("was_overdue")),
    )


def in_words(kind: str, facts: Mapping[str, Any]) -> str:
    """What an entry of one of the kinds of TOLD says."""
    told = {
        "name": facts.get("name") or "",
        "detail": str(facts.get("detail") or "").replace("_", " "),
        "role": reference.roles().name_of(facts.get("role", "")),
        "was": _day(facts.get("was")),
        "due": _day(facts.get("due_at")),
        "reason": facts.get("reason") or "",
    }
    return TOLD[kind].format(**told).removesuffix(". ")


def _day(moment: str | None) -> str:
    return day_in_words(london_day(datetime.fromisoformat(moment))) if moment else "no date"
