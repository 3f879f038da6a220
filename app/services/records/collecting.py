"""Collecting the record of a child as it stood at a moment. Nothing is written, and nothing is asked of the viewer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.domain.access import Viewer
from app.domain.errors import NotFound
from app.services.records import of_child, of_tasks
from app.services.records.contents import Record
from app.services.records.reader import PARTS, Reader, begin

LEFT_OUT = {
    "see_documents": "Documents are left out: whoever took the record may not see them.",
    "see_plans": "Plans are left out: whoever took the record may not see them.",
    "see_network": "The people around the child are left out: whoever took the record may not see them.",
    "see_timeline": "The chronology is left out: whoever took the record may not see it.",
}
"""What the record says of a part that the viewer may not see, by the action that it hangs on."""
assert set(LEFT_OUT) == set(PARTS)


def collect(
    session: Session, viewer: Viewer | None, authority_id: str, child_id: str, at: datetime
) -> tuple[Record, Reader]:
    """The record as it stood at `at`, as far as `viewer` may see it (whole without one); and what it was read with.

    Raises NotFound when there was no such child then.
    """
    read = begin(session, viewer, authority_id, child_id, at)
    if not read.stood.of("children"):
        raise NotFound("There was no record of this child then.")
    sees = read.reach.may
    record = Record(
        about=of_child.about(read),
        known=of_child.known(read),
        workers=of_child.workers(read) if sees("see_network") else (),
        siblings=of_child.siblings(read) if sees("see_network") else (),
        statuses=of_child.statuses(read),
        stays=of_child.stays(read),
        pathways=of_tasks.pathways(read),
        tasks=of_tasks.tasks(read),
        meetings=of_child.meetings(read),
        documents=of_child.documents(read) if sees("see_documents") else (),
        plans=of_child.plans(read) if sees("see_plans") else (),
        notifications=of_child.told(read),
        incidents=of_child.incidents(read),
        chronology=tuple(of_child.happenings(read)) if sees("see_timeline") else (),
    )
    return record, read


def left_out(record: Record, read: Reader) -> tuple[str, ...]:
    """What is not in the record and why, a sentence each."""
    said = [LEFT_OUT[action] for action in PARTS if not read.reach.may(action)]
    hidden = sum(not task.is_shown for task in record.tasks)
    if hidden:
        tasks = "1 task" if hidden == 1 else f"{hidden} tasks"
        said.append(
            f"The answers of {tasks} are left out: they belong to another agency, and whoever took the record may "
            "not open them."
        )
    return tuple(said)
