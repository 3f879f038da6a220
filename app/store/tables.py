"""Every table, so that the schema is whole whoever asks for it."""

from app.store import (
    absences,
    askings,
    audit,
    calendar,
    children,
    definitions,
    incidents,
    instances,
    letters,
    outbox,
    people,
    plans,
    tasks,
    ties,
    timers,
    work,
)

__all__ = [
    "absences",
    "askings",
    "audit",
    "calendar",
    "children",
    "definitions",
    "incidents",
    "instances",
    "letters",
    "outbox",
    "people",
    "plans",
    "tasks",
    "ties",
    "timers",
    "work",
]
