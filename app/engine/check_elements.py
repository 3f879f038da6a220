"""Checks on single elements: which exist here, which event may stand where, what loops and operators may say."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from app.domain.roles import RoleTable
from app.engine import check_events, operators
from app.engine.contracts import Finding
from app.engine.findings import fault, title
from app.engine.gate import MAX_NAME
from app.engine.names import PERSON_TASKS
from app.engine.shapes import Node
from app.engine.words import KEPT


@dataclass(frozen=True)
class Known:
    """The keys that exist in the project; None where nobody can say.

    `named` has the names that a function may ask the profile for (switch, money, word, recipients), `timed` the
    duties that must be done within a time that their source states.
    """

    roles: RoleTable
    forms: Collection[str] | None
    rules: Collection[str] | None
    duties: Collection[str] | None
    processes: Collection[str] | None
    named: Mapping[str, Collection[str]] = field(default_factory=dict)
    timed: Collection[str] = ()


_UNSUPPORTED = {
    "complexGateway": "Complex gateways are not supported. Draw decisions, and ways at the same time.",
    "adHocSubProcess": "Ad-hoc sub-processes are not supported. Draw ways at the same time, one for each task.",
    "transaction": "Transactions are not supported. Draw a box of steps (sub-process).",
    "businessRuleTask": (
        "Business rule tasks are not supported. Name a rule of the profile: deadline(), switch(), setting()."
    ),
    "implicitThrowEvent": "Implicit throw events are not supported. Draw an intermediate throw event.",
}
_REPEATABLE = PERSON_TASKS | {"sendTask", "serviceTask", "callActivity"}
_DATA = frozenset({"ioSpecification", "dataInputAssociation", "dataOutputAssociation"})


def check(node: Node, known: Known) -> Iterator[Finding]:
    """Findings about one node on its own."""
    if node.type in _UNSUPPORTED:
        yield fault(node.id, "unsupported", f"{title(node)}: {_UNSUPPORTED[node.type]}")
    if len(node.name) > MAX_NAME:
        yield fault(
            node.id,
            "name",
            f"The name “{node.name[:40]}…” is longer than {MAX_NAME} characters. Shorten it.",
        )
    if node.attributes.get("triggeredByEvent") == "true":
        yield fault(
            node.id,
            "event_sub_process",
            f"{title(node)} is an event sub-process, which would not interrupt. Put "
            "the work into a box of steps (sub-process) and draw the event on its border.",
        )
    yield from check_events.check(node)
    if node.type == "serviceTask":
        yield from _operator(node)
    if node.type == "callActivity":
        yield from _call(node, known)
    if node.loop:
        yield from _repetition(node)
    yield from _hidden(node)


def _hidden(node: Node) -> Iterator[Finding]:
    if node.children & _DATA:
        yield fault(
            node.id,
            "data",
            f"{title(node)} has data inputs or outputs, which are not used. Every "
            f"answer named in {KEPT} is known to the whole pathway.",
        )
    for script in ("preScript", "postScript"):
        if node.extensions.get(script):
            yield fault(
                node.id,
                "hidden_script",
                f"{title(node)} hides a script ({script}). Draw it as a step that the system works out (script task).",
            )


def _operator(node: Node) -> Iterator[Finding]:
    if node.operator is None:
        yield fault(
            node.id,
            "operator",
            f"{title(node)} does not say what the system does. Choose one of {', '.join(operators.OPERATORS)}.",
        )
        return
    wrong = operators.problem(node.operator.name, node.operator.parameters)
    if wrong:
        yield fault(node.id, "operator", f"{title(node)}: {wrong}")


def _call(node: Node, known: Known) -> Iterator[Finding]:
    name = node.attributes.get("calledElement", "")
    top = node.scope
    while top.parent is not None:
        top = top.parent
    if not name:
        yield fault(node.id, "call", f"{title(node)} calls no pathway. Name the one that it calls.")
    elif name == top.id:
        yield fault(
            node.id,
            "call",
            f"{title(node)} calls its own pathway. Draw a loop, or start a new one by a message.",
        )
    elif known.processes is not None and name not in known.processes:
        yield fault(node.id, "call", f"{title(node)} calls the pathway {name}, which does not exist.")


def _repetition(node: Node) -> Iterator[Finding]:
    if node.loop == "standardLoopCharacteristics":
        yield fault(
            node.id,
            "repetition",
            f"{title(node)} is marked as a loop. Draw the loop: a decision after it, with a way back.",
        )
        return
    if node.type not in _REPEATABLE:
        yield fault(
            node.id,
            "repetition",
            f"{title(node)} cannot be repeated. Start a pathway for each one by a message instead.",
        )
    if not node.cardinality or not node.cardinality.strip() or node.collection:
        yield fault(
            node.id,
            "repetition",
            f"{title(node)} is repeated over a list or up to a condition. Give the number of times (loop cardinality), "
            "or start a pathway for each item by a message.",
        )
    if node.properties.get("copy"):
        yield fault(
            node.id,
            "repetition",
            f"{title(node)} is repeated, so that answers that it keeps in {KEPT} would overwrite each other. "
            "Start a pathway for each one by a message.",
        )
