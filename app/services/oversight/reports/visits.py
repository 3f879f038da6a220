"""Visits: due, done, seen alone, and how long after the visit before, beside the limit and the statute."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.services.oversight.reports import work
from app.services.oversight.reports.counted import Task
from app.services.oversight.reports.scope import Scope
from app.services.oversight.reports.shape import Column, Figure, Made, Report

FORMS = (
    "remand_yda/record_first_visit", "remand_yda/record_visit", "rilaa/visit_on_day_placed",
    "rilaa/record_placement_visit", "rilaa/record_later_visit", "custodial_sentence/record_first_visit",
    "custodial_sentence/visit", "custodial_sentence/visit_former", "custodial_sentence/adviser_visit",
)  # fmt: skip


def make(scope: Scope) -> Made:
    """The visits that were due in the period."""
    tasks = scope.tasks(forms=FORMS)
    done = [task for task in tasks if task.is_done and task.answers.get("seen_alone") is not None]
    alone = sum(task.answers["seen_alone"] is True for task in done)
    return work.counted(scope, tasks, _told, (Figure("Seen alone", alone, of=len(done)),))


def _told(scope: Scope, task: Task) -> Mapping[str, Any]:
    seen_on, since = work.day_of(task.answers, "seen_on"), work.counted_from(task)
    return {
        "seen_on": seen_on,
        "seen_alone": task.answers.get("seen_alone"),
        "days": (seen_on - since).days if seen_on and since else None,
        "statutory_on": work.limit_of(task, "statutory"),
    }


REPORT = Report(
    key="visits",
    title="Visits",
    what="Visits that were due: whether they were made, in time, and whether the child was seen alone.",
    for_whom="Social care managers and reviewing officers",
    duties=("WAN-4-34", "WAN-4-35", "WAN-4-36", "WAN-4-37", "WAN-8-10", "WAN-8-11", "WAN-A-09"),
    columns=(
        *work.COLUMNS,
        Column("seen_on", "Seen on", "date"),
        Column("seen_alone", "Seen alone", "yes_no"),
        Column("days", "Days since the one before", "number"),
        Column("statutory_on", "Statutory limit", "date"),
    ),
    make=make,
    by_agency=True,
)
