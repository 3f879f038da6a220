"""The profile of the viewer's authority: its numbers, contacts, switches and ladder, changed with a preview."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.errors import BadInput
from app.domain.forms import validate
from app.services import reference
from app.services.workbench import profile_changes, profile_items, profile_preview
from app.web import fields, questions
from app.web.addresses import page_address, paged
from app.web.guard import allowed
from app.web.kept_forms import is_again, keeps_what_is_typed
from app.web.workbench.profile_forms import form_for
from app.web.workbench.tabs import SECTION

pages = Blueprint("workbench_profiles", __name__)
Answer = str | Response | tuple[str, int]
TITLES = {
    "deadlines": "Deadlines",
    "contacts": "Contacts",
    "switches": "Switches",
    "money": "Money",
    "ladder": "Escalation ladder",
}
"""The sections of a profile and what they are called."""
PAGE_SIZE = 50


@pages.get("/workbench/profile")
@allowed("edit_profile", section=SECTION)
def show() -> str:
    """One section of the profile at a time, 50 to a page, what was changed here first; narrowed by a word."""
    section = request.args.get("section", "deadlines")
    profile = profile_changes.profile_of(g.viewer)
    items = profile_items.listed(profile, section)
    words = " ".join(request.args.get("words", "").split())
    changed = {one.key for one in items if profile_changes.is_changed(g.viewer, section, one.key)}
    found = [one for one in items if profile_items.says(one, words)]
    found.sort(key=lambda one: one.key not in changed)
    on_page, page, pages = paged(found, PAGE_SIZE)
    return render_template(
        "workbench/profile.html",
        page_name=f"Profile of {profile.name}",
        titles=TITLES,
        section=section,
        items=on_page,
        words=words,
        found=len(found),
        page=page,
        pages=pages,
        page_address=page_address,
        changed=changed,
        history=profile_changes.history(g.viewer)[:20],
        called={one.key: one.name for one in items},
    )


@pages.get("/workbench/profile/<section>/<item>")
@allowed("edit_profile", section=SECTION)
def edit(section: str, item: str) -> str:
    """The form of one item, with what the law says beside it."""
    answers = profile_items.answers_of(profile_changes.profile_of(g.viewer), section, item)
    return _page(section, item, answers)


@pages.post("/workbench/profile/<section>/<item>")
@allowed("edit_profile", section=SECTION)
@keeps_what_is_typed
def change(section: str, item: str) -> Answer:
    """Show what would move, or make the change that was shown."""
    form = form_for(section, _roles())
    typed = fields.read_posted(form, request.form)
    is_back = request.form.get("back_to_file") == "yes"
    if is_again():
        return _page(section, item, typed)
    try:
        known = validate(form, typed) if not is_back else None
        wanted = known
        if request.form.get("action") != "change":
            shown = profile_preview.preview(g.viewer, section, item, wanted)
            return _page(section, item, typed, shown=shown, is_back=is_back)
        counted = profile_changes.change(
            g.viewer,
            section,
            item,
            wanted,
            source=str(typed.get("source") or ("As the file says" if is_back else "")),
            was=request.form.get("profile_was", ""),
        )
    except BadInput as error:
        return _page(section, item, typed, error), 422
    again = f" {counted} pathways are counted again." if counted else ""
    flash(f"The profile is changed.{again}", "success")
    return redirect(url_for(".show", section=section), 303)


def _roles() -> list[tuple[str, str]]:
    known = reference.roles().by_key.values()
    return sorted(((role.key, role.name) for role in known), key=lambda role: role[1])


def _page(
    section: str,
    item: str,
    typed: Mapping[str, Any],
    error: BadInput | None = None,
    *,
    shown: profile_preview.Preview | None = None,
    is_back: bool = False,
) -> str:
    profile = profile_changes.profile_of(g.viewer)
    form = form_for(section, _roles())
    thing = profile_items.item(profile, section, item)
    return render_template(
        "workbench/profile_item.html",
        page_name=thing.name,
        title=TITLES[section],
        item=thing,
        is_changed=profile_changes.is_changed(g.viewer, section, item),
        shown=shown,
        is_back=is_back,
        was=g.viewer.profile,
        components=questions.components(form, dict(typed), error.errors if error else {}),
        errors=fields.refusal_summary(form, error, typed),
    )
