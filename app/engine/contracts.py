"""What goes into the engine and what comes out: plain frozen values, no SpiffWorkflow anywhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from app.domain.deadlines import Deadline
    from app.domain.profiles import Profile
    from app.domain.workdays import WorkingCalendar

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Bundle:
    """What one definition version consists of; content-addressed.

    `key` is the definition key (BPMN process id = file stem), `files` maps a path to the exact BPMN text (the
    file of the process itself and of every process it calls), `forms` a form key `pathway/form` to its JSON.
    """

    key: str
    files: Mapping[str, str]
    forms: Mapping[str, dict[str, Any]] = field(default_factory=dict)

    @cached_property
    def _version_id(self) -> str:
        content = {"key": self.key, "files": dict(self.files), "forms": dict(self.forms)}
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def version_id(self) -> str:
        """SHA-256, in hex, over the canonical JSON of everything in the bundle."""
        return self._version_id

    @property
    def main_path(self) -> str:
        """The path of the pathway's own file, `folder/key.bpmn`."""
        return next(path for path in self.files if PurePosixPath(path).stem == self.key)

    @property
    def main(self) -> str:
        """The BPMN text of the pathway itself (not of what it calls)."""
        return self.files[self.main_path]

    @property
    def folder(self) -> str:
        """The folder of the pathway's own file, in which its forms stand too."""
        return self.main_path.partition("/")[0]


@dataclass(frozen=True)
class Element:
    """A flow node as drawn, with the extension properties of contract.md, section 5.

    `type` is BPMN's own word ("userTask", "boundaryEvent"). `lane` is the lane's name, `role` a role key; so is
    `sign_off`, whose holder has to agree with the answers before they complete the task.
    What the elements in `builds_on` were answered stands beside the form.
    """

    id: str
    type: str
    name: str
    lane: str | None = None
    role: str | None = None
    form: str | None = None
    due: str | None = None
    duty: tuple[str, ...] = ()
    assign: str | None = None
    copy: tuple[str, ...] = ()
    overdue: str | None = None
    documentation: str = ""
    sign_off: str | None = None
    builds_on: tuple[str, ...] = ()


Correlate = Literal["root", "child", "parent"]
CORRELATE: tuple[Correlate, ...] = get_args(Correlate)


def reach_of(said: str) -> Correlate:
    """How far a message goes, as its drawing says; its own tree where it says something else."""
    return next((one for one in CORRELATE if one == said), "root")


@dataclass(frozen=True)
class Message:
    """A message by its name; it goes to the sender's tree (`root`), to the whole child (`child`), or only to the
    pathway by which the sender was started (`parent`)."""

    name: str
    correlate: Correlate = "root"


@dataclass(frozen=True)
class Finding:
    """What is wrong with a diagram: at which element, by which rule, and what to draw instead.

    `waived` is the reason for which a designer accepts it; it is empty where nobody does.
    """

    element: str
    rule: str
    severity: Severity
    sentence: str
    waived: str = ""

    @property
    def stops(self) -> bool:
        """Whether a pathway with this finding is not published."""
        return self.severity == "error" and not self.waived


@dataclass(frozen=True)
class EngineContext:
    """All that an expression may ask for. `facts` are the child's, by name; `now` is aware."""

    now: datetime
    profile: Profile
    calendar: WorkingCalendar
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ReadyTask:
    """A task that a person can do now. `ref` stays the same from step to step."""

    ref: str
    element: Element
    due: Deadline | None
    assign: str | None


@dataclass(frozen=True)
class WaitingTimer:
    """A timer that has not fired; `due_at` is aware, UTC."""

    ref: str
    element_id: str
    name: str
    due_at: datetime


@dataclass(frozen=True)
class WaitingMessage:
    """A place that waits for the message called `name`."""

    ref: str
    element_id: str
    name: str


@dataclass(frozen=True)
class SentMessage:
    """A message that the step sent; the payload is JSON."""

    element_id: str
    name: str
    payload: dict[str, Any]


@dataclass(frozen=True)
class Effect:
    """What a service task asks the service layer to do; the parameters are JSON."""

    element_id: str
    operator: str
    parameters: dict[str, Any]


@dataclass(frozen=True)
class HistoryRow:
    """A drawn element that the step entered, left or both."""

    ref: str
    element_id: str
    element_type: str
    entered: bool
    left: Literal["completed", "cancelled"] | None


@dataclass(frozen=True)
class Step:
    """The outcome of one step.

    `state` is TEXT whose key order matters (never JSONB). `tasks`, `timers` and `subscriptions` list ALL that
    wait after the step; `messages`, `effects` and `history` only what this step did, in order.
    """

    state: str
    tasks: tuple[ReadyTask, ...] = ()
    timers: tuple[WaitingTimer, ...] = ()
    subscriptions: tuple[WaitingMessage, ...] = ()
    messages: tuple[SentMessage, ...] = ()
    effects: tuple[Effect, ...] = ()
    history: tuple[HistoryRow, ...] = ()
    ended: bool = False
    end_events: tuple[str, ...] = ()


@dataclass(frozen=True)
class CompiledVersion:
    """A bundle, parsed once and shared by every instance that runs on it.

    `start_message` is the message that starts it, `start_form` the form of its start event; `elements` are
    the flow nodes of all its processes, `subscribes` the messages that it can wait for once started,
    `hangs_on` the facts of the child that its due times and timers are counted from. `about` says whom it is
    about: a child, or the partnership.
    """

    version_id: str
    key: str
    name: str
    documentation: str
    start_message: str | None
    start_form: str | None
    elements: tuple[Element, ...]
    messages: Mapping[str, Message]
    subscribes: frozenset[str]
    hangs_on: frozenset[str] = frozenset()
    about: str = "child"
    machine: Any = field(repr=False, compare=False, default=None)

    @cached_property
    def _by_id(self) -> Mapping[str, Element]:
        return {element.id: element for element in reversed(self.elements)}

    @cached_property
    def roles(self) -> frozenset[str]:
        """Those of its tasks, as the drawing says them."""
        return frozenset(element.role for element in self.elements if element.role)

    def element(self, element_id: str) -> Element | None:
        """The element with that id, or None; the main process comes before those it calls."""
        return self._by_id.get(element_id)
