"""Scenarios: inputs with what is expected of them, so that a pathway's dates are tested before it is published.

Shipped ones are files `processes/<folder>/scenarios/<key>.<name>.yaml`; what people have written stands beside them,
and one of the same name in the place of the file. A scenario is red when an expectation is not met.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select

from app.domain.clock import LONDON
from app.domain.durations import after
from app.domain.errors import BadInput
from app.domain.moments import moment_in_words
from app.engine.contracts import Bundle
from app.services import definitions, reference, simulated_view, simulated_walk
from app.services.simulated_walk import Inputs
from app.services.workbench import compared_stories
from app.store.db import reading
from app.store.scenarios import PathwayScenario

PARTS = frozenset(
    {"profile", "start", "complete", "until", "variables", "tasks", "messages", "acts", "expect"}
)
KINDS = {
    "task_created": ("The task “{}”", "A task"),
    "duty_overdue": ("That “{}” is overdue", "That anything is overdue"),
    "escalated": ("That “{}” is escalated", "That anything is escalated"),
    "instance_started": ("The start of “{}”", "The start of a pathway"),
    "instance_ended": ("The end “{}”", "The end of a pathway"),
}
"""What can be expected, as the beginning of a sentence: of a named element, and of any."""


@dataclass(frozen=True)
class Scenario:
    """A scenario of a pathway. `content` has PARTS, as its file does."""

    key: str
    name: str
    content: Mapping[str, Any]
    is_shipped: bool = True
    reason: str = ""


@dataclass(frozen=True)
class Result:
    """How a scenario went: a sentence for each expectation that was not met, and what of the drawing it reached."""

    name: str
    failures: tuple[str, ...]
    reached: frozenset[str]

    @property
    def is_green(self) -> bool:
        """Whether all was as expected."""
        return not self.failures


def shipped(key: str | None = None) -> list[Scenario]:
    """The scenarios of this release; of one pathway where `key` is given. Raises BadInput for a file that is wrong."""
    return [
        _read(path, path.stat().st_mtime_ns)
        for path in sorted(definitions.PROCESSES.glob(f"*/scenarios/{key or '*'}.*.yaml"))
    ]


@lru_cache(maxsize=512)
def _read(path: Path, _changed_at: int) -> Scenario:
    pathway, _, name = path.stem.partition(".")
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except yaml.YAMLError as error:
        raise BadInput(f"{path.name} is not readable YAML: {str(error).splitlines()[0]}") from error
    if not isinstance(content, dict) or set(content) - PARTS or "start" not in content:
        raise BadInput(f"{path.name} needs “start”, and may hold {', '.join(sorted(PARTS))}.")
    return Scenario(pathway, name, _plain(content))


def of_pathway(key: str) -> list[Scenario]:
    """The scenarios that count for a pathway now: the shipped ones and those that people wrote, less the withdrawn."""
    found = {one.name: one for one in shipped(key)}
    with reading() as session:
        rows = session.scalars(
            select(PathwayScenario).where(PathwayScenario.key == key).order_by(PathwayScenario.name)
        ).all()
    for row in rows:
        found.pop(row.name, None)
        if not row.is_withdrawn:
            found[row.name] = Scenario(key, row.name, json.loads(row.content), False, row.reason)
    return list(found.values())


def results(scenarios: Iterable[Scenario], bundles: Mapping[str, Bundle]) -> list[Result]:
    """Run scenarios, each once for the same drawings and the same files of the project in the life of the process."""
    versions = tuple(sorted(bundle.version_id() for bundle in bundles.values()))
    held = _Held(versions, (reference.profiles(), reference.roles(), reference.register()), bundles)
    return [_result(one.key, one.name, json.dumps(one.content, sort_keys=True), held) for one in scenarios]


@dataclass(frozen=True, eq=False)
class _Held:
    """Drawings that count as equal when they are the same versions, by the same readings of the project's files."""

    versions: tuple[str, ...]
    basis: tuple[object, ...]
    bundles: Mapping[str, Bundle]

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Held)
            and other.versions == self.versions
            and all(mine is theirs for mine, theirs in zip(self.basis, other.basis, strict=True))
        )

    def __hash__(self) -> int:
        return hash(self.versions)


@lru_cache(maxsize=128)
def _result(key: str, name: str, content: str, held: _Held) -> Result:
    scenario = json.loads(content)
    try:
        walked = simulated_walk.walk(inputs_of(key, scenario), held.bundles)
    except BadInput as error:
        return Result(name, (error.sentence,), frozenset())
    parts = simulated_view.every_part(held.bundles[key])
    names = {part: known.name for part, known in parts.items()}
    failures = [
        sentence
        for wanted in scenario.get("expect") or ()
        if (sentence := unmet(wanted, walked.events, names))
    ]
    return Result(name, tuple(failures), walked.stand.reached)


def inputs_of(key: str, content: Mapping[str, Any]) -> Inputs:
    """The inputs of a scenario: its own acts, or people who work in the way of `complete` up to `until`."""
    start = datetime.fromisoformat(content["start"])
    start = start if start.tzinfo else start.replace(tzinfo=LONDON)
    end = {"do": "end", "way": content.get("complete", "on-time")}
    end["at"] = after(start, content.get("until") or "P90D").isoformat()
    messages = content.get("messages") or ()
    return Inputs(
        pathway=key,
        profile=content.get("profile", "default"),
        start=start,
        variables=content.get("variables") or {},
        tasks=content.get("tasks") or {},
        messages=tuple(messages),
        acts=tuple(content.get("acts") or (end,)),
    )


def unmet(
    wanted: Mapping[str, Any], events: Iterable[Mapping[str, Any]], names: Mapping[str, str] | None = None
) -> str:
    """Why an expectation `{kind, element, nth, at, due_at, never}` is not met; "" when it is.

    `names` are what people call the elements.
    """
    kind, element = wanted["kind"], wanted.get("element")
    found = [
        event
        for event in events
        if event["kind"] == kind and (element is None or element in (event["element"], event["detail"]))
    ]
    nth = wanted.get("nth", 1)
    what = _what(kind, (names or {}).get(element, element) if element else None, nth)
    if wanted.get("never"):
        return f"{what} was never to happen, and it does." if found else ""
    if len(found) < nth:
        return f"{what} was expected, and does not happen."
    for part, words in (("at", "{}"), ("due_at", "due {}")):
        if wanted.get(part):
            is_at = found[nth - 1][part]
            if not is_at or _minute(is_at) != _minute(wanted[part]):
                got = moment_in_words(datetime.fromisoformat(is_at)) if is_at else "at no time"
                expected = moment_in_words(_minute(wanted[part]))
                return f"{what} was expected {words.format(expected)}, and is {words.format(got)}."
    return ""


def _what(kind: str, name: str | None, nth: int) -> str:
    """An expected event as the beginning of a sentence."""
    words, any_words = KINDS.get(kind, (f"{kind} of “{{}}”", kind))
    return (words.format(name) if name else any_words) + (f" ({nth})" if nth > 1 else "")


def expected_now(events: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Expectations that say what happens in these events: each task with its due time, and each end."""
    counts: dict[tuple[str, str], int] = {}
    found = []
    for event in events:
        if event["kind"] not in compared_stories.SHOWN or not event["element"]:
            continue
        key = (event["kind"], event["element"])
        counts[key] = counts.get(key, 0) + 1
        wanted = {"kind": event["kind"], "element": event["element"], "nth": counts[key]}
        part = "due_at" if event["kind"] == "task_created" else "at"
        found.append({**wanted, **({part: event[part]} if event[part] else {})})
    return found


def _minute(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=LONDON)
    return moment.replace(second=0, microsecond=0)


def _plain(value: Any) -> Any:
    """YAML reads dates as dates; JSON and the pathways speak ISO text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date | datetime) else value
