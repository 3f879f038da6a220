"""What simulated people answer: what the scenario says, else the first choice, today's date, or "simulated"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.domain.clock import LONDON, now
from app.domain.durations import after
from app.domain.errors import BadInput
from app.domain.forms import Field, Form, prefill, validate
from app.engine import catalogue
from app.services import definitions, facts

SIMULATED = "simulated"


def for_start(form: Form | None, variables: Mapping[str, Any], start: datetime) -> dict[str, Any]:
    """The start form's answers, and any further variables that the scenario names."""
    if form is None:
        return dict(variables)
    asked = {field.key: field for field in form.fields}
    given = {name: value for name, value in variables.items() if name in asked}
    extra = {name: value for name, value in variables.items() if name not in asked}
    answers = {
        key: False if field.boolean and key not in given else _answer(field, given)
        for key, field in asked.items()
    }
    zero = definitions.clock_field(form)
    if zero and zero not in given:
        answers[zero] = start.astimezone(LONDON).isoformat()
    return {**_checked(form, answers, given), **extra}


def for_task(
    form: Form | None, given: Mapping[str, Any], session: Session, authority_id: str, child_id: str
) -> dict[str, Any]:
    """A task's answers: the scenario's, what is known of the child, and the simplest for what is required."""
    if form is None:
        return dict(given)
    known = prefill(form, facts.known(session, authority_id, child_id))
    answers = {field.key: _answer(field, {**known, **given}) for field in form.fields}
    return _checked(form, answers, given)


def for_message(message: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """A message's payload; a remand that ends without a date ends at the moment of the message."""
    payload = dict(message.get("payload") or {})
    if message.get("name") == "remand_ended":
        payload.setdefault("reason", "bail")
        payload.setdefault("ended_at", at.astimezone(LONDON).isoformat())
        payload.setdefault("note", None)
    return payload


def _checked(form: Form, answers: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(given) - {field.key for field in form.fields})
    if unknown:
        raise BadInput(f"The form {form.key} has no question called {', '.join(unknown)}.")
    try:
        return validate(form, answers)
    except BadInput as error:
        words = "; ".join(f"{key}: {sentences[0]}" for key, sentences in error.errors.items())
        raise BadInput(f"The answers for {form.key} do not fit: {words}", error.errors) from error


def _answer(field: Field, given: Mapping[str, Any]) -> Any:
    if field.key in given:
        return _plain(given[field.key])
    if field.simulated:
        return _ahead(field)
    return _simplest(field) if field.required else None


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _ahead(field: Field) -> str:
    """A date that is never today: a hearing that is to come, the day of release."""
    moment = after(now(), field.simulated).astimezone(LONDON)
    return moment.isoformat() if field.kind == "datetime" else moment.date().isoformat()


def _simplest(field: Field) -> Any:
    local = now().astimezone(LONDON)
    if field.boolean:
        return field.options[0].value == "true" if field.options else True
    if field.kind in ("radio", "select"):
        return field.options[0].value if field.options else SIMULATED
    if field.kind == "checklist":
        return [field.options[0].value] if field.options else []
    simple: dict[str, Any] = {
        "checkbox": True,
        "number": field.minimum if field.minimum is not None else 1,
        "date": (local.date() + timedelta(days=1 if field.day == "future" else 0)).isoformat(),
        "time": local.strftime("%H:%M"),
        "datetime": local.isoformat(),
    }
    if field.pattern == "email":
        return "simulated@throughcare.example"
    if field.pattern == "phone":
        return "01632 960000"
    return simple.get(field.kind, SIMULATED)


def unused(steps: Iterable[str], messages: Iterable[str]) -> list[str]:
    """A sentence for each step that has answers and each message for which no shipped drawing has a place."""
    nodes = [
        node
        for bundle in definitions.shipped().values()
        for scope in catalogue.drawn(bundle.main).processes
        for node in scope.everything()
    ]
    drawn = {node.id for node in nodes}
    heard = {event.message.name for node in nodes for event in node.events if event.message is not None}
    return [
        *(f"No step is called {one}: its answers are not used." for one in steps if one not in drawn),
        *(
            f"No pathway waits for a message called {one}: it changes nothing."
            for one in messages
            if one not in heard
        ),
    ]
