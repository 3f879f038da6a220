"""What the record of a child says of the work: pathways, tasks, answers, and what was said beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class Answered:
    """One question as it was asked, the answer as it is stored and in words."""

    key: str
    question: str
    value: Any
    words: str


@dataclass(frozen=True)
class Answers:
    """A form that was sent."""

    at: datetime
    by: str | None
    questions: tuple[Answered, ...]


@dataclass(frozen=True)
class Correction:
    """What a form had said until somebody corrected it."""

    number: int
    corrected_at: datetime
    corrected_by: str | None
    reason: str
    before: Answers


@dataclass(frozen=True)
class Suspended:
    """A manager has suspended the pathway."""

    at: datetime
    by: str | None
    reason: str
    until_on: date | None


@dataclass(frozen=True)
class Pathway:
    """A pathway of the child, and what was answered at its start.

    `version` is that of its model, `protocol` the profile in force when it ended, or at the moment of the record;
    `protocol_called` says that in words. The name of an escalation says what it is about.
    """

    id: str
    key: str
    name: str
    version: int
    protocol: str
    protocol_called: str
    status: str
    started_at: datetime
    recorded_at: datetime
    started_by: str | None
    ended_at: datetime | None
    ended_with: str | None
    parent_id: str | None
    suspended: Suspended | None
    start: Answers | None


@dataclass(frozen=True)
class Due:
    """When a task is due and why; where the protocol's and the law's side end; what a manager agreed to."""

    at: datetime
    explanation: str
    protocol_at: datetime | None
    law_at: datetime | None
    agreed_by: str | None
    agreed_reason: str | None


@dataclass(frozen=True)
class Late:
    """Why a task was, or is, late."""

    reason: str
    words: str
    more: str
    said_at: datetime
    said_by: str | None


@dataclass(frozen=True)
class SignOff:
    """Answers that were sent for a manager's word, and the word."""

    number: int
    submitted_at: datetime
    submitted_by: str | None
    state: str
    decided_at: datetime | None
    decided_by: str | None
    comment: str | None
    answers: tuple[Answered, ...]


@dataclass(frozen=True)
class Seen:
    """Somebody to whom something was escalated said that they had seen it, and what they would do."""

    at: datetime
    by: str | None
    words: str


@dataclass(frozen=True)
class SentLine:
    """A line of a page that was sent; `called` is what stands before it, if anything."""

    called: str
    text: str


@dataclass(frozen=True)
class SentPart:
    """What stood under one heading of a page that was sent; under none, what it began with."""

    heading: str
    lines: tuple[SentLine, ...]


@dataclass(frozen=True)
class SentPage:
    """The page that was put to the director by completing the task, word for word as it was sent."""

    sent_at: datetime
    sent_by: str | None
    called: str
    parts: tuple[SentPart, ...]


@dataclass(frozen=True)
class Asked:
    """A contribution that was asked for, or an action that was decided. What was answered is a task of its own."""

    whom: str
    question: str
    is_action: bool
    is_required: bool
    wanted_on: date
    asked_at: datetime
    asked_by: str | None
    state: str
    ended_at: datetime | None
    ended_by: str | None
    reason: str | None
    answer_task_id: str | None


@dataclass(frozen=True)
class Remark:
    """A comment on a task, and for whom it was meant; one that was withdrawn keeps its words."""

    at: datetime
    by: str | None
    text: str
    meant_for: str | None
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class PutOff:
    """A task that was put off until a day."""

    until_on: date
    reason: str
    by: str | None
    at: datetime


@dataclass(frozen=True)
class Elsewhere:
    """The task is recorded in the council's case system."""

    reference: str
    at: datetime
    by: str | None


@dataclass(frozen=True)
class Task:
    """A task: whose, when due and why, what became of it, what was answered and said.

    `version` is the version of the model that asked it and `protocol` the profile in force when it was completed, or
    at the moment of the record. Where `is_shown` is false, whoever took the record may not open the task: answers and
    what was said beside it are left out.
    """

    id: str
    pathway_id: str
    element: str
    name: str
    role: str
    role_name: str
    team: str | None
    assignee: str | None
    duties: tuple[str, ...]
    state: str
    opened_at: datetime
    due: Due | None
    is_late: bool
    marked_overdue_at: datetime | None
    escalated_at: datetime | None
    completed_at: datetime | None
    completed_by: str | None
    not_needed_reason: str | None
    late: Late | None
    version: int
    protocol: str
    protocol_called: str
    is_shown: bool
    sign_off: str | None
    answers: Answers | None
    corrections: tuple[Correction, ...]
    sign_offs: tuple[SignOff, ...]
    asked: tuple[Asked, ...]
    remarks: tuple[Remark, ...]
    seen: tuple[Seen, ...]
    director_page: SentPage | None
    put_off: PutOff | None
    recorded_elsewhere: Elsewhere | None
