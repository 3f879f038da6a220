"""What can be done to a running instance: begin it, complete a task, fire a timer, deliver a message.

Each command runs on until every branch has to wait. They raise StaleTask for what is no longer there, and let any
other mistake through to the runner, which makes an EngineFailure of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import EventBasedGateway
from SpiffWorkflow.bpmn.specs.mixins.events.start_event import StartEvent
from SpiffWorkflow.bpmn.util.event import BpmnEvent
from SpiffWorkflow.util.task import TaskState

from app.domain.errors import EngineFailure, StaleTask
from app.engine import events, report
from app.engine.jsonable import as_json
from app.engine.machine import Pathway

STEP_BUDGET = 1000
_GONE = "This task is no longer open: it has been done, withdrawn or overtaken by an event."
_FIRED = "This timer no longer waits: it has fired, or what it belonged to is over."


def begin(pathway: Pathway, variables: Mapping[str, Any], message_payload: Mapping[str, Any] | None) -> None:
    """Plant the instance and let its start event happen."""
    pathway.data.update(_clean(variables))
    pathway.data.update(_clean(message_payload or {}))
    pathway.plant()
    run_ready(pathway)
    for task in list(pathway.tasks.values()):
        if isinstance(task.task_spec, StartEvent) and task._state == TaskState.WAITING:
            event = task.task_spec.event_definition
            if isinstance(event, events.OwnEvent):
                _catch(pathway, task, event, None if message_payload is None else _clean(message_payload))


def complete(pathway: Pathway, ref: str, values: Mapping[str, Any]) -> None:
    """A person has done the task `ref`."""
    task = pathway.find(ref)
    if task is None or task._state != TaskState.READY or not task.task_spec.manual:
        raise StaleTask(_GONE)
    element = task.task_spec.element
    pathway.at = element.id
    if element.copy:
        kept = {name: values.get(name) for name in element.copy}
        pathway.script_engine.scope(task)[element.id] = _clean(kept)
    task.run()
    run_ready(pathway)


def fire(pathway: Pathway, ref: str) -> None:
    """The timer `ref`, and no other, is due."""
    task, event = _waiting(pathway, ref, events.Timer)
    _catch(pathway, task, event, None)


def deliver(pathway: Pathway, refs: Sequence[str], message: str, payload: Mapping[str, Any]) -> None:
    """The message reaches the subscriptions `refs`, one after the other."""
    reached = 0
    for ref in refs:
        try:
            task, event = _waiting(pathway, ref, events.Message, message)
        except StaleTask:
            continue
        _catch(pathway, task, event, _clean(payload))
        reached += 1
    if not reached:
        raise StaleTask(f"Nothing waits for the message {message} any more.")


def recompute(pathway: Pathway) -> None:
    """Work out again when the waiting timers are due, where a rule of the profile says so."""
    for task, _, event in report.waiting_events(pathway):
        if isinstance(event, events.Timer):
            pathway.at = event.element_id
            event.recompute(task)


def run_ready(pathway: Pathway) -> None:
    """Run on until every branch has to wait. Raises EngineFailure where one never does."""
    while pathway.ready:
        task = pathway.ready.popleft()
        if task._state != TaskState.READY or task.id not in task.workflow.tasks:
            continue
        element = task.task_spec.element
        if element is not None:
            pathway.at = element.id
        pathway.steps += 1
        if pathway.steps > STEP_BUDGET:
            raise EngineFailure(
                pathway.at,
                f"The pathway took {STEP_BUDGET} steps without stopping: it has a loop that never waits.",
            )
        task.run()


def _waiting(
    pathway: Pathway, ref: str, kind: type[events.OwnEvent], name: str | None = None
) -> tuple[Any, Any]:
    for task, way, event in report.waiting_events(pathway):
        if way.id == ref and isinstance(event, kind) and (name is None or event.name == name):
            return task, event
    raise StaleTask(_FIRED)


def _catch(pathway: Pathway, task: Any, event: Any, payload: Mapping[str, Any] | None) -> None:
    pathway.at = event.element_id
    if isinstance(task.task_spec, EventBasedGateway):
        # The gateway itself gives the event to the way out that it belongs to.
        task.internal_data["seen_events"] = [BpmnEvent(event, payload=payload)]
    else:
        event.catch(task, BpmnEvent(event, payload=payload))
    task.task_spec._update(task)
    run_ready(pathway)


def _clean(values: Mapping[str, Any]) -> dict[str, Any]:
    cleaned: dict[str, Any] = as_json(values)
    return cleaned
