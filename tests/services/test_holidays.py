"""A bank holiday that is proclaimed moves what is open, and says so."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.clock import LONDON, SimulatedClock, use_clock
from app.domain.errors import BadInput
from app.services import accounts, demo, holidays, instances
from app.store.audit import AuditEntry
from app.store.children import Child
from app.store.db import reading
from app.store.tasks import UserTask
from app.store.timers import Timer

CHRISTMAS_EVE = datetime(2026, 12, 24, 17, 40, tzinfo=LONDON)
ANSWERS = {
    "remanded_at": CHRISTMAS_EVE.isoformat(),
    "court_name": "Exampleton Youth Court",
    "looked_after_before": False,
    "has_social_worker": False,
    "known_to_csc": False,
    "safety_concern": False,
}


def due(element: str) -> tuple[str, str]:
    """The day on which a task is due, and the day on which its timer rings."""
    with reading() as session:
        task = session.scalars(select(UserTask).where(UserTask.element_id == element)).one()
        timer = session.scalars(select(Timer).where(Timer.kind == "overdue", Timer.ref == task.id)).one()
        return str(task.due["due_on"]), timer.due_at.astimezone(LONDON).date().isoformat()


def test_a_proclaimed_day_moves_open_deadlines_in_working_days_only(filled_app: Flask) -> None:
    with use_clock(SimulatedClock(CHRISTMAS_EVE)):
        viewer = accounts.viewer_named(demo.who_can_sign_in()[0][0])
        with reading() as session:
            child = session.scalars(select(Child.id).where(Child.authority_id == viewer.authority_id)).first()
        instances.start(viewer, "remand_yda", str(child), ANSWERS)

        moved = holidays.add("england", date(2026, 12, 30), "Day of rest", "Royal proclamation")

    assert moved > 0
    assert due("attend_planning_meeting") == ("2027-01-06", "2027-01-06")  # five working days: one more
    assert due("record_first_visit") == ("2026-12-31", "2026-12-31")  # one week by statute: as before
    with reading() as session:
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.kind == "deadline_moved").order_by(AuditEntry.id)
        ).first()
    assert entry is not None
    assert "Royal proclamation" in entry.facts["reason"]


@pytest.mark.usefixtures("filled_app")
def test_a_day_is_added_once_and_with_its_source() -> None:
    holidays.add("england", date(2026, 12, 30), "Day of rest", "Royal proclamation")

    for on, source in (
        (date(2026, 12, 30), "Again"),
        (date(2026, 12, 25), "Known"),
        (date(2026, 12, 29), " "),
    ):
        with pytest.raises(BadInput):
            holidays.add("england", on, "Day of rest", source)
