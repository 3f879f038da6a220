"""Homes for release, and the list for the managers' quarterly meeting."""

from __future__ import annotations

from typing import Any

from app.domain.moments import london_day
from app.services.oversight.reports import work
from app.services.oversight.reports.counted import Said
from app.services.oversight.reports.scope import Scope
from app.services.oversight.reports.shape import Chart, Column, Figure, Made, Report, Row
from app.services.plan_record import as_day

STATUS = {
    "options": "Options known",
    "identified": "Identified",
    "confirmed": "Confirmed",
    "none": "No option",
}
PANELS = (
    "release_preparation/present_release_plans",
    "release_preparation/attend_accommodation_panels",
    "custodial_sentence/refer_to_care_panel",
    "custodial_sentence/return_to_panel",
)
LEVELS = {
    "release_preparation/escalate_to_service": "Head of service",
    "release_preparation/escalate_home_to_director": "Director",
    "remand_yda/escalate_to_director": "Director",
}
"""Forms by which a missing home is escalated, and to whom."""
LIST = "working_with_probation"


def _tracker(scope: Scope) -> Made:
    known = scope.facts("release_on", is_within=True)
    released = {child_id: day for child_id, given in known.items() if (day := as_day(given))}
    homes = scope.facts("release_address", of=released)
    said = _last(scope.answers(*PANELS, of=released))
    raised = _last(scope.answers(*LEVELS, of=released))
    rows: list[Row] = []
    for child_id, day in sorted(released.items(), key=lambda one: (one[1], one[0])):
        panel, level = said.get(child_id), raised.get(child_id)
        rows.append(
            {
                "child": child_id,
                "release_on": day,
                "days": (day - scope.today).days,
                "has_home": bool(homes.get(child_id)),
                "status": STATUS.get(panel.answers.get("accommodation_status", "")) if panel else None,
                "panel_on": work.day_of(panel.answers, "panel_on") if panel else None,
                "raised_to": LEVELS[level.form or ""] if level else None,
                "raised_on": london_day(level.at) if level else None,
            }
        )
    without = [row for row in rows if not row["has_home"]]
    spans = (
        ("7 days", 0, 7),
        ("8 to 14", 8, 14),
        ("15 to 28", 15, 28),
        ("29 to 84", 29, 84),
        ("Later", 85, 9999),
    )
    points = tuple(
        (words, float(sum(first <= row["days"] <= last for row in without))) for words, first, last in spans
    )
    figures = (
        Figure("To be released", len(rows)),
        Figure("Without a home", len(without), of=len(rows)),
        Figure("Escalated", sum(row["raised_to"] is not None for row in rows)),
    )
    return Made(
        scope.named(rows), figures, (Chart("bar", "Without a home, by days to release", "children", points),)
    )


def _last(answers: list[Said]) -> dict[str, Said]:
    return {answer.child_id: answer for answer in answers}


def _joint_list(scope: Scope) -> Made:
    listed = scope.instances(LIST, since=scope.first, until=scope.last)
    told = _last(scope.answers("shared/tell_leaving_care", of={one.child_id for one in listed}))
    rows: list[Row] = []
    for one in listed:
        from_on, until_on = london_day(one.started_at), london_day(one.ended_at) if one.ended_at else None
        if one.status == "cancelled" or from_on > scope.last or (until_on and until_on < scope.first):
            continue
        given: dict[str, Any] = dict(told[one.child_id].answers) if one.child_id in told else {}
        rows.append(
            {
                "child": one.child_id,
                "from_on": from_on,
                "until_on": until_on,
                "order": {"community": "Community", "custody": "Custody"}.get(given.get("order_type", "")),
                "told_on": work.day_of(given, "told_on"),
            }
        )
    meetings = [work.day_of(one.answers, "held_on") for one in scope.answers("shared/hold_quarterly_meeting")]
    figures = (
        Figure("With probation", len({row["child"] for row in rows})),
        Figure("Leaving care was told", sum(row["told_on"] is not None for row in rows), of=len(rows)),
        Figure("Quarterly meetings held", sum(scope.covers(day) for day in meetings)),
    )
    return Made(scope.named(rows), figures)


TRACKER = Report(
    key="release-accommodation",
    title="Homes for release",
    what="Children who are to be released: in how many days, whether there is a home, what the panel said.",
    for_whom="Leaving care and panels",
    duties=("WAN-9-18", "WAN-9-22", "WAN-A-17"),
    columns=(
        Column("child", "Child", "child"),
        Column("release_on", "Release", "date"),
        Column("days", "In days", "number"),
        Column("has_home", "Home known", "yes_no"),
        Column("status", "Panel: home"),
        Column("panel_on", "Panel", "date"),
        Column("raised_to", "Escalated to"),
        Column("raised_on", "Escalated on", "date"),
    ),
    make=_tracker,
    usual=(0, 182),
)
QUARTERLY = Report(
    key="quarterly-list",
    title="Quarterly joint list",
    what="Young people of leaving care who are with probation, for the managers’ quarterly meeting.",
    for_whom="Leaving care and panels",
    duties=("SAL-3-01", "SAL-3-04"),
    columns=(
        Column("child", "Young person", "child"),
        Column("from_on", "From", "date"),
        Column("until_on", "Until", "date"),
        Column("order", "Order"),
        Column("told_on", "Leaving care told", "date"),
    ),
    make=_joint_list,
)
