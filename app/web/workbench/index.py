"""The workbench: drafts under way, what waits for a second person, every pathway to draw on, a new one."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.errors import BadInput
from app.domain.form_parts import Option
from app.domain.forms import Form, read_form, validate
from app.services import pathway_view, reference
from app.services.workbench import drafting, drafts, publications
from app.web import fields, questions
from app.web.guard import allowed
from app.web.kept_forms import is_again, keeps_what_is_typed
from app.web.workbench.tabs import SECTION

pages = Blueprint("workbench", __name__)
Answer = str | Response | tuple[str, int]

NEW_PATHWAY: Form = read_form(
    "workbench/new_pathway",
    {
        "type": "default",
        "components": [
            {"type": "textfield", "key": "name", "label": "What is the pathway called?",
             "description": "As those who work with it would say it, for example “Transport to court”.",
             "validate": {"required": True, "maxLength": drafting.LONGEST_NAME},
             "properties": {"called": "what the pathway is called"}},
            {"type": "select", "key": "role", "label": "Who does the first step?", "valuesKey": "roles",
             "validate": {"required": True}, "properties": {"called": "who does the first step"}},
        ],
    },
)  # fmt: skip


@pages.get("/workbench")
@allowed("design", section=SECTION)
def index() -> str:
    """What is on the desk; the pathways in force narrowed by words of their names."""
    names = pathway_view.names(g.viewer)
    words = " ".join(request.args.get("words", "").split())
    every = sorted(names.items(), key=lambda item: item[1])
    return render_template(
        "workbench/index.html",
        page_name="Workbench",
        drafts=drafts.listed(g.viewer),
        asked=publications.open_for(g.viewer),
        names=names,
        words=words,
        pathways=[
            one for one in every if all(word in " ".join(one).lower() for word in words.lower().split())
        ],
    )


@pages.get("/workbench/new")
@allowed("design", section=SECTION)
def new() -> str:
    """A name, and who begins."""
    return _page({})


@pages.post("/workbench/new")
@allowed("design", section=SECTION)
@keeps_what_is_typed
def create() -> Answer:
    """Begin a pathway that does not exist yet."""
    form = _form()
    typed = fields.read_posted(form, request.form)
    if is_again():
        return _page(typed)
    try:
        known = validate(form, typed)
        draft_id = drafting.new_pathway(g.viewer, known["name"], known["role"])
    except BadInput as error:
        return _page(typed, error), 422
    return redirect(url_for("workbench_drafts.show", draft_id=draft_id), 303)


@pages.post("/pathways/<key>/draw")
@allowed("design", section=SECTION)
def draw(key: str) -> Response:
    """Open the draft of a pathway; begin one of the version in force where there is none."""
    return redirect(url_for("workbench_drafts.show", draft_id=drafting.open_draft(g.viewer, key)), 303)


def _form() -> Form:
    roles = [Option(role.key, role.name) for role in reference.roles().by_key.values()]
    return NEW_PATHWAY.offering({"roles": sorted(roles, key=lambda option: option.label)})


def _page(typed: dict[str, object], error: BadInput | None = None) -> str:
    form = _form()
    return render_template(
        "workbench/new.html",
        page_name="A new pathway",
        components=questions.components(form, typed, error.errors if error else {}),
        errors=fields.refusal_summary(form, error, typed),
    )
