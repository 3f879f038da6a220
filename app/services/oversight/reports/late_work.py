"""Duties that are overdue or soon due, and the log of escalations and disputes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.services.oversight.reports import work
from app.services.oversight.reports.counted import Task
from app.services.oversight.reports.months import mean
from app.services.oversight.reports.scope import Scope
from app.services.oversight.reports.shape import Chart, Column, Figure, Made, Report

LEVELS = ("first", "second", "third", "fourth")


def _duties(scope: Scope) -> Made:
    tasks = [task for task in scope.tasks(only_open=True) if task.duty and task.due_at]
    rows = scope.named(
        {
            **work.row_of(scope, task),
            "duty": ", ".join(task.duty),
            "stage": "Escalated" if task.escalated_at else "",
        }
        for task in tasks
    )
    roles: dict[str, int] = {}
    for task, row in zip(tasks, rows, strict=True):
        if task.state == "overdue":
            roles[row["who"]] = roles.get(row["who"], 0) + 1
    most = sorted(roles.items(), key=lambda one: (-one[1], one[0]))[:6]
    figures = (
        Figure("Overdue", sum(task.state == "overdue" for task in tasks)),
        Figure("Due soon", sum(task.state == "open" for task in tasks)),
        Figure("Escalated", sum(task.escalated_at is not None for task in tasks)),
    )
    points = tuple((role, float(number)) for role, number in most)
    return Made(rows, figures, (Chart("bar", "Overdue by role", "tasks", points),) if points else ())


def _escalations(scope: Scope) -> Made:
    tasks = scope.tasks(definitions=("escalation", "dispute"))
    rows = scope.named({**work.row_of(scope, task), **_raised(scope, task)} for task in tasks)
    settled = sum(row["settled"] is True for row in rows)
    levels = [(f"Level {level}", float(sum(row["level"] == level for row in rows))) for level in (1, 2, 3, 4)]
    figures = (
        Figure("Raised", len(rows)),
        Figure("Settled", settled, of=len(rows)),
        Figure("Open", sum(task.state in ("open", "overdue") for task in tasks)),
        Figure("Mean age in days", mean(row["age"] for row in rows)),
    )
    return Made(rows, figures, (Chart("bar", "By level of the ladder", "escalations", tuple(levels)),))


def _raised(scope: Scope, task: Task) -> Mapping[str, Any]:
    level = next((place for place, word in enumerate(LEVELS, 1) if f"_{word}_level" in task.element), None)
    is_dispute = task.definition == "dispute"
    return {
        "kind": "Dispute" if is_dispute else "Escalation",
        "level": level,
        "raised_at": task.created_at,
        "age": ((task.completed_at or scope.at) - task.created_at).days,
        "settled": (task.is_done or None) if is_dispute else task.answers.get("settled"),
    }


DUTIES = Report(
    key="duties",
    title="Overdue and due soon",
    what="Open work that a duty of the protocol asks for: how late it is, and whether it has been escalated.",
    for_whom="Team managers",
    duties=(),
    columns=(*work.COLUMNS, Column("duty", "Duty"), Column("stage", "Ladder")),
    make=_duties,
    usual=(364, 14),
    by_agency=True,
)
ESCALATIONS = Report(
    key="escalations",
    title="Escalations and disputes",
    what="What was taken up the ladder, to which level, how long it took and whether it was settled.",
    for_whom="Heads of service and youth justice managers",
    duties=("WAN-12-07", "KNO-4-02"),
    columns=(
        *work.COLUMNS,
        Column("kind", "Kind"),
        Column("level", "Level", "number"),
        Column("raised_at", "Raised", "moment"),
        Column("age", "Days", "number"),
        Column("settled", "Settled", "yes_no"),
    ),
    make=_escalations,
)
