"""Every table, so that the schema is whole whoever asks for it."""

from app.store import (
    audit,
    calendar,
    children,
    definitions,
    incidents,
    instances,
    outbox,
    people,
    tasks,
    ties,
    timers,
)

__all__ = [
    "audit",
    "calendar",
    "children",
    "definitions",
    "incidents",
    "instances",
    "outbox",
    "people",
    "tasks",
    "ties",
    "timers",
]
