"""Form files (form-js JSON, `type: default`) read into parts, with a sentence for everything that cannot be shown.

What a designer may draw: textfield, textarea, number, select, radio, checkbox, checklist, datetime, text, separator,
spacer and group. Custom `properties` of a component, all text:
    fact          the child's fact that the answer is prefilled from and stored to
    called        the question inside a sentence: "the date of the visit"
    when          past | future: where a date must lie (today counts)
    allocates     the role that the chosen person takes on for the child (a select of people:<role>)
    simulated     how far ahead a date lies in a simulation that does not say (P84D); for what is never today
    carries       the question of an earlier step whose answer it starts with (arrange_meeting.invited)
    works_out     which day of a sentence it is, to be worked out: end | early | middle | late (domain.release_dates)
    inputmode, width (2, 3, 4, 5, 10, 20), autocomplete   as in HTML and GOV.UK's input classes
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from app.domain.durations import is_duration
from app.domain.form_components import BUILDERS, KINDS, name_of, shown, text_of
from app.domain.form_conditions import NotUnderstood, read_condition
from app.domain.form_parts import Condition, Field, Group, Kind, Line, Part, Words
from app.domain.release_dates import WHICH

MOST_FIELDS = 100
KEY = re.compile(r"[a-z][a-z0-9_]{0,59}", re.ASCII)
FACT = KEY
RESERVED = frozenset({"typename", "csrf_token", "submission", "draft_version", "action", "typed_by"})
WIDTHS = frozenset({"2", "3", "4", "5", "10", "20"})
INPUT_MODES = frozenset({"text", "numeric", "decimal", "tel", "email", "url", "search", "none"})
REFUSED = {
    "html": "HTML is not shown, so that nobody can put a script on a page. Use a text.",
    "button": "a page has its own buttons. Remove it.",
    "image": "pictures are not shown in forms. Remove it.",
    "expression": "answers are worked out in the pathway, not in the form. Remove it.",
    "taglist": "use a checklist.",
    "dynamiclist": "questions that repeat are not supported. Draw the step so that it repeats.",
    "table": "tables are not shown in forms. Use a text.",
    "iframe": "other pages are not shown inside a form. Use a text.",
}


class Reader:
    """Reads one form file; `findings` has a sentence for each thing that is wrong with it."""

    def __init__(self, functions: Collection[str] = ()) -> None:
        self.findings: list[str] = []
        self._functions = frozenset(functions)
        self._seen: set[str] = set()

    def read(self, form: Any) -> tuple[Part, ...]:
        """The parts of the form that could be read."""
        if not isinstance(form, Mapping):
            self.findings.append("The form is not a JSON object.")
            return ()
        if form.get("type") != "default":
            self.findings.append("The form must have “type”: “default”, as form-js writes it.")
        parts = self._parts(form.get("components"), (), depth=0)
        if not self._seen and not self.findings:
            self.findings.append("The form asks nothing. Add a question.")
        if len(self._seen) > MOST_FIELDS:
            self.findings.append(
                f"The form has {len(self._seen)} questions; at most {MOST_FIELDS} fit on a page."
            )
        return parts

    def _parts(self, components: Any, around: tuple[Condition, ...], *, depth: int) -> tuple[Part, ...]:
        if not isinstance(components, list | tuple):
            self.findings.append("“components” must be a list.")
            return ()
        if depth > 3:
            self.findings.append("Groups may stand inside each other at most three deep.")
            return ()
        parts = (self._part(component, around, depth) for component in components[: 5 * MOST_FIELDS])
        return tuple(part for part in parts if part is not None)

    def _part(self, component: Any, around: tuple[Condition, ...], depth: int) -> Part | None:
        if not isinstance(component, Mapping):
            self.findings.append("A component is not a JSON object.")
            return None
        kind = str(component.get("type", ""))
        name = name_of(component)
        hidden_when = around + self._condition(component, name)
        if kind in KINDS:
            return self._field(component, KINDS[kind], name, hidden_when)
        if kind == "group":
            return self._group(component, name, hidden_when, depth)
        if kind == "text":
            paragraphs = tuple(
                part.strip() for part in re.split(r"\n\s*\n", text_of(component, "text")) if part.strip()
            )
            return Words(paragraphs, hidden_when)
        if kind == "separator":
            return Line(hidden_when)
        if kind == "spacer":
            return None
        reason = REFUSED.get(kind, "there is no such component here.")
        self.findings.append(f"{name} ({shown(kind)}) cannot be shown: {reason}")
        return None

    def _group(
        self, component: Mapping[str, Any], name: str, hidden_when: tuple[Condition, ...], depth: int
    ) -> Part | None:
        if component.get("path") or component.get("isRepeating"):
            self.findings.append(
                f"{name}: a group with a path or that repeats is not supported. Remove the path."
            )
        if not text_of(component, "label"):
            self.findings.append(f"{name}: a group needs a label, which becomes its heading.")
        inner = self._parts(component.get("components"), hidden_when, depth=depth + 1)
        return Group(text_of(component, "label"), inner, hidden_when)

    def _condition(self, component: Mapping[str, Any], name: str) -> tuple[Condition, ...]:
        conditional = component.get("conditional")
        hide = conditional.get("hide") if isinstance(conditional, Mapping) else conditional
        if not hide:
            return ()
        try:
            condition = read_condition(hide)
        except NotUnderstood:
            self.findings.append(
                f'{name}: the condition {shown(hide)} is not understood. Write it like =outcome = "bail".'
            )
            return ()
        for comparison in condition.comparisons:
            if comparison.field not in self._seen:
                self.findings.append(
                    f"{name}: its condition asks about “{comparison.field}”, which is not a question before it."
                )
        return (condition,)

    def _field(
        self, component: Mapping[str, Any], kind: Kind, name: str, hidden_when: tuple[Condition, ...]
    ) -> Field | None:
        key = component.get("key")
        if not self._check_key(key, name):
            return None
        assert isinstance(key, str)
        self._seen.add(key)
        if component.get("disabled") or component.get("readonly"):
            self.findings.append(f"{name} cannot be answered, because it is read-only. Use a text instead.")
        field = BUILDERS[str(component["type"])](component, name, self.findings.append)
        if not field["label"]:
            self.findings.append(f"{name} has no label.")
        properties = self._properties(component, name)
        return Field(key=key, hidden_when=hidden_when, **{"kind": kind, **field, **properties})

    def _check_key(self, key: Any, name: str) -> bool:
        if not isinstance(key, str) or not KEY.fullmatch(key):
            self.findings.append(
                f"{name}: its key must be in snake_case, such as visited_on, and at most 60 letters."
            )
            return False
        if key in self._seen:
            self.findings.append(f"Two questions have the key “{key}”.")
            return False
        if key in RESERVED or keyword.iskeyword(key):
            self.findings.append(f"The key “{key}” is reserved. Choose another.")
        if key in self._functions:
            self.findings.append(f"The key “{key}” is the name of a function in expressions. Choose another.")
        return True

    def _properties(self, component: Mapping[str, Any], name: str) -> dict[str, Any]:
        """The custom properties, each with what it may say."""
        given = component.get("properties")
        if given is None:
            return {}
        if not isinstance(given, Mapping):
            self.findings.append(f"{name}: its properties are not a JSON object.")
            return {}
        kept: dict[str, Any] = {}
        for word, value in given.items():
            allowed = _PROPERTIES.get(word)
            if allowed is None:
                continue
            if isinstance(value, str) and allowed(value):
                kept["day" if word == "when" else word] = value
            else:
                self.findings.append(f"{name}: {shown(value)} cannot be its “{word}”.")
        return kept


_PROPERTIES: dict[Any, Callable[[str], bool]] = {
    "fact": lambda value: bool(FACT.fullmatch(value)),
    "called": lambda value: 0 < len(value) <= 200,
    "when": lambda value: value in {"past", "future"},
    "inputmode": lambda value: value in INPUT_MODES,
    "width": lambda value: value in WIDTHS,
    "autocomplete": lambda value: bool(re.fullmatch(r"[a-z0-9 -]{1,60}", value)),
    "allocates": lambda value: bool(FACT.fullmatch(value)),
    "simulated": is_duration,
    "carries": lambda value: all(FACT.fullmatch(part) for part in value.split(".")) and value.count(".") == 1,
    "works_out": lambda value: value in WHICH,
}
