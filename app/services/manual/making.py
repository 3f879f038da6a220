"""From a version of a pathway to its manual, for one area: a pure view, nothing is asked of the database."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.duties import Duty
from app.domain.errors import PathwayRefused
from app.domain.explanations import rule_in_words
from app.domain.profiles import Profile
from app.domain.vocabulary import say
from app.engine import catalogue, names
from app.engine.contracts import Bundle
from app.engine.outline import outline
from app.engine.shapes import Node, Scope
from app.services import changed_profiles, reference
from app.services.due_words import due_in_words
from app.services.manual.asked import questions_of
from app.services.manual.contents import Kind, Ladder, Link, Manual, Part, Step, When, Why
from app.services.manual.meanings import forms_of, meanings
from app.services.manual.order import in_order
from app.services.manual.ties import Ties

AGENCIES = {
    "yjs": "youth justice", "csc": "children’s social care", "health": "health", "education": "education",
    "secure": "the establishment", "court": "the court", "design": "the designers", "other": "other agencies",
}  # fmt: skip
KINDS: dict[str, Kind] = {
    **dict.fromkeys(names.PERSON_TASKS, "person"),
    **dict.fromkeys(("scriptTask", "serviceTask", "businessRuleTask"), "service"),
    **dict.fromkeys(("intermediateCatchEvent", "receiveTask"), "wait"),
    **dict.fromkeys(("intermediateThrowEvent", "sendTask"), "message"),
    **dict.fromkeys(names.SUB_PROCESSES, "part"),
    "callActivity": "call",
}


def manual_of(bundle: Bundle, version: str, profile: Profile, ties: Ties) -> Manual:
    """The manual of a version in the words, limits and switches of an area. Raises PathwayRefused.

    `version` says in words which version it is; `ties` are the pathways in force around it.
    """
    processes = catalogue.drawn(bundle.main).processes
    main = next((one for one in processes if one.id == bundle.key), None)
    if main is None:
        raise PathwayRefused(f"There is no process with the id {bundle.key} in the file.", [])
    return _Maker(bundle, main, profile, ties).make(version)


class _Maker:
    def __init__(self, bundle: Bundle, main: Scope, profile: Profile, ties: Ties) -> None:
        self.bundle, self.main, self.profile, self.ties = bundle, main, profile, ties
        self.outline = outline(bundle.main)
        self.forms = forms_of(bundle)
        self.said = meanings([main], self.forms)
        self.unused: list[str] = []

    def make(self, version: str) -> Manual:
        """All of it."""
        parts = tuple(self.parts(self.main, "", 2))
        starts = [node for node in self.main.nodes.values() if node.type == "startEvent"]
        heard = [event.message.name for node in starts for event in node.events if event.message]
        form = next((self.forms.get(node.properties.get("form", "")) for node in starts), None)
        people = dict.fromkeys(step.who for part in parts for step in part.steps if step.who)
        late = any(step.late for part in parts for step in part.steps)
        return Manual(
            key=self.bundle.key,
            name=self.words(self.main.name),
            about=self.words(self.main.documentation),
            version=version,
            area=self.profile.name,
            profile=self.profile.key,
            area_key=changed_profiles.base_of(self.profile.key),
            subject=self.main.properties.get("about") or names.CHILD,
            who=tuple(people),
            starts=tuple(self.begins(node) for node in starts),
            started_by=(*self.ties.sending(heard, self.bundle.key), *self.ties.calling(self.bundle.key)),
            start_questions=questions_of(form, self.words),
            ends=tuple(self.endings(self.main)),
            parts=parts,
            ladders=tuple(self.ladders()) if late else (),
            unused=tuple(dict.fromkeys(self.unused)),
            xml=self.bundle.main,
        )

    def words(self, text: str) -> str:
        """A text in the area's own words, on one line."""
        return say(" ".join(text.split()), self.profile.words)

    def name(self, node: Node) -> str:
        return self.words(node.name or node.id.replace("_", " "))

    def begins(self, node: Node) -> str:
        """How it begins, in a sentence."""
        name = self.name(node)
        if any(event.kind == "message" for event in node.events):
            return f"{name}: it begins by itself when this is known, or another pathway says so."
        if any(event.kind == "timer" for event in node.events):
            return f"{name}: it begins at its time."
        return f"{name}: a person begins it and answers the questions below."

    def endings(self, scope: Scope) -> Iterator[str]:
        """The ends that are reached in the area, by name, each once."""
        reached, _ = in_order(scope, self.profile)
        named = (self.name(node) for node in reached if node.type == "endEvent" and node.name)
        return iter(dict.fromkeys(named))

    def parts(self, scope: Scope, number: str, level: int) -> Iterator[Part]:
        """The steps of a level, then its parts one by one."""
        reached, never = in_order(scope, self.profile)
        self.unused += [
            self.name(node) for node in never if KINDS.get(node.type) in ("person", "part", "call")
        ]
        shown = [node for node in reached if self.is_shown(node)]
        numbers = {node.id: f"{number}{place}" for place, node in enumerate(shown, start=1)}
        heading = "Steps" if scope is self.main else self.words(scope.name)
        host = scope.parent.nodes.get(scope.id) if scope.parent else None
        opening = tuple(self.edges(host)) if host else ()
        steps = tuple(self.step(node, numbers[node.id]) for node in shown)
        yield Part(number.rstrip("."), heading, level, opening, steps)
        inner = {one.id: one for one in scope.scopes}
        for node in shown:
            if node.id in inner:
                yield from self.parts(inner[node.id], f"{numbers[node.id]}.", min(level + 1, 4))

    def is_shown(self, node: Node) -> bool:
        """Whether it is a step to read of: not the bare signs of a drawing, and no end but one that tells others."""
        tells = node.type == "endEvent" and any(event.message for event in node.events)
        return node.type in KINDS or tells

    def step(self, node: Node, number: str) -> Step:
        """One step with all that is to be said of it."""
        element = catalogue.element_of(node, reference.roles())
        kind = KINDS.get(node.type, "message")
        is_for_people = kind == "person"
        role = reference.roles().by_key.get(element.role or "")
        agency = role.agency if role else ""
        goes_on = is_for_people or kind in ("wait", "call")
        return Step(
            number=number,
            element_id=node.id,
            kind=kind,
            name=self.name(node),
            who=self.words(role.name if role else element.lane or "") if is_for_people else "",
            about=self.words(node.documentation),
            when=self.when(node),
            why=tuple(self.why(element.duty)),
            questions=questions_of(self.forms.get(element.form or ""), self.words),
            sign_off=self.words(reference.roles().name_of(element.sign_off)) if element.sign_off else "",
            builds_on=tuple(self.name_of(one) for one in element.builds_on),
            next=self.following(node) if goes_on else (),
            late=_late(element.overdue, agency) if element.due else "",
            edges=tuple(self.edges(node)) if kind != "part" else (),
            links=tuple(self.links(node)),
        )

    def following(self, node: Node) -> tuple[str, ...]:
        """What comes next and in which case; without the ways that the area never goes, unless there is no other."""
        found = tuple(self.words(one) for one in self.outline.what_follows(node.id))
        here = tuple(one for one in found if not one.endswith(tuple(self.unused)))
        return here or found

    def name_of(self, element_id: str) -> str:
        found = next((node for node in self.main.everything() if node.id == element_id), None)
        return self.name(found) if found else element_id.replace("_", " ")

    def when(self, node: Node) -> When | None:
        """The due time of a task, the moment of a timer, or that it waits for word."""
        timers = [event.text or "" for event in node.events if event.kind == "timer"]
        text = node.properties.get("due") or (timers[0] if timers else "")
        if not text:
            return None
        found = due_in_words(text, self.profile, self.said, reference.called)
        return When(self.words(found.how), tuple(map(self.words, found.cases)), found.rules)

    def edges(self, host: Node) -> Iterator[str]:
        """What may come in between, in sentences."""
        for node in host.boundaries:
            when = self.when(node)
            reason = f"“{self.name(node)}”" + (f" ({_full(when)})" if when else "")
            leads = "; ".join(self.following(node))
            what = "this ends" if node.interrupting else "this goes on, and beside it something begins"
            senders = [event.message.name for event in node.events if event.message]
            said_by = [link.name for link in self.ties.sending(senders, self.bundle.key)]
            by = f", said by {_listed(said_by)}" if said_by else ""
            yield f"On {reason}{by}: {what}." + (f" Then: {leads}." if leads else "")

    def links(self, node: Node) -> Iterator[Link]:
        """The pathways that a step starts, tells or calls."""
        if node.type == "callActivity":
            called = node.attributes.get("calledElement", "")
            yield Link(called, self.words(self.ties.name_of(called)), "is a step of this one")
        elif KINDS.get(node.type) == "message" or node.type == "endEvent":
            for event in node.events:
                for link in self.ties.hearing(event.message.name, self.bundle.key) if event.message else ():
                    yield Link(link.key, self.words(link.name), link.words)

    def why(self, ids: tuple[str, ...]) -> Iterator[Why]:
        """The duties of the area's own protocol; all where it has none of its own."""
        known = reference.register().by_id
        for duty in (known[one] for one in ids if one in known):
            if self.profile.area in (None, duty.area):
                yield _why(duty)

    def ladders(self) -> Iterator[Ladder]:
        """The ladder of the area for the two agencies that climb it differently."""
        roles = reference.roles()
        for agency in ("yjs", "csc"):
            levels = []
            for level, step in enumerate(self.profile.ladder, start=1):
                role = self.profile.ladder_role(level, agency)
                rule = self.profile.deadlines[step.response]
                side = rule.local or rule.statutory
                source = f" ({side.source})" if side else ""
                within = f", who answers within {rule_in_words(side)}{source}" if side else ""
                levels.append(f"{self.words(roles.name_of(role or ''))}{within}")
            yield Ladder(AGENCIES[agency], tuple(levels))


def _why(duty: Duty) -> Why:
    return Why(duty.id, duty.area, duty.clause, duty.strength_in_words, duty.sentence)


def _late(overdue: str | None, agency: str) -> str:
    marked = "It shows as overdue, and whoever has it is told"
    if overdue == "escalate":
        return f"{marked}. At once it goes up the ladder of {AGENCIES.get(agency, AGENCIES['csc'])}."
    return f"{marked}. It does not go up the ladder."


def _full(when: When) -> str:
    return f"{when.how}: {'; '.join(when.cases)}" if when.cases else when.how


def _listed(names_: list[str]) -> str:
    quoted = [f"“{name}”" for name in dict.fromkeys(names_)]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"
