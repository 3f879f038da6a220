"""The forms of a draft: what each asks, part by part, and the page as practitioners will see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain import form_settings, form_shown_when
from app.domain.errors import BadInput
from app.domain.form_parts import Option
from app.domain.form_places import Place, component_at, read_place, written_place
from app.domain.forms import Form, validate
from app.services.workbench import drafts, form_editing
from app.services.workbench.drafts import Draft
from app.services.workbench.form_editing import FormShown
from app.web import fields, questions
from app.web.guard import allowed
from app.web.kept_forms import is_again, keeps_what_is_typed
from app.web.workbench import form_questions
from app.web.workbench.tabs import SECTION

pages = Blueprint("workbench_forms", __name__)
Answer = str | Response | tuple[str, int]
HERE = "/workbench/drafts/<draft_id>/forms"
FORM = f"{HERE}/<path:form_key>"
PART = f"{FORM}/parts/<position>"


@pages.get(HERE)
@allowed("design", section=SECTION)
def index(draft_id: str) -> str:
    """Every form with the steps that ask it."""
    draft = drafts.show(g.viewer, draft_id)
    return render_template(
        "workbench/forms.html", page_name="Forms", draft=draft, forms=form_editing.listed(draft)
    )


@pages.get(f"{HERE}/new")
@allowed("design", section=SECTION)
def ask_new(draft_id: str) -> str:
    """What a new form is called."""
    return _new_page(drafts.show(g.viewer, draft_id), {})


@pages.post(f"{HERE}/new")
@allowed("design", section=SECTION)
@keeps_what_is_typed
def make(draft_id: str) -> Answer:
    """A form with its first question."""
    draft = drafts.show(g.viewer, draft_id)
    typed = fields.read_posted(form_questions.NEW, request.form)
    if is_again():
        return _new_page(draft, typed)
    try:
        known = {name: value or "" for name, value in validate(form_questions.NEW, typed).items()}
        key = form_editing.new_form(g.viewer, draft_id, revision=_revision(), **known)
    except BadInput as error:
        return _new_page(draft, typed, error), 422
    flash(f"The form “{known['title']}” is there. Choose it at the step that asks it.", "success")
    return redirect(url_for(".show", draft_id=draft_id, form_key=key), 303)


@pages.get(FORM)
@allowed("design", section=SECTION)
def show(draft_id: str, form_key: str) -> str:
    """What a form asks, what is found about it, and its page."""
    draft = drafts.show(g.viewer, draft_id)
    shown = form_editing.show(g.viewer, draft, form_key)
    return render_template(
        "workbench/form.html",
        page_name=shown.title,
        draft=draft,
        shown=shown,
        components=_preview(shown),
        is_filled_in=_is_filled_in(),
    )


@pages.get(f"{FORM}/title")
@allowed("design", section=SECTION)
def ask_title(draft_id: str, form_key: str) -> str:
    """What the form is called."""
    draft = drafts.show(g.viewer, draft_id)
    title = form_editing.title_of(form_key, form_editing.schema_of(draft, form_key))
    return _title_page(draft, form_key, {"title": title})


@pages.post(f"{FORM}/title")
@allowed("design", section=SECTION)
@keeps_what_is_typed
def retitle(draft_id: str, form_key: str) -> Answer:
    """Call it something else."""
    draft = drafts.show(g.viewer, draft_id)
    typed = fields.read_posted(form_questions.TITLE, request.form)
    if is_again():
        return _title_page(draft, form_key, typed)
    try:
        title = validate(form_questions.TITLE, typed)["title"]
        form_editing.retitle(g.viewer, draft_id, form_key, revision=_revision(), title=title)
    except BadInput as error:
        return _title_page(draft, form_key, typed, error), 422
    flash(f"The form is called “{title}”.", "success")
    return redirect(url_for(".show", draft_id=draft_id, form_key=form_key), 303)


@pages.get(f"{FORM}/add")
@allowed("design", section=SECTION)
def ask_part(draft_id: str, form_key: str) -> str:
    """What a new part says."""
    draft = drafts.show(g.viewer, draft_id)
    end, _ = form_editing.places(draft, form_key)[0]
    return _add_page(draft, form_key, {"where": end, "asked_when": form_shown_when.ALWAYS})


@pages.post(f"{FORM}/add")
@allowed("design", section=SECTION)
@keeps_what_is_typed
def add(draft_id: str, form_key: str) -> Answer:
    """Put it into the form."""
    draft = drafts.show(g.viewer, draft_id)
    form = _add_form(draft, form_key)
    typed = fields.read_posted(form, request.form)
    if is_again():
        return _add_page(draft, form_key, typed)
    try:
        known = as_settings(validate(form, typed))
        place = read_place(known["where"])
        form_editing.add(g.viewer, draft_id, form_key, revision=_revision(), place=place, typed=known)
    except BadInput as error:
        return _add_page(draft, form_key, typed, error), 422
    flash("It is added.", "success")
    return redirect(_address(draft_id, form_key, place), 303)


@pages.get(PART)
@allowed("design", section=SECTION)
def part(draft_id: str, form_key: str, position: str) -> str:
    """What one part says."""
    draft = drafts.show(g.viewer, draft_id)
    place = read_place(position)
    settings, options = settings_there(draft, form_key, place)
    chosen = form_shown_when.chosen(options, settings["hidden_when"])
    return _part_page(draft, form_key, place, {**settings, "asked_when": chosen})


@pages.post(PART)
@allowed("design", section=SECTION)
@keeps_what_is_typed
def change(draft_id: str, form_key: str, position: str) -> Answer:
    """Save what it says."""
    draft = drafts.show(g.viewer, draft_id)
    place = read_place(position)
    form = part_form(draft, form_key, place, asks_though_read=True)
    typed = fields.read_posted(form, request.form)
    if is_again():
        return _part_page(draft, form_key, place, typed)
    try:
        known = as_settings(validate(form, typed))
        form_editing.change(
            g.viewer,
            draft_id,
            form_key,
            revision=_revision(),
            place=place,
            typed=known,
            though_read=bool(known["though_read"]),
        )
    except BadInput as error:
        return _part_page(draft, form_key, place, typed, error), 422
    flash("It is saved.", "success")
    return redirect(_address(draft_id, form_key, place), 303)


@pages.post(f"{PART}/move")
@allowed("design", section=SECTION)
def move(draft_id: str, form_key: str, position: str) -> Response:
    """One up or down."""
    place, by = read_place(position), -1 if request.form.get("action") == "up" else 1
    try:
        form_editing.move(g.viewer, draft_id, form_key, revision=_revision(), place=place, by=by)
        place = (*place[:-1], place[-1] + by)
    except BadInput as error:
        flash(f"{error.sentence} Nothing was changed.", "important")
    return redirect(_address(draft_id, form_key, place), 303)


@pages.post(f"{PART}/remove")
@allowed("design", section=SECTION)
def remove(draft_id: str, form_key: str, position: str) -> Response:
    """Take it out."""
    try:
        _, readers = form_editing.remove(
            g.viewer, draft_id, form_key, revision=_revision(), place=read_place(position)
        )
    except BadInput as error:
        flash(f"{error.sentence} Nothing was changed.", "important")
    else:
        flash("It is taken out. You can go back to what was saved before on the overview.", "success")
        if readers:
            flash(f"Its answer is still read by {', '.join(readers[:4])}. Change these, too.", "important")
    return redirect(url_for(".show", draft_id=draft_id, form_key=form_key), 303)


def as_settings(known: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as settings of a part: when it is asked becomes the expression that hides it."""
    hides = {form_shown_when.ALWAYS: "", form_shown_when.WRITTEN: known["hidden_when"] or ""}
    return {**known, "hidden_when": hides.get(known["asked_when"], known["asked_when"])}


def settings_there(draft: Draft, form_key: str, place: Place) -> tuple[dict[str, Any], list[Option]]:
    """The settings of a part, and the conditions that it may have."""
    component = component_at(form_editing.schema_of(draft, form_key), place)
    settings = form_settings.settings_of(component if isinstance(component, Mapping) else {})
    return settings, form_shown_when.to_choose(form_editing.before(draft, form_key, place))


def part_form(draft: Draft, form_key: str, place: Place, *, asks_though_read: bool = False) -> Form:
    """What is set at the part at a place."""
    settings, options = settings_there(draft, form_key, place)
    return form_questions.of_part(
        settings["kind"],
        options,
        people=settings["people"],
        allocates=settings["allocates"],
        asks_though_read=asks_though_read,
    )


def _add_form(draft: Draft, form_key: str) -> Form:
    options = form_shown_when.to_choose(form_editing.before(draft, form_key, None))
    return form_questions.of_part("", options, places=form_editing.places(draft, form_key))


def _new_page(draft: Draft, typed: Mapping[str, Any], error: BadInput | None = None) -> str:
    return _asking(
        draft,
        "A new form",
        "Make the form",
        url_for(".make", draft_id=draft.id),
        form_questions.NEW,
        typed,
        error,
    )


def _title_page(draft: Draft, form_key: str, typed: Mapping[str, Any], error: BadInput | None = None) -> str:
    action = url_for(".retitle", draft_id=draft.id, form_key=form_key)
    return _asking(
        draft, "The title of the form", "Save the title", action, form_questions.TITLE, typed, error, form_key
    )


def _add_page(draft: Draft, form_key: str, typed: Mapping[str, Any], error: BadInput | None = None) -> str:
    action = url_for(".add", draft_id=draft.id, form_key=form_key)
    form = _add_form(draft, form_key)
    return _asking(draft, "Add to the form", "Add it", action, form, typed, error, form_key)


def _part_page(
    draft: Draft, form_key: str, place: Place, typed: Mapping[str, Any], error: BadInput | None = None
) -> str:
    warned = bool(typed.get("though_read")) or (error is not None and "key" in error.errors)
    form = part_form(draft, form_key, place, asks_though_read=warned)
    action = url_for(".change", draft_id=draft.id, form_key=form_key, position=written_place(place))
    return _asking(draft, "Change what it asks", "Save it", action, form, typed, error, form_key)


def _asking(
    draft: Draft,
    page_name: str,
    button: str,
    action: str,
    form: Form,
    typed: Mapping[str, Any],
    error: BadInput | None,
    form_key: str = "",
) -> str:
    return render_template(
        "workbench/form_asking.html",
        page_name=page_name,
        draft=draft,
        form_key=form_key,
        button=button,
        action=action,
        components=questions.components(form, dict(typed), error.errors if error else {}),
        errors=fields.refusal_summary(form, error, typed),
    )


def _preview(shown: FormShown) -> list[questions.Component]:
    if shown.form is None:
        return []
    answers = form_questions.made_up(shown.form) if _is_filled_in() else {}
    return questions.components(shown.form, answers, people=form_questions.made_up_people(shown.form))


def _is_filled_in() -> bool:
    return request.args.get("blank") != "yes"


def _address(draft_id: str, form_key: str, place: Place) -> str:
    anchor = f"part-{written_place(place)}"
    return url_for(".show", draft_id=draft_id, form_key=form_key, _anchor=anchor)


def _revision() -> int:
    return request.form.get("draft_revision", 0, type=int)
