"""From drawings to SpiffWorkflow's specs, with our own timers, messages and service tasks put in.

The tree that SpiffWorkflow's parser gets has been read by the gate, and everything that it would evaluate or warn
about and that we read ourselves (payloads, scripts before and after a task, data objects) is taken out first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.parser.BpmnParser import full_tag
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.event_definitions.multiple import MultipleEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import EventBasedGateway
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser
from SpiffWorkflow.spiff.parser.task_spec import ServiceTaskParser
from SpiffWorkflow.spiff.specs.defaults import ServiceTask

from app.engine import events
from app.engine.contracts import Element
from app.engine.gate import refusal
from app.engine.names import BPMN, SPIFF
from app.engine.shapes import Drawing, EventDefinition, Node

_STRIPPED = (
    f"{{{SPIFF}}}messagePayload",
    f"{{{SPIFF}}}messageVariable",
    f"{{{SPIFF}}}preScript",
    f"{{{SPIFF}}}postScript",
    f"{{{SPIFF}}}processVariableCorrelation",
    f"{{{SPIFF}}}unitTests",
    f"{{{SPIFF}}}variableName",
    f"{{{SPIFF}}}payloadExpression",
    f"{{{BPMN}}}dataObject",
    f"{{{BPMN}}}dataObjectReference",
    f"{{{BPMN}}}dataStore",
    f"{{{BPMN}}}dataStoreReference",
    f"{{{BPMN}}}dataInputAssociation",
    f"{{{BPMN}}}dataOutputAssociation",
    f"{{{BPMN}}}ioSpecification",
    f"{{{BPMN}}}correlationProperty",
)


class EffectTask(ServiceTask):
    """A service task that asks the interpreter for an effect and expects no answer."""

    def _execute(self, task: Any) -> bool:
        parameters = {name: parameter["value"] for name, parameter in self.operation_params.items()}
        task.workflow.script_engine.call_service(task, self.operation_name, parameters)
        return True


class Parser(SpiffBpmnParser):
    """SpiffWorkflow's parser, with our service task."""

    OVERRIDE_PARSER_CLASSES = {
        **SpiffBpmnParser.OVERRIDE_PARSER_CLASSES,
        full_tag("serviceTask"): (ServiceTaskParser, EffectTask),
    }


@dataclass(frozen=True)
class Machine:
    """The specs of one version, shared by all its instances; nothing changes them after this."""

    spec: Any
    subprocess_specs: dict[str, Any]
    records: Mapping[str, tuple[str, ...]]


def assemble(
    key: str, trees: Mapping[str, Any], drawings: Mapping[str, Drawing], elements: Mapping[int, Element]
) -> Machine:
    """The machine of the process `key`. `elements` has each drawn node's Element by the node's identity.

    Raises PathwayRefused when SpiffWorkflow's own parser cannot make sense of the drawing.
    """
    parser = Parser()
    nodes: dict[tuple[str, str], Node] = {}
    try:
        for path, tree in trees.items():
            _strip(tree)
            parser.add_bpmn_xml(tree, path)
            for process in drawings[path].processes:
                for node in process.everything():
                    nodes[path, node.id] = node
        spec = parser.get_spec(key)
        subprocess_specs = parser.get_subprocess_specs(key)
    except RecursionError as error:
        raise refusal("too_long", "The pathway is too long in one line. Split it into processes.") from error
    except (ValidationException, WorkflowException, AttributeError, KeyError, ValueError, TypeError) as error:
        text = str(error).split("\n", 1)[0][:200]
        raise refusal("unsupported", f"The engine cannot read the diagram: {text}.") from error
    for process_spec in (spec, *subprocess_specs.values()):
        for task_spec in list(process_spec.task_specs.values()):
            drawn = nodes.get((process_spec.file, getattr(task_spec, "bpmn_id", None) or ""))
            _adopt(task_spec, drawn, elements, process_spec.file, nodes)
    records = {element.id: element.copy for element in elements.values() if element.copy}
    return Machine(spec, subprocess_specs, records)


def _strip(tree: Any) -> None:
    for tag in _STRIPPED:
        for node in list(tree.iter(tag)):
            node.getparent().remove(node)
    for parameter in tree.iter(f"{{{SPIFF}}}parameter"):
        parameter.set("type", parameter.get("type", "str"))


def _adopt(
    task_spec: Any,
    node: Node | None,
    elements: Mapping[int, Element],
    path: str,
    nodes: Mapping[tuple[str, str], Node],
) -> None:
    drawn = node is not None and not isinstance(task_spec, LoopTask)
    task_spec.element = elements[id(node)] if drawn else None
    if isinstance(task_spec, LoopTask):
        # SpiffWorkflow does this when the first copy is made, which may have been in another process.
        child = task_spec._wf_spec.task_specs[task_spec.task_spec]
        child.completed_event.connect(task_spec.merge_child)
    own = False
    if isinstance(task_spec, EventBasedGateway):
        # SpiffWorkflow moves the events of the ways out into the gateway, in the order of the ways out.
        ways = [nodes[path, output.bpmn_id] for output in task_spec.outputs]
        task_spec.event_definition.event_definitions = [_event(way) for way in ways]
        own = True
    elif node is not None and isinstance(task_spec, CatchingEvent) and _waits_in_gateway(task_spec):
        own = True
    elif node is not None and hasattr(task_spec, "event_definition"):
        ours = _event(node)
        if ours is not None and not isinstance(task_spec.event_definition, MultipleEventDefinition):
            task_spec.event_definition = ours
            own = isinstance(task_spec, CatchingEvent)
    task_spec.passive = own


def _waits_in_gateway(task_spec: Any) -> bool:
    return isinstance(task_spec.event_definition, NoneEventDefinition) and any(
        isinstance(source, EventBasedGateway) for source in task_spec.inputs
    )


def _event(node: Node) -> Any:
    for event in node.events:
        if event.kind == "timer" and event.timer_kind in ("timeDate", "timeDuration"):
            return events.Timer(node.id, node.name, event.timer_kind, event.text or "")
        if event.kind == "message" and event.message is not None:
            return _message(node, event)
    return None


def _message(node: Node, event: EventDefinition) -> events.Message:
    assert event.message is not None
    return events.Message(node.id, event.message.name, event.payload, event.variable)
