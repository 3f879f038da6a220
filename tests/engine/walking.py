"""Walks through a pathway: once as the platform does it, saved and loaded between steps, and once in memory.

The one in memory is never saved, never compacted: what both do must be the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from app.domain.errors import StaleTask
from app.engine import catalogue, commands, report, runner
from app.engine.contracts import Bundle, CompiledVersion, EngineContext, Step
from app.engine.interpreter import Interpreter
from app.engine.machine import Pathway


class Walk(Protocol):
    """What tests do to a pathway."""

    step: Step
    context: EngineContext

    def do(self, element: str, **answers: Any) -> Step: ...
    def fire(self, element: str) -> Step: ...
    def tell(self, message: str, **payload: Any) -> Step: ...
    def open(self) -> list[str]: ...
    def wait(self, length: timedelta) -> None: ...


class _Walk:
    step: Step
    context: EngineContext

    def do(self, element: str, **answers: Any) -> Step:
        """Complete the open task at `element`."""
        ref = next(task.ref for task in self.step.tasks if task.element.id == element)
        return self.complete(ref, answers)

    def fire(self, element: str) -> Step:
        """Fire the timer at `element`."""
        ref = next(timer.ref for timer in self.step.timers if timer.element_id == element)
        return self.fire_ref(ref)

    def tell(self, message: str, **payload: Any) -> Step:
        """Deliver a message to everything that waits for it."""
        refs = [waiting.ref for waiting in self.step.subscriptions if waiting.name == message]
        return self.deliver(refs, message, payload)

    def open(self) -> list[str]:
        """The ids of the elements with an open task, in alphabetical order."""
        return sorted(task.element.id for task in self.step.tasks)

    def wait(self, length: timedelta) -> None:
        """Let time pass; nothing fires by itself."""
        self.context = replace(self.context, now=self.context.now + length)

    def complete(self, ref: str, answers: Mapping[str, Any]) -> Step:
        raise NotImplementedError

    def fire_ref(self, ref: str) -> Step:
        raise NotImplementedError

    def deliver(self, refs: list[str], message: str, payload: Mapping[str, Any]) -> Step:
        raise NotImplementedError


class SavedWalk(_Walk):
    """Through the runner: text in, text out; with `anew`, each step as if by another process, parsed afresh."""

    def __init__(
        self,
        version: CompiledVersion,
        context: EngineContext,
        variables: Any,
        payload: Any,
        anew: Callable[[], CompiledVersion] | None = None,
    ) -> None:
        self.context = context
        self._anew = anew or (lambda: version)
        self.step = runner.start(version, context, variables, payload)

    @property
    def version(self) -> CompiledVersion:
        """The version that the next step runs on."""
        return self._anew()

    def complete(self, ref: str, answers: Mapping[str, Any]) -> Step:
        self.step = runner.complete(self.version, self.step.state, self.context, ref, answers)
        return self.step

    def fire_ref(self, ref: str) -> Step:
        self.step = runner.fire(self.version, self.step.state, self.context, ref)
        return self.step

    def deliver(self, refs: list[str], message: str, payload: Mapping[str, Any]) -> Step:
        self.step = runner.deliver(self.version, self.step.state, self.context, refs, message, payload)
        return self.step


class StraightWalk(_Walk):
    """In memory all the way: nothing is saved, nothing is dropped."""

    def __init__(
        self, version: CompiledVersion, context: EngineContext, variables: Any, payload: Any
    ) -> None:
        self.version, self.context = version, context
        machine = version.machine
        self.interpreter = Interpreter(context, machine.records)
        self.pathway = Pathway(version.version_id, machine.spec, machine.subprocess_specs, self.interpreter)
        self._take(lambda: commands.begin(self.pathway, variables, payload))

    def complete(self, ref: str, answers: Mapping[str, Any]) -> Step:
        return self._take(lambda: commands.complete(self.pathway, ref, answers))

    def fire_ref(self, ref: str) -> Step:
        return self._take(lambda: commands.fire(self.pathway, ref))

    def deliver(self, refs: list[str], message: str, payload: Mapping[str, Any]) -> Step:
        return self._take(lambda: commands.deliver(self.pathway, refs, message, payload))

    def _take(self, do: Callable[[], None]) -> Step:
        self.pathway.changes.clear()
        self.pathway.steps = 0
        self.interpreter.context = self.context
        self.interpreter.messages.clear()
        self.interpreter.effects.clear()
        do()
        history, ends = report.history(self.pathway)
        self.step = Step(
            state="",
            tasks=report.ready_tasks(self.pathway),
            timers=report.waiting_timers(self.pathway),
            subscriptions=report.subscriptions(self.pathway),
            messages=tuple(self.interpreter.messages),
            effects=tuple(self.interpreter.effects),
            history=history,
            ended=self.pathway.completed,
            end_events=ends,
        )
        return self.step


def compiled(xml: str, roles: Any, *others: str, key: str = "journey") -> CompiledVersion:
    """A diagram (and those it calls) ready to run."""
    files = {f"test/{number}.bpmn": text for number, text in enumerate((xml, *others))}
    return catalogue.compile(Bundle(key, files), roles)


def parsed_anew(xml: str, roles: Any, *others: str, key: str = "journey") -> CompiledVersion:
    """As `compiled`, without what this process has parsed before."""
    catalogue.forget()
    return compiled(xml, roles, *others, key=key)


def seen(step: Step) -> list[tuple[str, bool, str | None]]:
    """A step's history without refs."""
    return [(row.element_id, row.entered, row.left) for row in step.history]


def at(text: str) -> datetime:
    """A moment from its ISO text."""
    return datetime.fromisoformat(text)


__all__ = ["SavedWalk", "StaleTask", "StraightWalk", "Walk", "at", "compiled", "parsed_anew", "seen"]
