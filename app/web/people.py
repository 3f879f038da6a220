"""People and their work: who has how much, and handing a leaver's work over with a preview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.domain.errors import BadInput
from app.domain.ids import new_id
from app.services import caseloads, handing_over
from app.services.handing_over import HandOver
from app.web.guard import allowed
from app.web.kept_forms import is_again, keeps_what_is_typed

pages = Blueprint("people", __name__)
Answer = str | Response | tuple[str, int]
SECTION = "cover.index"
FOR_CHILD = "to-"
"""What the names of the answers for one child begin with; its id follows."""


@pages.get("/people")
@allowed("see_people", section=SECTION)
def index() -> str:
    """Everybody whose work the viewer may hand over, with how much they have."""
    return render_template(
        "people/index.html", page_name="People and their work", rows=caseloads.listed(g.viewer)
    )


@pages.get("/people/<person_id>/hand-over")
@allowed("hand_over_work", section=SECTION)
def hand_over(person_id: str) -> Answer:
    """Who takes over; with several, who takes over which child; then what would move, before anything does."""
    chosen = _chosen(request.args)
    view = handing_over.show(g.viewer, person_id, _receivers(person_id, request.args))
    if not chosen:
        errors = [{"text": "Select who takes over", "href": "#to"}] if "choose" in request.args else []
        return _page("people/hand_over.html", view, errors=errors)
    if len(chosen) > 1 and not any(bundle.receiver_id for bundle in view.bundles):
        errors = [{"text": "Select who takes over each child", "href": f"#{_first(view)}"}]
        return _page("people/choose.html", view, errors=errors if "each" in request.args else [])
    return _page("people/preview.html", view, submission=new_id(), why=[])


@pages.post("/people/<person_id>/hand-over")
@allowed("hand_over_work", section=SECTION)
@keeps_what_is_typed
def move(person_id: str) -> Answer:
    """Move it all."""
    receivers = _receivers(person_id, request.form)
    name = handing_over.show(g.viewer, person_id).person.name
    try:
        if is_again():
            return _preview(person_id, receivers)
        moved = handing_over.move(
            g.viewer,
            person_id,
            receivers,
            request.form.get("reason", ""),
            submission=request.form.get("submission"),
        )
    except BadInput as error:
        if why := error.errors.get("reason"):
            return _preview(person_id, receivers, why), 422
        return redirect(url_for(".hand_over", person_id=person_id, choose="yes"), 303)
    parts = [_counted(moved.tasks, "task"), _counted(moved.roles, "role")]
    if moved.ends:
        parts.append(_counted(moved.ends, "question or mention", "questions or mentions"))
    flash(f"{', '.join(parts[:-1])} and {parts[-1]} of {name} moved.", "success")
    return redirect(url_for(".hand_over", person_id=person_id), 303)


@pages.post("/people/<person_id>/close")
@allowed("manage_people", section=SECTION)
def close(person_id: str) -> Response:
    """Close the account of somebody who has left."""
    name = handing_over.close_account(g.viewer, person_id)
    flash(f"The account of {name} is closed. What they did stays under their name.", "success")
    return redirect(url_for(".index"), 303)


def _counted(number: int, word: str, many: str = "") -> str:
    return f"{number} {word}" if number == 1 else f"{number} {many or word + 's'}"


def _chosen(given: MultiDict[str, str]) -> list[str]:
    return list(dict.fromkeys(one for one in given.getlist("to") if one))


def _receivers(person_id: str, given: MultiDict[str, str]) -> dict[str, str]:
    """Child id -> who takes over: the one who was chosen for all, or the choice for each child."""
    chosen = _chosen(given)
    if len(chosen) == 1:
        bundles = handing_over.show(g.viewer, person_id).bundles
        return {bundle.child.id: chosen[0] for bundle in bundles}
    return {
        name.removeprefix(FOR_CHILD): value
        for name, value in given.items()
        if name.startswith(FOR_CHILD) and value in chosen
    }


def _first(view: HandOver) -> str:
    return f"{FOR_CHILD}{view.bundles[0].child.id}" if view.bundles else "main-content"


def _preview(person_id: str, receivers: Mapping[str, str], why: Sequence[str] = ()) -> str:
    """What would move once more, with what was typed below it."""
    return _page(
        "people/preview.html",
        handing_over.show(g.viewer, person_id, receivers),
        submission=request.form.get("submission") or new_id(),
        why=why,
        reason=request.form.get("reason", ""),
        errors=[{"text": words, "href": "#reason"} for words in why],
    )


def _page(template: str, view: HandOver, **more: object) -> str:
    chosen = _chosen(request.values)
    return render_template(
        template,
        page_name=f"Hand over the work of {view.person.name}",
        view=view,
        chosen=[row for row in view.receivers if row.id in chosen],
        **{"errors": [], **more},
    )
