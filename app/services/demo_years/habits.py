"""How invented people work: when they do a task, and what they answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from app.domain.forms import Form
from app.services import simulated_answers
from app.services.demo_years.stories import AMOUNTS


def when(chance: Random, now: datetime, due: datetime | None) -> datetime | None:
    """When people do a task: seven of ten in time, the others late by days or weeks, one of forty never."""
    due = due if due is not None and due > now else now + timedelta(days=3)
    drawn = chance.random()
    if drawn < 0.025:
        return None
    if drawn < 0.72:
        return now + (due - now) * chance.uniform(0.05, 0.98)
    late = chance.expovariate(1 / 4) if drawn < 0.95 else chance.uniform(14, 45)
    return due + timedelta(days=late, minutes=5)


def varied(
    chance: Random, form: Form | None, session: Any, authority_id: str, child_id: str
) -> dict[str, Any]:
    """The simplest answers, but a third of the choices and all the numbers drawn by chance.

    Two of three numbers and choices that may be left empty are answered too.
    """
    if form is None:
        return {}
    simple = simulated_answers.for_task(form, {}, session, authority_id, child_id)
    for field in form.fields:
        if simple.get(field.key) is None and (
            field.kind not in ("radio", "number") or chance.random() > 0.67
        ):
            continue
        is_left = simple.get(field.key) is None
        if field.kind in ("radio", "select") and field.options and (is_left or chance.random() < 0.3):
            value = chance.choice(field.options).value
            simple[field.key] = value == "true" if field.boolean else value
        elif field.kind == "number":
            least, most = AMOUNTS.get(field.key, (1, 61))
            simple[field.key] = chance.randint(int(field.minimum or least), int(field.minimum or 0) + most)
    return simple
