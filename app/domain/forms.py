"""Forms: what a person is asked at a step, as a form file has it, and what makes an answer acceptable.

One ordered list of fields decides the order of the page, of the error summary and of the check-answers page.
The same marshmallow schema serves the pages and the JSON API.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from marshmallow import RAISE, Schema, ValidationError

from app.domain.errors import BadInput
from app.domain.form_components import text_of
from app.domain.form_fields import marshmallow_field
from app.domain.form_files import Reader
from app.domain.form_parts import Field, Group, Option, Part, fields_in
from app.domain.form_sentences import printable

__all__ = ["Field", "Form", "Option", "check_form", "facts_from", "prefill", "read_form", "validate"]

MOST_UNKNOWN = 10


@dataclass(frozen=True)
class Form:
    """A form that can be shown and checked. `key` is 'pathway/form'; `parts` is the layout, `fields` the questions."""

    key: str
    title: str
    parts: tuple[Part, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every question in the order in which it is asked, those inside groups too."""
        return tuple(fields_in(self.parts))

    def field(self, key: str) -> Field:
        """The question with this key. Raises KeyError."""
        return next(field for field in self.fields if field.key == key)

    def schema(self) -> Schema:
        """The marshmallow schema of the answers: JSON values in and out, unknown names refused."""
        return _schema(self)

    def offering(self, offers: Mapping[str, Sequence[Option]]) -> Form:
        """The form with the options that are offered for a `values_key`: nothing else is accepted then."""
        return replace(self, parts=tuple(_offered(part, offers) for part in self.parts))

    def shown(self, answers: Mapping[str, Any]) -> tuple[Field, ...]:
        """The questions that are asked, given answers as far as they can be read. Never raises."""
        readable = _check(self, answers, lambda field, sentences: None)
        return tuple(field for field in self.fields if not field.is_hidden(readable))


def check_form(form: Any, functions: Collection[str] = ()) -> list[str]:
    """What is wrong with a form file (parsed JSON), one sentence each; empty when it can be published.

    `functions` are the names that expressions may call: a question with such a key would hide the function.
    """
    reader = Reader(functions)
    reader.read(form)
    return reader.findings


def read_form(key: str, form: Any, functions: Collection[str] = ()) -> Form:
    """The form of a file. Raises BadInput with every finding of `check_form` under the form's key."""
    reader = Reader(functions)
    parts = reader.read(form)
    if reader.findings:
        raise BadInput(f"The form {key} cannot be used: {reader.findings[0]}", {key: reader.findings})
    return Form(key, text_of(form, "title") or _title_from(key), parts)


def validate(form: Form, answers: Any) -> dict[str, Any]:
    """The answers as JSON values, with every question of the form in order; None where there is no answer.

    A question that its condition hides is not asked: its answer is None, whatever was sent. Dates may come as
    {day, month, year}, moments with a `time` as well, times as typed. Raises BadInput, with sentences for each
    field in order; names that are no question of this form are refused under "_form".
    """
    if not isinstance(answers, Mapping):
        raise BadInput(
            "The answers must be a JSON object.", {"_form": ["The answers must be a JSON object."]}
        )
    errors: dict[str, list[str]] = {}
    checked = _check(form, answers, lambda field, sentences: errors.update({field.key: sentences}))
    unknown = [name for name in answers if name not in checked]
    if unknown:
        errors["_form"] = [
            f"“{printable(name)}” is not a question of this form" for name in unknown[:MOST_UNKNOWN]
        ]
    if errors:
        raise BadInput("There is a problem with the answers.", errors)
    return checked


def prefill(form: Form, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What a person need not type again: the known fact, else the default, for each question that has one.

    A fact that no longer fits the question (an option that was removed) is left out.
    """
    known: dict[str, Any] = {}
    for field in form.fields:
        value = facts.get(field.fact) if field.fact else None
        value = field.default if is_blank(value) else value
        if is_blank(value):
            continue
        try:
            known[field.key] = form.schema().fields[field.key].deserialize(value)
        except ValidationError:
            continue
    return known


def facts_from(form: Form, checked: Mapping[str, Any]) -> dict[str, Any]:
    """The child's facts that these validated answers state: fact name -> JSON value; blank ones say nothing."""
    return {
        field.fact: checked[field.key]
        for field in form.fields
        if field.fact and not is_blank(checked.get(field.key))
    }  # fmt: skip


def is_blank(value: Any) -> bool:
    """Whether nothing was answered: nothing, empty text, no choice, three empty boxes."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Mapping):
        return all(is_blank(part) for part in value.values() if not isinstance(part, Mapping | list))
    return isinstance(value, list | tuple) and not value


def _check(
    form: Form, answers: Mapping[str, Any], complain: Callable[[Field, list[str]], None]
) -> dict[str, Any]:
    """Each question in order, so that a condition sees the answers before it."""
    schema = form.schema()
    checked: dict[str, Any] = {}
    for field in form.fields:
        checked[field.key] = None
        if field.is_hidden(checked):
            continue
        try:
            checked[field.key] = _answer(schema, field, answers.get(field.key))
        except ValidationError as refusal:
            complain(field, [str(sentence) for sentence in refusal.messages])
    return checked


def _answer(schema: Schema, field: Field, value: Any) -> Any:
    if field.kind == "checkbox" and is_blank(value):
        value = False
    if not is_blank(value):
        return schema.fields[field.key].deserialize(value)
    if field.required:
        raise schema.fields[field.key].make_error("required")
    return [] if field.kind == "checklist" else None


@lru_cache(maxsize=512)
def _schema(form: Form) -> Schema:
    made = Schema.from_dict({field.key: marshmallow_field(field) for field in form.fields}, name="Answers")
    return made(unknown=RAISE)


def _offered(part: Part, offers: Mapping[str, Sequence[Option]]) -> Part:
    if isinstance(part, Group):
        return replace(part, parts=tuple(_offered(one, offers) for one in part.parts))
    if isinstance(part, Field) and part.values_key in offers:
        return replace(part, options=tuple(offers[part.values_key]))
    return part


def _title_from(key: str) -> str:
    words = key.rpartition("/")[2].replace("_", " ").strip()
    return words[:1].upper() + words[1:]
