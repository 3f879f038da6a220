"""Requests for what is on record about a child: opening one, its clock, the review, the release, the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answered

from app.domain.clock import today
from app.domain.errors import BadInput, NotFound
from app.domain.forms import Form, read_form
from app.domain.ids import new_id
from app.domain.subject_access import REASONS
from app.services import child_view
from app.services.records import redacting, subject_access, subject_review
from app.services.records.subject_rows import DOCUMENT, PASSAGE, Request
from app.web import fields, questions
from app.web.addresses import page_number
from app.web.filled_forms import Answer, filled_in
from app.web.guard import allowed
from app.web.identity import identity_facts
from app.web.kept_forms import keeps_what_is_typed

pages = Blueprint("subject_access", __name__)
SECTION = "children.index"
KEEP = "keep"


def _form(key: str, title: str, *components: Mapping[str, Any]) -> Form:
    return read_form(
        f"subject-access/{key}", {"type": "default", "title": title, "components": list(components)}
    )


def _text(key: str, label: str, called: str, most: int, **more: Any) -> dict[str, Any]:
    length = {"required": True, "maxLength": most}
    return {
        "type": "textfield",
        "key": key,
        "label": label,
        "validate": length,
        "properties": {"called": called},
        **more,
    }


RECEIVE = _form(
    "receive",
    "Asked for what is on record",
    _text("asked_by", "Who asks?", "who asks", subject_access.LONGEST_NAME,
          description="The child, or somebody who may ask for them. Check first that it is so."),
    {"type": "datetime", "subtype": "date", "key": "received_on", "label": "On which day did the request come?",
     "description": "By letter, by e-mail or by word of mouth: the month runs from that day.",
     "validate": {"required": True}, "properties": {"called": "the day", "day": "past"}},
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """Something that is done with a request: its form, its button, what follows, and what is said then."""

    form: Form
    button: str
    done: str
    do: Callable[[str, Mapping[str, Any]], Any]
    then: str = "show"


STEPS: Mapping[str, Step] = {
    "extend": Step(
        _form(
            "extend",
            "Take two further months",
            {"type": "textarea", "key": "reason", "label": "Why is more time needed?",
             "description": "Only where it is complex or there are many. Tell whoever asks within the first month.",
             "validate": {"required": True, "maxLength": subject_access.LONGEST},
             "properties": {"called": "the reason"}},
        ),
        "Extend the time",
        "The time is extended. Tell whoever asks.",
        lambda request_id, known: subject_access.extend(g.viewer, request_id, known["reason"]),
    ),
    "words": Step(
        _form(
            "words",
            "Remove words wherever they stand",
            _text("words", "Which words?", "the words", subject_access.LONGEST_NAME,
                  description="A name, an address, a number, as it is written. Capital letters make no difference."),
            {"type": "radio", "key": "code", "label": "Why are they removed?", "validate": {"required": True},
             "values": [{"value": code, "label": words} for code, (words, _) in REASONS.items()],
             "properties": {"called": "why"}},
        ),
        "Remove the words",
        "The words are removed everywhere.",
        lambda request_id, known: subject_review.remove_words(g.viewer, request_id, known["words"], known["code"]),
        "review",
    ),
    "release": Step(
        _form(
            "release",
            "Release the answer",
            _text("released_to", "To whom is it given?", "to whom it is given", subject_access.LONGEST_NAME,
                  description="It is noted as a disclosure. Nothing can be changed afterwards."),
        ),
        "Release it",
        "Released. Download the file and give it to whoever asked.",
        lambda request_id, known: subject_access.release(g.viewer, request_id, known["released_to"]),
    ),
}  # fmt: skip
"""What can be done with a request, by the last part of its address."""


@pages.get("/subject-requests")
@allowed("see_retention", section=SECTION)
def index() -> str:
    """Every request, the soonest due first."""
    return render_template(
        "subject_access/index.html",
        page_name="Requests for what is on record",
        requests=subject_access.open_requests(g.viewer),
    )


@pages.get("/children/<child_id>/subject-requests")
@allowed("take_record", section=SECTION)
def of_child(child_id: str) -> str:
    """The requests about one child, and the form for a new one."""
    return _child_page(child_id, {"received_on": today().isoformat()})


@pages.post("/children/<child_id>/subject-requests")
@allowed("take_record", section=SECTION)
@keeps_what_is_typed
def receive(child_id: str) -> Answer:
    """Open a request."""

    def go(known: dict[str, Any]) -> Answer:
        request_id = subject_access.receive(
            g.viewer,
            child_id,
            known["asked_by"],
            date.fromisoformat(known["received_on"]),
            submission=request.form.get("submission"),
        )
        return redirect(url_for(".show", request_id=request_id), 303)

    return filled_in(RECEIVE, lambda typed, error: _child_page(child_id, typed, error), go)


@pages.get("/subject-requests/<request_id>")
@allowed("take_record", section=SECTION)
def show(request_id: str) -> str:
    """One request: its clock, and what can be done."""
    shown = subject_access.show(g.viewer, request_id)
    return _render("show", shown, "What is on record: a request")


@pages.get("/subject-requests/<request_id>/review")
@allowed("take_record", section=SECTION)
def review(request_id: str) -> str:
    """A page of passages and every document, each to be given or removed."""
    found = subject_review.review(g.viewer, request_id, request.args.get("part", ""), page_number())
    return _render(
        "review", found.request, "Review before release", review=found, parts=redacting.PARTS, keep=KEEP
    )


@pages.post("/subject-requests/<request_id>/review")
@allowed("take_record", section=SECTION)
def decide(request_id: str) -> Answered:
    """Keep what was chosen on the page."""
    chosen = {
        name: None if code == KEEP else code
        for name, code in request.form.items()
        if name.startswith((PASSAGE, DOCUMENT)) and code
    }
    changed = subject_review.decide(g.viewer, request_id, chosen)
    flash("1 decision changed." if changed == 1 else f"{changed} decisions changed.", "success")
    part, page = request.form.get("part", ""), request.form.get("page", "1")
    return redirect(url_for(".review", request_id=request_id, part=part, page=page), 303)


@pages.post("/subject-requests/<request_id>/leave-words")
@allowed("take_record", section=SECTION)
def leave_words(request_id: str) -> Answered:
    """Words are removed no longer."""
    subject_review.leave_words(g.viewer, request_id, request.form.get("words", ""))
    flash("The words stand again.", "success")
    return redirect(url_for(".review", request_id=request_id), 303)


@pages.get("/subject-requests/<request_id>/file")
@allowed("take_record", section=SECTION)
def file(request_id: str) -> Response:
    """The answer as one zip file."""
    name, content = subject_access.bundle(g.viewer, request_id)
    answer = Response(content, mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@pages.get("/subject-requests/<request_id>/<step>")
@allowed("take_record", section=SECTION)
def ask(request_id: str, step: str) -> str:
    """The form of one step."""
    return _step_page(request_id, _step(step), {})


@pages.post("/subject-requests/<request_id>/<step>")
@allowed("take_record", section=SECTION)
@keeps_what_is_typed
def do(request_id: str, step: str) -> Answer:
    """Do it."""
    chosen = _step(step)

    def go(known: dict[str, Any]) -> Answer:
        chosen.do(request_id, known)
        flash(chosen.done, "success")
        return redirect(url_for(f".{chosen.then}", request_id=request_id), 303)

    return filled_in(chosen.form, lambda typed, error: _step_page(request_id, chosen, typed, error), go)


def _step(name: str) -> Step:
    if name not in STEPS:
        raise NotFound()
    return STEPS[name]


def _step_page(request_id: str, step: Step, typed: Mapping[str, Any], error: BadInput | None = None) -> str:
    shown = subject_access.show(g.viewer, request_id)
    return _render("step", shown, step.form.title, step=step, **_asked(step.form, typed, error))


def _child_page(child_id: str, typed: Mapping[str, Any], error: BadInput | None = None) -> str:
    found = subject_access.of_child(g.viewer, child_id)
    parts = {"requests": found, **_asked(RECEIVE, typed, error)}
    return _page("of_child", child_id, RECEIVE.title, parts)


def _asked(form: Form, typed: Mapping[str, Any], error: BadInput | None) -> dict[str, Any]:
    return {
        "components": questions.components(form, typed, error.errors if error else {}),
        "errors": fields.refusal_summary(form, error, typed),
        "submission": request.form.get("submission") or new_id(),
    }


def _render(template: str, shown: Request, title: str, **parts: Any) -> str:
    return _page(template, shown.child_id, title, {"shown": shown, "reasons": REASONS, **parts})


def _page(template: str, child_id: str, title: str, parts: Mapping[str, Any]) -> str:
    head = child_view.head(g.viewer, child_id)
    return render_template(
        f"subject_access/{template}.html",
        page_name=title,
        head=head,
        facts=identity_facts(head.child, head.identifiers, head.facts),
        **parts,
    )
