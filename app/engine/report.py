"""What a Step says of an instance: who can do what, what waits, and what has changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.events.end_event import EndEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent, EventBasedGateway
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.util.task import TaskState

from app.domain.clock import LONDON
from app.domain.deadlines import Deadline
from app.domain.errors import EngineFailure, ExpressionRefused, ThroughcareError
from app.engine import events
from app.engine.contracts import Element, HistoryRow, ReadyTask, WaitingMessage, WaitingTimer
from app.engine.functions import DeadlineText
from app.engine.machine import BEGUN, Pathway
from app.engine.moments import after, as_moment, is_duration, is_moment

_FINISHED = {TaskState.COMPLETED: "completed", TaskState.CANCELLED: "cancelled"}


def ready_tasks(pathway: Pathway) -> tuple[ReadyTask, ...]:
    """Every task that a person can do now, with its due time and who it is for."""
    return tuple(
        ReadyTask(task.id, task.task_spec.element, due_of(pathway, task), _assign(pathway, task))
        for task in open_tasks(pathway)
    )


def open_tasks(pathway: Pathway) -> list[Any]:
    """The machine's own tasks that wait for a person."""
    return [
        task
        for task in pathway.all_tasks()
        if task._state == TaskState.READY and task.task_spec.manual and task.task_spec.element is not None
    ]


def waiting_events(pathway: Pathway) -> Iterator[tuple[Any, Any, Any]]:
    """(waiting task, task that the ref belongs to, event) for each timer and message that is waited for.

    At an event-based gateway the gateway's task waits, and each of its ways out has its own ref.
    """
    for task in pathway.all_tasks():
        if task._state != TaskState.WAITING:
            continue
        event: Any = getattr(task.task_spec, "event_definition", None)
        if isinstance(task.task_spec, EventBasedGateway):
            ways = {way.task_spec.name: way for way in task.children}
            for output, inner in zip(task.task_spec.outputs, event.event_definitions, strict=True):
                if inner is not None and output.name in ways:
                    yield task, ways[output.name], inner
        elif isinstance(event, events.OwnEvent):
            yield task, task, event


def waiting_timers(pathway: Pathway) -> tuple[WaitingTimer, ...]:
    """Every timer that has not fired."""
    found = []
    for task, way, event in waiting_events(pathway):
        if isinstance(event, events.Timer):
            due_at = datetime.fromisoformat(task.internal_data["due"][event.element_id])
            found.append(WaitingTimer(way.id, event.element_id, event.name, due_at))
    return tuple(found)


def subscriptions(pathway: Pathway) -> tuple[WaitingMessage, ...]:
    """Every place that waits for a message."""
    return tuple(
        WaitingMessage(way.id, event.element_id, event.name)
        for _, way, event in waiting_events(pathway)
        if isinstance(event, events.Message)
    )


def history(pathway: Pathway) -> tuple[tuple[HistoryRow, ...], tuple[str, ...]]:
    """What the step changed at drawn elements, in the order in which it was entered; and the end events reached."""
    rows: dict[str, HistoryRow] = {}
    ends: list[str] = []
    for task, before, after_ in pathway.changes:
        element: Element = task.task_spec.element
        row = rows.get(task.id)
        entered = (row is not None and row.entered) or _enters(task, before, after_)
        left = _FINISHED.get(after_)
        known = before & BEGUN and not _is_quiet(task)
        if left == "cancelled" and not (known or row is not None):
            continue
        if row is None and not entered and not (known and left):
            continue
        rows[task.id] = HistoryRow(task.id, element.id, element.type, bool(entered), left)  # type: ignore[arg-type]
        if left == "completed" and isinstance(task.task_spec, EndEvent) and task.workflow is pathway:
            ends.append(element.id)
    return tuple(rows.values()), tuple(ends)


def sentence(error: Exception, element: Element | None) -> str:
    """An exception from inside the machine, in words."""
    where = f"“{element.name or element.id}”" if element else "the pathway"
    if isinstance(error, ThroughcareError):
        return error.sentence
    if isinstance(error, WorkflowException) and "No conditions satisfied" in str(error):
        return f"No way out of {where} fits: none of its conditions holds and it has no default flow."
    return f"The engine could not go on at {where}: {str(error) or type(error).__name__}."[:500]


def _enters(task: Any, before: int, after_: int) -> bool:
    if _is_quiet(task):
        return after_ == TaskState.COMPLETED
    return bool(after_ & BEGUN) and not before & BEGUN


def _is_quiet(task: Any) -> bool:
    # A boundary event that only waits, and an arrival at a join, are no news until they happen.
    return isinstance(task.task_spec, BoundaryEvent | UnstructuredJoin)


def due_of(pathway: Pathway, task: Any) -> Deadline | None:
    """When an open task is due; None when its element does not say."""
    text = task.task_spec.element.due
    if not text:
        return None
    engine = pathway.script_engine
    pathway.at = task.task_spec.element.id
    value = text if is_duration(text) or is_moment(text) else engine.evaluate_at_entry(task, text)
    entered = engine.entered_at(task)
    if value is None or value == "":
        return None
    if isinstance(value, DeadlineText):
        return value.deadline
    if isinstance(value, timedelta):
        moment = entered + value
    elif isinstance(value, str) and is_duration(value):
        moment = after(value, entered)
    elif isinstance(value, str | date):
        moment = as_moment(value, day_ends=True)
    else:
        raise ExpressionRefused("The due time is neither a date, a time nor a length of time.")
    local = moment.astimezone(LONDON)
    return Deadline.plain(
        moment, f"Due on {local:%A} {local.day} {local:%B %Y} at {local:%H:%M}, as the pathway says."
    )


def _assign(pathway: Pathway, task: Any) -> str | None:
    text = task.task_spec.element.assign
    if not text:
        return None
    value = pathway.script_engine.evaluate_at_entry(task, text)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise EngineFailure(
            task.task_spec.element.id, "The property “assign” does not give the id of a person."
        )
    return str(value)
