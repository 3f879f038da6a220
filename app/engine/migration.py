"""Moving a running instance to another version of its pathway: what would happen, and the move itself.

Pure: text and two versions in, a plan or a Step out. The old text is untouched, so whoever keeps it can go back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal

from app.domain.errors import BadInput, EngineFailure, ExpressionRefused, PathwayCannotMove
from app.engine import codec, events, report, runner
from app.engine.contracts import CompiledVersion, EngineContext, Step
from app.engine.interpreter import Interpreter
from app.engine.transplant import HUMAN, Block, Lost, Transplant, transplant

__all__ = [
    "CHOICES",
    "Block",
    "Choice",
    "Clock",
    "Clockwork",
    "Lost",
    "Moves",
    "Plan",
    "clockworks",
    "migrate",
    "plan",
]

Choice = Literal["keep", "original", "restart"]
Kind = Literal["task", "timer"]
CHOICES: tuple[Choice, ...] = ("keep", "original", "restart")
"""A date stays; is counted by the new rule from when the step began; is counted by the new rule from now."""


@dataclass(frozen=True)
class Moves:
    """How to move: `choices` by element id of the new version, `names` ids that changed (old -> new).

    Where nothing is chosen, a date whose rule reads the same stays, and one whose rule was changed is counted by the
    new rule from when the step began: whoever changes a rule means it to hold, and only the beginning is a fact.
    """

    choices: Mapping[str, Choice] = field(default_factory=lambda: MappingProxyType({}))
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Clockwork:
    """A rule of a due time or timer in the new version, beside the old one; `was` is None where there was none."""

    element_id: str
    name: str
    kind: Kind
    was: str | None
    rule: str

    @property
    def has_changed(self) -> bool:
        """Whether the rule reads otherwise than in the old version."""
        return self.was != self.rule

    @property
    def default(self) -> Choice:
        """What is done where nobody chooses."""
        return "original" if self.has_changed else "keep"


@dataclass(frozen=True)
class Clock:
    """A due time or timer of one instance. `dates` has what each choice would make of it.

    `was` is when a timer is due now, None for one that the old version did not have; what a task's row says is known
    to whoever keeps it. `problems` say why a choice gives no date.
    """

    ref: str
    rule: Clockwork
    was: datetime | None
    dates: Mapping[Choice, datetime | None]
    choice: Choice
    problems: Mapping[Choice, str]

    @property
    def after(self) -> datetime | None:
        """The date by the choice that was made; for a task that is kept, its row's."""
        return self.dates[self.choice]


@dataclass(frozen=True)
class Plan:
    """What a move would do to one instance: what stops it, its clocks, what is no longer waited for, and the Step."""

    blocks: tuple[Block, ...]
    clocks: tuple[Clock, ...] = ()
    lost: tuple[Lost, ...] = ()
    step: Step | None = None


def clockworks(
    old: CompiledVersion, new: CompiledVersion, names: Mapping[str, str] | None = None
) -> tuple[Clockwork, ...]:
    """Every due time and timer that the new version draws (or takes away), with its rule in both; sorted by name."""
    renamed = {new_id: old_id for old_id, new_id in (names or {}).items()}
    before, found = _rules(old), []
    for element_id, (name, kind, rule) in _rules(new).items():
        was = before.get(renamed.get(element_id, element_id))
        if rule or (was is not None and was[2]):
            found.append(Clockwork(element_id, name, kind, was[2] if was else None, rule))
    return tuple(sorted(found, key=lambda one: (one.name, one.element_id)))


def check_names(old: CompiledVersion, new: CompiledVersion, names: Mapping[str, str]) -> None:
    """Raises BadInput unless `names` leads from elements of the old version to different ones of the new."""
    wrong: dict[str, list[str]] = {}
    for old_id, new_id in names.items():
        if old.element(old_id) is None:
            wrong[old_id] = [f"The old version has no element called {old_id}"]
        elif new.element(new_id) is None:
            wrong[old_id] = [f"The new version has no element called {new_id}"]
        elif old.element(new_id) is not None and new_id not in names:
            wrong[old_id] = [f"{new_id} is an element of the old version too, so {old_id} cannot become it"]
    if len(set(names.values())) != len(names):
        wrong["names"] = ["Two elements of the old version cannot become the same one"]
    if wrong:
        raise BadInput(next(iter(wrong.values()))[0] + ".", wrong)


def plan(
    old: CompiledVersion,
    new: CompiledVersion,
    state: str,
    context: EngineContext,
    moves: Moves = Moves(),
    entered: Mapping[str, datetime] | None = None,
    *,
    is_preview: bool = False,
) -> Plan:
    """What moving the instance would do; without blocks it has the Step that does it, in which nothing is done yet.

    `entered` says when what has no moment of its own began, by ref. A preview takes half the time: its Step has no
    state, and its clocks only the date of the choice that was made. Raises EngineFailure when the state cannot be
    read.
    """
    machine = old.machine
    reader = Interpreter(context, machine.records)
    source = codec.load(state, old.version_id, machine.spec, machine.subprocess_specs, reader)
    moved = transplant(source, new, Interpreter(context, new.machine.records), moves.names, entered or {})
    if moved.blocks:
        return Plan(tuple(moved.blocks))
    clocks = tuple(_clocks(moved, old, new, moves, chosen_only=is_preview))
    blocks = _without_dates(clocks)
    if blocks:
        return Plan(tuple(blocks), clocks)
    _set(moved, clocks)
    try:
        pathway = moved.pathway
        step = runner.survey(new, pathway) if is_preview else runner.look(new, codec.save(pathway), context)
    except EngineFailure as failure:
        element = new.element(failure.element_id or "")
        name = element.name if element else new.name
        return Plan((Block(failure.element_id or "", name, failure.sentence),), clocks)
    return Plan((), clocks, tuple(moved.lost), step)


def migrate(
    old: CompiledVersion,
    new: CompiledVersion,
    state: str,
    context: EngineContext,
    moves: Moves = Moves(),
    entered: Mapping[str, datetime] | None = None,
) -> Step:
    """The instance on the new version: all that waits there, and nothing done.

    Raises PathwayCannotMove with the first reason when something stands against it.
    """
    planned = plan(old, new, state, context, moves, entered)
    if planned.step is None:
        raise PathwayCannotMove(planned.blocks[0].sentence)
    return planned.step


def _clocks(
    moved: Transplant, old: CompiledVersion, new: CompiledVersion, moves: Moves, *, chosen_only: bool
) -> list[Clock]:
    rules = {one.element_id: one for one in clockworks(old, new, moves.names)}
    found = []
    for task, way, event in report.waiting_events(moved.pathway):
        if isinstance(event, events.Timer):
            since = task.internal_data.setdefault("since", _since(moved, task))
            was = task.internal_data.get("due", {}).get(event.element_id)
            kept = datetime.fromisoformat(was) if was else None
            choice = _choice(moves, rules[event.element_id], may_keep=kept is not None)
            wanted = (choice,) if chosen_only else CHOICES
            dates, problems = _dates(moved, task, since, event.due_at, wanted)
            dates["keep"] = kept
            found.append(Clock(way.id, rules[event.element_id], kept, dates, choice, problems))
    for task in report.open_tasks(moved.pathway):
        rule = rules.get(task.task_spec.element.id)
        if rule is not None:
            since = task.internal_data.get("since") or _since(moved, task)
            choice = _choice(moves, rule, may_keep=True)
            wanted = (choice,) if chosen_only else CHOICES
            dates, problems = _dates(moved, task, since, lambda one: _due_at(moved, one), wanted)
            found.append(Clock(task.id, rule, None, dates, choice, problems))
    return found


def _since(moved: Transplant, task: Any) -> str:
    return moved.entered.get(task.id, moved.pathway.script_engine.context.now).isoformat()


def _choice(moves: Moves, rule: Clockwork, *, may_keep: bool) -> Choice:
    choice = moves.choices.get(rule.element_id, rule.default)
    return choice if choice != "keep" or may_keep else "original"


def _dates(
    moved: Transplant,
    task: Any,
    since: str,
    due_at: Callable[[Any], datetime | None],
    wanted: Sequence[Choice],
) -> tuple[dict[Choice, datetime | None], dict[Choice, str]]:
    dates: dict[Choice, datetime | None] = {"keep": None}
    problems: dict[Choice, str] = {}
    moments: dict[Choice, str] = {
        "original": since,
        "restart": moved.pathway.script_engine.context.now.isoformat(),
    }
    before = task.internal_data.get("since")
    for choice, moment in moments.items():
        if choice not in wanted:
            continue
        task.internal_data["since"] = moment
        try:
            dates[choice] = due_at(task)
        except (EngineFailure, ExpressionRefused) as error:
            dates[choice], problems[choice] = None, error.sentence
    if before is None:
        del task.internal_data["since"]
    else:
        task.internal_data["since"] = before
    return dates, problems


def _due_at(moved: Transplant, task: Any) -> datetime | None:
    deadline = report.due_of(moved.pathway, task)
    return deadline.due_at if deadline is not None else None


def _without_dates(clocks: Sequence[Clock]) -> list[Block]:
    return [
        Block(
            clock.rule.element_id,
            clock.rule.name,
            f"When “{clock.rule.name}” is due cannot be worked out by the new rule: {clock.problems[clock.choice]}",
        )
        for clock in clocks
        if clock.choice in clock.problems
    ]


def _set(moved: Transplant, clocks: Sequence[Clock]) -> None:
    """Put the chosen dates into the state; a task's own date is the row's, only its beginning lies here."""
    now = moved.pathway.script_engine.context.now.isoformat()
    chosen = {clock.ref: clock for clock in clocks}
    for task, way, event in report.waiting_events(moved.pathway):
        if isinstance(event, events.Timer):
            clock = chosen[way.id]
            date = clock.after
            task.internal_data.setdefault("due", {})[event.element_id] = date.isoformat() if date else None
            if clock.choice == "restart":
                task.internal_data["since"] = now
    for task in report.open_tasks(moved.pathway):
        if task.id in chosen and chosen[task.id].choice == "restart":
            task.internal_data["since"] = now


def _rules(version: CompiledVersion) -> dict[str, tuple[str, Kind, str]]:
    found: dict[str, tuple[str, Kind, str]] = {}
    for element in version.elements:
        if element.type in HUMAN:
            found[element.id] = (element.name or element.id, "task", element.due or "")
    machine = version.machine
    for spec in (machine.spec, *machine.subprocess_specs.values()):
        for task_spec in spec.task_specs.values():
            event = getattr(task_spec, "event_definition", None)
            for one in (event, *getattr(event, "event_definitions", ())):
                if isinstance(one, events.Timer):
                    found[one.element_id] = (one.name, "timer", one.text)
    return found
