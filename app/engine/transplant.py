"""A running instance set into the drawing of another version: what is being done there, and nothing else, is moved.

What is finished stays only where the machine still needs it, and what may come is predicted anew from the new
drawing. The ids of tasks and timers, their moments and values, and the variables stay as they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, BoundaryEventSplit, _EndJoin
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent, EventBasedGateway
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.specs.mixins.parallel_gateway import ParallelGateway
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.util.task import TaskState

from app.engine.contracts import CompiledVersion
from app.engine.interpreter import Interpreter
from app.engine.machine import Pathway, SubPathway, Task

_UNREACHED = TaskState.PREDICTED_MASK | TaskState.FUTURE
_UNFINISHED = TaskState.NOT_FINISHED_MASK
HUMAN = frozenset({"userTask", "manualTask", "task"})


@dataclass(frozen=True)
class Block:
    """Why an instance cannot be moved: at which element of its own version, called what, and a sentence."""

    element_id: str
    name: str
    sentence: str


@dataclass(frozen=True)
class Lost:
    """A clock or a message that was waited for beside something, and that the new version does not draw any more."""

    ref: str
    element_id: str
    name: str


@dataclass
class Transplant:
    """An instance on its new version; only without `blocks` may it be kept."""

    pathway: Pathway
    names: Mapping[str, str]
    entered: Mapping[str, datetime] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    gained: set[str] = field(default_factory=set)
    planted: dict[str, Task] = field(default_factory=dict)
    ways: dict[str, dict[str, str]] = field(default_factory=dict)

    def named(self, name: str) -> str:
        """What a spec of the old version is called in the new one."""
        if name in self.names:
            return self.names[name]
        for mark in (".", " ["):  # of the machine's own nodes beside a drawn one
            base, found, rest = name.partition(mark)
            if found and base in self.names:
                return f"{self.names[base]}{mark}{rest}"
        return name


def transplant(
    old: Pathway,
    version: CompiledVersion,
    interpreter: Interpreter,
    names: Mapping[str, str],
    entered: Mapping[str, datetime],
) -> Transplant:
    """The instance `old` on `version`; `names` are changed ids, `entered` when what has no moment of its own began."""
    machine = version.machine
    pathway = Pathway(version.version_id, machine.spec, machine.subprocess_specs, interpreter)
    pathway.tick = old.tick
    moved = Transplant(pathway, names, entered)
    _move(moved, old, old, pathway)
    if not moved.blocks:
        _attach_events(moved)
        _grow(moved)
        _refuse_joins_that_never_fire(moved, old)
    return moved


def _move(moved: Transplant, top: Pathway, source: Any, target: Any) -> None:
    target.data = {moved.names.get(name, name): value for name, value in source.data.items()}
    target.completed = source.completed
    stack: list[tuple[Any, Any]] = [(source.task_tree, None)]
    while stack:
        task, parent = stack.pop()
        if task._state & _UNREACHED:
            continue
        planted = _plant(moved, task, parent, target)
        if planted is not None:
            moved.planted[task.id] = planted
            if isinstance(planted.task_spec, EventBasedGateway):
                moved.ways[task.id] = {moved.named(way.task_spec.name): way.id for way in task.children}
            if parent is None:
                target.task_tree = planted
            _move_inside(moved, top, task, planted)
        stack.extend((child, planted or parent) for child in reversed(task.children))


def _plant(moved: Transplant, task: Any, parent: Any, target: Any) -> Task | None:
    spec = target.spec.task_specs.get(moved.named(task.task_spec.name))
    if spec is None or not _is_same_kind(task.task_spec, spec):
        _without_place(moved, task, spec)
        return None
    if isinstance(spec, BoundaryEventJoin) and task.parent.id not in moved.planted:
        return None  # it waits beside an event that is no longer drawn
    is_arrival = isinstance(spec, UnstructuredJoin) and not isinstance(spec, _EndJoin)
    if is_arrival and not task._state & _UNFINISHED and parent.task_spec not in spec.inputs:
        return None  # the branch that arrived here is no longer drawn
    while isinstance(getattr(parent, "task_spec", None), BoundaryEventSplit) and (
        spec not in parent.task_spec.outputs
    ):
        parent = parent.parent
    planted = Task(target, spec, _under_split(task, spec, parent, target), state=task._state, ref=task.id)
    planted.last_state_change = task.last_state_change
    planted.internal_data = {**task.internal_data}
    due = task.internal_data.get("due")
    if due:
        planted.internal_data["due"] = {moved.named(name): moment for name, moment in due.items()}
    return planted


def _under_split(task: Any, spec: Any, parent: Any, target: Any) -> Any:
    """The node to plant under: the split that a step with boundary events has, made where it had none before."""
    split = next((found for found in spec.inputs if isinstance(found, BoundaryEventSplit)), None)
    if split is None or not task._state & _UNFINISHED or isinstance(spec, BoundaryEvent | BoundaryEventJoin):
        return parent
    if parent is not None and parent.task_spec is split:
        return parent
    made = Task(target, split, parent, state=TaskState.COMPLETED)
    made.last_state_change = task.last_state_change
    return made


def _without_place(moved: Transplant, task: Any, spec: Any) -> None:
    element = task.task_spec.element
    if isinstance(task.task_spec, BoundaryEventJoin) or not task._state & _UNFINISHED:
        return
    name = element.name or element.id if element is not None else task.task_spec.name
    key = element.id if element is not None else task.task_spec.name
    if isinstance(task.task_spec, BoundaryEvent):
        moved.lost.append(Lost(task.id, key, name))
        return
    moved.blocks.append(Block(key, name, _why(task, name, spec)))


def _why(task: Any, name: str, spec: Any) -> str:
    kind = task.task_spec
    if spec is not None:
        return f"“{name}” is under way, and in the new version it is another kind of step."
    if isinstance(kind, SubWorkflowTask):
        return f"The part “{name}” is under way, and the new version does not have it."
    if isinstance(kind, UnstructuredJoin):
        return f"A branch waits at “{name}” for the others, and the new version does not join them there."
    if task._state & TaskState.WAITING:
        return f"It is waiting at “{name}”, and the new version does not wait there."
    return f"“{name}” is open, and the new version does not have this step at that place."


def _is_same_kind(old: Any, new: Any) -> bool:
    if old.element is not None and new.element is not None:
        if old.element.type in HUMAN and new.element.type in HUMAN:
            return isinstance(old, LoopTask) == isinstance(new, LoopTask)
        if old.element.type != new.element.type:
            return False
    return type(old) is type(new)


def _move_inside(moved: Transplant, top: Pathway, task: Any, planted: Task) -> None:
    inside = top.subprocesses.get(task.id)
    if inside is None:
        return
    pathway, name = moved.pathway, planted.task_spec.spec
    if name != moved.named(task.task_spec.spec):
        element = task.task_spec.element
        words = element.name or element.id
        moved.blocks.append(
            Block(element.id, words, f"“{words}” is under way, and calls another pathway in the new version.")
        )
        return
    sub = SubPathway(pathway.subprocess_specs[name], task.id, pathway)
    pathway.subprocesses[task.id] = sub
    sub.completed_event.connect(planted.task_spec._on_subworkflow_completed, planted)
    _move(moved, top, inside, sub)


def _attach_events(moved: Transplant) -> None:
    """Beside a step that is under way the new version may wait for more than the old one did."""
    for workflow in moved.pathway.workflows():
        for split in list(workflow.tasks.values()):
            if not isinstance(split.task_spec, BoundaryEventSplit):
                continue
            there = {child.task_spec.name: child for child in split.children}
            main = next((c for c in there.values() if not isinstance(c.task_spec, BoundaryEvent)), None)
            if main is None or not main._state & _UNFINISHED:
                continue
            for spec in split.task_spec.outputs:
                if isinstance(spec, BoundaryEvent) and spec.name not in there:
                    event = Task(workflow, spec, split, state=TaskState.WAITING)
                    event.last_state_change = main.last_state_change
                    event.internal_data["since"] = _since(moved, main)
                    moved.gained.add(event.id)


def _since(moved: Transplant, task: Any) -> str:
    """When a step that is under way was begun, as ISO text."""
    since = task.internal_data.get("since")
    if since:
        return str(since)
    return moved.entered.get(task.id, moved.pathway.script_engine.context.now).isoformat()


def _grow(moved: Transplant) -> None:
    """What may come after each step that is under way, as the new version draws it."""
    gateways = [moved.planted[ref] for ref in moved.ways if moved.planted[ref]._state & _UNFINISHED]
    for gateway in gateways:
        _keep_ways(moved, gateway)
    for workflow in moved.pathway.workflows():
        for task in list(workflow.tasks.values()):
            if not task._state & _UNFINISHED or task._state & _UNREACHED:
                continue
            if isinstance(task.task_spec, LoopTask):
                continue  # its copies are its children, and what follows is drawn when they are done
            task.task_spec._predict(task, mask=_UNFINISHED)
    for gateway in gateways:
        order = {spec.name: index for index, spec in enumerate(gateway.task_spec.outputs)}
        gateway._children = [
            child.id for child in sorted(gateway.children, key=lambda way: order[way.task_spec.name])
        ]


def _keep_ways(moved: Transplant, gateway: Any) -> None:
    """The ways out of a gateway that waits keep their ids: timers and subscriptions are known by them."""
    for name, ref in moved.ways[gateway.id].items():
        spec = next((output for output in gateway.task_spec.outputs if output.name == name), None)
        if spec is not None:
            Task(gateway.workflow, spec, gateway, state=TaskState.MAYBE, ref=ref)


def _refuse_joins_that_never_fire(moved: Transplant, old: Pathway) -> None:
    """A parallel join that waits for a branch which this instance will never go along stands for ever."""
    known = {moved.named(name) for workflow in old.workflows() for name in starved(workflow)}
    for workflow in moved.pathway.workflows():
        for name, missing in starved(workflow).items():
            if name not in known:
                sentence = (
                    f"“{missing}” lies behind it already, and the new version would wait for it for ever."
                )
                moved.blocks.append(Block(name, name, sentence))


def starved(workflow: Any) -> dict[str, str]:
    """The parallel joins that can be reached and cannot fire: name -> the element in front that will not come."""
    ahead: set[Any] = set()
    tokens = [task for task in workflow.tasks.values() if task._state & _UNFINISHED]
    todo = [task.task_spec for task in tokens if not task._state & _UNREACHED]
    while todo:
        spec = todo.pop()
        if spec not in ahead:
            ahead.add(spec)
            todo.extend(spec.outputs)
            todo.extend(
                event
                for split in spec.inputs
                if isinstance(split, BoundaryEventSplit)
                for event in split.outputs
                if isinstance(event, BoundaryEvent) and event not in ahead
            )
    found: dict[str, str] = {}
    for spec in ahead:
        if isinstance(spec, ParallelGateway) and len(spec.inputs) > 1:
            arrived = {
                task.parent.task_spec
                for task in workflow.tasks.values()
                if task.task_spec is spec and not task._state & _UNREACHED and task.parent is not None
            }
            missing = next((one for one in spec.inputs if one not in ahead and one not in arrived), None)
            if missing is not None:
                found[spec.name] = getattr(missing.element, "name", None) or missing.name
    return found
