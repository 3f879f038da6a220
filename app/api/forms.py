"""A form as the JSON door shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.domain.forms import Field, Form

People = Mapping[str, tuple[tuple[str, str], ...]]


def shown(form: Form | None, source: Mapping[str, Any] | None, people: People | None = None) -> Any:
    """The questions in order with what may be chosen, and the form-js schema; None where there is no form."""
    if form is None:
        return None
    return {
        "key": form.key,
        "title": form.title,
        "fields": [_field(field, people or {}) for field in form.fields],
        "schema": dict(source or {}),
    }


def _field(field: Field, people: People) -> dict[str, Any]:
    options = [{"value": option.value, "label": option.label} for option in field.options]
    if field.allocates in people:
        options = [{"value": person_id, "label": name} for person_id, name in people[field.allocates]]
    return {
        "key": field.key,
        "label": field.label,
        "kind": field.kind,
        "hint": field.hint,
        "required": field.required,
        "is_conditional": bool(field.hidden_when),
        "options": options,
    }
