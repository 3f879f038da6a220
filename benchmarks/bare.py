"""The limit: SpiffWorkflow alone, in memory, as it comes, with its own script engine and nothing around it."""

from __future__ import annotations

import io
import warnings
from datetime import UTC, datetime, timedelta
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.script_engine.python_environment import TaskDataEnvironment
from SpiffWorkflow.bpmn.serializer.workflow import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.bpmn.util.event import BpmnEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG
from SpiffWorkflow.util.task import TaskState

from app.engine.contracts import Bundle

SOON = (datetime.now(UTC) + timedelta(days=30)).isoformat()
FUNCTIONS: dict[str, Any] = {
    "deadline": lambda key, moment: SOON,
    "days": lambda number: timedelta(days=number),
    "fact": lambda name, default=None: default,
    "switch": lambda name: True,
    "money": lambda name: 0,
    "word": lambda name: name,
    "has_ladder": lambda level: True,
    "recipients": lambda name: [],
}


_SERIALIZER = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(SPIFF_CONFIG))


class AnsweringEngine(PythonScriptEngine):  # type: ignore[misc]
    """Evaluates everything with Python's own eval, and does what service tasks ask for by doing nothing."""

    def call_service(self, task: Any, **parameters: Any) -> str:
        return "{}"


class BareProcess:
    """One process, parsed once; `workflow()` begins an instance of it."""

    def __init__(self, bundle: Bundle) -> None:
        parser = SpiffBpmnParser()
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", DeprecationWarning
            )  # where it wants the payload of a message to stand
            for path, text in bundle.files.items():
                parser.add_bpmn_xml(etree.parse(io.BytesIO(text.encode())), path)
            self.spec = parser.get_spec(bundle.key)
            self.subprocess_specs = parser.get_subprocess_specs(bundle.key)
        self.engine = AnsweringEngine(TaskDataEnvironment(FUNCTIONS))

    def workflow(self, variables: dict[str, Any]) -> BpmnWorkflow:
        """A new instance, run up to where it has to wait."""
        workflow = BpmnWorkflow(self.spec, self.subprocess_specs, script_engine=self.engine)
        workflow.task_tree.data.update(variables)
        workflow.data.update(variables)
        workflow.do_engine_steps()
        for task in workflow.get_tasks(state=TaskState.WAITING):
            event = getattr(task.task_spec, "event_definition", None)
            if type(task.task_spec).__name__ == "StartEvent" and event is not None:
                workflow.catch(BpmnEvent(event, payload=variables))
        workflow.do_engine_steps()
        return workflow


def saved(workflow: BpmnWorkflow) -> str:
    """The instance as SpiffWorkflow's own serialiser writes it, the drawing with it."""
    return str(_SERIALIZER.serialize_json(workflow))


def ready(workflow: BpmnWorkflow) -> Any:
    """The first task that a person can do."""
    return workflow.get_next_task(state=TaskState.READY, manual=True)


def complete(workflow: BpmnWorkflow, task: Any, answers: dict[str, Any]) -> None:
    """The engine's part of a completed task."""
    task.data.update(answers)
    task.run()
    workflow.do_engine_steps()


def to_first_visit(process: BareProcess, visits: int = 0) -> BpmnWorkflow:
    """An instance of recurring_visits at its first visit, or `visits` later."""
    workflow = process.workflow({"route": "usual"})
    while ready(workflow).task_spec.bpmn_id != "visit":
        complete(workflow, ready(workflow), {})
    for _ in range(visits):
        complete(workflow, ready(workflow), {})
    return workflow


def make_due(workflow: BpmnWorkflow) -> None:
    """Put the due time of every waiting boundary timer into the past."""
    for task in workflow.get_tasks(state=TaskState.WAITING):
        if isinstance(task.task_spec, BoundaryEvent):
            task.internal_data["event_value"] = "2020-01-01T00:00:00+00:00"


def fire(workflow: BpmnWorkflow) -> None:
    """The engine's part of a fired timer: look at the clock, go on."""
    workflow.refresh_timers()
    workflow.do_engine_steps()
