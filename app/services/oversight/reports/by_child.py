"""Reports with one row a pathway: what remands to accommodation cost, and the cohort on remand and in custody."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

from app.domain.moments import age_on, london_day
from app.services.oversight.reports.counted import Said
from app.services.oversight.reports.months import money
from app.services.oversight.reports.scope import Scope
from app.services.oversight.reports.shape import Chart, Column, Figure, Made, Report, Row
from app.services.oversight.reports.work import day_of

RILAA = (
    "rilaa/find_placement",
    "rilaa/arrange_placement_payment",
    "rilaa/arrange_transport",
    "rilaa/supervise_waiting_child",
)
PAID_AFTER = timedelta(days=366)
"""A placement may be paid for so long after the remand has ended, and not longer."""
COHORT = {
    "remand_yda": "Remand in custody",
    "rilaa": "Remand to accommodation",
    "custodial_sentence": "Sentence",
}


def _of_remands(scope: Scope, answers: list[Said], since: date) -> dict[str, dict[str, Any]]:
    """What was answered in the search for a placement, by the remand that began it; an order's search is not one."""
    searches = scope.instances("rilaa_placement", since=since, until=scope.last, with_money=True)
    begun_by = {one.id: one.parent_id for one in searches}
    found: dict[str, dict[str, Any]] = {}
    for answer in answers:
        given = {key: value for key, value in answer.answers.items() if value not in (None, "")}
        found.setdefault(begun_by.get(answer.instance_id) or answer.instance_id, {}).update(given)
    return found


def _remand_costs(scope: Scope) -> Made:
    since = scope.first - PAID_AFTER
    remands = scope.instances("rilaa", since=since, until=scope.last, with_money=True)
    answers = scope.answers(*RILAA, of={one.child_id for one in remands}, with_money=True)
    said = _of_remands(scope, answers, since)
    rows: list[Row] = []
    for instance in remands:
        given = said.get(instance.id, {})
        first = day_of(given, "paid_from_on")
        last = day_of(given, "paid_until_on") or (
            london_day(instance.ended_at) if instance.ended_at else scope.today
        )
        days = 0
        if first:
            days = max(0, (min(last, scope.last, scope.today) - max(first, scope.first)).days + 1)
        if not (days or scope.covers(london_day(instance.started_at))):
            continue
        weekly = given.get("weekly_cost")
        rows.append(
            {
                "child": instance.child_id,
                "from_on": london_day(instance.started_at),
                "placement": given.get("placement"),
                "weekly": weekly,
                "days": days,
                "cost": None if weekly is None else round(weekly / 7 * days, 2),
                "transport": given.get("cost"),
                "wait": _hours(given.get("waiting_from_at"), given.get("waiting_until_at")),
            }
        )
    figures = (
        Figure("Placements", money(row["cost"] for row in rows), "money"),
        Figure("Transport", money(row["transport"] for row in rows), "money"),
        Figure("Hours waited for a placement", money(row["wait"] for row in rows), "hours"),
    )
    notes = ("A placement costs its weekly amount for each day paid within the period, both days counted.",)
    return Made(scope.named(rows), figures, (), notes)


def _cohort(scope: Scope) -> Made:
    ran = scope.instances(*COHORT, since=scope.first, until=scope.last)
    found = [one for one in ran if one.status != "cancelled"]
    born = {child.id: child.date_of_birth for child in scope.children(one.child_id for one in found).values()}
    rows: list[Row] = []
    for one in found:
        before = json.loads(one.begun_with or "{}").get("looked_after_before")
        from_on = london_day(one.started_at)
        until = london_day(one.ended_at) if one.ended_at else scope.today
        birthday = born.get(one.child_id)
        rows.append(
            {
                "child": one.child_id,
                "pathway": COHORT[one.definition_key],
                "from_on": from_on,
                "until_on": london_day(one.ended_at) if one.ended_at else None,
                "looked_after_before": before,
                "weeks": (until - from_on).days // 7,
                "thirteen_weeks": (until - from_on).days >= 91,
                "age": age_on(birthday, from_on) if birthday else None,
            }
        )
    kinds = [(words, float(sum(row["pathway"] == words for row in rows))) for words in COHORT.values()]
    figures = (
        Figure("Children", len({row["child"] for row in rows})),
        Figure("Looked after before", sum(row["looked_after_before"] is True for row in rows), of=len(rows)),
        Figure("Thirteen weeks or more", sum(row["thirteen_weeks"] for row in rows), of=len(rows)),
        Figure("17 or older", sum((row["age"] or 0) >= 17 for row in rows), of=len(rows)),
    )
    notes = ("Weeks are those of this pathway alone; earlier time in care is checked when a remand ends.",)
    return Made(scope.named(rows), figures, (Chart("bar", "By pathway", "children", tuple(kinds)),), notes)


def _hours(first: Any, last: Any) -> float | None:
    if not first or not last:
        return None
    return round((datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds() / 3600, 1)


REMAND_COSTS = Report(
    key="remand-costs",
    title="Remands to accommodation: cost",
    what="Placements of children remanded to the local authority: weekly cost, transport, hours waited.",
    for_whom="Heads of service and youth justice managers",
    duties=("STP-5.6-04", "STP-5.6-05", "STP-5.6-08"),
    columns=(
        Column("child", "Child", "child"),
        Column("from_on", "Remanded", "date"),
        Column("placement", "Placement"),
        Column("weekly", "A week", "money"),
        Column("days", "Days", "number", is_summed=True),
        Column("cost", "Cost", "money", is_summed=True),
        Column("transport", "Transport", "money", is_summed=True),
        Column("wait", "Hours waited", "hours", is_summed=True),
    ),
    make=_remand_costs,
    usual=(364, 0),
    has_money=True,
)
COHORT_REPORT = Report(
    key="cohort",
    title="Cohort",
    what="Children on remand and in custody: their status before, how long, how old.",
    for_whom="Heads of service and youth justice managers",
    duties=("WAN-9-10", "STK-3.1-01"),
    columns=(
        Column("child", "Child", "child"),
        Column("pathway", "Pathway"),
        Column("from_on", "From", "date"),
        Column("until_on", "Until", "date"),
        Column("looked_after_before", "Looked after before", "yes_no"),
        Column("weeks", "Weeks", "number"),
        Column("thirteen_weeks", "13 weeks or more", "yes_no"),
        Column("age", "Age then", "number"),
    ),
    make=_cohort,
    usual=(364, 0),
)
