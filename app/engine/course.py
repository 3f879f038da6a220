"""Changing the course of a running instance: back to an earlier task, or on past something that it waits for.

Going back takes away what came of the task (every token that it can reach) and opens it again, one token for one. Where
that would leave a join waiting for ever or bring two tokens to one place, it is refused with a sentence that says why.
Variables stay as they are: the task is done again and answers anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit, _EndJoin
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.util.task import TaskState

from app.domain.errors import PathwayCannotMove
from app.engine import commands, events, report
from app.engine.contracts import CompiledVersion, Element
from app.engine.machine import Pathway, Task
from app.engine.transplant import starved

_UNREACHED = TaskState.PREDICTED_MASK | TaskState.FUTURE
_UNFINISHED = TaskState.NOT_FINISHED_MASK
HAPPENING = frozenset({"serviceTask", "sendTask", "intermediateThrowEvent", "endEvent"})
"""Elements that do something outside the instance when a token comes by them."""


@dataclass(frozen=True)
class Wait:
    """Something in the way of the instance that it waits for; `refusal` says why one cannot go on without it.

    `kind` is timer or message. What waits beside a step, at its border, is none: it ends with the step.
    """

    ref: str
    element: Element
    kind: str
    message: str
    refusal: str


def go_back(pathway: Pathway, element_id: str) -> None:
    """Open the task `element_id` again, and take away all that came of it. Raises PathwayCannotMove."""
    workflow, spec = _place(pathway, element_id)
    entry = next((one for one in spec.inputs if isinstance(one, BoundaryEventSplit)), spec)
    came_of_it = _ahead([entry])
    gone, kept = _parted(workflow, came_of_it, {spec, entry})
    _refuse_two_tokens(spec, entry, kept)
    known = starved(workflow)
    _take_away(workflow, gone)
    pathway.at = element_id
    task = Task(workflow, entry, workflow.task_tree, state=TaskState.FUTURE)
    entry._predict(task, mask=_UNFINISHED)
    task._ready()
    for name, missing in starved(workflow).items():
        if name not in known:
            raise PathwayCannotMove(
                f"“{_named(spec)}” is one of several branches that come together later, and the branch of “{missing}” "
                "is behind that place already: the pathway would wait for it for ever."
            )
    commands.run_ready(pathway)


def comes_by(version: CompiledVersion, element_id: str) -> frozenset[str]:
    """The ids of the elements that do something outside the instance and may come after the task `element_id`.

    What it has passed of these happens once more when it has gone back to the task and comes by again.
    """
    machine = version.machine
    found: set[str] = set()
    for workflow_spec in (machine.spec, *machine.subprocess_specs.values()):
        for spec in _specs_of(workflow_spec, element_id):
            entry = next((one for one in spec.inputs if isinstance(one, BoundaryEventSplit)), spec)
            found |= _happenings(machine, _ahead([entry]), set())
    return frozenset(found)


def waits(pathway: Pathway) -> tuple[Wait, ...]:
    """What the instance waits for in its way: timers, messages, and each way out of a gateway that waits."""
    found = []
    for task, way, event in report.waiting_events(pathway):
        element = way.task_spec.element
        if isinstance(task.task_spec, BoundaryEvent) or element is None:
            continue
        is_timer = isinstance(event, events.Timer)
        refusal = ""
        if not is_timer and event.variable:
            refusal = (
                f"The pathway needs what comes with “{_words(element)}” later on, so it cannot go on without."
            )
        found.append(Wait(way.id, element, "timer" if is_timer else "message", event.name, refusal))
    return tuple(found)


def _place(pathway: Pathway, element_id: str) -> tuple[Any, Any]:
    """The running part of the instance in which the task stands, and its spec there."""
    machine_specs = [pathway.spec, *pathway.subprocess_specs.values()]
    drawn = [spec for one in machine_specs for spec in _specs_of(one, element_id)]
    if not drawn:
        raise PathwayCannotMove("The version that this pathway runs on does not have that task any more.")
    name = _named(drawn[0])
    found = [(one, spec) for one in pathway.workflows() for spec in _specs_of(one.spec, element_id)]
    if not found:
        raise PathwayCannotMove(
            f"“{name}” belongs to a part of the pathway that is over, or has not begun again."
        )
    workflow, spec = found[0]
    loops = [one for one in workflow.spec.task_specs.values() if isinstance(one, LoopTask)]
    if len(found) > 1 or any(loop.task_spec == spec.name for loop in loops):
        raise PathwayCannotMove(
            f"“{name}” is done several times side by side, so one cannot go back to a single one of them."
        )
    return workflow, spec


def _specs_of(workflow_spec: Any, element_id: str) -> list[Any]:
    return [
        spec
        for spec in workflow_spec.task_specs.values()
        if spec.manual and spec.element is not None and spec.element.id == element_id
    ]


def _ahead(specs: Iterable[Any]) -> set[Any]:
    """Every spec that can be reached from these: themselves only where a loop leads back to them."""
    found: set[Any] = set()
    todo = [output for spec in specs for output in spec.outputs]
    while todo:
        spec = todo.pop()
        if spec not in found:
            found.add(spec)
            todo.extend(spec.outputs)
    return found


def _parted(workflow: Any, ahead: set[Any], here: set[Any]) -> tuple[list[Any], list[Any]]:
    """The tasks that came of a task `here`, with their arrivals at joins; and the tokens that did not."""
    gone: list[Any] = []
    kept: list[Any] = []
    for task in workflow.tasks.values():
        spec = task.task_spec
        if isinstance(spec, _EndJoin):
            continue
        is_live = bool(task._state & _UNFINISHED) and not task._state & _UNREACHED
        if isinstance(spec, UnstructuredJoin):
            if not is_live and task._state != TaskState.CANCELLED:
                continue
            came_of_it = task.parent is not None and task.parent.task_spec in ahead | here
        elif is_live:
            came_of_it = spec in ahead and spec not in here
        else:
            continue
        (gone if came_of_it else kept).append(task)
    return gone, kept


def _refuse_two_tokens(spec: Any, entry: Any, kept: list[Any]) -> None:
    for task in kept:
        if task.task_spec is spec:
            raise PathwayCannotMove(f"“{_named(spec)}” is open already.")
        if task._state & _UNFINISHED and not _ahead([task.task_spec]).isdisjoint({spec, entry}):
            raise PathwayCannotMove(
                f"“{_named(task.task_spec)}” is still to be done and leads to “{_named(spec)}” by itself: "
                "the task would then be open twice."
            )


def _take_away(workflow: Any, gone: list[Any]) -> None:
    for task in gone:
        if task.id in workflow.tasks:  # what hung from another one went with it
            if task._state & _UNFINISHED:
                task.cancel()
            # An arrival that is only cancelled would still count as one.
            workflow._remove_task(task.id)


def _happenings(machine: Any, specs: set[Any], seen: set[str]) -> set[str]:
    found = set()
    for spec in specs:
        if spec.element is not None and spec.element.type in HAPPENING:
            found.add(spec.element.id)
        inner = getattr(spec, "spec", None)  # of a sub-process or called process
        if isinstance(inner, str) and inner in machine.subprocess_specs and inner not in seen:
            seen.add(inner)
            inside = set(machine.subprocess_specs[inner].task_specs.values())
            found |= _happenings(machine, inside, seen)
    return found


def _named(spec: Any) -> str:
    element = spec.element
    return _words(element) if element is not None else spec.name.replace("_", " ")


def _words(element: Element) -> str:
    return element.name or element.id.replace("_", " ")
