"""My week, from Monday to Sunday: what is on which day, to look at on a phone or to print."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, g, render_template, request

from app.domain.clock import today
from app.domain.moments import day_in_words
from app.services import week
from app.web.guard import allowed

pages = Blueprint("week", __name__, url_prefix="/work")
FIRST, LAST = date(2000, 1, 3), date(2099, 12, 28)


@pages.get("/week")
@allowed("see_own_work", section="work.mine")
def show() -> str:
    """The week of the day that the address names; this week without one."""
    shown = week.week(g.viewer, _asked())
    return render_template(
        "work/week.html",
        page_name="My week",
        week=shown,
        title=f"{day_in_words(shown.monday, year=False)} to {day_in_words(shown.sunday)}",
        before=max(FIRST, shown.monday - timedelta(days=7)),
        after=min(LAST, shown.monday + timedelta(days=7)),
    )


def _asked() -> date:
    try:
        asked = date.fromisoformat(request.args.get("of", ""))
    except ValueError:
        return today()
    return asked if FIRST <= asked <= LAST else today()
