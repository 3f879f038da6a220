"""A form as the editor in the browser sends it: without what only that editor needs, and nothing lost on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.errors import BadInput
from app.domain.form_components import name_of
from app.domain.form_places import parts_of
from app.domain.form_settings import kind_of

DEEPEST = 6
_OF_THE_EDITOR = frozenset({"_parent", "_path"})
_MADE_ID = re.compile(r"Field_[0-9a-z]{4,10}", re.ASCII)
_SET = frozenset({
    "label", "dateLabel", "timeLabel", "description", "values", "valuesKey", "text", "decimalDigits", "conditional",
    "disallowPassedDates", "layout", "id",
})  # fmt: skip
"""What the settings of a part (form_settings) write or take away themselves."""
_SET_INSIDE = {
    "validate": frozenset({"required", "maxLength", "validationType", "min", "max"}),
    "appearance": frozenset({"prefixAdorner", "suffixAdorner"}),
    "properties": frozenset({
        "called", "fact", "carries", "when", "simulated", "works_out", "allocates", "width", "inputmode",
        "autocomplete",
    }),
}  # fmt: skip


def as_kept(before: Mapping[str, Any], sent: Any) -> dict[str, Any]:
    """The form that was sent, as a file keeps it. Raises BadInput for what is no form at all.

    form-js gives each part an id and a row. They are left out, except in a form that already came with them.
    """
    if not isinstance(sent, Mapping) or not isinstance(sent.get("components"), list):
        raise BadInput("This is not a form. Load the page again.")
    there = [one for _, one in parts_of(before) if isinstance(one, Mapping)]
    ids = {str(one.get("id")) for one in there}
    has_rows = any("layout" in one for one in there)
    made = {name: sent[name] for name in before if name in sent}
    made |= {name: value for name, value in sent.items() if name not in made and name != "exporter"}
    for name in ("schemaVersion", "type", "id"):
        if name in before:
            made[name] = before[name]
        else:
            made.pop(name, None)
    made["components"] = [_kept(one, ids, has_rows, 0) for one in sent["components"]]
    return {name: value for name, value in made.items() if name not in _OF_THE_EDITOR}


def lost(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a question carried and carries no more though nothing in the editor takes it away: (question, what)."""
    now = {one["key"]: one for one in _keyed(after)}
    missing = [("the form", name) for name in before if name not in after]
    for old in _keyed(before):
        new = now.get(old["key"])
        if new is not None and kind_of(old) == kind_of(new):
            missing += [(name_of(old), thing) for thing in _missing(old, new)]
    return missing


def keys_of(schema: Mapping[str, Any]) -> list[str]:
    """The key of every question, in order."""
    return [one["key"] for one in _keyed(schema)]


def _keyed(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for _, one in parts_of(schema):
        if isinstance(one, Mapping) and isinstance(one.get("key"), str):
            yield one


def _missing(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name, value in old.items():
        inside = _SET_INSIDE.get(name)
        if inside is not None and isinstance(value, Mapping):
            holder = new.get(name)
            left = holder if isinstance(holder, Mapping) else {}
            yield from (word for word in value if word not in left and word not in inside)
        elif name not in new and name not in _SET:
            yield name


def _kept(component: Any, ids: set[str], has_rows: bool, depth: int) -> Any:
    if depth > DEEPEST:
        raise BadInput("Groups may stand inside each other at most three deep.")
    if not isinstance(component, Mapping):
        return component
    made = {name: value for name, value in component.items() if name not in _OF_THE_EDITOR}
    if not has_rows:
        made.pop("layout", None)
    if _MADE_ID.fullmatch(str(made.get("id"))) and made["id"] not in ids:
        del made["id"]
    if isinstance(made.get("components"), list):
        made["components"] = [_kept(one, ids, has_rows, depth + 1) for one in made["components"]]
    return made
