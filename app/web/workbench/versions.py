"""The versions of a pathway, and the way back to an older one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.access import AuthorityThing, may
from app.domain.errors import BadInput, NotFound
from app.domain.forms import Form, read_form, validate
from app.services.workbench import comparing, publications, publishing, versions
from app.web import fields, questions
from app.web.guard import allowed
from app.web.kept_forms import is_again, keeps_what_is_typed

pages = Blueprint("pathway_versions", __name__)
Answer = str | Response | tuple[str, int]
SECTION = "pathways.index"

WHY: Form = read_form(
    "workbench/roll_back",
    {
        "type": "default",
        "components": [
            {"type": "textarea", "key": "reason", "label": "Why is it to be in force again?",
             "validate": {"required": True, "maxLength": publishing.LONGEST_NOTE},
             "properties": {"called": "why it is to be in force again"}},
        ],
    },
)  # fmt: skip


@pages.get("/pathways/<key>/versions")
@allowed("see_pathways", section=SECTION)
def index(key: str) -> str:
    """Every version, who published it and why, and how many pathways still go by it."""
    found = versions.listed(g.viewer, key)
    return render_template(
        "workbench/versions.html",
        page_name=f"Versions of {found[0].name}",
        key=key,
        versions=found,
        history=publications.history(g.viewer, key),
        may_publish=may(g.viewer, "publish", AuthorityThing(g.viewer.authority_id)),
    )


@pages.get("/pathways/<key>/versions/<int:number>/roll-back")
@allowed("publish", section=SECTION)
def ask_roll_back(key: str, number: int) -> str:
    """Why the older version is to be in force again."""
    return _page(key, number, {})


@pages.post("/pathways/<key>/versions/<int:number>/roll-back")
@allowed("publish", section=SECTION)
@keeps_what_is_typed
def roll_back(key: str, number: int) -> Answer:
    """Put it in force again."""
    typed = fields.read_posted(WHY, request.form)
    if is_again():
        return _page(key, number, typed)
    try:
        publishing.roll_back(g.viewer, key, number, validate(WHY, typed)["reason"])
    except BadInput as error:
        return _page(key, number, typed, error), 422
    flash(f"Version {number} is in force again. What runs stays on its version.", "success")
    return redirect(url_for(".index", key=key), 303)


def _page(key: str, number: int, typed: dict[str, Any], error: BadInput | None = None) -> str:
    found = versions.listed(g.viewer, key)
    version = next((one for one in found if one.number == number), None)
    if version is None:
        raise NotFound(f"There is no version {number} of {key}.")
    current = next((one for one in found if one.is_current and one.number != number), None)
    return render_template(
        "workbench/roll_back.html",
        page_name=f"Put version {number} in force again",
        version=version,
        current=current,
        compared=comparing.two_versions(g.viewer, key, number, current.number) if current else None,
        components=questions.components(WHY, typed, error.errors if error else {}),
        errors=fields.refusal_summary(WHY, error, typed),
    )
