"""What if: the real services on a throw-away database and a simulated clock; the dated story that comes out.

The same input gives the same output, byte for byte: ids are counted, the clock stands still between events, and
events are read from the audit that the services themselves wrote.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, literal_column, select
from sqlalchemy.orm import Session

from app.domain.clock import LONDON, SimulatedClock, use_clock
from app.domain.errors import BadInput
from app.domain.ids import CountedIds, use_ids
from app.domain.moments import moment_in_words
from app.domain.workdays import WorkingCalendar
from app.engine import catalogue
from app.engine.contracts import Bundle, CompiledVersion
from app.services import (
    advance,
    children,
    definitions,
    instances,
    messages,
    messages_out,
    partnership,
    reference,
    simulated_answers,
    simulated_people,
    story,
    task_lookup,
    tasks,
    timers,
)
from app.services.simulated_people import WAYS
from app.store.db import db, execute, reading, table_of, transaction
from app.store.instances import ProcessInstance
from app.store.people import Authority
from app.store.tasks import UserTask
from app.store.throw_away import throw_away
from app.store.timers import Timer

GIVEN = "given"
"""The way of completing in which only tasks whose answers are given are done, on time."""
MOST_STEPS_AT_A_MOMENT = 2000
FIRST_YEAR = 1900
PLATFORM_MESSAGES = ("escalate", "notification_failed", "contribution_asked", "action_agreed")
_TIMERS, _TASKS, _INSTANCES = table_of(Timer), table_of(UserTask), table_of(ProcessInstance)


def _running(table: Any) -> Any:
    return table.join(
        _INSTANCES,
        (_INSTANCES.c.authority_id == table.c.authority_id) & (_INSTANCES.c.id == table.c.instance_id),
    )


_NEXT_TIMER = (
    select(_TIMERS.c.due_at)
    .select_from(_running(_TIMERS))
    .where(_INSTANCES.c.status == "running")
    .order_by(_TIMERS.c.due_at)
    .limit(1)
)
_OPEN_TASKS = (
    select(_TASKS.c.id, _TASKS.c.element_id, _TASKS.c.created_at, _TASKS.c.due_at)
    .select_from(_running(_TASKS))
    .where(_TASKS.c.state == literal_column("'open'"), _INSTANCES.c.status == "running")
    .order_by(_TASKS.c.id)
)


@dataclass(frozen=True)
class Scenario:
    """What the simulated people answer, and what reaches the pathway from outside."""

    variables: Mapping[str, Any] = field(default_factory=dict)
    tasks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    messages: tuple[Mapping[str, Any], ...] = ()


@dataclass
class Running:
    """A simulation under way; `stops_at` is when the machine's patience ends (seconds of its own monotonic clock)."""

    authority_id: str
    child_id: str
    root_id: str
    clock: SimulatedClock
    scenario: Scenario
    complete: str
    until: datetime
    pending: list[tuple[datetime, Mapping[str, Any]]]
    stops_at: float | None = None
    planned: dict[tuple[str, datetime | None], datetime] = field(default_factory=dict)
    steps_now: int = 0


def run(
    pathway: str,
    *,
    profile: str,
    start: datetime,
    complete: str = "on-time",
    until: datetime | None = None,
    scenario: Scenario | None = None,
    bundles: Mapping[str, Bundle] | None = None,
    afterwards: Callable[[Session, str], None] | None = None,
) -> dict[str, Any]:
    """The story of one child on one pathway: `{"pathway", "profile", "start", "until", "events": [...]}`.

    `afterwards` may look at what the story has left behind, before it is thrown away: it is given a session and the
    child's id. The authority's id is the profile's key.

    Raises BadInput for an unknown pathway, profile or way of completing, and for answers that do not fit.
    """
    if complete not in WAYS:
        raise BadInput(f"Tasks can be completed {', '.join(WAYS)}; not “{complete}”.")
    chosen = reference.profile(profile)
    scenario = scenario or Scenario()
    if start.year < FIRST_YEAR:
        raise BadInput(f"A simulation cannot begin before the year {FIRST_YEAR}.")
    until = until or start + timedelta(days=365)
    if until < start:
        raise BadInput(
            f"The simulation would end ({moment_in_words(until)}) before it begins ({moment_in_words(start)})."
        )
    clock = SimulatedClock(start)
    shipped = dict(bundles or definitions.shipped())
    if pathway not in shipped:
        raise BadInput(f"There is no pathway called {pathway}. There are {', '.join(sorted(shipped))}.")
    with throw_away(), use_clock(clock), use_ids(CountedIds()):
        running = begin(pathway, chosen.key, start, until, complete, scenario, clock, shipped)
        while step(running):
            pass
        events = story.events()
        if afterwards is not None:
            with reading() as session:
                afterwards(session, running.child_id)
    return {
        "pathway": pathway,
        "profile": chosen.key,
        "start": start.astimezone(LONDON).isoformat(),
        "until": until.astimezone(LONDON).isoformat(),
        "events": events,
    }


def _told(scenario: Scenario) -> list[str]:
    """The messages that come from outside the pathways: from people and from the platform."""
    return [*(str(message["name"]) for message in scenario.messages), *PLATFORM_MESSAGES]


def begin(
    pathway: str,
    profile: str,
    start: datetime,
    until: datetime,
    complete: str,
    scenario: Scenario,
    clock: SimulatedClock,
    bundles: Mapping[str, Bundle],
) -> Running:
    """Start the pathway for an invented child, within a throw-away database, on a clock and with ids of its own."""
    with transaction() as session:
        reached = [bundles[key] for key in catalogue.reachable(pathway, bundles, _told(scenario))]
        definitions.put_first_in_force(session, reached, note="Simulated")
        session.execute(insert(Authority).values(id=profile, name=profile, profile=profile))
    with transaction() as session:
        version = definitions.current(session, pathway)
        child_id = _subject(session, version, profile, start)
    with transaction() as session:
        form = definitions.form(session, version.version_id, version.start_form)
        answers = simulated_answers.for_start(form, scenario.variables, start)
        root_id = instances.begin(
            session,
            authority_id=profile,
            child_id=child_id,
            version=version,
            answers=answers,
            started_at=start,
            person_id=None,
        )
    messages.deliver_pending()
    pending = sorted(
        ((_moment(message, start), message) for message in scenario.messages), key=lambda item: item[0]
    )
    return Running(profile, child_id, root_id, clock, scenario, complete, until, pending)


def _subject(session: Session, version: CompiledVersion, profile: str, start: datetime) -> str:
    """Whom the story is about: an invented child of sixteen, or the partnership."""
    if partnership.is_about_it(version):
        return partnership.record(session, profile, person_id=None)
    return children.add(
        session,
        profile,
        given_name="Simulated",
        family_name="Child",
        date_of_birth=start.date().replace(day=1, year=start.year - 16),
        identifiers={},
        person_id=None,
    )


def _moment(message: Mapping[str, Any], start: datetime) -> datetime:
    from app.domain.durations import after

    return after(start, str(message["at"]))


def step(running: Running) -> bool:
    """Take the next thing that happens, at its moment; False when nothing more happens before the end.

    Raises BadInput when work comes round for ever, or the patience is at its end.
    """
    coming, task, message = _coming(running)
    if coming is None or coming > running.until:
        return False
    if running.stops_at is not None and time.monotonic() > running.stops_at:
        raise BadInput("This simulation takes too long. Choose an earlier day, or take smaller steps.")
    moment = max(coming, running.clock.now())
    running.steps_now = running.steps_now + 1 if moment == running.clock.now() else 0
    if running.steps_now > MOST_STEPS_AT_A_MOMENT:
        raise BadInput(
            f"The answers make work come round for ever at {moment.astimezone(LONDON).isoformat()}. "
            "Give the tasks that repeat a later date, or an answer that ends them."
        )
    running.clock.move_to(moment)
    if message is not None and message <= moment:
        send(running, running.pending.pop(0)[1])
    elif task is not None and task[0] <= moment:
        complete(running, task[1])
    else:
        timers.fire_next()
        messages.deliver_queued(db.session())
    return True


def _coming(running: Running) -> tuple[datetime | None, tuple[datetime, str] | None, datetime | None]:
    """The moment of the next thing; the task that is done next, and the moment of the next message."""
    with reading() as session:
        timer = execute(session, _NEXT_TIMER).scalar()
        task = _next_task(session, running)
    message = running.pending[0][0] if running.pending else None
    moments = (timer, task[0] if task else None, message)
    return min((moment for moment in moments if moment is not None), default=None), task, message


def coming(running: Running) -> datetime | None:
    """When the next thing happens by itself; None when nothing does."""
    return _coming(running)[0]


def _next_task(session: Session, running: Running) -> tuple[datetime, str] | None:
    if running.complete == "never":
        return None
    rows = execute(session, _OPEN_TASKS).all()
    way = running.complete
    if way == GIVEN:
        rows, way = [row for row in rows if row.element_id in running.scenario.tasks], "on-time"
    for row in rows:
        if (row.id, row.due_at) not in running.planned:  # a due time may move
            calendar = calendar_of(running)
            running.planned[row.id, row.due_at] = simulated_people.when(
                way, row.created_at, row.due_at, calendar
            )
    return min(((running.planned[row.id, row.due_at], row.id) for row in rows), default=None)


def calendar_of(running: Running) -> WorkingCalendar:
    """The working days where the story takes place."""
    return reference.calendar_for(reference.profile(running.authority_id).division)


def complete(running: Running, task_id: str, answers: Mapping[str, Any] | None = None) -> None:
    """A person does a task now, with the answers given, or what simulated people answer. Raises BadInput."""
    with transaction() as session:
        task = task_lookup.row(session, running.authority_id, task_id)
        instance = advance.lock(session, running.authority_id, task.instance_id)
        form = definitions.form(session, instance.version_id, task.form)
        given = running.scenario.tasks.get(task.element_id, {}) if answers is None else answers
        answers = simulated_answers.for_task(form, given, session, running.authority_id, running.child_id)
        tasks.take(session, instance, task, answers, None)
    messages.deliver_queued(db.session())


def send(running: Running, message: Mapping[str, Any]) -> None:
    """A message from outside, to the pathway's whole tree."""
    with transaction() as session:
        messages_out.queue_for_child(
            session,
            authority_id=running.authority_id,
            child_id=running.child_id,
            root_id=running.root_id,
            name=str(message["name"]),
            payload=simulated_answers.for_message(message, running.clock.now()),
        )
    messages.deliver_pending()
