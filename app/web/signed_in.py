"""Where somebody is signed in: their own browsers, or for an administrator anybody's."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for

from app.services import second_factors, sessions
from app.web.guard import TOKEN, allowed
from app.web.session import Answer

pages = Blueprint("signed_in", __name__)
SECTION = "cover.index"


@pages.get("/account/sessions")
@allowed("see_own_work")
def own() -> Answer:
    """The viewer's own browsers."""
    return render_template(
        "account/sessions.html",
        page_name="Where you are signed in",
        rows=sessions.listed(g.viewer, g.viewer.person_id, token=session.get(TOKEN)),
    )


@pages.post("/account/sessions")
@allowed("see_own_work")
def end_own() -> Answer:
    """Sign out one of them, or all but the one that asks."""
    _end(g.viewer.person_id, but=session.get(TOKEN))
    return redirect(url_for(".own"), 303)


@pages.get("/people/<person_id>/sessions")
@allowed("manage_people", section=SECTION)
def of_person(person_id: str) -> Answer:
    """A colleague's browsers, and their second factor."""
    return render_template(
        "people/sessions.html",
        page_name=f"Where {sessions.name_of(g.viewer, person_id)} is signed in",
        person_id=person_id,
        name=sessions.name_of(g.viewer, person_id),
        rows=sessions.listed(g.viewer, person_id, token=session.get(TOKEN)),
        factor=second_factors.show(g.viewer, person_id),
    )


@pages.post("/people/<person_id>/sessions")
@allowed("manage_people", section=SECTION)
def end_of_person(person_id: str) -> Answer:
    """Sign one of them out, or all, or let the person set up a new second factor."""
    if request.form.get("do") == "forget":
        second_factors.forget(g.viewer, person_id)
        flash(
            "The second factor is gone. The person can set up a new one after their next sign-in.", "success"
        )
    else:
        _end(person_id)
    return redirect(url_for(".of_person", person_id=person_id), 303)


def _end(person_id: str, *, but: str | None = None) -> None:
    """End the session that the form names, or all."""
    one = request.form.get("session_id")
    if one:
        sessions.revoke(g.viewer, person_id, one)
        flash("That browser is signed out.", "success")
        return
    ended = sessions.revoke_all(g.viewer, person_id, but=but)
    words = "One browser is" if ended == 1 else f"{ended} browsers are"
    flash(f"{words} signed out." if ended else "There was no browser to sign out.", "success")
