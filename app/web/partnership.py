"""The partnership of an authority: what its managers have in hand together, and starting more, without a child."""

from __future__ import annotations

from flask import Blueprint, g, render_template
from werkzeug.wrappers import Response

from app.services import child_view, chronology, instances, partnership, pathway_view, reach
from app.web import start
from app.web.guard import allowed
from app.web.kept_forms import keeps_what_is_typed

pages = Blueprint("partnership", __name__)
SECTION = "partnership.show"
Answer = str | Response | tuple[str, int]


@pages.get("/partnership")
@allowed("see_partnership", section=SECTION)
def show() -> str:
    """What is open, which pathways run, what can be started, what happened."""
    record_id = partnership.record_of(g.viewer)
    view = child_view.show(g.viewer, record_id) if record_id else None
    rows = [row for row in pathway_view.listed(g.viewer) if row.is_for_partnership]
    return render_template(
        "partnership/show.html",
        page_name=partnership.name_of(g.viewer),
        view=view,
        happened=chronology.of_child(g.viewer, record_id).happenings if record_id else (),
        startable=[row for row in rows if pathway_view.may_start(g.viewer, row)],
        openable=reach.openable(g.viewer, record_id, view.tasks) if record_id and view else frozenset(),
    )


@pages.get("/partnership/start/<pathway>")
@allowed("start_for_partnership", section=SECTION)
def form(pathway: str) -> Answer:
    """The questions that start a pathway about the partnership."""
    start.name_of(pathway, for_partnership=True)
    return start.form_page(
        pathway, None, instances.prefilled(g.viewer, pathway, partnership.record_of(g.viewer))
    )


@pages.post("/partnership/start/<pathway>")
@allowed("start_for_partnership", section=SECTION)
@keeps_what_is_typed
def check(pathway: str) -> Answer:
    """The answers as they will be recorded, and which clocks begin; or back to change them."""
    start.name_of(pathway, for_partnership=True)
    return start.check_answers(pathway, None)


@pages.post("/partnership/start/<pathway>/go")
@allowed("start_for_partnership", section=SECTION)
@keeps_what_is_typed
def go(pathway: str) -> Answer:
    """Start it, once however often the button is pressed."""
    start.name_of(pathway, for_partnership=True)
    return start.start_now(pathway, None)
