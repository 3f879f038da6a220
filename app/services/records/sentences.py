"""The sentences in which the paper of a record tells of tasks, pathways, papers and people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from app.domain.moments import day_in_words, london_day, moment_in_words
from app.services.records.contents import Fault, Given, Meeting, Paper, Status, Stay, Told, Worker
from app.services.records.work_contents import (
    Answers,
    Asked,
    Correction,
    Pathway,
    Remark,
    Seen,
    SentPage,
    SignOff,
    Task,
)

STATES = {"running": "Running", "suspended": "Standing still", "ended": "Ended", "cancelled": "Cancelled"}
TASK_STATES = {
    "open": "Open",
    "completed": "Completed",
    "cancelled": "No longer needed: the pathway moved on",
    "not_needed": "Set aside as not needed",
}
ASKING_STATES = {"open": "not answered yet", "answered": "answered", "withdrawn": "withdrawn"}
SIGN_OFF_STATES = {
    "waiting": "waiting for a word",
    "approved": "signed off",
    "returned": "returned",
    "corrected": "corrected afterwards, waiting for a word",
    "superseded": "replaced by a later one",
}
TOLD_STATES = {
    "queued": "not sent yet",
    "sent": "sent",
    "delivered": "delivered",
    "failed": "could not be delivered",
    "told_by_phone": "told by phone",
}


def day(value: date | datetime) -> str:
    """“Thursday 31 December 2026”."""
    return day_in_words(london_day(value) if isinstance(value, datetime) else value)


def by(name: str | None) -> str:
    """“ by Sam Socialworker”; nothing where nobody did it."""
    return f" by {name}" if name else ""


def task(one: Task, of: Pathway) -> Iterator[tuple[str, str]]:
    """What became of a task of the pathway `of`: pairs of a label and a sentence."""
    yield "State", _state(one)
    yield "Whose", _whose(one)
    if one.due is not None:
        yield "Due", one.due.explanation or moment_in_words(one.due.at)
        if one.due.agreed_by:
            yield "Agreed date", f"Agreed to by {one.due.agreed_by}. {one.due.agreed_reason or ''}".strip()
    yield from _lateness(one)
    if one.escalated_at:
        yield "Escalated", moment_in_words(one.escalated_at)
    if one.put_off:
        off = one.put_off
        yield "Put off", f"Until {day(off.until_on)}{by(off.by)}. {off.reason}"
    if one.not_needed_reason:
        yield "Why not needed", one.not_needed_reason
    if one.duties:
        yield "Duty", ", ".join(one.duties)
    if one.recorded_elsewhere:
        there = one.recorded_elsewhere
        yield "In the case system", f"{there.reference or 'Recorded'}{by(there.by)}, {day(there.at)}"
    if (one.version, one.protocol) != (of.version, of.protocol):
        yield "In force", f"Version {one.version} of the pathway; {one.protocol_called}"


def _lateness(one: Task) -> Iterator[tuple[str, str]]:
    if one.late is not None:
        more = f": {one.late.more}" if one.late.more else ""
        yield "Why late", f"{one.late.words}{more}. Said{by(one.late.said_by)} on {day(one.late.said_at)}."
    elif one.is_late:
        yield "Why late", "It was late, and no reason had been given."


def _state(one: Task) -> str:
    words = TASK_STATES[one.state]
    if one.state in ("completed", "not_needed"):
        words += by(one.completed_by)
    if one.completed_at:
        words += f", {moment_in_words(one.completed_at)}"
    return f"{words}{', late' if one.is_late else ''}. Opened {moment_in_words(one.opened_at)}."


def _whose(one: Task) -> str:
    return "; ".join(filter(None, (one.role_name, one.team, one.assignee)))


def sent(answers: Answers) -> str:
    """When and by whom a form was sent."""
    return f"Answered{by(answers.by)}, {moment_in_words(answers.at)}"


def correction(one: Correction) -> str:
    """That something was corrected, and what it had said before stands beneath."""
    when = moment_in_words(one.corrected_at)
    return f"Corrected{by(one.corrected_by)}, {when}. {one.reason} Until then it said ({sent(one.before)}):"


def sign_off(one: SignOff) -> str:
    """One sending for sign-off and what the manager said."""
    words = f"Sent for sign-off{by(one.submitted_by)}, {moment_in_words(one.submitted_at)}: "
    words += SIGN_OFF_STATES.get(one.state, one.state)
    if one.decided_at:
        words += f"{by(one.decided_by)}, {moment_in_words(one.decided_at)}"
    return f"{words}. {one.comment or ''}".strip()


def seen(one: Seen) -> str:
    """That somebody said that they had seen what was escalated to them."""
    return f"Seen{by(one.by)}, {moment_in_words(one.at)}. {one.words}".strip()


def director_page(one: SentPage) -> str:
    """That a page was put to the director; its words stand beneath."""
    return f"“{one.called}”, sent to the director{by(one.sent_by)}, {moment_in_words(one.sent_at)}. It said:"


def asked(one: Asked) -> str:
    """A contribution that was asked for."""
    what = "Decided that" if one.is_action else "Asked"
    words = (
        f"{what} {one.whom}{by(one.asked_by)}, {day(one.asked_at)}, by {day(one.wanted_on)}: {one.question}"
    )
    words += f" ({ASKING_STATES.get(one.state, one.state)}"
    if one.ended_at:
        words += f"{by(one.ended_by)}, {day(one.ended_at)}"
    return f"{words}) {one.reason or ''}".strip()


def remark(one: Remark) -> str:
    """A comment."""
    meant = f" for {one.meant_for}" if one.meant_for else ""
    gone = f" (withdrawn {moment_in_words(one.withdrawn_at)})" if one.withdrawn_at else ""
    return f"Comment{by(one.by)}{meant}, {moment_in_words(one.at)}{gone}: {one.text}"


def pathway(one: Pathway) -> Iterator[str]:
    """How a pathway stood."""
    words = (
        f"{STATES[one.status]}. Started{by(one.started_by)}, counted from {moment_in_words(one.started_at)}."
    )
    if one.ended_at:
        words += f" Over since {moment_in_words(one.ended_at)}."
    yield words
    yield f"Version {one.version} of the pathway; {one.protocol_called}."
    if one.suspended:
        stopped = one.suspended
        until = f" until {day(stopped.until_on)}" if stopped.until_on else ""
        yield f"Suspended{by(stopped.by)}, {moment_in_words(stopped.at)}{until}. {stopped.reason}"


def worker(one: Worker) -> str:
    """Who held a role, from when until when."""
    until = f" until {day(one.until_at)}" if one.until_at else ""
    return f"{one.role_name}: {one.name}, from {day(one.from_at)}{until}"


def status(one: Status) -> str:
    """A legal status with its days."""
    return f"{one.name}, {_days(one.from_on, one.until_on)}; on record since {day(one.recorded_at)}"


def stay(one: Stay) -> str:
    """A stay with its days."""
    days = _days(one.from_on, one.until_on)
    return f"Youth detention accommodation, {days}; on record since {day(one.recorded_at)}"


def _days(from_on: date, until_on: date | None) -> str:
    return f"from {day(from_on)}" + (f" until {day(until_on)}" if until_on else "")


def meeting(one: Meeting) -> str:
    """A meeting or hearing with its day."""
    when = moment_in_words(one.at) if one.at else day(one.on)
    moved = (
        f"; its day has moved {one.moves} times"
        if one.moves > 1
        else "; its day has moved"
        if one.moves
        else ""
    )
    return f"{one.name}: {when}; recorded{by(one.recorded_by)}, {day(one.recorded_at)}{moved}"


def paper(one: Paper) -> str:
    """A document, and where it lies."""
    words = f"{one.title}: added{by(one.added_by)}, {moment_in_words(one.added_at)}. "
    if one.withdrawn_at:
        words += f"Withdrawn{by(one.withdrawn_by)}, {moment_in_words(one.withdrawn_at)}. {one.withdrawn_reason or ''} "
    return words + (f"In the file {one.file}." if one.file else f"Not in this bundle: {one.why_not}")


def given(one: Given) -> str:
    """That a plan was given to somebody."""
    how = one.how.replace("_", " ")
    said = f" They said: “{one.said}”" if one.said else ""
    return f"Given to {one.given_to} on {day(one.given_on)}, {how}; recorded{by(one.recorded_by)}.{said}"


def told(one: Told) -> str:
    """That somebody outside was told something."""
    sent_at = f", {moment_in_words(one.sent_at)}" if one.sent_at else ""
    words = f"{one.recipient}: {one.template.replace('_', ' ')}, {moment_in_words(one.created_at)}; "
    return f"{words}{TOLD_STATES.get(one.state, one.state)}{sent_at}{f'. {one.error}' if one.error else ''}"


def fault(one: Fault) -> str:
    """A fault, and whether it was put right."""
    right = (
        f" Put right{by(one.resolved_by)}, {moment_in_words(one.resolved_at)}."
        if one.resolved_at
        else " Not put right yet."
    )
    return f"{moment_in_words(one.at)}: {one.sentence}{right}"
