"""Two versions of a form's answers side by side, question by question."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError

from app.domain.form_parts import Field
from app.domain.forms import Form
from app.web import fields
from app.web.fields import People
from app.web.local_words import local


@dataclass(frozen=True)
class Difference:
    """A question, by its key, with both answers in words ("" for none): drawn by templates/pieces/differences.html."""

    question: str
    left: str
    right: str
    is_different: bool
    key: str = field(default="", compare=False)


def differences(
    form: Form, left: Mapping[str, Any], right: Mapping[str, Any], people: People | None = None
) -> list[Difference]:
    """The questions that either side answers, in the form's order; each side checked answers or a draft.

    A day that was typed in boxes and the same day as it is stored are no difference.
    """
    rows = []
    for question in form.fields:
        words = [_words(form, question, side.get(question.key), people) for side in (left, right)]
        if any(words):
            rows.append(
                Difference(local(question.label), words[0], words[1], words[0] != words[1], question.key)
            )
    return rows


def _words(form: Form, question: Field, value: Any, people: People | None) -> str:
    if isinstance(value, Mapping) or (isinstance(value, str) and question.kind == "number"):
        with contextlib.suppress(ValidationError):
            value = form.schema().fields[question.key].deserialize(value)
    words = fields.typed_words(question, value, people)
    return "\n".join(line.rstrip() for line in words.strip().splitlines())
