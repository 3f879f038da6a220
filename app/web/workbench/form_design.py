"""The form editor of the browser (form-js), and what its script asks. The page that goes part by part is its equal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, g, jsonify, render_template
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.domain import form_shown_when
from app.domain.errors import BadInput
from app.domain.form_places import read_place
from app.domain.forms import Form, validate
from app.services.workbench import drafts, form_designing, form_editing
from app.services.workbench.drafting import DraftMoved
from app.services.workbench.drafts import Draft
from app.services.workbench.drawings import WouldBeLost
from app.services.workbench.form_designing import AnswersAreRead
from app.web import fields, questions
from app.web.guard import allowed
from app.web.moments import moment
from app.web.sent_json import sent
from app.web.workbench import form_questions
from app.web.workbench.forms import FORM, as_settings, part_form, settings_there
from app.web.workbench.tabs import SECTION

pages = Blueprint("workbench_form_design", __name__)
Answer = Response | tuple[Response, int]
DESIGN = f"{FORM}/design"


@pages.get(DESIGN)
@allowed("design", section=SECTION)
def show(draft_id: str, form_key: str) -> str:
    """The editor."""
    draft = drafts.show(g.viewer, draft_id)
    title = form_editing.title_of(form_key, form_editing.schema_of(draft, form_key))
    return render_template(
        "workbench/form_design.html", page_name=f"Design of {title}", draft=draft, form_key=form_key
    )


@pages.get(f"{DESIGN}/content")
@allowed("design", section=SECTION)
def content(draft_id: str, form_key: str) -> Response:
    """What the editor opens with."""
    return jsonify(form_designing.opened(g.viewer, draft_id, form_key))


@pages.post(f"{DESIGN}/part")
@allowed("design", section=SECTION)
def part(draft_id: str, form_key: str) -> Answer:
    """The questions about one part of the unsaved form; with `typed`, the form as these answers change it."""
    given = sent()
    draft = form_designing.trial(drafts.show(g.viewer, draft_id), form_key, given.get("schema"))
    place = str(given.get("place", ""))
    if "typed" not in given:
        return jsonify(html=_panel(draft, form_key, place))
    form = _asked(draft, form_key, place)
    typed = fields.read_posted(form, MultiDict(_pairs(given["typed"])))
    try:
        schema = _changed(draft, form_key, place, validate(form, typed), follows=given.get("follows") is True)
        draft = form_designing.trial(draft, form_key, schema)
    except BadInput as error:
        return jsonify(
            html=_panel(draft, form_key, place, typed, error),
            sentence=error.sentence,
            is_of_a_question=any(field.key in error.errors for field in form.fields),
        ), 422
    return jsonify(schema=schema, html=_panel(draft, form_key, place))


@pages.post(f"{DESIGN}/preview")
@allowed("design", section=SECTION)
def preview(draft_id: str, form_key: str) -> Response:
    """The page as people will see it with the unsaved form, and what is wrong with it."""
    draft = form_designing.trial(drafts.show(g.viewer, draft_id), form_key, sent().get("schema"))
    schema = form_editing.schema_of(draft, form_key)
    form, faults = form_editing.readable(form_key, schema)
    html = ""
    if form is not None:
        components = questions.components(form, {}, people=form_questions.made_up_people(form))
        title = form_editing.title_of(form_key, schema)
        html = render_template("workbench/_form_seen.html", title=title, components=components)
    return jsonify(html=html, faults=faults)


@pages.post(DESIGN)
@allowed("design", section=SECTION)
def save(draft_id: str, form_key: str) -> Answer:
    """Keep the form, and say what is found about it."""
    given = sent()
    revision = given.get("revision")
    try:
        said = form_designing.save(
            g.viewer,
            draft_id,
            form_key,
            revision=revision if isinstance(revision, int) else 0,
            schema=given.get("schema"),
            though_read=given.get("though_read") is True,
        )
    except DraftMoved as moved:
        by, at = moved.facts["by"], moment(moved.facts["at"])
        return jsonify(
            moved=True, sentence=f"{by} saved this draft on {at}. Your changes are not saved."
        ), 409
    except AnswersAreRead as read:
        return jsonify(read=True, sentence=read.sentence), 409
    except WouldBeLost as lost:
        return jsonify(lost=True, sentence=lost.sentence), 409
    except BadInput as error:
        return jsonify(sentence=f"Nothing was saved. {error.sentence}"), 422
    return jsonify(revision=said.revision, findings=said.findings)


def _pairs(given: Any) -> list[tuple[str, str]]:
    rows = given if isinstance(given, list) else []
    return [
        (row[0], row[1])
        for row in rows
        if isinstance(row, list) and len(row) == 2 and all(isinstance(one, str) for one in row)
    ]


def _asked(draft: Draft, form_key: str, place: str) -> Form:
    """The questions about a part; about the form itself where no place is named."""
    return part_form(draft, form_key, read_place(place)) if place else form_questions.TITLE


def _changed(draft: Draft, form_key: str, place: str, known: Mapping[str, Any], *, follows: bool) -> Any:
    if not place:
        return {**form_editing.schema_of(draft, form_key), "title": known["title"]}
    return form_designing.changed(draft, form_key, read_place(place), as_settings(known), follows=follows)


def _panel(
    draft: Draft,
    form_key: str,
    place: str,
    typed: Mapping[str, Any] | None = None,
    error: BadInput | None = None,
) -> str:
    if typed is None and place:
        settings, options = settings_there(draft, form_key, read_place(place))
        typed = {**settings, "asked_when": form_shown_when.chosen(options, settings["hidden_when"])}
    elif typed is None:
        typed = {"title": form_editing.title_of(form_key, form_editing.schema_of(draft, form_key))}
    form = _asked(draft, form_key, place)
    return render_template(
        "workbench/_form_part.html",
        components=questions.components(form, dict(typed), error.errors if error else {}),
        sentence=error.sentence if error else "",
    )
