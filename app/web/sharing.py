"""What was given to other agencies, and what a guest of theirs sees here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.domain.clock import today
from app.domain.errors import BadInput
from app.domain.forms import Form
from app.services import child_view
from app.services.access import sharing
from app.services.access.sharing import Given
from app.web import access_forms, fields, questions
from app.web.filled_forms import Answer, filled_in
from app.web.guard import allowed
from app.web.identity import identity_facts
from app.web.kept_forms import keeps_what_is_typed

pages = Blueprint("sharing", __name__)
SECTION = "children.index"
ALWAYS_SEEN = "overview"
"""The part that a guest sees with every other."""


@pages.get("/children/<child_id>/sharing")
@allowed("see_sharing", section=SECTION)
def index(child_id: str) -> str:
    """Every disclosure about the child, the latest first."""
    listed = sharing.of_child(g.viewer, child_id)
    return _render("index", child_id, "Shared with other agencies", listed=listed)


@pages.get("/children/<child_id>/sharing/new")
@allowed("share", section=SECTION)
def ask(child_id: str) -> str:
    """What is given, to whom, on which basis, why."""
    sharing.require_share(g.viewer, child_id)
    return _page(child_id, {"on_day": today().isoformat(), "parts": [ALWAYS_SEEN]})


@pages.post("/children/<child_id>/sharing/new")
@allowed("share", section=SECTION)
@keeps_what_is_typed
def share(child_id: str) -> str | Response | tuple[str, int]:
    """Record it, and let the guest see what is shared."""
    sharing.require_share(g.viewer, child_id)
    form = _form()

    def go(known: dict[str, Any]) -> Answer:
        sharing.share(g.viewer, child_id, _given(known))
        flash("It is recorded what was shared, with whom and why.", "success")
        return redirect(url_for(".index", child_id=child_id), 303)

    return filled_in(form, lambda typed, error: _page(child_id, typed, error), go)


@pages.get("/shared-with-me")
@allowed("see_shared", section="sharing.mine")
def mine() -> str:
    """The children whom a guest sees."""
    return render_template(
        "sharing/mine.html", page_name="Shared with me", listed=sharing.shared_with(g.viewer)
    )


def _form() -> Form:
    return access_forms.share(sharing.guests(g.viewer))


def _given(known: Mapping[str, Any]) -> Given:
    return Given(
        agency=known["agency"],
        to_whom=known["to_whom"],
        what=known["what"],
        basis=known["basis"],
        why=known["why"],
        on_day=date.fromisoformat(known["on_day"]),
        guest_id=known.get("guest_id") or None,
        parts=tuple(known.get("parts") or ()),
        until_on=date.fromisoformat(known["until_on"]) if known.get("until_on") else None,
    )


def _page(child_id: str, typed: Mapping[str, Any], error: BadInput | None = None) -> str:
    form = _form()
    return _render(
        "new",
        child_id,
        form.title,
        components=questions.components(form, typed, error.errors if error else {}),
        errors=fields.refusal_summary(form, error, typed),
    )


def _render(template: str, child_id: str, title: str, **parts: Any) -> str:
    head = child_view.head(g.viewer, child_id)
    return render_template(
        f"sharing/{template}.html",
        page_name=title,
        head=head,
        facts=identity_facts(head.child, head.identifiers, head.facts),
        **parts,
    )
