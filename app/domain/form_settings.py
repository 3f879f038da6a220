"""What a designer sets at a part of a form: its component of the file read as settings, and settings written into it.

What was not changed is left exactly as the file has it, and so is everything that no setting is about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from app.domain.errors import BadInput
from app.domain.form_components import text_of
from app.domain.form_shown_when import is_same

Component = dict[str, Any]
KINDS: dict[str, str] = {
    "textfield": "A short text", "textarea": "A long text", "yes_no": "Yes or no", "radio": "One of a few choices",
    "select": "One of a long list", "checklist": "Any number of choices", "checkbox": "A box to tick",
    "date": "A day", "time": "A time of day", "datetime": "A day and a time", "number": "A number",
    "people": "A person who holds a role", "text": "Words between questions", "separator": "A line",
    "group": "A heading with questions under it",
}  # fmt: skip
"""What can be put into a form, and what people call it."""
NO_QUESTIONS = ("text", "separator", "group")
CHOOSING = ("yes_no", "radio", "select", "checklist")
DAYS = ("date", "datetime")
_ASKED = ("label", "hint", "key", "required", "called", "fact", "carries", "hidden_when")
_BOX = ("before", "after", "width", "inputmode")
SETTINGS: dict[str, tuple[str, ...]] = {
    "textfield": (*_ASKED, "longest", "written_as", *_BOX, "autocomplete"), "textarea": (*_ASKED, "longest"),
    "number": (*_ASKED, "smallest", "largest", "decimals", *_BOX), "checkbox": _ASKED,
    "people": (*_ASKED, "people", "allocates"), **dict.fromkeys(CHOOSING, (*_ASKED, "choices")),
    **dict.fromkeys(DAYS, (*_ASKED, "day", "simulated", "works_out")), "time": _ASKED,
    "text": ("words", "hidden_when"), "separator": ("hidden_when",), "group": ("label", "hidden_when"),
}  # fmt: skip
"""What is set at each kind."""
_TYPES = {"yes_no": "radio", "people": "select", "date": "datetime", "time": "datetime"}
_KEPT = {"type", "id", "key", "label", "description", "validate", "properties", "conditional", "layout"}
_DATES, _TEXTS = ("date", "time", "datetime"), ("textfield", "textarea")
_KEPT_ALSO: dict[str, set[str]] = {
    "textfield": {"appearance"},
    "number": {"appearance", "decimalDigits"},
    "people": {"valuesKey"},
    **{kind: {"values"} for kind in CHOOSING},
    **{kind: {"subtype"} for kind in _DATES},
}
_RULES: dict[str, set[str]] = {
    **{kind: {"minLength", "maxLength", "validationType"} for kind in _TEXTS},
    "number": {"min", "max"},
}
_PROPERTIES: dict[str, set[str]] = {
    **{kind: {"inputmode", "width", "autocomplete"} for kind in ("textfield", "number")},
    **{kind: {"when", "simulated", "works_out"} for kind in DAYS},
    "people": {"allocates"},
}
_WORDS = (
    "called",
    "fact",
    "carries",
    "simulated",
    "works_out",
    "allocates",
    "width",
    "inputmode",
    "autocomplete",
)
"""Settings that stand as text in `properties` under their own name."""
_YES_NO = "true: Yes\nfalse: No"
_NOT_OF_A_KEY = re.compile(r"[^a-z0-9]+")


def kind_of(component: Any) -> str:
    """Which of KINDS a component is; "" for what cannot be shown."""
    kind = component.get("type") if isinstance(component, Mapping) else ""
    if kind == "datetime":
        subtype = component.get("subtype")
        return subtype if subtype in ("date", "time", "datetime") else ""
    if kind == "select" and component.get("valuesKey"):
        return "people"
    if kind == "radio" and any(isinstance(one.get("value"), bool) for one in _values(component)):
        return "yes_no"
    return kind if isinstance(kind, str) and kind in KINDS else ""


def settings_of(component: Mapping[str, Any]) -> dict[str, Any]:
    """Every setting as it is typed, "" where there is none; `required` is true or false."""
    rules, properties = _part(component, "validate"), _part(component, "properties")
    conditional = component.get("conditional")
    hide = conditional.get("hide") if isinstance(conditional, Mapping) else conditional
    label = text_of(component, "label") or text_of(
        component, "timeLabel" if component.get("subtype") == "time" else "dateLabel"
    )
    return {
        "kind": kind_of(component),
        "label": label,
        "words": text_of(component, "text"),
        "hint": text_of(component, "description"),
        "key": text_of(component, "key"),
        "required": rules.get("required") is True,
        "choices": "\n".join(f"{_value(one)}: {text_of(one, 'label')}" for one in _values(component)),
        "people": text_of(component, "valuesKey"),
        "longest": _plain(rules.get("maxLength")),
        "written_as": text_of(rules, "validationType"),
        "smallest": _plain(rules.get("min")),
        "largest": _plain(rules.get("max")),
        "decimals": _plain(component.get("decimalDigits")),
        "day": text_of(properties, "when") or ("future" if component.get("disallowPassedDates") else ""),
        "before": text_of(_part(component, "appearance"), "prefixAdorner"),
        "after": text_of(_part(component, "appearance"), "suffixAdorner"),
        **{name: text_of(properties, name) for name in _WORDS},
        "hidden_when": hide if isinstance(hide, str) else "",
    }


def with_settings(component: Mapping[str, Any], typed: Mapping[str, Any]) -> Component:
    """The component as these settings have it; what they do not name stays. Raises BadInput at the setting to blame."""
    made: Component = deepcopy(dict(component))
    before = settings_of(made)
    kind = typed.get("kind") or before["kind"]
    if kind not in KINDS:
        raise BadInput("Select what kind of question it is", {"kind": ["Select what kind of question it is"]})
    typed = {name: value for name, value in typed.items() if name in SETTINGS[kind]}
    if kind != before["kind"]:
        made = _as_kind(made, before["kind"], kind)
        if kind == "yes_no" and _same("choices", typed.get("choices"), before["choices"]):
            typed["choices"] = _YES_NO
        before = {**settings_of(made), "kind": kind}
    for name, value in typed.items():
        if not _same(name, value, before[name]):
            _SETTERS[name](made, value, kind)
    return made


def new_component(typed: Mapping[str, Any]) -> Component:
    """A new part of a form. Raises BadInput."""
    kind = typed.get("kind", "")
    choices = _YES_NO if kind == "yes_no" and not typed.get("choices") else typed.get("choices")
    made = with_settings({}, {**typed, "choices": choices})
    return {**made, "components": []} if kind == "group" else made


def key_from(label: str, taken: set[str]) -> str:
    """A key for a question that has none: its label in snake_case, with a number where that is taken."""
    words = _NOT_OF_A_KEY.sub("_", label.lower()).strip("_")[:40].rstrip("_")
    stem = words if words[:1].isalpha() else f"answer_{words}".rstrip("_")
    return next(one for one in (stem, *(f"{stem}_{number}" for number in range(2, 1000))) if one not in taken)


def _as_kind(component: Component, old: str, kind: str) -> Component:
    """The component as another kind, without what that kind has no use for."""
    if old and (old in NO_QUESTIONS or kind in NO_QUESTIONS):
        sentence = "Words, lines and headings cannot become questions. Add a new part and take this one out."
        raise BadInput(sentence, {"kind": [sentence]})
    made = {name: value for name, value in component.items() if name in _KEPT | _KEPT_ALSO.get(kind, set())}
    made["type"] = _TYPES.get(kind, kind)
    if made["type"] == "datetime":
        made["subtype"] = kind
        for name in ("timeLabel",) if kind == "time" else ("dateLabel",):
            if made.get("label"):
                made[name] = made["label"]
        if kind == "datetime":
            made["timeLabel"] = "Time"
    for holder, kept in (
        ("validate", {"required"} | _RULES.get(kind, set())),
        ("properties", {"called", "fact", "carries"} | _PROPERTIES.get(kind, set())),
    ):
        if isinstance(made.get(holder), Mapping):
            made[holder] = {name: value for name, value in made[holder].items() if name in kept}
    return made


def _same(name: str, one: Any, other: Any) -> bool:
    if name in ("longest", "smallest", "largest", "decimals"):
        return _plain(one) == _plain(other)
    if name == "required":
        return bool(one) == bool(other)
    texts = [_lines(str(value or "")) for value in (one, other)]
    return texts[0] == texts[1] or (name == "hidden_when" and all(texts) and is_same(*texts))


def _lines(text: str) -> str:
    return "\n".join(line.strip() for line in text.replace("\r\n", "\n").strip().split("\n"))


def _set(holder: Component, name: str, value: Any) -> None:
    if value is None or value is False or value == "":
        holder.pop(name, None)
    else:
        holder[name] = value


def _in(part: str, name: str) -> Callable[[Component, Any, str], None]:
    """Sets something inside `validate` or `properties`, which are left out when nothing is in them."""

    def write(component: Component, value: Any, kind: str) -> None:
        holder = dict(_part(component, part))
        _set(holder, name, int(value) if isinstance(value, float) and value.is_integer() else value)
        _set(component, part, holder or None)

    return write


def _set_label(component: Component, value: Any, kind: str) -> None:
    _set(component, "label", value)
    if kind in DAYS:
        _set(component, "dateLabel", value)
    if kind == "time":
        _set(component, "timeLabel", value)
    if kind == "datetime":
        component.setdefault("timeLabel", "Time")


def _set_choices(component: Component, value: Any, kind: str) -> None:
    lines = [line.strip() for line in str(value or "").splitlines() if line.strip()]
    pairs: list[tuple[str, str]] = []
    for line in lines:
        before, colon, after = line.partition(":")
        label = after.strip() if colon else line
        pairs.append((before.strip() if colon else key_from(line, {one for one, _ in pairs}), label))
    if kind == "yes_no" and sorted(one for one, _ in pairs) != ["false", "true"]:
        sentence = (
            "Write two lines for yes or no: one that begins with “true:” and one that begins with “false:”"
        )
        raise BadInput(sentence, {"choices": [sentence]})
    component["values"] = [
        {"label": label, "value": one == "true" if kind == "yes_no" else one} for one, label in pairs
    ]


def _set_day(component: Component, value: Any, kind: str) -> None:
    component.pop("disallowPassedDates", None)
    _in("properties", "when")(component, value, kind)


def _set_decimals(component: Component, value: Any, kind: str) -> None:
    _set(component, "decimalDigits", None if value in (None, "") else int(value))


def _set_hidden_when(component: Component, value: Any, kind: str) -> None:
    text = str(value or "").strip()
    _set(component, "conditional", {"hide": text} if text else None)


def _of(name: str) -> Callable[[Component, Any, str], None]:
    return lambda component, value, kind: _set(component, name, value)


_SETTERS: dict[str, Callable[[Component, Any, str], None]] = {
    "label": _set_label, "words": _of("text"), "hint": _of("description"), "key": _of("key"),
    "required": _in("validate", "required"), "choices": _set_choices, "people": _of("valuesKey"),
    "longest": _in("validate", "maxLength"), "written_as": _in("validate", "validationType"),
    "smallest": _in("validate", "min"), "largest": _in("validate", "max"), "decimals": _set_decimals,
    "day": _set_day, "hidden_when": _set_hidden_when,
    "before": _in("appearance", "prefixAdorner"), "after": _in("appearance", "suffixAdorner"),
    **{name: _in("properties", name) for name in _WORDS},
}  # fmt: skip


def _part(component: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = component.get(name)
    return part if isinstance(part, Mapping) else {}


def _values(component: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    values = component.get("values")
    return [one for one in values if isinstance(one, Mapping)] if isinstance(values, list) else []


def _value(option: Mapping[str, Any]) -> str:
    value = option.get("value")
    return str(value).lower() if isinstance(value, bool) else text_of(option, "value")


def _plain(value: Any) -> str:
    """A limit as people type it."""
    if value is None or isinstance(value, bool):
        return ""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return str(value)
    return str(int(number)) if number.is_integer() else str(number)
