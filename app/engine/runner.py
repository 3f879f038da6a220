"""One step of one instance: text and a command in, a Step out. Nothing is kept between two calls.

Whatever goes wrong inside raises EngineFailure (or StaleTask), and the caller still has the old text: a step either
happens whole or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import EventBasedGateway
from SpiffWorkflow.bpmn.specs.mixins.events.start_event import StartEvent
from SpiffWorkflow.bpmn.util.event import BpmnEvent
from SpiffWorkflow.util.task import TaskState

from app.domain.deadlines import Deadline
from app.domain.errors import EngineFailure, ExpressionRefused, StaleTask
from app.engine import codec, events, report
from app.engine.compaction import compact
from app.engine.contracts import CompiledVersion, EngineContext, Step
from app.engine.interpreter import Interpreter
from app.engine.jsonable import as_json
from app.engine.machine import Pathway

STEP_BUDGET = 1000
_GONE = "This task is no longer open: it has been done, withdrawn or overtaken by an event."
_FIRED = "This timer no longer waits: it has fired, or what it belonged to is over."


def start(
    version: CompiledVersion,
    context: EngineContext,
    variables: Mapping[str, Any],
    message_payload: Mapping[str, Any] | None = None,
) -> Step:
    """A new instance, run up to where it has to wait.

    `variables` become its first variables. When it was a message that started it, the payload's keys are spread
    among them too, and the payload also lies under the message's variable where one is declared.
    """

    def begin(pathway: Pathway) -> None:
        pathway.data.update(_clean(variables))
        pathway.data.update(_clean(message_payload or {}))
        pathway.plant()
        _run_ready(pathway)
        for task in list(pathway.tasks.values()):
            if isinstance(task.task_spec, StartEvent) and task._state == TaskState.WAITING:
                _trigger(pathway, task, message_payload)

    machine = version.machine
    interpreter = Interpreter(context, machine.records)
    pathway = Pathway(version.version_id, machine.spec, machine.subprocess_specs, interpreter)
    return _step(version, pathway, interpreter, begin)


def complete(
    version: CompiledVersion, state: str, context: EngineContext, ref: str, values: Mapping[str, Any]
) -> Step:
    """A person has done the task `ref`. Only the answers named in its property `copy` are kept, under its id.

    Raises StaleTask when the task is not open.
    """

    def do(pathway: Pathway) -> None:
        task = pathway.find(ref)
        if task is None or task._state != TaskState.READY or not _is_for_person(task):
            raise StaleTask(_GONE)
        element = task.task_spec.element
        if element.copy:
            kept = {name: values.get(name) for name in element.copy}
            pathway.script_engine.scope(task)[element.id] = _clean(kept)
        task.run()

    return _resume(version, state, context, do)


def fire(version: CompiledVersion, state: str, context: EngineContext, ref: str) -> Step:
    """The timer `ref` is due: our clock has decided, and no other timer moves. Raises StaleTask if it does not wait."""

    def do(pathway: Pathway) -> None:
        task, event = _waiting(pathway, ref, events.Timer)
        _catch(pathway, task, event, None)

    return _resume(version, state, context, do)


def deliver(
    version: CompiledVersion,
    state: str,
    context: EngineContext,
    refs: Sequence[str],
    message: str,
    payload: Mapping[str, Any],
) -> Step:
    """The message reaches exactly the subscriptions `refs`; the payload lies under the message's variable.

    A subscription that an earlier one of the same delivery has ended is passed over. Raises StaleTask when none
    of them waits for the message.
    """

    def do(pathway: Pathway) -> None:
        reached = 0
        for ref in refs:
            try:
                task, event = _waiting(pathway, ref, events.Message, message)
            except StaleTask:
                continue
            _catch(pathway, task, event, _clean(payload))
            _run_ready(pathway)
            reached += 1
        if not reached:
            raise StaleTask(f"Nothing waits for the message {message} any more.")

    return _resume(version, state, context, do)


def deadlines(version: CompiledVersion, state: str, context: EngineContext) -> dict[str, Deadline]:
    """The `due` of every open task worked out again (a holiday was added, a fact has changed), by task ref."""
    pathway = _load(version, state, Interpreter(context, version.machine.records))
    return {task.ref: task.due for task in report.ready_tasks(pathway) if task.due is not None}


def _resume(
    version: CompiledVersion, state: str, context: EngineContext, do: Callable[[Pathway], None]
) -> Step:
    interpreter = Interpreter(context, version.machine.records)
    return _step(version, _load(version, state, interpreter), interpreter, do)


def _load(version: CompiledVersion, state: str, interpreter: Interpreter) -> Pathway:
    machine = version.machine
    return codec.load(state, version.version_id, machine.spec, machine.subprocess_specs, interpreter)


def _step(
    version: CompiledVersion, pathway: Pathway, interpreter: Interpreter, do: Callable[[Pathway], None]
) -> Step:
    try:
        do(pathway)
        _run_ready(pathway)
        tasks = report.ready_tasks(pathway)
        timers = report.waiting_timers(pathway)
        history, end_events = report.history(pathway)
        subscriptions = report.subscriptions(pathway)
        compact(pathway)
        state = codec.save(pathway)
    except (StaleTask, EngineFailure):
        raise
    except ExpressionRefused as error:
        raise EngineFailure(pathway.at, error.sentence) from error
    except RecursionError as error:
        raise EngineFailure(pathway.at, "The pathway went too deep in one step.") from error
    except MemoryError as error:
        raise EngineFailure(pathway.at, "The pathway needed too much memory in one step.") from error
    except Exception as error:
        raise EngineFailure(pathway.at, report.sentence(error, version.element(pathway.at or ""))) from error
    return Step(
        state=state,
        tasks=tasks,
        timers=timers,
        subscriptions=subscriptions,
        messages=tuple(interpreter.messages),
        effects=tuple(interpreter.effects),
        history=history,
        ended=pathway.completed,
        end_events=end_events,
    )


def _run_ready(pathway: Pathway) -> None:
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
                pathway.at, f"The pathway took {STEP_BUDGET} steps without stopping: it has a loop that never waits."
            )
        task.run()


def _waiting(pathway: Pathway, ref: str, kind: type, name: str | None = None) -> tuple[Any, Any]:
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


def _trigger(pathway: Pathway, task: Any, payload: Mapping[str, Any] | None) -> None:
    event = task.task_spec.event_definition
    if isinstance(event, events.OwnEvent):
        _catch(pathway, task, event, None if payload is None else _clean(payload))


def _is_for_person(task: Any) -> bool:
    return bool(task.task_spec.manual) and task.task_spec.element is not None


def _clean(values: Mapping[str, Any]) -> dict[str, Any]:
    cleaned: dict[str, Any] = as_json(values)
    return cleaned
