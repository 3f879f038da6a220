"""Reports of what was done in time: notifications, reviews, assessments, orders with accommodation, the ten things."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.services.oversight.reports import work
from app.services.oversight.reports.counted import Task
from app.services.oversight.reports.scope import Scope
from app.services.oversight.reports.shape import Column, Figure, Made, Report

TOLD = (
    "remand_yda/confirm_all_told", "remand_yda/tell_court_outcome", "remand_yda/tell_of_bail",
    "rilaa/confirm_social_care_told", "custodial_sentence/tell_of_outcome", "custodial_sentence/tell_of_sentence",
    "remand_yda/keep_social_worker", "remand_yda/allocate_social_worker",
)  # fmt: skip
REVIEWS = (
    "remand_yda/hold_first_review", "remand_yda/hold_second_review", "remand_yda/hold_later_review",
    "custodial_sentence/hold_combined_review", "release_preparation/hold_final_review",
)  # fmt: skip
ASSESSMENTS = ("remand_yda/complete_initial_assessment", "remand_yda/complete_single_assessment")
ORDERS = ("yro_laa/refer_to_front_door", "yro_laa/send_assessment")
TEN = (
    "collector", "release_address", "reporting", "support_sources", "out_of_hours", "education_options",
    "health", "finance", "adviser_visit_on", "roles",
)  # fmt: skip


def _notifications(scope: Scope) -> Made:
    return work.counted(scope, scope.tasks(forms=TOLD), _recipients)


def _recipients(scope: Scope, task: Task) -> Mapping[str, Any]:
    told = task.answers.get("told")
    return {"told": len(told) if isinstance(told, list) else None}


def _reviews(scope: Scope) -> Made:
    return work.counted(scope, scope.tasks(forms=REVIEWS), _review)


def _review(scope: Scope, task: Task) -> Mapping[str, Any]:
    return {
        "held_on": work.day_of(task.answers, "held_on"),
        "combined": task.answers.get("combined"),
        "statutory_on": work.limit_of(task, "statutory"),
    }


def _assessments(scope: Scope) -> Made:
    tasks = scope.tasks(forms=ASSESSMENTS)
    stays = scope.stays(of={task.child_id for task in tasks}, with_money=False)
    ended = {stay.child_id: stay.until_at for stay in stays if stay.until_at}

    def told(scope: Scope, task: Task) -> Mapping[str, Any]:
        until = ended.get(task.child_id)
        return {
            "completed_on": work.day_of(task.answers, "completed_on"),
            "after_remand": until is not None and until <= (task.completed_at or scope.at),
        }

    return work.counted(scope, tasks, told)


def _orders(scope: Scope) -> Made:
    return work.counted(scope, scope.tasks(forms=ORDERS))


def _ten_things(scope: Scope) -> Made:
    tasks = scope.tasks(forms=("release_preparation/ten_things",))
    whole = sum(task.is_done and _known(task) == len(TEN) for task in tasks)
    return work.counted(scope, tasks, _ten, (Figure("All ten told", whole, of=len(tasks)),))


def _known(task: Task) -> int:
    return sum(bool(task.answers.get(key)) for key in TEN)


def _ten(scope: Scope, task: Task) -> Mapping[str, Any]:
    return {"told_on": work.day_of(task.answers, "told_on"), "known": _known(task) if task.is_done else None}


NOTIFICATIONS = Report(
    key="notifications",
    title="24-hour notifications",
    what="Who was told of remands and court outcomes, workers allocated: in time or not.",
    for_whom="Duty managers and heads of service",
    duties=("WAN-8-13", "WAN-4-14", "WAN-8-24"),
    columns=(*work.COLUMNS, Column("told", "Recipients told", "number")),
    make=_notifications,
    by_agency=True,
)
REVIEW = Report(
    key="reviews",
    title="Reviews",
    what="Looked-after reviews: the first within its time, those that were not held, those that were combined.",
    for_whom="Social care managers and reviewing officers",
    duties=("WAN-8-22", "WAN-9-07", "WAN-A-13"),
    columns=(
        *work.COLUMNS,
        Column("held_on", "Held on", "date"),
        Column("combined", "Combined", "yes_no"),
        Column("statutory_on", "Statutory limit", "date"),
    ),
    make=_reviews,
    by_agency=True,
)
ASSESSMENT = Report(
    key="assessments",
    title="Assessments",
    what="The 10-day and the 45-day assessment, also of children whose remand has ended.",
    for_whom="Social care managers and reviewing officers",
    duties=("WAN-4-30", "WAN-8-26"),
    columns=(
        *work.COLUMNS,
        Column("completed_on", "Completed on", "date"),
        Column("after_remand", "Remand had ended", "yes_no"),
    ),
    make=_assessments,
    by_agency=True,
)
ORDER = Report(
    key="yro-timeliness",
    title="Orders with accommodation: timeliness",
    what="The referral within a working day and the assessment two days before sentence.",
    for_whom="Court managers",
    duties=("STP-5.9-03", "STP-5.9-10"),
    columns=work.COLUMNS,
    make=_orders,
    by_agency=True,
)
TEN_THINGS = Report(
    key="release-information",
    title="Release information at 14 days",
    what="The ten things that a young person is told before release: told in time, and how many of the ten.",
    for_whom="Leaving care and panels",
    duties=("KNO-2-05",),
    columns=(*work.COLUMNS, Column("told_on", "Told on", "date"), Column("known", "Of the ten", "number")),
    make=_ten_things,
    by_agency=True,
)
