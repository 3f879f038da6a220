"""The protocols: area, clause, duty, and where each is met; from a clause one reaches its tasks."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request

from app.services import protocols
from app.web.addresses import page_address, page_number
from app.web.guard import allowed

pages = Blueprint("protocols", __name__)
SECTION = "protocols.show"


@pages.get("/protocols")
@allowed("see_duties", section=SECTION)
def show() -> str:
    """The protocol of an area, clause by clause."""
    view = protocols.show(g.viewer, request.args.get("area") or None, request.args.get("met") or None)
    return render_template(
        "protocols/show.html",
        page_name=f"The protocol of {view.name}",
        view=view,
        statuses=protocols.STATUSES,
        met=request.args.get("met", ""),
        page=min(page_number(), view.pages),
        page_address=page_address,
    )


@pages.get("/protocols/<duty_id>")
@allowed("see_duties", section=SECTION)
def duty(duty_id: str) -> str:
    """One duty: what it asks for, what meets it, its open tasks."""
    view = protocols.duty(g.viewer, duty_id)
    return render_template("protocols/duty.html", page_name=f"Duty {duty_id}", view=view)
