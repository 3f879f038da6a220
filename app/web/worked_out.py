"""The dates of a sentence on its form: worked out from the answers above them, each with how it was counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from app.domain.form_parts import Field, Group, Part
from app.domain.forms import Form, is_blank
from app.domain.moments import day_in_words
from app.domain.release_dates import WorkedOut, from_answers
from app.services import drafts
from app.services.task_view import TaskView
from app.web import fields, task_conflicts

WORK_OUT = "work_out"
ESTABLISHMENT = "establishment"
CALCULATED = "The dates are worked out. Check each of them against the establishment’s sentence calculation."


def is_offered(form: Form | None) -> bool:
    """Whether a question of the form is a date that can be worked out."""
    return form is not None and any(field.works_out for field in form.fields)


def explained(form: Form, answers: Mapping[str, Any]) -> Form:
    """The form with, at each date that can be worked out, the date and how it was counted, or what is missing."""
    days, missing = from_answers(answers)
    first = next((field.key for field in form.fields if field.works_out), "")
    return replace(form, parts=tuple(_explained(part, days, missing, first) for part in form.parts))


def work_out(view: TaskView, form: Form) -> Response:
    """Keep what was typed as the draft, with the dates in it, and show the page again at the dates.

    Where the dates are said to be the establishment's, only empty ones are filled. Raises BadInput, Conflict.
    """
    typed = fields.as_draft(form, fields.read_posted(form, request.form))
    days, missing = from_answers(typed)
    is_theirs = typed.get("dates_from") == ESTABLISHMENT
    for field in form.fields:
        day = days.get(field.works_out)
        if day and not (is_theirs and not is_blank(typed.get(field.key))):
            typed[field.key] = day.on.isoformat()
    page = request.form.get("submission")
    drafts.save(g.viewer, view.task.id, typed, task_conflicts.draft_version(), page=page)
    flash(CALCULATED if days else missing, "success" if days else "warning")
    return redirect(url_for("tasks.show", task_id=view.task.id), 303)


def _explained(part: Part, days: Mapping[str, WorkedOut], missing: str, first: str) -> Part:
    if isinstance(part, Group):
        return replace(part, parts=tuple(_explained(one, days, missing, first) for one in part.parts))
    if not isinstance(part, Field) or not part.works_out:
        return part
    day = days.get(part.works_out)
    words = missing if part.key == first else ""
    if day:
        words = f"Worked out here: {day_in_words(day.on)}. {day.how}"
    return replace(part, hint=" ".join(filter(None, (part.hint, words))))
