"""Our own timers and messages for SpiffWorkflow's machine.

A timer never looks at a clock: it fires when the runner names it. A message never matches by itself: the router
decides who hears it, and the runner delivers it to exactly those. What is thrown is noted for the Step.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition

from app.domain.errors import ExpressionRefused
from app.engine import grammar
from app.engine.contracts import SentMessage
from app.engine.functions import DeadlineText
from app.engine.jsonable import as_json
from app.engine.moments import after, as_moment, is_duration, is_moment


class OwnEvent(EventDefinition):
    """An event definition that equals only itself, so that the engine's loose matching never finds it."""

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__

    def catches(self, my_task: Any, event: Any) -> bool:
        return False


class Timer(OwnEvent, TimerEventDefinition):
    """A timeDate or timeDuration; when it is due is worked out once, on entry, and kept in the task."""

    def __init__(self, element_id: str, name: str, kind: str, text: str) -> None:
        EventDefinition.__init__(self, name or element_id)
        self.element_id = element_id
        self.kind = kind
        self.text = text

    def has_fired(self, my_task: Any) -> bool:
        # Kept by element, because the timers of an event-based gateway share the gateway's task.
        due = my_task.internal_data.setdefault("due", {})
        if self.element_id not in due:
            my_task.workflow.top_workflow.at = self.element_id
            my_task.internal_data["since"] = my_task.workflow.script_engine.context.now.isoformat()
            due[self.element_id] = self.due_at(my_task).isoformat()
        return bool(my_task.internal_data.get("event_fired", False))

    def recompute(self, my_task: Any) -> None:
        """Work the due time out again, if it is a deadline of the profile or hangs on a fact of the child."""
        value = self._value(my_task)
        if isinstance(value, DeadlineText) or grammar.facts_in(self.text):
            my_task.internal_data["due"][self.element_id] = as_moment(value).isoformat()

    def due_at(self, my_task: Any) -> datetime:
        """When it is due by the rule that is drawn, counted from when it began to wait."""
        return as_moment(self._value(my_task))

    def _value(self, my_task: Any) -> Any:
        # A moment, a day, or a deadline's text.
        engine = my_task.workflow.script_engine
        literal = is_duration(self.text) or (self.kind == "timeDate" and is_moment(self.text))
        value = self.text if literal else engine.evaluate_at_entry(my_task, self.text)
        entered = engine.entered_at(my_task)
        if isinstance(value, timedelta):
            return entered + value
        if isinstance(value, str) and is_duration(value):
            return after(value, entered)
        if self.kind == "timeDuration":
            raise ExpressionRefused(f"The length of time of “{self.name}” is neither a duration nor days().")
        return value

    def catch(self, my_task: Any, event: Any = None) -> None:
        my_task.internal_data["event_fired"] = True


class Message(OwnEvent):
    """A message, thrown or waited for."""

    def __init__(self, element_id: str, name: str, payload: str | None, variable: str | None) -> None:
        EventDefinition.__init__(self, name)
        self.element_id = element_id
        self.payload = payload
        self.variable = variable

    def throw(self, my_task: Any) -> None:
        engine = my_task.workflow.script_engine
        payload = as_json(engine.evaluate(my_task, self.payload)) if self.payload else {}
        if not isinstance(payload, dict):
            raise ExpressionRefused(
                f"The payload of “{self.name}” is not a record, such as {{'child': child_id}}."
            )
        engine.note(SentMessage(self.element_id, self.name, payload))

    def catch(self, my_task: Any, event: Any = None) -> None:
        my_task.internal_data["event_fired"] = True
        if event is not None:
            self.receive(my_task, event.payload or {})

    def receive(self, my_task: Any, payload: Mapping[str, Any]) -> None:
        """Put the payload under the message's variable, if it has one."""
        if self.variable:
            my_task.workflow.script_engine.scope(my_task)[self.variable] = dict(payload)
