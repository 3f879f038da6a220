"""An answer in words, as people read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from app.domain.form_parts import Field
from app.domain.forms import is_blank
from app.domain.moments import day_in_words, moment_in_words

WITH_BOXES = ("date", "datetime")


def in_words(
    question: Field, value: Any, people: Mapping[str, str], said: Callable[[str], str] = lambda text: text
) -> str:
    """A checked answer: days and times in words, options by their labels, "" for none.

    `people` are names by the ids that a question about people holds; `said` puts our words into the area's.
    """
    is_unfinished = isinstance(value, str) and question.kind in WITH_BOXES and len(value) < len("2026-12-31")
    if is_blank(value) or is_unfinished:
        return ""
    if question.kind == "checkbox":
        return "Yes" if value else "No"
    if question.kind == "date":
        return day_in_words(date.fromisoformat(value))
    if question.kind == "datetime":
        return moment_in_words(datetime.fromisoformat(value))
    if question.kind == "checklist":
        return "\n".join(said(question.option_label(item)) for item in value)
    if question.options:
        return said(question.option_label(value))
    if question.values_key:
        return people.get(str(value), str(value))
    if question.prefix == "£" and isinstance(value, float):
        value = f"{value:.2f}"
    return f"{question.prefix}{value}{' ' + question.suffix if question.suffix else ''}"
