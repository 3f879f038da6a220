"""One component of a form file as the settings of a Field, with a sentence for each that cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.domain.form_fields import clean_text
from app.domain.form_parts import Kind, Option
from app.domain.form_sentences import printable

MOST_OPTIONS = 100
LONGEST_TEXT = 20_000
Complain = Callable[[str], None]
KINDS: dict[str, Kind] = {
    "textfield": "text", "textarea": "long_text", "number": "number", "select": "select", "radio": "radio",
    "checkbox": "checkbox", "checklist": "checklist", "datetime": "date",
}  # fmt: skip


def text_of(holder: Mapping[str, Any], name: str) -> str:
    """Words of the file, trimmed; empty where they are no text, or text that cannot be stored."""
    value = holder.get(name)
    return (clean_text(value[:5000]) or "") if isinstance(value, str) else ""


def shown(value: Any) -> str:
    """Something from the file inside a sentence: short, on one line, safe to print."""
    return f"“{printable(value)}”"


def name_of(component: Mapping[str, Any]) -> str:
    """The component inside a finding: its label or key, short and safe to print."""
    for word in ("label", "dateLabel", "key", "id", "type"):
        if isinstance(component.get(word), str) and component[word]:
            return shown(component[word])
    return "A component"


def _common(component: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "label": text_of(component, "label"),
        "hint": text_of(component, "description"),
        "required": _rules(component).get("required") is True,
        "default": _default(component.get("defaultValue")),
    }


def _text_field(component: Mapping[str, Any], name: str, complain: Complain) -> dict[str, Any]:
    rules = _rules(component)
    is_long = component["type"] == "textarea"
    longest = _number(rules, "maxLength", name, complain) or (4000 if is_long else 200)
    if not 1 <= longest <= LONGEST_TEXT:
        complain(f"{name}: its longest answer must be between 1 and {LONGEST_TEXT:,} characters.")
    shortest = _number(rules, "minLength", name, complain) or 0
    if not 0 <= shortest <= longest:
        complain(f"{name}: its shortest answer is longer than its longest.")
    if rules.get("pattern"):
        complain(f"{name}: a pattern is not supported. Use a length, or the kind email or phone.")
    pattern = rules.get("validationType")
    return {
        **_common(component), **_adorners(component), "max_length": int(longest), "min_length": int(shortest),
        "pattern": pattern if pattern in {"email", "phone"} else "",
    }  # fmt: skip


def _number_field(component: Mapping[str, Any], name: str, complain: Complain) -> dict[str, Any]:
    rules = _rules(component)
    decimals = _number(component, "decimalDigits", name, complain)
    if decimals is not None and not (0 <= decimals <= 6 and decimals.is_integer()):
        complain(f"{name}: its “decimalDigits” must be a whole number from 0 to 6.")
    lowest, highest = _number(rules, "min", name, complain), _number(rules, "max", name, complain)
    if lowest is not None and highest is not None and lowest > highest:
        complain(f"{name}: its smallest number is larger than its largest.")
    return {
        **_common(component), **_adorners(component), "minimum": lowest, "maximum": highest,
        "decimals": int(decimals) if decimals is not None else None,
    }  # fmt: skip


def _choice_field(component: Mapping[str, Any], name: str, complain: Complain) -> dict[str, Any]:
    key = text_of(component, "valuesKey")
    if key and component["type"] != "select":
        complain(f"{name}: only a select may have a “valuesKey”.")
    if key:
        return {**_common(component), "values_key": key}
    options = _options(component, name, complain)
    return {**_common(component), "options": options, "boolean": _is_boolean(component, name, complain)}


def _checkbox_field(component: Mapping[str, Any], name: str, complain: Complain) -> dict[str, Any]:
    return _common(component)


def _datetime_field(component: Mapping[str, Any], name: str, complain: Complain) -> dict[str, Any]:
    kind = component.get("subtype")
    if kind not in {"date", "time", "datetime"}:
        complain(f"{name}: its “subtype” must be date, time or datetime.")
        kind = "date"
    label = text_of(component, "label") or text_of(component, "timeLabel" if kind == "time" else "dateLabel")
    day = "future" if component.get("disallowPassedDates") else ""
    return {**_common(component), "kind": kind, "label": label, "day": day}


def _adorners(component: Mapping[str, Any]) -> dict[str, Any]:
    appearance = component.get("appearance")
    if not isinstance(appearance, Mapping):
        return {}
    return {"prefix": text_of(appearance, "prefixAdorner"), "suffix": text_of(appearance, "suffixAdorner")}


def _default(value: Any) -> Any:
    """A default as a value that cannot change; anything but plain values is none."""
    if isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return tuple(value)
    return None


def _rules(component: Mapping[str, Any]) -> Mapping[str, Any]:
    rules = component.get("validate")
    return rules if isinstance(rules, Mapping) else {}


def _options(component: Mapping[str, Any], name: str, complain: Complain) -> tuple[Option, ...]:
    """The answers to choose from; findings when there are none, too many, or two alike."""
    values = component.get("values")
    if not isinstance(values, list | tuple) or not values:
        complain(f"{name} needs a list of “values” to choose from.")
        return ()
    options = tuple(
        Option(_value_of(value), text_of(value, "label")) for value in values[: MOST_OPTIONS + 1]
        if isinstance(value, Mapping)
    )  # fmt: skip
    if len(options) < min(len(values), MOST_OPTIONS + 1) or not all(
        one.value and one.label for one in options
    ):
        complain(f"{name}: each of its values needs a “label” and a “value”, both text.")
    if len({option.value for option in options}) < len(options):
        complain(f"{name} has the same value twice.")
    if len(options) > MOST_OPTIONS:
        complain(f"{name} has more than {MOST_OPTIONS} values.")
    return options


def _value_of(option: Mapping[str, Any]) -> str:
    value = option.get("value")
    return str(value).lower() if isinstance(value, bool) else text_of(option, "value")


def _is_boolean(component: Mapping[str, Any], name: str, complain: Complain) -> bool:
    """Whether the answers are the JSON values true and false: a yes-or-no question."""
    values = component.get("values")
    given = (
        [value.get("value") for value in values if isinstance(value, Mapping)]
        if isinstance(values, list)
        else []
    )
    booleans = [value for value in given if isinstance(value, bool)]
    if booleans and (component["type"] != "radio" or len(booleans) != 2 or len(given) != 2):
        complain(f"{name}: true and false may only be the two values of a radio.")
    return bool(booleans)


def _number(rules: Mapping[str, Any], rule: str, name: str, complain: Complain) -> float | None:
    """A limit of `validate`, which form-js writes as a number or as text."""
    value = rules.get(rule)
    if value is None or value == "":
        return None
    try:
        number = float(value) if not isinstance(value, bool) and len(str(value)) < 30 else None
    except (TypeError, ValueError):
        number = None
    if number is None or number != number or abs(number) > 10**12:
        complain(f"{name}: {shown(value)} cannot be its “{rule}”.")
        return None
    return number


BUILDERS: dict[str, Callable[[Mapping[str, Any], str, Complain], dict[str, Any]]] = {
    "textfield": _text_field, "textarea": _text_field, "number": _number_field, "select": _choice_field,
    "radio": _choice_field, "checklist": _choice_field, "checkbox": _checkbox_field, "datetime": _datetime_field,
}  # fmt: skip
