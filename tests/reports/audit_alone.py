"""The same facts counted again by plain loops over the audit, without a query or a line of the reports.

The audit says what happened to which task when, and what was due; where a report counts what somebody answered, the
answers are those of the task that an entry of the audit names. Nothing here is imported from the reports.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

from sqlalchemy import text

from app.store.db import reading

LONDON = ZoneInfo("Europe/London")
PROCESSES = Path(__file__).parents[2] / "processes"
SPIFF = "{http://spiffworkflow.org/bpmn/schema/1.0/core}property"
USER_TASK = "{http://www.omg.org/spec/BPMN/20100524/MODEL}userTask"


@cache
def drawn() -> dict[tuple[str, str], dict[str, str]]:
    """The properties of every user task of the drawings, by pathway and element."""
    found = {}
    for path in PROCESSES.glob("*/*.bpmn"):
        for task in ElementTree.parse(path).iter(USER_TASK):
            found[path.stem, task.attrib["id"]] = {
                one.attrib["name"]: one.attrib["value"] for one in task.iter(SPIFF)
            }
    return found


@dataclass
class Told:
    """A task as the audit tells it."""

    id: str
    child: str
    instance: str
    definition: str
    element: str
    lane: str
    created: datetime
    due: datetime | None
    ended: datetime | None = None
    how: str = "open"
    duty: list[str] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)

    @property
    def form(self) -> str:
        return drawn()[self.definition, self.element].get("form", "")

    @property
    def drawn_duty(self) -> str:
        return drawn()[self.definition, self.element].get("duty", "")

    @property
    def day(self) -> date:
        return (self.due or self.created).astimezone(LONDON).date()

    def state(self, now: datetime) -> str:
        late = self.due is not None and (self.ended or now) > self.due
        if self.how == "done":
            return "late" if late else "on_time"
        if self.how == "gone":
            return "not_done" if late else "not_needed"
        return "overdue" if late else "open"


@dataclass
class Everything:
    """Everything that the audit tells of one authority."""

    entries: list[dict[str, Any]]
    tasks: dict[str, Told]
    answers: list[dict[str, Any]]

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        return [entry for entry in self.entries if entry["kind"] == kind]

    def answered(self, *forms: str) -> list[dict[str, Any]]:
        """Answers of completed tasks with one of these forms, in the order of the audit."""
        return [one for one in self.answers if one["form"] in forms]


def moment(value: Any) -> datetime:
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo("UTC"))


def as_told(authority_id: str) -> Everything:
    """The audit of an authority, read once, in the order in which it was written."""
    with reading() as session:
        rows = session.execute(
            text("SELECT * FROM audit WHERE authority_id = :own ORDER BY at, id"), {"own": authority_id}
        ).mappings()
        entries = [dict(row) for row in rows]
        kept = session.execute(
            text("SELECT id, answers FROM answers WHERE authority_id = :own"), {"own": authority_id}
        ).all()
    given = {row.id: json.loads(row.answers) if isinstance(row.answers, str) else row.answers for row in kept}
    tasks: dict[str, Told] = {}
    answers = []
    for entry in entries:
        entry["facts"] = json.loads(entry["facts"]) if isinstance(entry["facts"], str) else entry["facts"]
        entry["at"] = moment(entry["at"])
        facts, at, task = entry["facts"], entry["at"], tasks.get(entry["task_id"] or "")
        if entry["kind"] == "task_created":
            due = moment(facts["due_at"]) if facts["due_at"] else None
            tasks[entry["task_id"]] = Told(
                entry["task_id"], entry["child_id"], entry["instance_id"], facts["definition"],
                facts["element"], facts["lane"], at, due, duty=facts["duty"],
            )  # fmt: skip
        elif entry["kind"] == "instance_started" and entry["instance_id"] in given:
            answers.append({"child": entry["child_id"], "form": "start", "at": at, "task": None,
                            "given": given[entry["instance_id"]], "instance": entry["instance_id"]})  # fmt: skip
        elif task is None:
            continue
        elif entry["kind"] == "deadline_moved":
            task.due = moment(facts["due_at"])
        elif entry["kind"] == "task_completed":
            task.ended, task.how, task.answers = at, "done", given.get(task.id, {})
            answers.append({"child": task.child, "form": task.form, "at": at, "given": task.answers,
                            "instance": task.instance, "task": task.id})  # fmt: skip
        elif entry["kind"] in ("task_cancelled", "task_not_needed"):
            task.ended, task.how = at, "gone"
    return Everything(entries, tasks, answers)
