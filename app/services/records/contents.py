"""What the record of a child consists of. The JSON of a bundle has these parts by these names: see `shape`.

Moments are aware, days are London's. Where something names a person it is by the name that they had then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.services.records.work_contents import Pathway, Task

SCHEMA = "throughcare-case-record/3"
"""What a bundle says of its own shape; it changes whenever a part changes its name or its meaning."""


@dataclass(frozen=True)
class Taken:
    """How the record was taken: when, by whom, for whom and why. `as_at` is the moment that it stands for.

    `not_kept_before`: what was changed before that moment was not kept, and stands here as it was then.
    """

    taken_at: datetime
    taken_by: str
    for_whom: str
    reason: str
    as_on: date
    as_at: datetime
    authority: str
    protocol: str
    protocol_called: str
    not_kept_before: datetime | None
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class About:
    """Who the child is. `numbers` are those of other systems, by kind."""

    id: str
    reference: str
    given_name: str
    family_name: str
    date_of_birth: date | None
    is_provisional: bool
    numbers: Mapping[str, str]
    agencies: tuple[str, ...]
    recorded_at: datetime
    recorded_by: str | None


@dataclass(frozen=True)
class Known:
    """Something known of the child, under the name by which forms share it."""

    name: str
    called: str
    value: Any
    words: str
    recorded_at: datetime
    recorded_by: str | None


@dataclass(frozen=True)
class Worker:
    """Somebody who holds or held a role for the child."""

    role: str
    role_name: str
    name: str
    from_at: datetime
    until_at: datetime | None


@dataclass(frozen=True)
class Linked:
    """A brother or sister whom the person who took the record may see: the name alone."""

    reference: str
    name: str
    linked_at: datetime


@dataclass(frozen=True)
class Status:
    """A legal status or a time in care; open while `until_on` is None."""

    status: str
    name: str
    from_on: date
    until_on: date | None
    recorded_at: datetime
    pathway_id: str | None


@dataclass(frozen=True)
class Stay:
    """Nights in youth detention accommodation."""

    from_on: date
    until_on: date | None
    recorded_at: datetime
    pathway_id: str | None


@dataclass(frozen=True)
class Meeting:
    """A day on which people meet about the child: a hearing, a meeting, a visit."""

    kind: str
    name: str
    on: date
    at: datetime | None
    moves: int
    recorded_at: datetime
    recorded_by: str | None


@dataclass(frozen=True)
class Paper:
    """A document. `file` is where its bytes lie in the bundle; None when they are not in it, and `why_not` says why."""

    id: str
    title: str
    extension: str
    size: int
    sha256: str
    state: str
    task_id: str | None
    added_at: datetime
    added_by: str | None
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_reason: str | None
    file: str | None
    why_not: str | None


@dataclass(frozen=True)
class Given:
    """A plan was given to somebody, and what they said to it."""

    given_on: date
    given_to: str
    how: str
    said: str
    recorded_at: datetime
    recorded_by: str | None


@dataclass(frozen=True)
class Plan:
    """One version of a plan for the child, as it read; `file` is the paper itself."""

    number: int
    kind: str
    made_at: datetime
    made_by: str | None
    says: Mapping[str, Any]
    sha256: str
    file: str
    given: tuple[Given, ...]


@dataclass(frozen=True)
class Told:
    """Somebody outside was told something by a pathway."""

    pathway_id: str
    template: str
    role: str
    recipient: str
    email: str | None
    state: str
    created_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    error: str | None


@dataclass(frozen=True)
class Fault:
    """A pathway stood still after a fault."""

    pathway_id: str | None
    sentence: str
    at: datetime
    resolved_at: datetime | None
    resolved_by: str | None


@dataclass(frozen=True)
class Happening:
    """A line of the chronology, oldest first."""

    at: datetime
    kind: str
    words: str
    by: str | None
    pathway_id: str | None
    task_id: str | None


@dataclass(frozen=True)
class Record:
    """Everything about one child, as it stood."""

    about: About
    known: tuple[Known, ...]
    workers: tuple[Worker, ...]
    siblings: tuple[Linked, ...]
    statuses: tuple[Status, ...]
    stays: tuple[Stay, ...]
    pathways: tuple[Pathway, ...]
    tasks: tuple[Task, ...]
    meetings: tuple[Meeting, ...]
    documents: tuple[Paper, ...]
    plans: tuple[Plan, ...]
    notifications: tuple[Told, ...]
    incidents: tuple[Fault, ...]
    chronology: tuple[Happening, ...]


@dataclass(frozen=True)
class CaseRecord:
    """The whole that leaves the service: how it was taken, and the record."""

    schema: str
    taken: Taken
    record: Record
