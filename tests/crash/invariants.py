"""What must hold in every database at every moment: one function for each invariant, a sentence for each breach.

They read the tables with SQL of their own and the states with the engine, and trust nothing that the services say.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, exists, func, select
from sqlalchemy.orm import Session

from app.domain.access import TaskThing, Viewer, may
from app.engine import runner
from app.engine.contracts import CompiledVersion, EngineContext, Step
from app.services import advance, definitions, surroundings
from app.store.audit import AuditEntry
from app.store.chains import broken_links
from app.store.db import reading
from app.store.definitions import DefinitionVersion
from app.store.incidents import Incident
from app.store.instances import ProcessInstance, Suspension
from app.store.letters import Letter
from app.store.outbox import Notification, OutboxMessage, Subscription
from app.store.people import Authority, Team, TeamRole, viewers
from app.store.tasks import UserTask
from app.store.timers import Timer

OPEN = ("running", "suspended")


def assert_all(
    *, answered: Iterable[str] = (), quiet_at: datetime | None = None, within: Sequence[str] = ()
) -> None:
    """Every invariant holds. `answered` are tasks whose completion was answered; `quiet_at` says that the
    schedulers have had their turn, so that nothing may be due before it. `within` are the authorities whose people
    and audit are looked at, where nothing was done in the others."""
    _assert_none(breaches(answered=answered, quiet_at=quiet_at, within=within))


def assert_all_of_now(*, answered: Iterable[str] = (), within: Sequence[str] = ()) -> None:
    """Those hold whose breach another act could mend; `assert_all` at the end finds the others then as well as now."""
    with reading() as session:
        _assert_none(_breaches_of_now(session, answered, None, within))


def _assert_none(problems: list[str]) -> None:
    assert not problems, f"{len(problems)} breaches:\n" + "\n".join(problems[:30])


def breaches(
    *, answered: Iterable[str] = (), quiet_at: datetime | None = None, within: Sequence[str] = ()
) -> list[str]:
    """A sentence for each breach of I1 to I13; none when all is well."""
    with reading() as session:
        authorities = within or session.scalars(select(Authority.id)).all()
        return [
            *_breaches_of_now(session, answered, quiet_at, authorities),
            *_breaches_that_stay(session, authorities),
        ]


def _breaches_of_now(
    session: Session, answered: Iterable[str], quiet_at: datetime | None, authorities: Sequence[str]
) -> list[str]:
    steps = dict(_steps(session))
    return [
        *no_completion_is_lost(session, steps, list(answered)),
        *no_timer_is_lost(session, steps, quiet_at),
        *tables_are_of_one_version(session, steps),
        *tasks_belong_to_one_team(session, authorities),
        *instances_stay_on_their_version(session),
        *incidents_stand_alone(session),
        *letters_to_people_stand_beside_their_cause(session),
        *states_load(session, steps),
    ]


def _breaches_that_stay(session: Session, authorities: Sequence[str]) -> list[str]:
    """Of rows that nobody changes or removes: what was once written wrongly, or twice, still is."""
    return [
        *no_task_is_completed_twice(session),
        *no_timer_is_fired_twice(session),
        *the_audit_verifies(session, authorities),
        *versions_keep_their_bytes(session),
        *letters_and_messages_go_out_once(session),
        *nothing_is_early(session),
    ]


Steps = dict[str, tuple[Row[Any], Step]]


def _steps(session: Session) -> Iterable[tuple[str, tuple[Row[Any], Step]]]:
    """What each open instance waits for, read from its state."""
    known: dict[tuple[str, str], EngineContext] = {}
    for instance in session.execute(
        select(*advance.INSTANCE_COLUMNS).where(ProcessInstance.status.in_(OPEN))
    ).all():
        if _is_readable(instance.state):
            yield instance.id, (instance, look(session, instance, known))


def look(session: Session, instance: Row[Any], known: dict[tuple[str, str], EngineContext]) -> Step:
    """What an instance waits for, read from its state. `known` is of the children that were asked about just now."""
    version = definitions.compiled(session, instance.version_id)
    whose = instance.authority_id, instance.child_id
    if whose not in known:
        known[whose] = surroundings.context_for(session, *whose)
    return runner.look(version, instance.state, known[whose])


def _is_readable(state: str) -> bool:
    # A test that damages a state on purpose leaves text that is no JSON; I11 looks at the rest.
    return state.startswith("{")


def no_completion_is_lost(session: Session, steps: Steps, answered: Sequence[str]) -> list[str]:
    """I1: what was answered as completed is in the audit, and its task is no longer ready in the state."""
    noted = set(session.scalars(select(AuditEntry.task_id).where(AuditEntry.kind == "task_completed")))
    rows = session.execute(select(UserTask.id, UserTask.instance_id, UserTask.ref, UserTask.state)).all()
    done = {row.id for row in rows if row.state == "completed"}
    problems = [
        f"I1 the answered completion of {task} is not in the audit" for task in answered if task not in noted
    ]
    problems += [f"I1 task {task} is completed in one table only" for task in sorted(noted ^ done)]
    ready = {(key, task.ref) for key, (_, step) in steps.items() for task in step.tasks}
    problems += [
        f"I1 task {row.id} is {row.state} and yet ready in the state"
        for row in rows
        if row.state != "open" and (row.instance_id, row.ref) in ready
    ]
    return problems


def no_task_is_completed_twice(session: Session) -> list[str]:
    """I2: one audit row for each completed task, one answer, one history row that was left once."""
    return _twice(session, "task_id", "task_completed", "I2")


def no_timer_is_fired_twice(session: Session) -> list[str]:
    """I3: one audit row for each timer, and one for each element of an instance at one due moment and visit."""
    problems = [
        *_twice(session, "timer_id", "timer_fired", "I3"),
        *_twice(session, "timer_id", "duty_overdue", "I3"),
    ]
    overdue = Counter(session.scalars(select(AuditEntry.task_id).where(AuditEntry.kind == "duty_overdue")))
    moved = set(session.scalars(select(AuditEntry.task_id).where(AuditEntry.kind == "deadline_moved")))
    problems += [
        f"I3 task {task} was marked overdue {n} times"
        for task, n in overdue.items()
        if n > 1 and task not in moved
    ]
    return problems


def _twice(session: Session, column: str, kind: str, name: str) -> list[str]:
    key = getattr(AuditEntry, column)
    query = (
        select(AuditEntry.authority_id, key, func.count())
        .where(AuditEntry.kind == kind, key.is_not(None))
        .group_by(AuditEntry.authority_id, key)
        .having(func.count() > 1)
    )
    return [f"{name} {kind} {row[2]} times for {row[1]}" for row in session.execute(query)]


def no_timer_is_lost(session: Session, steps: Steps, quiet_at: datetime | None) -> list[str]:
    """I4: the tables that mirror the states are what the states say, and nothing due was left lying."""
    problems: list[str] = []
    timers, tasks, due_times, watched, subscriptions = (
        _by_instance(session, query) for query in (_TIMERS, _TASKS, _DUE_TIMES, _WATCHED, _SUBSCRIPTIONS)
    )
    for key, (_, step) in steps.items():
        for what, wanted, found in (
            ("timers", {(t.ref, t.due_at) for t in step.timers}, timers),
            ("tasks", {(t.ref,) for t in step.tasks}, tasks),
            ("subscriptions", {(s.ref, s.name) for s in step.subscriptions}, subscriptions),
            ("due times", due_times.get(key, set()), watched),
        ):
            problems += _differences(key, what, wanted, found.get(key, set()))
    problems += _leftovers(session)
    if quiet_at is not None:
        problems += _still_due(session, quiet_at)
    return problems


def _differences(key: str, what: str, wanted: set[Any], found: set[Any]) -> list[str]:
    if wanted == found:
        return []
    return [
        f"I4 {what} of {key}: the state says {sorted(wanted - found)}, the table {sorted(found - wanted)}"
    ]


# One query each for all instances: asked of one after the other, they cost more than what is being tested.
_TIMERS = select(Timer.instance_id, Timer.ref, Timer.due_at).where(Timer.kind == "engine")
_WATCHED = select(Timer.instance_id, Timer.ref, Timer.due_at).where(Timer.kind == "overdue")
_TASKS = select(UserTask.instance_id, UserTask.ref).where(UserTask.state == "open")
_DUE_TIMES = select(UserTask.instance_id, UserTask.id, UserTask.due_at).where(
    UserTask.state == "open", UserTask.due_at.is_not(None), UserTask.overdue_at.is_(None)
)
_SUBSCRIPTIONS = select(Subscription.instance_id, Subscription.ref, Subscription.message)


def _by_instance(session: Session, query: Select[Any]) -> dict[str, set[Any]]:
    found: dict[str, set[Any]] = {}
    for key, *rest in session.execute(query):
        found.setdefault(key, set()).add(tuple(rest))
    return found


def _leftovers(session: Session) -> list[str]:
    """Timers, subscriptions and open tasks of instances that are over."""
    over = select(ProcessInstance.id).where(ProcessInstance.status.not_in(OPEN))
    found = [
        ("timer", session.scalars(select(Timer.id).where(Timer.instance_id.in_(over)))),
        ("subscription", session.scalars(select(Subscription.id).where(Subscription.instance_id.in_(over)))),
        (
            "task",
            session.scalars(
                select(UserTask.id).where(UserTask.instance_id.in_(over), UserTask.state == "open")
            ),
        ),
    ]
    return [
        f"I4 {what} {key} was left over by an instance that has ended" for what, keys in found for key in keys
    ]


def _still_due(session: Session, at: datetime) -> list[str]:
    running = (Timer.instance_id == ProcessInstance.id) & (ProcessInstance.status == "running")
    late = session.execute(
        select(Timer.id, Timer.element_id, Timer.due_at)
        .join(ProcessInstance, running)
        .where(Timer.due_at <= at)
    )
    queued = session.scalars(select(OutboxMessage.name).where(OutboxMessage.state == "queued"))
    return [
        *(f"I4 timer {row.id} at {row.element_id} was due at {row.due_at} and has not fired" for row in late),
        *(f"I4 message {name} was never delivered" for name in queued),
    ]


def tables_are_of_one_version(session: Session, steps: Steps) -> list[str]:
    """I5: the instance's version, audit tip and rows are those of its last step."""
    last = {
        row.stream: row
        for row in session.execute(
            select(
                AuditEntry.stream,
                func.max(AuditEntry.seq).label("seq"),
                func.max(AuditEntry.instance_version).label("version"),
            )
            .where(AuditEntry.instance_id.is_not(None))
            .group_by(AuditEntry.stream)
        )
    }
    hashes = {
        (row.stream, row.seq): row.hash
        for row in session.execute(select(AuditEntry.stream, AuditEntry.seq, AuditEntry.hash))
    }
    problems = []
    for row in session.execute(
        select(
            ProcessInstance.id, ProcessInstance.version, ProcessInstance.audit_seq, ProcessInstance.audit_hash
        )
    ):
        tip = last.get(row.id)
        if tip is None or (tip.version, tip.seq, hashes[row.id, tip.seq]) != (
            row.version,
            row.audit_seq,
            row.audit_hash,
        ):
            problems.append(f"I5 instance {row.id} is at version {row.version}, its audit at {tip}")
    return problems


def tasks_belong_to_one_team(session: Session, authorities: Iterable[str]) -> list[str]:
    """I6: an open task is in the queue of the one team that answers for its role; a stranger may do nothing."""
    teams = {
        (row.authority_id, row.role): row.team_id
        for row in session.execute(select(TeamRole.authority_id, TeamRole.role, TeamRole.team_id))
    }
    agencies = {
        (row.authority_id, row.id): row.agency
        for row in session.execute(select(Team.authority_id, Team.id, Team.agency))
    }
    people = tuple(person for key in authorities for person in viewers(session, key))
    problems = []
    for task in session.execute(
        select(
            UserTask.authority_id, UserTask.id, UserTask.role, UserTask.team_id, UserTask.assignee_id
        ).where(UserTask.state == "open")
    ):
        if task.team_id != teams.get((task.authority_id, task.role)):
            problems.append(f"I6 task {task.id} of {task.role} lies with {task.team_id}")
        agency = agencies.get((task.authority_id, task.team_id))
        thing = TaskThing(task.authority_id, task.role, task.team_id, task.assignee_id, agency)
        problems += [f"{sentence} task {task.id}" for sentence in _trespasses(people, thing)]
    return problems


@lru_cache(maxsize=2000)
def _trespasses(people: tuple[Viewer, ...], thing: TaskThing) -> list[str]:
    return [
        f"I6 {person.name} may {action}"
        for person in people
        for action in ("see_task", "complete", "claim")
        if _is_stranger(person, thing) and may(person, action, thing)
    ]


def _is_stranger(person: Viewer, task: TaskThing) -> bool:
    if person.authority_id != task.authority_id:
        return True
    is_tied = (
        person.person_id == task.assignee_id or task.team_id in person.team_ids or task.role in person.roles
    )
    return not (is_tied or person.is_admin or (person.is_manager and task.agency in person.agencies))


def the_audit_verifies(session: Session, authorities: Iterable[str]) -> list[str]:
    """I7: every chain of the audit is whole and without gaps."""
    return [f"I7 {problem}" for key in authorities for problem in broken_links(session, key)]


def versions_keep_their_bytes(session: Session) -> list[str]:
    """I8: each published version still has the content that its id is the hash of."""
    stored = session.execute(select(DefinitionVersion.id, DefinitionVersion.key, DefinitionVersion.bundle))
    return [
        f"I8 version {row.id} of {row.key} is not what was published"
        for row in stored
        if _id_of_content(row.bundle) != row.id
    ]


def instances_stay_on_their_version(session: Session) -> list[str]:
    """I8: a state is of the version that its instance is on; each pathway has one version that is current."""
    current = Counter(session.scalars(select(DefinitionVersion.key).where(DefinitionVersion.is_current)))
    problems = [f"I8 {key} has {n} current versions" for key, n in current.items() if n != 1]
    moved = session.execute(
        select(ProcessInstance.id, ProcessInstance.version_id, ProcessInstance.state).where(
            ProcessInstance.status.in_(OPEN)
        )
    )
    problems += [
        f"I8 instance {row.id} left its version"
        for row in moved
        if _is_readable(row.state) and json.loads(row.state)["version"] != row.version_id
    ]
    return problems


@lru_cache(maxsize=500)
def _id_of_content(bundle: str) -> str:
    canonical = json.dumps(json.loads(bundle), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def incidents_stand_alone(session: Session) -> list[str]:
    """I9: a suspended instance has an incident, or a manager's word, that says why; a running one has neither."""
    open_incidents = Counter(
        row.instance_id
        for row in session.execute(
            select(Incident.instance_id, Incident.command).where(Incident.resolved_at.is_(None))
        )
        if row.command.get("do") not in ("start", "migrate")
    )
    open_incidents.update(session.scalars(select(Suspension.instance_id)))
    problems = []
    for row in session.execute(select(ProcessInstance.id, ProcessInstance.status)):
        wanted = 1 if row.status == "suspended" else 0
        if open_incidents[row.id] != wanted and row.status in OPEN:
            problems.append(
                f"I9 instance {row.id} is {row.status} with {open_incidents[row.id]} open incidents"
            )
    return problems


def letters_and_messages_go_out_once(session: Session) -> list[str]:
    """I10: a letter is queued once for each reason; a message reaches each instance, and starts each pathway, once."""
    letters = (
        select(Notification.instance_id, Notification.reason, Notification.recipient, func.count())
        .group_by(
            Notification.authority_id,
            Notification.instance_id,
            Notification.reason,
            Notification.role,
            Notification.recipient,
        )
        .having(func.count() > 1)
    )
    problems = [
        f"I10 letter to {row.recipient} for {row.reason} was queued twice" for row in session.execute(letters)
    ]
    received = (
        select(AuditEntry.message_id, AuditEntry.instance_id, func.count())
        .where(AuditEntry.kind == "message_received")
        .group_by(AuditEntry.message_id, AuditEntry.instance_id)
        .having(func.count() > 1)
    )
    problems += [f"I10 message {row[0]} reached {row[1]} {row[2]} times" for row in session.execute(received)]
    begun = Counter(
        (row.message_id, row.definition_key)
        for row in session.execute(
            select(AuditEntry.message_id, ProcessInstance.definition_key)
            .join(ProcessInstance, ProcessInstance.id == AuditEntry.instance_id)
            .where(AuditEntry.kind == "instance_started", AuditEntry.message_id.is_not(None))
        )
    )
    problems += [f"I10 message {key[0]} started {key[1]} {n} times" for key, n in begun.items() if n > 1]
    return problems


def letters_to_people_stand_beside_their_cause(session: Session) -> list[str]:
    """I13: a task that is marked overdue has its letter, a person has one of each kind and occasion, and a letter
    that was counted or taken along says in which."""
    silent = session.scalars(
        select(UserTask.id).where(
            UserTask.overdue_at.is_not(None),
            UserTask.assignee_id.is_not(None) | UserTask.team_id.is_not(None),
            ~exists().where(
                Letter.authority_id == UserTask.authority_id,
                Letter.task_id == UserTask.id,
                Letter.kind == "overdue",
            ),
        )
    )
    problems = [f"I13 task {task_id} is overdue and nobody was written to" for task_id in silent]
    twice = (
        select(Letter.person_id, Letter.kind, Letter.occasion)
        .where(Letter.person_id.is_not(None))
        .group_by(Letter.authority_id, Letter.person_id, Letter.kind, Letter.occasion)
        .having(func.count() > 1)
    )
    problems += [f"I13 {row.kind} for {row.occasion} was written twice" for row in session.execute(twice)]
    adrift = select(Letter.id).where(Letter.state == "in_digest", Letter.digest_id.is_(None))
    return problems + [f"I13 letter {own} is in no digest" for own in session.scalars(adrift)]


def states_load(session: Session, steps: Steps) -> list[str]:
    """I11: every stored state, of whatever version, can be read by this release. Those of `steps` have been read."""
    problems = []
    known: dict[tuple[str, str], EngineContext] = {}
    for row in session.execute(select(*advance.INSTANCE_COLUMNS)).all():
        if not _is_readable(row.state):
            if row.status != "suspended":
                problems.append(f"I11 the state of {row.id} is no state")
            continue
        version: CompiledVersion = definitions.compiled(session, row.version_id)
        assert version.key == row.definition_key
        if row.id not in steps:
            look(session, row, known)
    return problems


def nothing_is_early(session: Session) -> list[str]:
    """I12: no timer was fired, and no task marked overdue, before its due moment."""
    fired = session.execute(
        select(AuditEntry.at, AuditEntry.facts).where(AuditEntry.kind.in_(("timer_fired", "duty_overdue")))
    )
    return [
        f"I12 {row.facts['element']} was fired at {row.at}, due at {row.facts['due_at']}"
        for row in fired
        if row.at < datetime.fromisoformat(row.facts["due_at"])
    ]
