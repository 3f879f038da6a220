"""Running and ended pathways: narrowed, sorted, searched, kept as views, and taken as a file."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from app.domain.errors import BadInput
from app.services import finding
from app.services.oversight import running, running_file, saved_views
from app.services.oversight.days import read_days
from app.services.oversight.running import ANY, OPEN, STATES, Narrowed
from app.web.addresses import here, page_address, page_number
from app.web.finding import asked_for, found_by
from app.web.guard import allowed
from app.web.kept_forms import is_again, keeps_what_is_typed
from app.web.oversight.reports import as_file, typed_day
from app.web.oversight.tabs import SECTION
from app.web.oversight.whose_work import asked_scope, scope_choices

pages = Blueprint("running", __name__)
Answer = str | Redirect | tuple[str, int]
ONLY = {"overdue": "With an overdue task", "incident": "That stand still after a fault"}
KEPT = ("team", "role", "pathway", "version", "state", "only", "from", "to", "sort")
"""What a view keeps of the address: not whom somebody searched for, and not the page."""


@pages.get("/instances")
@allowed("see_running", section=SECTION)
def index() -> Answer:
    """The list."""
    return _page()


@pages.post("/instances")
@allowed("see_running", section=SECTION)
@keeps_what_is_typed
def keep() -> Answer:
    """Keep the filters of the address under a name."""
    name = request.form.get("name", "")
    if is_again():
        return _page(name)
    try:
        saved_views.keep(g.viewer, name, _filters())
    except BadInput as error:
        page = _page(name, error)
        return (page, 422) if isinstance(page, str) else page
    flash(f"The view “{' '.join(name.split())}” is kept. It stands over the list.", "success")
    return redirect(here(), 303)


@pages.post("/instances/search")
@allowed("see_running", section=SECTION)
def search() -> Answer:
    """Search for a child; what was typed stands in no address. Nothing typed takes the search away."""
    words = request.form.get("q", "").strip()
    found = finding.look_up(g.viewer, words) if words else None
    asked = {**_filters(), **({"search": found, "state": ANY} if found else {})}
    return redirect(url_for(".index", **_parts(asked)), 303)


@pages.get("/instances.csv")
@allowed("see_running")
def table() -> Response:
    """The list as CSV."""
    narrowed, errors, _ = _narrowed()
    if errors:
        raise BadInput("The list cannot be made for these days.", errors)
    name, content = running_file.as_csv(g.viewer, narrowed, _sort(), _filters())
    return as_file(name, content, "text/csv; charset=utf-8")


@pages.get("/instances/views/<view_id>")
@allowed("see_running", section=SECTION)
def view(view_id: str) -> str:
    """A view: its name, and deleting it."""
    return _view_page(view_id)


@pages.post("/instances/views/<view_id>")
@allowed("see_running", section=SECTION)
@keeps_what_is_typed
def rename(view_id: str) -> Answer:
    """Give it another name."""
    name = request.form.get("name", "")
    if is_again():
        return _view_page(view_id, name)
    try:
        saved_views.rename(g.viewer, view_id, name)
    except BadInput as error:
        return _view_page(view_id, name, error), 422
    flash("The view has its new name.", "success")
    return redirect(url_for(".index", **_parts(saved_views.one(g.viewer, view_id).filters)), 303)


@pages.post("/instances/views/<view_id>/delete")
@allowed("see_running", section=SECTION)
def discard(view_id: str) -> Answer:
    """Delete it."""
    name = saved_views.discard(g.viewer, view_id)
    flash(f"The view “{name}” is deleted.", "success")
    return redirect(url_for(".index"), 303)


def _page(name: str = "", refused: BadInput | None = None) -> Answer:
    narrowed, errors, days = _narrowed()
    found = running.listed(g.viewer, narrowed, _sort(), page_number())
    filters = _filters()
    page = render_template(
        "oversight/running.html",
        page_name="Running pathways",
        found=found,
        narrowed=narrowed,
        search=asked_for(),
        only=request.args.get("only", ""),
        onlys=ONLY,
        states=STATES,
        versions={
            str(one): f"Version {one}" for one in running.versions_of(g.viewer, narrowed.scope.pathway)
        },
        views=[(one, url_for(".index", **_parts(one.filters))) for one in saved_views.of_viewer(g.viewer)],
        filters=filters,
        kept_name=name,
        name_error=refused.errors["name"][0] if refused else "",
        typed={key: request.args.get(key) or (typed_day(day) if day else "") for key, day in days.items()},
        field_errors={key: words[0] for key, words in errors.items()},
        errors=_summary(errors | (refused.errors if refused else {})),
        file=url_for(".table", **_parts({**filters, "search": request.args.get("search", "")})),
        page_address=page_address,
        sort_address=lambda order: here(sort=order, page=None),
        **scope_choices(narrowed.scope),
    )
    return (page, 422) if errors else page


def _view_page(view_id: str, name: str | None = None, refused: BadInput | None = None) -> str:
    shown = saved_views.one(g.viewer, view_id)
    return render_template(
        "oversight/running_view.html",
        page_name=f"View: {shown.name}",
        shown=shown,
        typed_name=shown.name if name is None else name,
        name_error=refused.errors["name"][0] if refused else "",
        errors=_summary(refused.errors if refused else {}),
        address=url_for(".index", **_parts(shown.filters)),
    )


def _narrowed() -> tuple[Narrowed, dict[str, list[str]], dict[str, date | None]]:
    """What the address asks for; days that cannot be are said, and not looked at."""
    asked = request.args
    none: dict[str, date | None] = {"from": None, "to": None}
    days, errors = read_days(asked, none)
    first, last = (None, None) if errors else (days["from"], days["to"])
    state, only = asked.get("state", OPEN), asked.get("only")
    sought = asked.get("search", "")
    return (
        Narrowed(
            asked_scope(),
            state if state in STATES else OPEN,
            only == "overdue",
            only == "incident",
            first,
            last,
            asked.get("version", type=int),
            tuple(child.id for child in found_by(sought)) if sought else None,
        ),
        errors,
        days,
    )


def _sort() -> str:
    return request.args.get("sort", running.NEWEST)


def _filters() -> dict[str, str]:
    return {name: request.args[name] for name in KEPT if request.args.get(name)}


def _parts(filters: Any) -> dict[str, Any]:
    """The parts of an address, of which only those known are taken."""
    return {name: filters[name] for name in (*KEPT, "search") if filters.get(name)}


def _summary(errors: dict[str, list[str]]) -> list[dict[str, str]]:
    return [{"text": words[0], "href": f"#{key}"} for key, words in errors.items()]
