"""Posted forms as answers, and answers in words.

Names on the page: a question's key; for a date `key-day`, `key-month`, `key-year`, with `key-time` for a moment.
The drawing of the questions is in app.web.questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape
from werkzeug.datastructures import MultiDict

from app.domain import form_answers
from app.domain.errors import BadInput
from app.domain.form_fields import wrong_parts
from app.domain.form_parts import Field
from app.domain.forms import Form, is_blank
from app.web.local_words import local

DAY_PARTS = ("day", "month", "year")
BOXES: Mapping[str, tuple[str, ...]] = {"date": DAY_PARTS, "datetime": (*DAY_PARTS, "time")}
NOT_ANSWERS = frozenset(
    {
        "csrf_token",
        "submission",
        "draft_version",
        "draft_revision",
        "profile_was",
        "back_to_file",
        "verb",
        "action",
        "typed_by",
        "late_reason",
        "late_words",
    }
)
LONGEST_DRAFT = 20_000
MANY_OPTIONS = 200
People = Mapping[str, Sequence[tuple[str, str]]]
Errors = Mapping[str, Sequence[str]]


def read_posted(form: Form, posted: MultiDict[str, str]) -> dict[str, Any]:
    """What was typed, as `domain.forms.validate` takes it; names that are no question are left in, to be refused.

    Raises BadInput when a single answer was sent twice.
    """
    taken = set(NOT_ANSWERS)
    answers: dict[str, Any] = {}
    for question in form.fields:
        names = _names(question)
        taken.update(names)
        if question.kind != "checklist":
            _refuse_repeats(question, names, posted)
        answers[question.key] = _posted_answer(question, posted)
    answers.update({name: posted[name] for name in posted if name not in taken})
    return answers


def as_draft(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The typed answers as they may be kept unchecked: questions of this form only, nothing a database refuses."""
    return {
        question.key: _storable(answers[question.key])
        for question in form.fields
        if not is_blank(answers.get(question.key))
    }


def error_summary(form: Form, errors: Errors, answers: Mapping[str, Any]) -> list[dict[str, str]]:
    """The error summary in the order of the questions, each linked to its first wrong box."""
    listed = [
        {"text": local(sentence), "href": f"#{first_box(question, answers)}"}
        for question in form.fields
        for sentence in errors.get(question.key, ())
    ]
    known = {question.key for question in form.fields}
    return listed + [
        {"text": sentence, "href": "#main-content"}
        for key, sentences in errors.items()
        if key not in known
        for sentence in sentences
    ]


def refusal_summary(form: Form, error: BadInput | None, answers: Mapping[str, Any]) -> list[dict[str, str]]:
    """The error summary of a refusal: a sentence for each question, or its own where no question is to blame."""
    if error is None:
        return []
    return error_summary(form, error.errors, answers) or [{"text": error.sentence, "href": "#main-content"}]


def in_words(question: Field, value: Any, people: People | None = None) -> str:
    """A checked answer as people read it, in the area's words; "" for none."""
    names = dict(offered(question, people or {})) if question.values_key else {}
    return form_answers.in_words(question, value, names, local)


def _lines(words: str) -> Markup:
    """Text of several lines, escaped; the only markup that answers ever become."""
    return Markup("<br>").join(escape(line) for line in words.split("\n"))


def summary_rows(
    form: Form, checked: Mapping[str, Any], people: People | None = None, change: str | None = None
) -> list[dict[str, Any]]:
    """The answers as rows of a GOV.UK summary list; `change` is the address of the page to change them on."""
    rows = []
    for question in form.fields:
        if question.is_hidden(checked):
            continue
        words = in_words(question, checked.get(question.key), people)
        row: dict[str, Any] = {
            "key": {"text": local(question.label)},
            "value": {"html": _lines(words)} if "\n" in words else {"text": words or "Not answered"},
        }
        if change:
            link = {"href": f"{change}#{first_box(question, {})}", "text": "Change"}
            row["actions"] = {
                "items": [
                    {**link, "visuallyHiddenText": local(question.label[:1].lower() + question.label[1:])}
                ]
            }
        rows.append(row)
    return rows


def _names(question: Field) -> tuple[str, ...]:
    return tuple(f"{question.key}-{part}" for part in BOXES.get(question.kind, ())) or (question.key,)


def _refuse_repeats(question: Field, names: Iterable[str], posted: MultiDict[str, str]) -> None:
    if any(len(posted.getlist(name)) > 1 for name in names):
        sentence = f"“{question.label}” was answered twice"
        raise BadInput("An answer was sent twice.", {question.key: [sentence]})


def _posted_answer(question: Field, posted: MultiDict[str, str]) -> Any:
    key = question.key
    if question.kind in BOXES:
        return {part: posted.get(f"{key}-{part}", "") for part in BOXES[question.kind]}
    if question.kind == "checklist":
        return posted.getlist(key)[:MANY_OPTIONS]
    given = posted.get(key)
    if question.kind == "checkbox":
        return {"true": True, None: False}.get(given, given)
    if question.boolean:
        return {"true": True, "false": False, "": None}.get(given or "", given)
    return given


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        kept = (character for character in value[:LONGEST_DRAFT] if character >= " " or character in "\n\r\t")
        return "".join(kept).encode("utf-8", "ignore").decode("utf-8")
    if isinstance(value, Mapping):
        return {str(part): _storable(typed) for part, typed in value.items() if part in BOXES["datetime"]}
    if isinstance(value, list | tuple):
        return [_storable(item) for item in value[:MANY_OPTIONS] if isinstance(item, str)]
    return value if isinstance(value, bool | int | float) else None


def typed_rows(form: Form, typed: Mapping[str, Any], people: People | None = None) -> list[dict[str, Any]]:
    """What was typed, checked or not, as rows of a summary list: for a page that could not take it."""
    rows = []
    for question in form.fields:
        value = typed.get(question.key)
        if is_blank(value) or (value is False and question.kind == "checkbox"):
            continue
        words = typed_words(question, value, people)
        rows.append({"key": {"text": question.label}, "value": {"html": _lines(words)}})
    return rows


def typed_words(question: Field, value: Any, people: People | None = None) -> str:
    """An answer in words, checked or as it was typed into boxes; "" for none."""
    if isinstance(value, Mapping):
        return " ".join(str(value[part]) for part in BOXES["datetime"] if not is_blank(value.get(part)))
    return in_words(question, value, people)


def offered(question: Field, people: People) -> list[tuple[str, str]]:
    """What there is to choose: the file's options, or the people who hold the role."""
    if question.values_key and not question.options:
        return list(people.get(question.values_key.removeprefix("people:"), ()))
    return [(option.value, local(option.label)) for option in question.options]


def first_box(question: Field, answers: Mapping[str, Any]) -> str:
    """The id of the box that a link to the question leads to: the first wrong one of a date."""
    if question.kind not in BOXES:
        return question.key
    value = answers.get(question.key)
    wrong = wrong_parts(question, value) if not is_blank(value) else ()
    return f"{question.key}-{wrong[0] if wrong else 'day'}"
