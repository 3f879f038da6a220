"""The board: what is missed and what will be, as numbers that open as lists."""

from __future__ import annotations

from flask import Blueprint, g, render_template

from app.domain.clock import today
from app.services import reach
from app.services.oversight import board
from app.web.addresses import page_address, page_number
from app.web.guard import allowed
from app.web.oversight.tabs import SECTION
from app.web.oversight.whose_work import asked_scope, scope_choices

pages = Blueprint("board", __name__)


@pages.get("/board")
@allowed("see_board", section=SECTION)
def show() -> str:
    """The numbers, and the coming week of each team."""
    chosen = asked_scope()
    return render_template(
        "oversight/board.html",
        page_name="Board",
        board=board.show(g.viewer, chosen),
        today=today(),
        **scope_choices(chosen),
    )


@pages.get("/board/releases")
@allowed("see_board", section=SECTION)
def releases() -> str:
    """Children to be released within 30 days without an address."""
    return render_template(
        "oversight/releases.html",
        page_name="To be released within 30 days without an address",
        releases=board.releases(g.viewer),
    )


@pages.get("/board/<any(breached,soon,unallocated):which>")
@allowed("see_board", section=SECTION)
def tasks(which: str) -> str:
    """The tasks, or the children, behind a number."""
    chosen = asked_scope()
    found = board.tasks(g.viewer, chosen, which, page_number())
    return render_template(
        "oversight/board_tasks.html",
        page_name=board.LISTS[which],
        which=which,
        found=found,
        openable=reach.openable_of_many(g.viewer, found.tasks),
        page_address=page_address,
        **scope_choices(chosen),
    )
