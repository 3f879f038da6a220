"""Attendance: whether youth justice and social care came to reviews and meetings, and whether reports were supplied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.services.oversight.reports import work
from app.services.oversight.reports.counted import Task
from app.services.oversight.reports.scope import Scope
from app.services.oversight.reports.shape import Column, Figure, Made, Report

MEETINGS = (
    "remand_yda/attend_planning_meeting", "remand_yda/hold_first_review", "remand_yda/hold_second_review",
    "remand_yda/hold_later_review", "custodial_sentence/hold_combined_review",
    "release_preparation/hold_final_review", "release_preparation/hold_preparation_meeting",
    "release_preparation/hold_pre_release_meeting", "release_preparation/hold_one_meeting",
)  # fmt: skip
INVITATIONS = (
    "custodial_sentence/invite_to_planning",
    "custodial_sentence/invite_to_review",
    "release_preparation/invite_to_release_meetings",
)


def make(scope: Scope) -> Made:
    """The meetings and invitations that were due in the period."""
    tasks = scope.tasks(forms=(*MEETINGS, *INVITATIONS))
    told = {task.id: _told(task) for task in tasks}
    further = (
        _figure("Youth justice came", [one["yjs_came"] for one in told.values()]),
        _figure("Social worker came", [one["worker_came"] for one in told.values()]),
    )
    return work.counted(scope, tasks, lambda _, task: told[task.id], further)


def _figure(title: str, came: list[bool | None]) -> Figure:
    return Figure(title, sum(one is True for one in came), of=sum(one is not None for one in came))


def _told(task: Task) -> Mapping[str, Any]:
    given = task.answers
    return {
        "held_on": work.day_of(given, "held_on"),
        "yjs_came": _came(given, "attended_yjs", "yjs_case_manager"),
        "worker_came": _came(given, "social_worker_came", "social_worker", "attended_csc"),
        "report_on": work.day_of(given, "yjs_report_on"),
        "invited_on": work.day_of(given, "invited_on"),
    }


def _came(given: Mapping[str, Any], question: str, role: str, other: str = "") -> bool | None:
    """What was said of it by itself, else whether the role is on the list of those who came; None without either."""
    said = given.get(question, given.get(other))
    if said is not None:
        return bool(said)
    there = given.get("attended")
    return role in there if isinstance(there, list) and there else None


REPORT = Report(
    key="attendance",
    title="Attendance and invitations",
    what="Reviews and meetings: who came, who was invited when, whether youth justice supplied its report.",
    for_whom="Social care managers and reviewing officers",
    duties=("WAN-6-06", "WAN-9-05", "WAN-9-06", "WAN-10-08"),
    columns=(
        *work.COLUMNS,
        Column("held_on", "Held on", "date"),
        Column("yjs_came", "Youth justice came", "yes_no"),
        Column("worker_came", "Social worker came", "yes_no"),
        Column("report_on", "Report supplied", "date"),
        Column("invited_on", "Invited on", "date"),
    ),
    make=make,
    by_agency=True,
)
