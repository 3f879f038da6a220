"""An instance as text and back. The drawing is not in it, only the id of the version that it runs on.

Each task is a short row: [index of its parent, name of its spec, state, tick, id, internal values]. Tasks that are
only predicted have no id, because nobody outside can know them. The order of the rows is the order of the tree, so
the text must be stored as text (JSONB would keep it too, as rows are lists, but not the order of variables).
"""

from __future__ import annotations

import json
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import EventBasedGateway
from SpiffWorkflow.util.task import TaskState

from app.domain.errors import EngineFailure
from app.engine.machine import Pathway, SubPathway, Task

FORMAT = 1
_UNREACHED = TaskState.PREDICTED_MASK | TaskState.FUTURE


def save(pathway: Pathway) -> str:
    """The state as ASCII text. Raises EngineFailure when it holds what JSON cannot."""
    content = {
        "format": FORMAT,
        "version": pathway.version_id,
        "tick": pathway.tick,
        **_workflow_out(pathway, pathway),
    }
    return json.dumps(content, separators=(",", ":"), allow_nan=False)


def load(text: str, version_id: str, spec: Any, subprocess_specs: dict[str, Any], engine: Any) -> Pathway:
    """The instance again. Raises EngineFailure for text that was not saved on this version."""
    try:
        content = json.loads(text)
        if content["format"] != FORMAT:
            raise EngineFailure(
                None, "The state was saved by another release and cannot be read by this one."
            )
        if content["version"] != version_id:
            raise EngineFailure(None, "The state belongs to another version of the pathway.")
        pathway = Pathway(version_id, spec, subprocess_specs, engine)
        pathway.tick = content["tick"]
        _workflow_in(content, pathway, pathway)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise EngineFailure(
            None, f"The state of the instance cannot be read ({type(error).__name__})."
        ) from error
    return pathway


def _workflow_out(workflow: Any, pathway: Pathway) -> dict[str, Any]:
    rows: list[list[Any]] = []
    subs: dict[str, Any] = {}
    stack: list[tuple[Any, int]] = [(workflow.task_tree, -1)]
    while stack:
        task, parent = stack.pop()
        index = len(rows)
        rows.append(_row(task, parent))
        sub = pathway.subprocesses.get(task.id)
        if sub is not None:
            subs[str(index)] = _workflow_out(sub, pathway)
        stack.extend((child, index) for child in reversed(task.children))
    content: dict[str, Any] = {"variables": workflow.data, "ended": workflow.completed, "tasks": rows}
    if subs:
        content["subs"] = subs
    return content


def _row(task: Any, parent: int) -> list[Any]:
    name, state = task.task_spec.name, task._state
    if state & _UNREACHED and not _is_way_out(task):
        return [parent, name, state]
    row = [parent, name, state, task.last_state_change, task.id]
    if task.internal_data and state & TaskState.NOT_FINISHED_MASK:
        row.append(task.internal_data)
    return row


def _is_way_out(task: Any) -> bool:
    # The ways out of a waiting event-based gateway are what timers and subscriptions refer to.
    parent = task.parent
    return parent is not None and isinstance(parent.task_spec, EventBasedGateway)


def _workflow_in(content: dict[str, Any], workflow: Any, pathway: Pathway) -> None:
    workflow.data = content["variables"]
    workflow.completed = content["ended"]
    tasks: list[Any] = []
    for row in content["tasks"]:
        parent = tasks[row[0]] if row[0] >= 0 else None
        spec = workflow.spec.task_specs[row[1]]
        task = Task(workflow, spec, parent, state=row[2], ref=row[4] if len(row) > 4 else None)
        if len(row) > 3:
            task.last_state_change = row[3]
        if len(row) > 5:
            task.internal_data = row[5]
        if row[2] == TaskState.WAITING and isinstance(spec, CatchingEvent):
            pathway.event_manager.add_task(task)
        tasks.append(task)
    workflow.task_tree = tasks[0]
    for index, inner in content.get("subs", {}).items():
        task = tasks[int(index)]
        sub = SubPathway(pathway.subprocess_specs[task.task_spec.spec], task.id, pathway)
        pathway.subprocesses[task.id] = sub
        sub.completed_event.connect(task.task_spec._on_subworkflow_completed, task)
        _workflow_in(inner, sub, pathway)
