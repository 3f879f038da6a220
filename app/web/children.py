"""Children: finding one, and the page of one."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.typed_times import Mistyped, read_day
from app.services import child_record, child_tasks, child_view, chronology, reach, siblings, what_changed
from app.services.chronology import Narrowed
from app.services.finding import remember_seen
from app.web import finding
from app.web.addresses import chosen_filters, page_address, page_number
from app.web.guard import allowed
from app.web.identity import identity_facts
from app.web.local_words import local

pages = Blueprint("children", __name__)
SECTION = "children.index"
MOST_SHOWN = 5


@pages.get("/children")
@allowed("search_children", section="children.index")
def index() -> str:
    """The search, what it found, or whom the viewer saw last."""
    return finding.children_page(finding.asked_for())


@pages.get("/children/<child_id>")
@allowed("see_child", section="children.index")
def show(child_id: str) -> str | Response:
    """One child on half a page: what happened, what is due first and why, what runs, who is around them."""
    view = child_view.show(g.viewer, child_id)
    if view.child.is_partnership:
        return redirect(url_for("partnership.show"))
    remember_seen(g.viewer, child_id)
    return render_template(
        "children/show.html",
        page_name=view.child.name,
        view=view,
        facts=identity_facts(view.child, view.identifiers, view.facts),
        openable=reach.openable(g.viewer, child_id, view.tasks[:MOST_SHOWN]),
        most=MOST_SHOWN,
        news=what_changed.news(g.viewer, child_id),
        siblings=siblings.siblings_of(g.viewer, child_id),
    )


@pages.get("/children/<child_id>/tasks")
@allowed("see_child", section=SECTION)
def tasks(child_id: str) -> str:
    """Everything that is open for the child, and what has been done."""
    view = child_tasks.show(g.viewer, child_id, page_number(), page_number("open_page"))
    listed = [*view.open, *view.over]
    return _page(
        "tasks",
        child_id,
        "Tasks",
        view=view,
        openable=reach.openable(g.viewer, child_id, listed),
        open_address=partial(page_address, name="open_page"),
    )


@pages.get("/children/<child_id>/timeline")
@allowed("see_timeline", section=SECTION)
def timeline(child_id: str) -> str:
    """What happened, newest first, narrowed as the address asks."""
    narrowed, problems = _narrowed()
    view = chronology.of_child(g.viewer, child_id, narrowed, page_number())
    groups = {key: words for key, (words, _) in chronology.GROUPS.items()}
    names = {key: local(name) for key, name in view.pathways}
    agencies = {key: local(words) for key, words in chronology.AGENCIES.items()}
    chosen = chosen_filters(
        {"group": ("Kind", groups), "pathway": ("Pathway", names), "agency": ("Agency", agencies)}
    )
    return _page(
        "timeline",
        child_id,
        "Timeline",
        view=view,
        groups=groups,
        names=names,
        agencies=agencies,
        chosen=chosen,
        asked=request.args,
        errors=problems,
    )


@pages.get("/children/<child_id>/people")
@allowed("see_network", section=SECTION)
def people(child_id: str) -> str:
    """Who works with the child and who did, and others around them."""
    return _page("people", child_id, "People", view=child_record.people(g.viewer, child_id))


@pages.get("/children/<child_id>/release")
@allowed("see_child", section=SECTION)
def release(child_id: str) -> str:
    """How far the release is prepared: red, amber, green."""
    return _page("release", child_id, "Release", view=child_record.readiness(g.viewer, child_id))


def _page(template: str, child_id: str, title: str, **parts: Any) -> str:
    head = child_view.head(g.viewer, child_id)
    return render_template(
        f"children/{template}.html",
        page_name=title,
        head=head,
        facts=identity_facts(head.child, head.identifiers, head.facts),
        **parts,
    )


def _narrowed() -> tuple[Narrowed, list[dict[str, str]]]:
    """What the address asks the chronology to be narrowed to, and what is wrong with its days."""
    asked = request.args
    problems: list[dict[str, str]] = []
    days: dict[str, date | None] = {}
    for name, words in (("from", "first day"), ("until", "last day")):
        typed = asked.get(name, "").strip()
        days[name] = None
        try:
            days[name] = read_day({"day": typed}) if typed else None
        except Mistyped as wrong:
            problems.append({"text": f"The {words} must {wrong.rest}", "href": f"#filter-{name}"})
    group = asked.get("group") if asked.get("group") in chronology.GROUPS else None
    agency = asked.get("agency") if asked.get("agency") in chronology.AGENCIES else None
    return Narrowed(group, asked.get("pathway") or None, days["from"], days["until"], agency), problems
