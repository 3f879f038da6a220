"""Letters: what left the service, whether it arrived, and what failed."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.access import AuthorityThing, may
from app.services import letter_desk, letter_problems
from app.web.addresses import page_number
from app.web.guard import allowed

pages = Blueprint("letters", __name__)
TO = {"pathways": "From pathways", "people": "To those who do the work"}


@pages.get("/letters")
@allowed("see_letters", section="letters.index")
def index() -> str:
    """The letters that the viewer answers for, newest first, and the addresses that do not work."""
    to = request.args.get("to") if request.args.get("to") in TO else "pathways"
    state = request.args.get("state") if request.args.get("state") in letter_desk.STATES else None
    show = letter_desk.to_people if to == "people" else letter_desk.of_pathways
    return render_template(
        "letters/index.html",
        page_name="Letters",
        to=to,
        ways=TO,
        state_now=state,
        states=letter_desk.STATES,
        most_counted=letter_desk.MOST_COUNTED,
        desk=show(g.viewer, state, page_number()),
        problems=letter_problems.unresolved(g.viewer),
        may_mend=may(g.viewer, "mend_letters", AuthorityThing(g.viewer.authority_id)),
    )


@pages.post("/letters/again")
@allowed("mend_letters")
def again() -> Response:
    """Send once more: one letter, or all that did not come to an address that works again."""
    if request.form.get("letter"):
        letter_desk.send_again(g.viewer, request.form["letter"])
        flash("The letter is on its way again.", "success")
    else:
        number = letter_problems.try_again(g.viewer, request.form.get("address", ""))
        flash(f"{number} letter{'' if number == 1 else 's'} on the way again.", "success")
    return redirect(url_for(".index", to="people"), 303)
