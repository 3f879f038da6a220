"""One step of one instance: text and a command in, a Step out. Nothing is kept between two calls.

Whatever goes wrong inside raises EngineFailure (or StaleTask), and the caller still has the old text: a step either
happens whole or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from app.domain.deadlines import Deadline
from app.domain.errors import EngineFailure, ExpressionRefused, PathwayCannotMove, StaleTask
from app.engine import codec, commands, correcting, course, report
from app.engine.compaction import compact
from app.engine.contracts import CompiledVersion, EngineContext, Step
from app.engine.interpreter import Interpreter
from app.engine.machine import Pathway


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
    machine = version.machine
    interpreter = Interpreter(context, machine.records)
    pathway = Pathway(version.version_id, machine.spec, machine.subprocess_specs, interpreter)
    return _step(version, pathway, interpreter, lambda: commands.begin(pathway, variables, message_payload))


def complete(
    version: CompiledVersion, state: str, context: EngineContext, ref: str, values: Mapping[str, Any]
) -> Step:
    """A person has done the task `ref`. Only the answers named in its property `copy` are kept, under its id.

    Raises StaleTask when the task is not open.
    """
    return _resume(version, state, context, lambda pathway: commands.complete(pathway, ref, values))


def fire(version: CompiledVersion, state: str, context: EngineContext, ref: str) -> Step:
    """The timer `ref` is due: our clock has decided, and no other timer moves. Raises StaleTask if it does not wait."""
    return _resume(version, state, context, lambda pathway: commands.fire(pathway, ref))


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
    return _resume(version, state, context, lambda pathway: commands.deliver(pathway, refs, message, payload))


def recompute(version: CompiledVersion, state: str, context: EngineContext) -> Step:
    """Nothing moves, but every due time that comes from `deadline()` is worked out again, timers included.

    For when a bank holiday was added or a fact has changed; the clock of each expression stays at the moment
    when its task or timer was entered.
    """
    return _resume(version, state, context, commands.recompute)


def go_back(version: CompiledVersion, state: str, context: EngineContext, element_id: str) -> Step:
    """The task drawn at `element_id` is open again, and what came of it is taken away; see `course.go_back`.

    Raises PathwayCannotMove with the reason where that cannot be.
    """
    return _resume(version, state, context, lambda pathway: course.go_back(pathway, element_id))


def waits(version: CompiledVersion, state: str, context: EngineContext) -> tuple[course.Wait, ...]:
    """What the instance waits for in its way, for people to go on without."""
    return course.waits(_load(version, state, Interpreter(context, version.machine.records)))


def put_right(
    version: CompiledVersion, state: str, context: EngineContext, was: datetime, becomes: datetime
) -> Step:
    """Nothing moves, but the moment `was` is `becomes` wherever a variable holds it, and the due times follow."""
    return _resume(version, state, context, lambda pathway: correcting.put_right(pathway, was, becomes))


def look(version: CompiledVersion, state: str, context: EngineContext) -> Step:
    """What waits, as the state has it: nothing moves and nothing is worked out again."""
    return _resume(version, state, context, lambda pathway: None)


def survey(version: CompiledVersion, pathway: Pathway) -> Step:
    """What waits in an instance that is at hand, for looking only: a Step without a state, which nobody can keep."""
    return _step(version, pathway, pathway.script_engine, lambda: None, is_kept=False)


def deadlines(version: CompiledVersion, state: str, context: EngineContext) -> dict[str, Deadline]:
    """The `due` of every open task worked out again (a holiday was added, a fact has changed), by task ref."""
    pathway = _load(version, state, Interpreter(context, version.machine.records))
    return {task.ref: task.due for task in report.ready_tasks(pathway) if task.due is not None}


def _resume(
    version: CompiledVersion, state: str, context: EngineContext, do: Callable[[Pathway], None]
) -> Step:
    interpreter = Interpreter(context, version.machine.records)
    pathway = _load(version, state, interpreter)
    return _step(version, pathway, interpreter, lambda: do(pathway))


def _load(version: CompiledVersion, state: str, interpreter: Interpreter) -> Pathway:
    machine = version.machine
    return codec.load(state, version.version_id, machine.spec, machine.subprocess_specs, interpreter)


def _step(
    version: CompiledVersion,
    pathway: Pathway,
    interpreter: Interpreter,
    do: Callable[[], None],
    *,
    is_kept: bool = True,
) -> Step:
    try:
        do()
        tasks = report.ready_tasks(pathway)
        timers = report.waiting_timers(pathway)
        subscriptions = report.subscriptions(pathway)
        history, end_events = report.history(pathway)
        state = ""
        if is_kept:
            compact(pathway)
            state = codec.save(pathway)
    except (StaleTask, PathwayCannotMove, EngineFailure):
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
