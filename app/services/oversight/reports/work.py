"""Reports that count tasks: what was due, what became of it, and what its answers say. One shape for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from app.services.oversight.reports.counted import STATES, Task
from app.services.oversight.reports.months import label_of, share
from app.services.oversight.reports.scope import Scope
from app.services.oversight.reports.shape import Chart, Column, Figure, Made, Row

Told = Callable[[Scope, Task], Mapping[str, Any]]
DECIDED = ("on_time", "late", "overdue", "not_done")
"""States of which it is known whether the time was kept: the share in time is of these."""
COLUMNS = (
    Column("child", "Child", "child"),
    Column("what", "What"),
    Column("who", "Whose"),
    Column("due_at", "Due", "moment"),
    Column("done_at", "Done", "moment"),
    Column("state", "State"),
    Column("hours_late", "Hours late", "hours"),
)


def row_of(scope: Scope, task: Task) -> Row:
    """A task as a row of COLUMNS."""
    return {
        "child": task.child_id,
        "what": task.name,
        "who": scope.role_names.get(task.role, task.role),
        "due_at": task.due_at,
        "done_at": task.completed_at if task.is_done else None,
        "state": STATES[task.state],
        "hours_late": task.hours_late(scope.at),
    }


def counted(
    scope: Scope,
    tasks: Iterable[Task],
    told: Told | None = None,
    further: tuple[Figure, ...] = (),
    notes: tuple[str, ...] = (),
) -> Made:
    """The report of these tasks: a row for each, how many were done in time, and the same by month."""
    kept = list(tasks)
    rows = [{**row_of(scope, task), **(told(scope, task) if told else {})} for task in kept]
    return Made(scope.named(rows), (*figures(kept), *further), charts(kept), notes)


def figures(tasks: list[Task]) -> tuple[Figure, ...]:
    """How many were due, done in time, late and not at all."""
    decided = [task for task in tasks if task.state in DECIDED]
    in_time = sum(task.state == "on_time" for task in decided)
    return (
        Figure("Due", sum(task.state != "not_needed" for task in tasks)),
        Figure("Done in time", in_time, of=len(decided)),
        Figure("Share in time", share(in_time, len(decided)), "share"),
        Figure("Done late", sum(task.state == "late" for task in tasks)),
        Figure("Overdue", sum(task.state == "overdue" for task in tasks)),
        Figure("Not done", sum(task.state == "not_done" for task in tasks)),
    )


def charts(tasks: list[Task]) -> tuple[Chart, ...]:
    """The share that was done in time by the month in which it was due."""
    months: dict[tuple[int, int], list[Task]] = {}
    for task in tasks:
        if task.state in DECIDED:
            months.setdefault((task.day.year, task.day.month), []).append(task)
    points = tuple(
        (label_of(date(*month, 1)), share(sum(one.state == "on_time" for one in found), len(found)) or 0.0)
        for month, found in sorted(months.items())
    )
    return (Chart("bar", "Done in time by month, per cent", "share", points),) if points else ()


def day_of(answers: Mapping[str, Any], *keys: str) -> date | None:
    """The day that was answered to the first of these questions that was."""
    given = next((answers[key] for key in keys if answers.get(key)), None)
    if given is None:
        return None
    return date.fromisoformat(given[:10])


def counted_from(task: Task) -> date | None:
    """The day from which the due time was counted."""
    given = task.due.get("from_at")
    return date.fromisoformat(given[:10]) if given else None


def limit_of(task: Task, side: str) -> date | None:
    """The day of the local or the statutory limit."""
    limit = task.due.get(side) or {}
    return date.fromisoformat(limit["due_on"]) if limit.get("due_on") else None
