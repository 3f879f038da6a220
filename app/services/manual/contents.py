"""What a procedure manual holds: plain values, for a page and for paper alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from app.services.due_words import RuleWords

Kind = Literal["person", "service", "wait", "message", "part", "call"]


@dataclass(frozen=True)
class Question:
    """A question of a form: how it is answered, and when it is asked at all (empty: always)."""

    label: str
    how: str
    is_required: bool
    when: str = ""


@dataclass(frozen=True)
class When:
    """A due time or a wait: the words, the cases where it depends, and the rules that they rest on."""

    how: str
    cases: tuple[str, ...] = ()
    rules: tuple[RuleWords, ...] = ()

    @property
    def counted_from(self) -> str:
        """The events that the rules are counted from, as the rules name them."""
        return "; ".join(dict.fromkeys(rule.counted_from for rule in self.rules))


@dataclass(frozen=True)
class Why:
    """A duty that a step meets: the register's reference and its own words."""

    duty_id: str
    area: str
    clause: str
    strength: str
    sentence: str


@dataclass(frozen=True)
class Link:
    """Another pathway, and what ties the two."""

    key: str
    name: str
    words: str = ""


@dataclass(frozen=True)
class Step:
    """One thing that happens. `number` is its place ("3.2"); `who` is empty for what the service does itself.

    `edges` says what may happen while it waits for its answer, `links` the pathways that it starts or tells.
    """

    number: str
    element_id: str
    kind: Kind
    name: str
    who: str = ""
    about: str = ""
    when: When | None = None
    why: tuple[Why, ...] = ()
    questions: tuple[Question, ...] = ()
    sign_off: str = ""
    builds_on: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    late: str = ""
    edges: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Part:
    """Steps that belong together: the pathway itself, or one of its parts; what begins and ends it."""

    number: str
    heading: str
    level: int
    opening: tuple[str, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Ladder:
    """Who is told when work of an agency stays late, level by level."""

    agency: str
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Manual:
    """A pathway as a procedure to read. `version` says which version it is, in words; `xml` is the drawing.

    `profile` may carry what the authority has changed; `area_key` is the plain key of its file.
    """

    key: str
    name: str
    about: str
    version: str
    area: str
    profile: str
    area_key: str
    subject: str
    who: tuple[str, ...]
    starts: tuple[str, ...]
    started_by: tuple[Link, ...]
    start_questions: tuple[Question, ...]
    ends: tuple[str, ...]
    parts: tuple[Part, ...]
    ladders: tuple[Ladder, ...]
    unused: tuple[str, ...]
    xml: str

    @property
    def steps(self) -> Iterator[Step]:
        """Every step, in order."""
        return (step for part in self.parts for step in part.steps)

    @property
    def is_used_here(self) -> bool:
        """Whether anything is left of it in the area."""
        return any(step.kind != "service" for step in self.steps) or not self.unused

    @property
    def links(self) -> tuple[Link, ...]:
        """Every pathway that it starts or tells, each once, by name."""
        found = {link.key: link for step in self.steps for link in step.links}
        return tuple(sorted(found.values(), key=lambda link: link.name))
