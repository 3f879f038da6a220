"""Small pathways of our own that count, race and break on purpose; and what is needed to put children on them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.domain.access import Viewer
from app.domain.clock import now
from app.engine.contracts import Bundle
from app.services import (
    accounts,
    children,
    choices,
    definitions,
    facts,
    instances,
    messages_out,
    signing,
    simulated_answers,
    tasks,
)
from app.store.db import reading, transaction
from app.store.instances import ProcessInstance
from app.store.people import Person, viewers
from app.store.tasks import UserTask
from app.store.ties import tie
from tests.engine import diagrams as d

AUTHORITY = "wandsworth"
COUNTDOWN = "countdown"
RACE = "race"
POISON = "poison"
LISTENER = "listener"
LOOP = "endless_loop"
RELAY = "relay"
SCRIBBLER = "scribbler"


def bundle(key: str, xml: str) -> Bundle:
    """One file as a definition version of its own."""
    return Bundle(key, {f"{key}.bpmn": xml})


def countdown() -> Bundle:
    """A timer of one hour, a count of its firings, then a task: a firing that happened twice would read 2."""
    return bundle(
        COUNTDOWN,
        d.diagram(
            d.start(),
            d.catch("hour", d.timer("PT1H")),
            d.script("count", "fired = fired + 1"),
            d.task("look", due="P1D"),
            d.end(),
            d.flows("start > hour > count > look > end"),
            key=COUNTDOWN,
        ),
    )


def race() -> Bundle:
    """A task that a timer takes away after an hour: a person or the timer, never both."""
    return bundle(
        RACE,
        d.diagram(
            d.start(),
            d.task("answer"),
            d.boundary("too_late", "answer", d.timer("PT1H")),
            d.script("by_person", "persons = persons + 1"),
            d.script("by_timer", "timers = timers + 1"),
            d.task("afterwards"),
            d.gateway("either"),
            d.end(),
            d.flows(
                "start > answer > by_person > either; too_late > by_timer > either; either > afterwards > end"
            ),
            key=RACE,
        ),
    )


def poison() -> Bundle:
    """After an hour, or after its task, it divides by a fact of the child: zero stops it, another value mends it."""
    return bundle(
        POISON,
        d.diagram(
            d.start(),
            d.gateway("fork", "parallel"),
            d.catch("hour", d.timer("PT1H")),
            d.script("divide", 'share = 10 / fact("divisor", 0)'),
            d.task("told"),
            d.task("ask"),
            d.script("divide_too", 'part = 10 / fact("divisor", 0)'),
            d.end("end_ask"),
            d.catch("hear", d.message("word", variable="heard")),
            d.script("divide_word", 'heard_share = heard["number"] / fact("divisor", 0)'),
            d.end("end_hear"),
            d.end(),
            d.flows(
                "start > fork; fork > hour > divide > told > end; fork > ask > divide_too > end_ask; "
                "fork > hear > divide_word > end_hear"
            ),
            key=POISON,
            messages=("word",),
        ),
    )


def listener() -> Bundle:
    """It waits for a word, counts it, and waits again."""
    return bundle(
        LISTENER,
        d.diagram(
            d.start(),
            d.gateway("again"),
            d.catch("hear", d.message("word", variable="heard")),
            d.script("count", "words = words + 1"),
            d.flows("start > again > hear > count > again"),
            key=LISTENER,
            messages=("word",),
        ),
    )


def relay() -> Bundle:
    """A task whose completion sends a word to the child's other pathways in the same tree."""
    return bundle(
        RELAY,
        d.diagram(
            d.start(),
            d.task("speak"),
            d.throw("say", d.message("word", payload="{'number': 1}")),
            d.task("rest"),
            d.end(),
            d.flows("start > speak > say > rest > end"),
            key=RELAY,
            messages=("word",),
        ),
    )


def scribbler() -> Bundle:
    """It hears a word and records a status from a moment that is none: the step fails while it is written down."""
    return bundle(
        SCRIBBLER,
        d.diagram(
            d.start(),
            d.catch("hear", d.message("word", variable="heard")),
            d.service("record", "record_status", status="'remanded'", from_at="fact('moment', 'never')"),
            d.task("rest"),
            d.end(),
            d.flows("start > hear > record > rest > end"),
            key=SCRIBBLER,
            messages=("word",),
        ),
    )


def endless_loop() -> Bundle:
    """After its task it goes round for ever."""
    return bundle(
        LOOP,
        d.diagram(
            d.start(),
            d.task("begin"),
            d.gateway("round"),
            d.script("turn", "turns = turns + 1"),
            d.flows("start > begin > round > turn > round"),
            key=LOOP,
        ),
    )


STARTS: Mapping[str, dict[str, Any]] = {
    COUNTDOWN: {"fired": 0},
    RACE: {"persons": 0, "timers": 0},
    LISTENER: {"words": 0},
    LOOP: {"turns": 0},
}


def publish(*bundles: Bundle) -> None:
    """Make our own pathways current, unchecked: some of them would never be let in."""
    for one in bundles:
        definitions.make_current(one, note="For a test")


def viewer(given_name: str = "dora", authority_id: str = AUTHORITY) -> Viewer:
    """One of the demo's people."""
    with reading() as session:
        person_id = session.scalar(
            select(Person.id).where(
                Person.authority_id == authority_id, Person.username == f"{given_name}@{authority_id}.example"
            )
        )
    assert person_id is not None
    found = accounts.viewer_of(authority_id, person_id)
    assert found is not None
    return found


def child(given_name: str = "Alex", *, authority_id: str = AUTHORITY) -> str:
    """A new child whom both services know, with Sam as social worker and Casey as case manager; the id."""
    workers = {
        "social_worker": viewer("sam", authority_id),
        "yjs_case_manager": viewer("casey", authority_id),
    }
    with transaction() as session:
        child_id = children.add(
            session,
            authority_id,
            given_name=given_name,
            family_name="Testing",
            date_of_birth=date(2010, 5, 14),
            identifiers={},
            person_id=None,
        )
        tie(session, authority_id, child_id, ("yjs", "csc"))
        for role, worker in workers.items():
            children.allocate(session, authority_id, child_id, role, worker.person_id, by=None)
    return child_id


def begin(pathway: str, child_id: str, *, submission: str | None = None) -> str:
    """Start one of our own pathways for a child; the instance's id."""
    return instances.start(viewer(), pathway, child_id, STARTS.get(pathway, {}), submission=submission)


def remand(child_id: str, *, ordered_at: datetime | None = None, submission: str | None = None) -> str:
    """Start a real remand for a child, ordered five minutes ago unless said otherwise; the instance's id."""
    dora = viewer()
    form = instances.start_form(dora, "remand_yda")
    answers = simulated_answers.for_start(form, {}, ordered_at or now() - timedelta(minutes=5))
    return instances.start(dora, "remand_yda", child_id, answers, submission=submission)


def fact(child_id: str, name: str, value: Any) -> None:
    """From now on this is known of the child."""
    with transaction() as session:
        facts.record(session, AUTHORITY, child_id, {name: value}, person_id=None, task_id=None)


def say(name: str, child_id: str, number: int = 1) -> None:
    """Queue a word to everything of a child."""
    with transaction() as session:
        messages_out.queue_for_child(
            session, authority_id=AUTHORITY, child_id=child_id, name=name, payload={"number": number}
        )


def status_of(instance_id: str) -> str:
    """Whether an instance runs, is suspended, has ended."""
    with reading() as session:
        return str(session.scalar(select(ProcessInstance.status).where(ProcessInstance.id == instance_id)))


def variable(instance_id: str, name: str) -> Any:
    """One of an instance's own variables."""
    with reading() as session:
        state = session.scalar(select(ProcessInstance.state).where(ProcessInstance.id == instance_id))
    return json.loads(state or "{}")["variables"].get(name)


def in_tree(root_id: str, definition_key: str) -> list[str]:
    """The instances of a pathway that belong to a root, in the order in which they were started."""
    with reading() as session:
        query = select(ProcessInstance.id).where(
            ProcessInstance.root_id == root_id, ProcessInstance.definition_key == definition_key
        )
        return list(session.scalars(query.order_by(ProcessInstance.id)))


def open_tasks(*, element_id: str | None = None, instance_id: str | None = None) -> list[str]:
    """The ids of open tasks, in the order in which they were made."""
    query = select(UserTask.id).where(UserTask.state == "open").order_by(UserTask.id)
    if element_id is not None:
        query = query.where(UserTask.element_id == element_id)
    if instance_id is not None:
        query = query.where(UserTask.instance_id == instance_id)
    with reading() as session:
        return list(session.scalars(query))


def one_task(element_id: str, instance_id: str | None = None) -> str:
    """The id of the one open task of an element."""
    (task_id,) = open_tasks(element_id=element_id, instance_id=instance_id)
    return task_id


def answers_for(task_id: str, authority_id: str = AUTHORITY) -> dict[str, Any]:
    """The simplest answers that a task's form accepts."""
    with reading() as session:
        task = tasks.row(session, authority_id, task_id)
        version_id = session.scalar(
            select(ProcessInstance.version_id).where(ProcessInstance.id == task.instance_id)
        )
        form = definitions.form(session, version_id, task.form)
        if form is None:
            return {}
        form = choices.offered(session, authority_id, form)
        return simulated_answers.for_task(form, {}, session, authority_id, task.child_id)


def somebody_for(task_id: str, authority_id: str = AUTHORITY) -> Viewer:
    """A person who may complete the task: its assignee, else somebody of its team."""
    with reading() as session:
        task = tasks.row(session, authority_id, task_id)
        people = viewers(session, authority_id)
    by_id = {person.person_id: person for person in people}
    if task.assignee_id in by_id:
        return by_id[task.assignee_id]
    return next(person for person in people if task.team_id in person.team_ids or task.role in person.roles)


def complete(task_id: str, *, submission: str | None = None) -> None:
    """Complete a task with the simplest answers, by somebody who may; and sign it off where somebody has to."""
    if not _waits(task_id):
        tasks.complete(somebody_for(task_id), task_id, answers_for(task_id), submission=submission)
    if _waits(task_id):
        signing.approve(somebody_for(task_id), task_id, submission=submission and f"{submission}-signed")


def _waits(task_id: str) -> bool:
    with reading() as session:
        return tasks.row(session, AUTHORITY, task_id).author_id is not None
