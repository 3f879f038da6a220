"""Escalations: every ladder with its clocks, children without a home before release, and disputes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template, request

from app.services.oversight import disputes, escalations, homes
from app.web.addresses import page_address, page_number
from app.web.guard import allowed
from app.web.oversight.tabs import SECTION
from app.web.oversight.whose_work import asked_scope, scope_choices

pages = Blueprint("escalations", __name__)


@pages.get("/escalations")
@allowed("see_escalations", section=SECTION)
def index() -> str:
    """The escalations that run, those that nobody has acknowledged, or those that are over."""
    return _list("escalations", escalations.page_of, lists=escalations.LISTS)


@pages.get("/escalations/homes")
@allowed("see_escalations", section=SECTION)
def of_homes() -> str:
    """Children who are to leave and have no home: whom it was taken to, and what they answered."""
    return _list("homes", homes.page_of)


@pages.get("/escalations/disputes")
@allowed("see_escalations", section=SECTION)
def of_disputes() -> str:
    """Disputes between services: whose managers are asked, how far they are, how they ended."""
    return _list("disputes", disputes.page_of)


@pages.get("/escalations/<escalation_id>")
@allowed("see_escalations", section=SECTION)
def show(escalation_id: str) -> str:
    """One escalation: its ladder, with what was acknowledged and answered."""
    found = escalations.show(g.viewer, escalation_id)
    return render_template("oversight/escalation.html", page_name=found.what, one=found)


def _list(template: str, page_of: Any, **more: Any) -> str:
    chosen = asked_scope()
    which = request.args.get("show") or escalations.OPEN
    return render_template(
        f"oversight/{template}.html",
        page_name="Escalations",
        which=which,
        counts=escalations.counts(g.viewer, chosen),
        homes=homes.number(g.viewer, chosen),
        disputes=disputes.number(g.viewer, chosen),
        found=page_of(g.viewer, chosen, which, page_number()),
        page_address=page_address,
        **more,
        **scope_choices(chosen),
    )
