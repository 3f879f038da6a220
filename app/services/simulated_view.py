"""What stands in a simulation at a moment: open tasks, what it waits for, which elements and lines it has reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.domain.errors import BadInput
from app.domain.forms import Form
from app.engine import catalogue
from app.engine.contracts import Bundle
from app.engine.findings import called
from app.engine.shapes import Scope
from app.engine.words import as_sentence, kind_in_words
from app.services import definitions, reference, simulated_answers, simulation
from app.services.simulation import Running
from app.store.db import reading
from app.store.instances import ProcessInstance, TaskHistory
from app.store.outbox import Subscription
from app.store.tasks import UserTask


@dataclass(frozen=True)
class OpenTask:
    """A task that waits for a person: the `nth` of its element in this simulation, counted from 1."""

    id: str
    element: str
    nth: int
    name: str
    role: str
    pathway: str
    created_at: datetime
    due_at: datetime | None
    why: str
    version_id: str
    form_key: str | None
    form: Form | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Stand:
    """Where a simulation stands. `next_at` is when something happens by itself; None when nothing does.

    `accepts` are the messages that a person can send, with their forms. `done` and `active` are elements of the
    pathway itself; `reached` is every node and flow of its drawings that was reached so far.
    """

    now: datetime
    next_at: datetime | None
    tasks: tuple[OpenTask, ...]
    accepts: tuple[tuple[str, Form], ...]
    done: tuple[str, ...]
    active: tuple[str, ...]
    reached: frozenset[str]
    has_ended: bool


def open_tasks(running: Running) -> list[OpenTask]:
    """Every open task, the oldest first, without forms."""
    task, instance = UserTask, ProcessInstance
    query = (
        select(task, instance.version_id, instance.name.label("pathway"), instance.status)
        .join(
            instance,
            (instance.authority_id == task.authority_id) & (instance.id == task.instance_id),
        )
        .order_by(task.id)
    )
    counted: dict[str, int] = {}
    found = []
    roles = reference.roles()
    with reading() as session:
        for row, version_id, pathway, status in session.execute(query):
            nth = counted[row.element_id] = counted.get(row.element_id, 0) + 1
            if row.state != "open" or status != "running":
                continue
            found.append(
                OpenTask(
                    id=row.id,
                    element=row.element_id,
                    nth=nth,
                    name=row.name,
                    role=roles.name_of(row.role),
                    pathway=pathway,
                    created_at=row.created_at,
                    due_at=row.due_at,
                    why=(row.due or {}).get("explanation", ""),
                    version_id=version_id,
                    form_key=row.form,
                )
            )
    return found


def waiting_tasks(running: Running) -> list[OpenTask]:
    """The open tasks whose answers are not given: somebody has to decide."""
    return [task for task in open_tasks(running) if task.element not in running.scenario.tasks]


def stand(running: Running, bundle: Bundle) -> Stand:
    """Where the simulation stands now."""
    tasks = open_tasks(running)
    with reading() as session:
        root = session.get_one(ProcessInstance, (running.authority_id, running.root_id))
        rows = session.execute(
            select(TaskHistory, ProcessInstance.id)
            .join(
                ProcessInstance,
                (ProcessInstance.authority_id == TaskHistory.authority_id)
                & (ProcessInstance.id == TaskHistory.instance_id),
            )
            .where(ProcessInstance.version_id == root.version_id)
        ).all()
        history = [row for row, _ in rows]
        full = tuple(_with_form(session, running, task) for task in tasks)
        accepts = _accepts(session, running)
    done = {row.element_id for row in history if row.how == "completed"}
    active = {row.element_id for row in history if row.left_at is None}
    return Stand(
        now=running.clock.now(),
        next_at=simulation.coming(running),
        tasks=tuple(sorted(full, key=lambda task: (task.due_at is None, task.due_at or task.created_at))),
        accepts=accepts,
        done=tuple(sorted(done)),
        active=tuple(sorted(active)),
        reached=_reached(bundle, history),
        has_ended=root.status not in ("running", "suspended"),
    )


@dataclass(frozen=True)
class Part:
    """A node or a flow of a drawing as people call it; `kind` is what a node is, and "" for a flow."""

    name: str
    kind: str = ""

    @property
    def is_line(self) -> bool:
        """Whether it is a flow."""
        return not self.kind


def every_part(bundle: Bundle) -> dict[str, Part]:
    """Every node and flow of the drawings of a bundle, by id: the nodes of a scope before its flows."""
    parts: dict[str, Part] = {}
    for scope in _scopes(bundle):
        parts |= {
            node.id: Part(as_sentence(called(node)), kind_in_words(node.type))
            for node in scope.nodes.values()
        }
        for flow in scope.flows:
            ends = [parts[end].name if end in parts else end for end in (flow.source, flow.target)]
            parts[flow.id] = Part(f"{ends[0]} → {ends[1]}" + (f" ({flow.name})" if flow.name else ""))
    return parts


def _scopes(bundle: Bundle) -> list[Scope]:
    return [
        scope
        for text in bundle.files.values()
        for process in catalogue.drawn(text).processes
        for scope in process.all_scopes()
    ]


def _reached(bundle: Bundle, history: list[TaskHistory]) -> frozenset[str]:
    """Nodes that were entered, and flows that were taken.

    The engine keeps no trace of flows. One was taken when its source was completed and nothing else leads on, when
    its target was entered and nothing else leads there, or when both happened at one moment.
    """
    entered = {row.element_id for row in history}
    left = {row.element_id for row in history if row.how == "completed"}
    at = {(row.instance_id, row.element_id, row.entered_at) for row in history}
    gone = [(row.instance_id, row.element_id, row.left_at) for row in history if row.how == "completed"]
    found = set(entered)
    for scope in _scopes(bundle):
        out: dict[str, int] = {}
        into: dict[str, int] = {}
        for flow in scope.flows:
            out[flow.source] = out.get(flow.source, 0) + 1
            into[flow.target] = into.get(flow.target, 0) + 1
        for flow in scope.flows:
            if flow.source not in left:
                continue
            if (
                out[flow.source] == 1
                or (into[flow.target] == 1 and flow.target in entered)
                or any(
                    (instance, flow.target, moment) in at
                    for instance, source, moment in gone
                    if source == flow.source
                )
            ):
                found.add(flow.id)
    return frozenset(found)


def _with_form(session: Any, running: Running, task: OpenTask) -> OpenTask:
    form = definitions.form(session, task.version_id, task.form_key)
    given = running.scenario.tasks.get(task.element, {})
    try:
        answers = simulated_answers.for_task(form, given, session, running.authority_id, running.child_id)
    except BadInput:
        answers = dict(given)  # the person who leads puts it right
    return OpenTask(**{**task.__dict__, "form": form, "answers": answers})


def _accepts(session: Any, running: Running) -> tuple[tuple[str, Form], ...]:
    waits = session.execute(
        select(Subscription.message, ProcessInstance.version_id)
        .join(
            ProcessInstance,
            (ProcessInstance.authority_id == Subscription.authority_id)
            & (ProcessInstance.id == Subscription.instance_id),
        )
        .where(ProcessInstance.status == "running")
        .distinct()
        .order_by(Subscription.message)
    )
    forms = {row.message: definitions.message_form(session, row.version_id, row.message) for row in waits}
    return tuple((name, form) for name, form in forms.items() if form is not None)
