"""What was met on time: shares by duty, clause, step, pathway, team, agency and month, and the tasks behind each."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, g, render_template, request

from app.domain.clock import today
from app.domain.errors import BadInput
from app.domain.limits import add_months
from app.services import pathway_view, reach
from app.services.oversight import compliance, compliance_tasks
from app.services.oversight.compliance_groups import WAYS
from app.services.oversight.compliance_rules import (
    LIMITS,
    MOST_MONTHS,
    OUTCOMES,
    PARTNERSHIP,
    Asked,
    month_of,
)
from app.services.oversight.compliance_tasks import Behind
from app.services.oversight.scope import team_choices
from app.web.addresses import here, page_address, page_number, paged
from app.web.guard import allowed
from app.web.local_words import local
from app.web.oversight import compliance_csv
from app.web.oversight.compliance_trend import trend
from app.web.oversight.tabs import SECTION

pages = Blueprint("compliance", __name__)
LINES = 25
KEPT = ("team", "from", "to", "pathway")
"""What every address under it keeps of what is looked at."""


@pages.get("/compliance")
@allowed("see_compliance", section=SECTION)
def show() -> str:
    """The shares, their trend, and why things were late."""
    looked_at, errors = chosen()
    by = request.args.get("by", "duty")
    is_shared = request.args.get("small") == "hide"
    found = compliance.figures(g.viewer, looked_at, by, is_shared=is_shared)
    may_open = looked_at.names_children(g.viewer) and not is_shared
    lines, page, pages_of = paged(found.lines, LINES)
    return render_template(
        "oversight/compliance.html",
        page_name="On time",
        figures=found,
        by=by,
        ways=WAYS,
        is_shared=is_shared,
        may_open=may_open,
        errors=errors,
        trend=trend(found.months),
        lines=lines,
        page=page,
        pages=pages_of,
        page_address=page_address,
        **offered(looked_at),
    )


@pages.get("/compliance.csv")
@allowed("see_compliance")
def table() -> Response:
    """The table as CSV; small numbers hidden unless all are asked for."""
    looked_at, _ = chosen()
    by = request.args.get("by", "duty")
    found = compliance.figures(g.viewer, looked_at, by, is_shared=request.args.get("small") != "all")
    answer = Response(compliance_csv.text(found, WAYS[by], looked_at), mimetype="text/csv")
    months = f"{month_of(looked_at.period.first)}-to-{month_of(looked_at.period.last)}"
    answer.headers["Content-Disposition"] = f'attachment; filename="on-time-by-{by}-{months}.csv"'
    return answer


@pages.get("/compliance/tasks")
@allowed("see_compliance", section=SECTION)
def tasks() -> str:
    """The tasks behind one number."""
    looked_at, errors = chosen()
    asked = request.args
    number = Behind(
        asked.get("limit", "due"),
        asked.get("outcome", "missed"),
        asked.get("by", "") if asked.get("key") else "",
        asked.get("key", ""),
        asked.get("reason", ""),
    )
    found = compliance_tasks.behind(g.viewer, looked_at, number, page_number())
    return render_template(
        "oversight/compliance_tasks.html",
        page_name=OUTCOMES[number.outcome],
        number=number,
        found=found,
        line=compliance.line_in_words(g.viewer, number.by, number.key, number.reason),
        openable=reach.openable_of_many(g.viewer, [one.task for one in found.tasks]),
        page_address=page_address,
        back_by=number.by or asked.get("by") or "duty",
        errors=errors,
        **offered(looked_at),
    )


def chosen() -> tuple[Asked, list[dict[str, str]]]:
    """What the address asks for; a period that cannot be is said, and the usual one shown."""
    asked = request.args
    given = (asked.get("team", ""), asked.get("from", ""), asked.get("to", ""), asked.get("pathway", ""))
    try:
        return compliance.asked(g.viewer, *given), []
    except BadInput as error:
        return compliance.asked(g.viewer, given[0], pathway=given[3]), sentences(error)


def sentences(error: BadInput) -> list[dict[str, str]]:
    """What is wrong with the months that were chosen, for the summary of a page."""
    return [
        {"text": text, "href": f"#filter-{name}"} for name, texts in error.errors.items() for text in texts
    ]


def offered(looked_at: Asked) -> dict[str, Any]:
    """What the filter of a page offers, and what it has chosen."""
    scope, months = looked_at.scope, looked_at.period
    return {
        "looked_at": looked_at,
        "teams": team_choices(g.viewer, scope.offered) | {PARTNERSHIP: "The whole partnership"},
        "pathways": {key: local(name) for key, name in pathway_view.names(g.viewer).items()},
        "months": _months(months.first),
        "first": month_of(months.first),
        "last": month_of(months.last),
        "limits": LIMITS,
        "kept": {name: request.args[name] for name in KEPT if request.args.get(name)},
        "address": here,
    }


def _months(first: date) -> dict[str, str]:
    """The months that can be chosen: this one and the next back to three years, and the first that is shown."""
    this = today().replace(day=1)
    known = [add_months(this, 1 - number) for number in range(MOST_MONTHS + 1)]
    return {month_of(day): day.strftime("%B %Y") for day in sorted({*known, first}, reverse=True)}
