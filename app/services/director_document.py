"""What the page for the director says: what is asked and why, the facts, what was tried, what the protocol says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import Session

from app.domain.clock import now
from app.domain.documents import Block, Document, Section
from app.domain.moments import age_on, day_in_words, london_day
from app.services import facts, reference
from app.services.plan_record import as_day
from app.services.task_rows import duties_in
from app.services.task_view import badges
from app.store.children import Child, ChildWorker
from app.store.people import Authority, Person
from app.store.tasks import Answer, UserTask

MARKING = "OFFICIAL-SENSITIVE"
TITLE = "No home before release: for the director’s decision"
TRIED = frozenset(
    {
        "custodial_sentence/consult_placements",
        "custodial_sentence/refer_to_care_panel",
        "custodial_sentence/return_to_panel",
        "release_preparation/answer_as_service",
        "release_preparation/attend_accommodation_panels",
        "release_preparation/consult_placements_team",
        "release_preparation/escalate_to_service",
        "release_preparation/find_home_at_short_notice",
        "release_preparation/find_home_first",
        "release_preparation/hold_one_meeting",
        "release_preparation/hold_pre_release_meeting",
        "release_preparation/hold_preparation_meeting",
        "release_preparation/present_release_plans",
        "remand_yda/hold_placement_consultation",
        "remand_yda/present_parallel_plans",
    }
)
"""The forms that say what was tried to find a home."""
WORDS = MappingProxyType(
    {
        "reason": "",
        "accommodation_options": "",
        "plan_a": "Preferred plan: ",
        "plan_b": "If that falls through: ",
        "decision": "Decided: ",
        "outcome": "Decided: ",
        "answer": "Answer: ",
        "actions": "Still to be done: ",
    }
)
"""Their questions whose answers are told, and what is put before each."""
LOOK_BACK = timedelta(weeks=26)


def composed(
    session: Session, task: Row[Any], answers: Mapping[str, Any], at: datetime, footer: str
) -> Document:
    """The page with these answers, as it is at a moment; `footer` says whether it was sent."""
    child = session.get(Child, (task.authority_id, task.child_id))
    name = f"{child.given_name} {child.family_name}" if child else ""
    known = facts.known(session, task.authority_id, task.child_id)
    what, on = the_day(known, task)
    when = f"{what} on {day_in_words(on)}, {_in_days(on, london_day(at))}." if on else ""
    return Document(
        title=TITLE,
        marking=MARKING,
        opening=tuple(line for line in (name, when) if line),
        sections=(
            Section("ask", "What is asked of you", (_said(answers, "ask"),)),
            Section("reason", "Why there is no suitable home", (_said(answers, "reason"),)),
            Section("facts", "The facts", tuple(_facts(session, task, child, known, answers))),
            Section("tried", "What has been tried", (_said(answers, "accommodation_options"),)),
            *_steps(session, task, at),
            *_clauses(session, task),
        ),
        footer=footer,
    )


def _said(answers: Mapping[str, Any], key: str) -> Block:
    words = str(answers.get(key) or "").strip()
    return Block("answer", words) if words else Block("unknown", "Not written yet.")


def _facts(
    session: Session,
    task: Row[Any],
    child: Child | None,
    known: Mapping[str, Any],
    answers: Mapping[str, Any],
) -> Iterable[Block]:
    if child is not None:
        born = child.date_of_birth
        age = f", born {day_in_words(born)}, aged {age_on(born, london_day(now()))}" if born else ""
        yield Block("row", f"{child.given_name} {child.family_name}, {child.reference}{age}", "Child")
    yield Block(
        "row", ", ".join(badges(session, task.authority_id, task.child_id)) or "None recorded", "Legal status"
    )
    what, on = the_day(known, task)
    yield Block("row", day_in_words(on) if on else "Not recorded", what)
    yield Block("row", str(known.get("establishment") or "Not recorded"), "Where they are now")
    yield Block("row", str(known.get("release_address") or "None known"), "Address to go to")
    workers = session.execute(
        select(ChildWorker.role, Person.name)
        .join(
            Person, and_(Person.authority_id == ChildWorker.authority_id, Person.id == ChildWorker.person_id)
        )
        .where(
            ChildWorker.authority_id == task.authority_id,
            ChildWorker.child_id == task.child_id,
            ChildWorker.until_at.is_(None),
        )
        .order_by(Person.name)
    )
    table = reference.roles()
    named = "\n".join(f"{one.name}, {table.name_of(one.role)}" for one in workers)
    yield Block("row", named or "Nobody is allocated", "Workers")
    if met_on := _typed_day(answers.get("meeting_on")):
        yield Block("row", day_in_words(met_on), "Pre-release meeting")


def _steps(session: Session, task: Row[Any], at: datetime) -> Iterable[Section]:
    """What the record says was done about a home in the last half year, oldest first."""
    rows = []
    for one in tried(session, task, at):
        words = [
            f"{before}{str(one.answers[key]).strip()}"
            for key, before in WORDS.items()
            if one.answers.get(key)
        ]
        if words:
            who = f"{day_in_words(london_day(one.at))}, {one.by or 'by the pathway'}"
            rows.append(Block("row", "\n".join([*words, f"({who})"]), one.name))
    if rows:
        yield Section("record", "From the record", tuple(rows), 3)


def tried(session: Session, task: Row[Any], at: datetime) -> list[Row[Any]]:
    """What was answered in the last half year to the forms that say what was tried: name, answers, at, by."""
    return list(
        session.execute(
            select(UserTask.name, Answer.answers, Answer.at, Person.name.label("by"))
            .join(UserTask, and_(UserTask.authority_id == Answer.authority_id, UserTask.id == Answer.id))
            .outerjoin(Person, and_(Person.authority_id == Answer.authority_id, Person.id == Answer.by))
            .where(
                Answer.authority_id == task.authority_id,
                Answer.child_id == task.child_id,
                Answer.form.in_(sorted(TRIED)),
                Answer.at >= at - LOOK_BACK,
                Answer.at <= at,
            )
            .order_by(Answer.at, Answer.id)
        )
    )


def _clauses(session: Session, task: Row[Any]) -> Iterable[Section]:
    """What the protocol says of it, in the words of the register."""
    authority = session.get(Authority, task.authority_id)
    area = reference.profile(authority.profile).area if authority else None
    found = [reference.register().by_id[duty] for duty in duties_in(area, task.duty)]
    rows = tuple(Block("row", one.sentence, f"{one.id}, {one.clause}") for one in found)
    if rows:
        yield Section("protocol", "What the protocol says", rows)


def the_day(known: Mapping[str, Any], task: Row[Any]) -> tuple[str, date | None]:
    """The day on which the child may need a home, and what it is; of a remand the next hearing comes first."""
    days = (
        ("Release", as_day(known.get("release_on"))),
        ("Next hearing", as_day(known.get("next_hearing_on"))),
    )
    in_order = days if task.form.startswith("release_preparation/") else days[::-1]
    return next((one for one in in_order if one[1]), in_order[0])


def _typed_day(value: Any) -> date | None:
    """A day of a draft, which nobody has checked."""
    try:
        return as_day(value)
    except ValueError:
        return None


def _in_days(on: date, today: date) -> str:
    days = (on - today).days
    if days < 0:
        return "which has passed"
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")
