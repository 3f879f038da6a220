"""What SpiffWorkflow asks when a diagram has an expression: our allow-listed evaluator, on the context of the step.

Variables live in one place for a whole process (and one for each called process), not in SpiffWorkflow's task data:
parallel branches therefore never hold stale copies, and nothing is lost at a join or when an event interrupts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.script_engine.python_environment import BasePythonScriptEngineEnvironment
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import CallActivity

from app.domain.errors import EngineFailure, ExpressionRefused
from app.engine import evaluator, functions, grammar, operators
from app.engine.contracts import Effect, EngineContext, SentMessage
from app.engine.jsonable import as_json


class Interpreter:
    """The script engine of one step; it also collects what the step sends and asks for."""

    def __init__(self, context: EngineContext, records: Mapping[str, tuple[str, ...]]) -> None:
        self.context = context
        self.environment = _NoEnvironment()
        self.messages: list[SentMessage] = []
        self.effects: list[Effect] = []
        self._records = records
        self._tables: dict[datetime, Mapping[str, Callable[..., Any]]] = {}

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        """The value of an expression at `task`. Raises EngineFailure that names the element."""
        return self._evaluate(task, expression, self.context.now)

    def evaluate_at_entry(self, task: Any, expression: str) -> Any:
        """As `evaluate`, on the clock of the moment when the task became ready."""
        return self._evaluate(task, expression, self.entered_at(task))

    def execute(self, task: Any, script: str, external_context: Any = None) -> bool:
        """Carry out the assignments of a script in the scope of `task`."""
        try:
            scope = self.scope(task)
            for name, value in grammar.assignments(script or ""):
                if name in functions.NAMES or name in self._records:
                    raise ExpressionRefused(f"The name {name} is taken. Choose another name.")
                found = evaluator.value_of(
                    value, self._names(task), self._functions(self.context.now), script
                )
                scope[name] = as_json(found)
        except ExpressionRefused as error:
            raise _failure(task, error.sentence) from error
        return True

    def call_service(self, task: Any, operation_name: str, operation_params: Mapping[str, Any]) -> None:
        """Note what a service task asks for."""
        try:
            values = {name: as_json(self.evaluate(task, text)) for name, text in operation_params.items()}
            operators.check(operation_name, values)
        except ExpressionRefused as error:
            raise _failure(task, error.sentence) from error
        self.effects.append(Effect(task.task_spec.element.id, operation_name, values))
        if operation_name == operators.RECORD_FACT:
            self._learn(str(values["name"]), values["value"])

    def _learn(self, fact: str, value: Any) -> None:
        """What the step records is known from here on, as it will be in the next step."""
        self.context = replace(self.context, facts={**self.context.facts, fact: value})
        self._tables.clear()

    def note(self, message: SentMessage) -> None:
        """A message was sent."""
        self.messages.append(message)

    def entered_at(self, task: Any) -> datetime:
        """When the task became ready; the moment of the step if it just did."""
        since = task.internal_data.get("since")
        return datetime.fromisoformat(since) if since else self.context.now

    def scope(self, task: Any) -> dict[str, Any]:
        """The variables that `task` writes to: those of its process or called process."""
        return next(_scopes(task.workflow))

    def _evaluate(self, task: Any, expression: str, now: datetime) -> Any:
        try:
            return evaluator.evaluate(expression, self._names(task), self._functions(now))
        except ExpressionRefused as error:
            raise _failure(task, error.sentence) from error

    def _names(self, task: Any) -> Mapping[str, Any]:
        return _Names(list(_scopes(task.workflow)), self._records)

    def _functions(self, now: datetime) -> Mapping[str, Callable[..., Any]]:
        if now not in self._tables:
            self._tables[now] = functions.table(replace(self.context, now=now))
        return self._tables[now]


class _Names(dict[str, Any]):
    """Variables, the innermost scope first; a task that nobody has done yet reads as a record of empty answers."""

    def __init__(self, scopes: list[dict[str, Any]], records: Mapping[str, tuple[str, ...]]) -> None:
        super().__init__()
        self._scopes = scopes
        self._records = records

    def __missing__(self, name: str) -> Any:
        for scope in self._scopes:
            if name in scope:
                return scope[name]
        if name in self._records:
            return dict.fromkeys(self._records[name])
        raise KeyError(name)


class _NoEnvironment(BasePythonScriptEngineEnvironment):
    """SpiffWorkflow's own way to evaluate text, closed."""

    def evaluate(self, expression: str, context: Any, external_context: Any = None) -> Any:
        raise ExpressionRefused("Correlation expressions are not used here.")

    def execute(self, script: str, context: Any, external_context: Any = None) -> Any:
        raise ExpressionRefused("Scripts are not run here.")


def _scopes(workflow: Any) -> Iterator[dict[str, Any]]:
    while workflow is not None:
        parent = workflow.parent_workflow
        if parent is None or isinstance(parent.tasks[workflow.parent_task_id].task_spec, CallActivity):
            yield workflow.data
        workflow = parent


def _failure(task: Any, sentence: str) -> EngineFailure:
    element = getattr(task.task_spec, "element", None)
    return EngineFailure(element.id if element else None, sentence)
