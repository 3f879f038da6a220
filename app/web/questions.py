"""The questions of a form as GOV.UK components, for templates/pieces/questions.html to draw."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.domain import clock
from app.domain.form_fields import wrong_parts
from app.domain.form_parts import Condition, Field, Group, Line, Part, Words
from app.domain.forms import Form, is_blank
from app.web.fields import BOXES, Errors, People, offered
from app.web.local_words import local


@dataclass(frozen=True)
class Component:
    """One thing to draw: the name of a GOV.UK macro (or words, line, group), its parameters, what hides it."""

    macro: str
    params: dict[str, Any] = field(default_factory=dict)
    hidden_when: str = ""
    inside: tuple[Component, ...] = ()


def components(
    form: Form, answers: Mapping[str, Any], errors: Errors | None = None, people: People | None = None
) -> list[Component]:
    """The form to draw, with stored or typed answers and a sentence at each question that has an error."""
    return list(_drawn(form.parts, answers, errors or {}, people or {}))


def _drawn(
    parts: Iterable[Part], answers: Mapping[str, Any], errors: Errors, people: People
) -> Iterable[Component]:
    for part in parts:
        hidden_when = _as_json(part.hidden_when)
        if isinstance(part, Words):
            yield Component("words", {"paragraphs": tuple(map(local, part.paragraphs))}, hidden_when)
        elif isinstance(part, Line):
            yield Component("line", {}, hidden_when)
        elif isinstance(part, Group):
            inside = tuple(_drawn(part.parts, answers, errors, people))
            yield Component("group", {"label": local(part.label)}, hidden_when, inside)
        else:
            macro, params = _question(part, answers.get(part.key), errors.get(part.key, ()), people)
            yield Component(macro, params, hidden_when)


def _question(
    question: Field, value: Any, sentences: Sequence[str], people: People
) -> tuple[str, dict[str, Any]]:
    """The macro and its parameters."""
    params: dict[str, Any] = {"id": question.key, "idPrefix": question.key, "name": question.key}
    if sentences:
        params["errorMessage"] = {"text": local(". ".join(sentences))}
    hint = local(question.hint) or _example(question)
    if hint:
        params["hint"] = {"text": hint}
    if question.kind in {"radio", "checklist", "checkbox", *BOXES}:
        params["fieldset"] = {"legend": {"text": _label(question), "classes": "govuk-fieldset__legend--s"}}
    else:
        params["label"] = {"text": _label(question), "classes": "govuk-label--s"}
    if question.kind in BOXES:
        return "date", params | _date(question, value, bool(sentences))
    if question.kind in {"radio", "select", "checklist", "checkbox"}:
        return _choice(question, value, params, people)
    if question.kind == "long_text":
        return _long_text(question, value, params)
    return "input", params | _input(question, value)


def _label(question: Field) -> str:
    optional = not question.required and question.kind != "checkbox"
    return f"{local(question.label)} (optional)" if optional else local(question.label)


def _example(question: Field) -> str:
    examples = {
        "date": "For example, 27 3 2026",
        "time": "For example, 17:40 or 5.40pm",
        "datetime": "For example, 27 3 2026 and 17:40 or 5.40pm",
    }
    return examples.get(question.kind, "")


def _input(question: Field, value: Any) -> dict[str, Any]:
    width = question.width or {"number": "5", "time": "5"}.get(question.kind, "")
    kinds = {"email": "email", "phone": "tel"}
    mode = question.inputmode or (
        {0: "numeric"}.get(question.decimals or 0, "decimal") if question.kind == "number" else ""
    )
    params: dict[str, Any] = {
        "value": _shown(value),
        "classes": f"govuk-input--width-{width}" if width else "",
        "type": kinds.get(question.pattern, "text"),
        "inputmode": mode or None,
        "autocomplete": question.autocomplete or None,
    }
    if question.prefix:
        params["prefix"] = {"text": question.prefix}
    if question.suffix:
        params["suffix"] = {"text": question.suffix}
    return params


def _long_text(question: Field, value: Any, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    params = {**params, "value": _shown(value), "rows": "5", "spellcheck": True}
    if question.max_length <= 2000:
        return "character_count", {**params, "maxlength": question.max_length, "threshold": "75"}
    return "textarea", params


def _choice(
    question: Field, value: Any, params: dict[str, Any], people: People
) -> tuple[str, dict[str, Any]]:
    if question.kind == "checkbox":
        params.pop("fieldset")
        items = [{"value": "true", "text": local(question.label), "checked": value in (True, "true")}]
        return "checkboxes", {**params, "items": items}
    chosen = {_shown(item) for item in value} if isinstance(value, list | tuple) else {_shown(value)}
    options = offered(question, people)
    if question.kind == "select":
        items = [{"value": "", "text": "Choose one" if options else "Nobody to choose"}]
        items += [{"value": one, "text": words, "selected": one in chosen} for one, words in options]
        return "select", {**params, "items": items}
    items = [{"value": one, "text": words, "checked": one in chosen} for one, words in options]
    inline = question.kind == "radio" and len(options) == 2 and all(len(words) <= 12 for _, words in options)
    classes = "govuk-radios--inline" if inline else ""
    return "radios" if question.kind == "radio" else "checkboxes", {
        **params,
        "items": items,
        "classes": classes,
    }


def _date(question: Field, value: Any, is_wrong: bool) -> dict[str, Any]:
    typed = value if isinstance(value, Mapping) else _in_boxes(value)
    wrong = wrong_parts(question, value) if is_wrong and not is_blank(value) else ()
    marked = wrong or (BOXES[question.kind] if is_wrong else ())
    items = []
    for part in BOXES[question.kind]:
        width = {"year": "4", "time": "5"}.get(part, "2")
        error = " govuk-input--error" if part in marked else ""
        items.append(
            {
                "name": part,
                "classes": f"govuk-input--width-{width}{error}",
                "value": _shown(typed.get(part)),
                "inputmode": "text" if part == "time" else "numeric",
            }
        )
    params: dict[str, Any] = {"namePrefix": question.key, "items": items}
    if question.day == "past" and "birth" not in question.key:
        params["attributes"] = {"data-today": clock.today().isoformat()}  # app/web/assets/js/dates.js
    return params


def _in_boxes(value: Any) -> dict[str, str]:
    """A stored day or moment, parted into its boxes."""
    if not isinstance(value, str) or len(value) < len("2026-12-31"):
        return {}
    year, month, day = value[:10].split("-") if value[:10].count("-") == 2 else ("", "", "")
    return {"day": day.lstrip("0"), "month": month.lstrip("0"), "year": year, "time": value[11:16]}


def _shown(value: Any) -> str:
    """Text for an input, never the word None."""
    if value is None or isinstance(value, Mapping | list):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _as_json(conditions: tuple[Condition, ...]) -> str:
    """The conditions for the script that hides questions on the page."""
    if not conditions:
        return ""
    listed = [
        {
            "joined": condition.joined,
            "tests": [
                {"field": one.field, "operator": one.operator, "value": one.value}
                for one in condition.comparisons
            ],
        }
        for condition in conditions
    ]
    return json.dumps(listed)
