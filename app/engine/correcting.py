"""A moment that a running instance was told wrongly, put right wherever its variables hold it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.engine import commands, events, report
from app.engine.machine import Pathway


def put_right(pathway: Pathway, was: datetime, becomes: datetime) -> None:
    """Every variable that is the moment `was` becomes `becomes`; waiting timers that are counted from it follow.

    A day without a time of day is left alone: it need not have come from that moment. What is done stays as it is.
    """
    before = {id(task): event.due_at(task) for task, event in _timers(pathway)}
    for workflow in pathway.workflows():
        workflow.data = _with(workflow.data, was, becomes)
    commands.recompute(pathway)
    for task, event in _timers(pathway):
        pathway.at = event.element_id
        due_at = event.due_at(task)
        if due_at != before[id(task)]:
            task.internal_data["due"][event.element_id] = due_at.isoformat()


def _timers(pathway: Pathway) -> list[tuple[Any, Any]]:
    waiting = report.waiting_events(pathway)
    return [(task, event) for task, _, event in waiting if isinstance(event, events.Timer)]


def _with(value: Any, was: datetime, becomes: datetime) -> Any:
    if isinstance(value, dict):
        return {name: _with(inner, was, becomes) for name, inner in value.items()}
    if isinstance(value, list):
        return [_with(inner, was, becomes) for inner in value]
    return becomes.isoformat() if _is_moment(value, was) else value


def _is_moment(value: Any, moment: datetime) -> bool:
    if not isinstance(value, str) or "T" not in value:
        return False
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return False
    return found.tzinfo is not None and found == moment
