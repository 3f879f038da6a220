"""A BPMN file as plain values: scopes (process, sub-process), nodes, flows, messages.

Both the check and the compiler read diagrams through this module, so that they mean the same thing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class DrawnMessage:
    """A `bpmn:message`; payload and variable may be declared here or at the event."""

    id: str
    name: str
    correlate: str
    payload: str | None
    variable: str | None


@dataclass(frozen=True)
class EventDefinition:
    """What an event is about: `kind` is "timer", "message", "error", ... as in BPMN's tag names."""

    kind: str
    reference: str | None = None
    message: DrawnMessage | None = None
    payload: str | None = None
    variable: str | None = None
    timer_kind: str | None = None
    text: str | None = None


@dataclass(frozen=True)
class Operator:
    """The `serviceTaskOperator` of a service task; `parameters` are expressions."""

    name: str
    parameters: Mapping[str, str]


@dataclass(frozen=True)
class Flow:
    """A sequence flow."""

    id: str
    source: str
    target: str
    condition: str | None
    name: str


@dataclass(eq=False)
class Node:
    """A flow node as drawn."""

    id: str
    type: str
    name: str
    scope: Scope
    attributes: Mapping[str, str]
    properties: Mapping[str, str]
    extensions: Mapping[str, str]
    events: tuple[EventDefinition, ...]
    lane: str | None
    documentation: str
    children: frozenset[str]
    script: str | None = None
    operator: Operator | None = None
    loop: str | None = None
    cardinality: str | None = None
    collection: bool = False
    incoming: list[Flow] = field(default_factory=list)
    outgoing: list[Flow] = field(default_factory=list)
    boundaries: list[Node] = field(default_factory=list)

    @property
    def interrupting(self) -> bool:
        """Whether a boundary event cancels the activity that it sits on."""
        return self.attributes.get("cancelActivity", "true").lower() == "true"


@dataclass(eq=False)
class Scope:
    """A process or a sub-process: nodes and flows of its own level."""

    id: str
    name: str
    documentation: str
    executable: bool
    parent: Scope | None
    start_form: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)
    strangers: list[tuple[str, str]] = field(default_factory=list)

    def everything(self) -> Iterator[Node]:
        """The nodes of this scope and of every scope inside, outer first."""
        yield from self.nodes.values()
        for scope in self.scopes:
            yield from scope.everything()

    def all_scopes(self) -> Iterator[Scope]:
        """This scope and every one inside it."""
        yield self
        for scope in self.scopes:
            yield from scope.all_scopes()


@dataclass(eq=False)
class Drawing:
    """A whole file: its processes, its messages, and what lies at the top and is neither.

    `lanes` has each lane's id, its name, and whether it holds nodes itself (rather than further lanes).
    """

    processes: list[Scope]
    messages: Mapping[str, DrawnMessage]
    strangers: list[tuple[str, str]]
    ids: list[str]
    lanes: list[tuple[str, str, bool]]
    in_two_lanes: list[str]
