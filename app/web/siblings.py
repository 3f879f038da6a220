"""Brothers and sisters of a child: who they are, finding and linking one, taking a link back with a reason."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.errors import BadInput
from app.services import child_view, siblings
from app.web.finding import NOTHING_TYPED, asked_for
from app.web.guard import allowed
from app.web.identity import identity_facts
from app.web.kept_forms import is_again, keeps_what_is_typed

pages = Blueprint("siblings", __name__)
Answer = str | Response | tuple[str, int]
SECTION = "children.index"


@pages.get("/children/<child_id>/siblings")
@allowed("see_child", section=SECTION)
def show(child_id: str) -> Answer:
    """Who they are, and the box to find another."""
    found = asked_for()
    if "nothing" in request.args and found is None:
        return _page(child_id, NOTHING_TYPED), 422
    return _page(child_id)


@pages.post("/children/<child_id>/siblings")
@allowed("edit_child", section=SECTION)
def link(child_id: str) -> Answer:
    """Say that another child is a brother or sister."""
    try:
        siblings.link(g.viewer, child_id, request.form.get("sibling_id", ""))
    except BadInput as error:
        return _page(child_id, [{"text": error.errors["q"][0], "href": "#q"}]), 422
    flash("Linked as brother or sister.", "success")
    return redirect(url_for(".show", child_id=child_id), 303)


@pages.post("/children/<child_id>/siblings/<sibling_id>/unlink")
@allowed("edit_child", section=SECTION)
@keeps_what_is_typed
def unlink(child_id: str, sibling_id: str) -> Answer:
    """Take it back."""
    if is_again():
        return _page(child_id, typed_for=sibling_id)
    try:
        siblings.unlink(g.viewer, child_id, sibling_id, request.form.get("reason", ""))
    except BadInput as error:
        words = error.errors["reason"][0]
        return _page(child_id, [{"text": words, "href": f"#reason-{sibling_id}"}], sibling_id), 422
    flash("The link has been removed. The chronology says why.", "success")
    return redirect(url_for(".show", child_id=child_id), 303)


def _page(
    child_id: str, errors: list[dict[str, str]] | None = None, wrong: str = "", typed_for: str = ""
) -> str:
    view = child_view.show(g.viewer, child_id)
    linked = siblings.siblings_of(g.viewer, child_id)
    search = asked_for()
    there = {child_id, *(one.child.id for one in linked)}
    return render_template(
        "children/siblings.html",
        page_name="Brothers and sisters",
        view=view,
        facts=identity_facts(view.child),
        linked=linked,
        search=search,
        offered=[one for one in search.found if one.can_open and one.id not in there] if search else [],
        may_link="edit_child" in view.can,
        errors=errors or [],
        wrong=wrong,
        typed_for=wrong or typed_for,
        reason=request.form.get("reason", ""),
    )
