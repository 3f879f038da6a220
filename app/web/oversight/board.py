"""The board: what is missed and what will be, as numbers that open as lists."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template, request

from app.services import lists, pathway_view, reach, reference
from app.services.oversight import board
from app.services.oversight.scope import Scope, scope, team_choices
from app.web.addresses import chosen_filters, here, page_address, page_number
from app.web.guard import allowed
from app.web.local_words import local
from app.web.oversight.tabs import SECTION

pages = Blueprint("board", __name__)


@pages.get("/board")
@allowed("see_board", section=SECTION)
def show() -> str:
    """The numbers, and the coming week of each team."""
    chosen = _scope()
    return render_template(
        "oversight/board.html", page_name="Board", board=board.show(g.viewer, chosen), **_filters(chosen)
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
    chosen = _scope()
    found = board.tasks(g.viewer, chosen, which, page_number())
    return render_template(
        "oversight/board_tasks.html",
        page_name=board.LISTS[which],
        which=which,
        found=found,
        openable=reach.openable_of_many(g.viewer, found.tasks),
        page_address=page_address,
        **_filters(chosen),
    )


def _scope() -> Scope:
    asked = request.args
    return scope(g.viewer, asked.get("team", ""), asked.get("role"), asked.get("pathway"))


def _filters(chosen: Scope) -> dict[str, Any]:
    """What the filter offers, and what is chosen."""
    table = reference.roles()
    named = {
        "team": ("Team", team_choices(g.viewer, chosen.offered)),
        "role": (
            "Role",
            dict(
                sorted(
                    ((role, local(table.name_of(role))) for role in lists.roles_of(g.viewer, chosen.teams)),
                    key=lambda one: one[1],
                )
            ),
        ),
        "pathway": ("Pathway", pathway_view.names(g.viewer)),
    }
    return {
        "scope": chosen,
        "named": named,
        "chosen": chosen_filters(named),
        "address": here,
        "kept": {name: value for name, value in request.args.items() if name in named and value},
    }
