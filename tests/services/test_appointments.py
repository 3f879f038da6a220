"""Appointments, on both databases: from facts and from forms, whose they are, and what happens when they move."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.access import Viewer
from app.domain.clock import LONDON, SimulatedClock, today
from app.services import accounts, appointments, children, facts, instances, week
from app.services.appointments import Appointment
from app.store.absences import Absence
from app.store.children import ChildWorker
from app.store.db import reading, transaction

YEAR = timedelta(days=365)


def somebody(name: str, authority: str = "wandsworth") -> Viewer:
    return accounts.viewer_named(f"{name}@{authority}.example")


def known(name: str, values: dict[str, Any]) -> str:
    """Facts of a child; the child's id."""
    child = children.search(somebody("dora"), name)[0]
    with transaction() as session:
        facts.record(session, "wandsworth", child.id, values, person_id=None, task_id=None)
    return child.id


def listed(who: str, authority: str = "wandsworth") -> list[Appointment]:
    return appointments.appointments(somebody(who, authority), today() - YEAR, today() + YEAR)


def note(instance_id: str, child_id: str, form: str, answers: dict[str, Any]) -> None:
    with transaction() as session:
        appointments.note(
            session,
            authority_id="wandsworth",
            child_id=child_id,
            instance_id=instance_id,
            task_id=None,
            form=form,
            answers=answers,
            person_id=None,
        )


@pytest.fixture
def meeting(clock: SimulatedClock, filled_app: Flask) -> tuple[str, str]:
    """A joint meeting about Alex at 14:30 on 10 December, called by a person; (instance, child)."""
    dora = somebody("dora")
    child = children.search(dora, "alex")[0]
    instance_id = instances.start(
        dora,
        "joint_meeting",
        child.id,
        {
            "called_at": "2026-12-01T08:30+00:00",
            "called_by": "yjs",
            "meeting_type": "professionals",
            "lead_agency": "yjs",
            "meeting_at": "2026-12-10T14:30+00:00",
            "purpose": "To agree who does what.",
            "attendees": "Both services.",
            "family_inclusion": "They are asked to come.",
            "restrictions": "None.",
        },
    )
    return instance_id, child.id


def test_a_hearing_is_a_fact_and_has_its_hour_in_london(clock: SimulatedClock, filled_app: Flask) -> None:
    known("alex", {"next_hearing_on": "2027-06-15", "next_hearing_time": "10:00"})

    hearing = listed("sam")[0]

    assert (hearing.name, hearing.kind, hearing.on) == ("Hearing", "hearing", date(2027, 6, 15))
    assert hearing.at == datetime(2027, 6, 15, 10, tzinfo=LONDON)
    assert hearing.at is not None
    assert hearing.at.utcoffset() == timedelta(0), "kept in UTC, an hour before London's summer clock"


def test_a_start_form_records_the_meeting_and_the_next_answer_moves_it(meeting: tuple[str, str]) -> None:
    before = listed("sam")

    note(*meeting, "shared/record_joint_meeting", {"new_meeting_at": "2026-12-17T09:00+00:00"})
    after = listed("sam")

    assert [(one.name, one.on, one.moves) for one in before] == [("Joint meeting", date(2026, 12, 10), 0)]
    assert [(one.name, one.on, one.moves) for one in after] == [("Joint meeting", date(2026, 12, 17), 1)]
    assert after[0].id == before[0].id


def test_what_has_been_stays_when_the_next_one_is_recorded(
    meeting: tuple[str, str], clock: SimulatedClock
) -> None:
    clock.move_to(clock.now() + timedelta(days=20))

    note(*meeting, "shared/record_joint_meeting", {"new_meeting_at": "2027-01-07T09:00+00:00"})

    assert [one.on for one in listed("sam")] == [date(2026, 12, 10), date(2027, 1, 7)]


def test_a_cancelled_pathway_has_no_meetings_any_more(meeting: tuple[str, str]) -> None:
    instances.cancel(somebody("mo"), meeting[0], "Called twice")

    assert listed("sam") == []


def test_a_hearing_of_which_fact_and_form_tell_is_one(meeting: tuple[str, str]) -> None:
    known("alex", {"next_hearing_on": "2026-12-15"})

    note(*meeting, "remand_yda/before_court", {"hearing_at": "2026-12-15T10:30+00:00"})

    hearings = [one for one in listed("sam") if one.kind == "hearing"]
    assert [(one.on, one.at is not None) for one in hearings] == [(date(2026, 12, 15), True)]


def test_only_those_who_work_with_the_child_have_it(clock: SimulatedClock, filled_app: Flask) -> None:
    known("alex", {"next_hearing_on": "2026-12-15"})

    assert [one.child_name.split()[0] for one in listed("sam")] == ["Alex"]
    assert listed("ash") == []
    assert listed("mo") == []
    assert listed("sam", "stockport") == []


def test_who_covers_has_the_appointments_of_the_absent(clock: SimulatedClock, filled_app: Flask) -> None:
    known("alex", {"next_hearing_on": "2026-12-15"})
    sam, ash = somebody("sam"), somebody("ash")
    with transaction() as session:
        session.add(
            Absence(
                authority_id="wandsworth",
                id="away",
                person_id=sam.person_id,
                cover_id=ash.person_id,
                from_on=today(),
                until_on=today(),
                note="",
                created_at=clock.now(),
            )
        )

    assert [one.on for one in listed("ash")] == [date(2026, 12, 15)]
    clock.move_to(clock.now() + timedelta(days=1))
    assert listed("ash") == []


def test_only_days_within_the_two_are_listed(meeting: tuple[str, str]) -> None:
    sam = somebody("sam")

    def between(first: date, last: date) -> int:
        return len(appointments.appointments(sam, first, last))

    assert between(date(2026, 12, 10), date(2026, 12, 10)) == 1
    assert between(date(2026, 12, 7), date(2026, 12, 9)) == 0
    assert between(date(2026, 12, 11), date(2026, 12, 13)) == 0


@pytest.mark.parametrize("value", ["", None, "soon", 5, "2026-13-45"])
def test_what_is_no_day_is_no_appointment(meeting: tuple[str, str], value: Any) -> None:
    note(*meeting, "remand_yda/before_court", {"hearing_at": value})

    assert [one.name for one in listed("sam")] == ["Joint meeting"]


def test_the_hours_of_a_day_come_before_what_has_none(meeting: tuple[str, str]) -> None:
    known("alex", {"next_hearing_on": "2026-12-10", "release_on": "2026-12-09"})

    assert [one.name for one in listed("sam")] == ["Earliest day of release", "Joint meeting", "Hearing"]


def test_a_person_who_is_allocated_no_longer_has_it_no_longer(
    clock: SimulatedClock, filled_app: Flask
) -> None:
    child_id = known("alex", {"next_hearing_on": "2026-12-15"})
    with reading() as session:
        roles = session.scalars(select(ChildWorker.role).where(ChildWorker.child_id == child_id)).all()
    assert "social_worker" in roles
    with transaction() as session:
        children.allocate(
            session, "wandsworth", child_id, "social_worker", somebody("ash").person_id, by=None
        )

    assert listed("sam") == []
    assert len(listed("ash")) == 1


def test_my_week_at_christmas_names_the_bank_holidays_and_what_lies_between_them(
    clock: SimulatedClock, filled_app: Flask
) -> None:
    # given: remanded on Christmas Eve, with a hearing on the first working day
    clock.move_to(datetime(2026, 12, 24, 17, 40, tzinfo=LONDON))
    alex = known("alex", {"next_hearing_on": "2026-12-29", "next_hearing_time": "10:00"})
    answers = {"looked_after_before": False, "has_social_worker": True, "safety_concern": False}
    remanded = {**answers, "remanded_at": clock.now().isoformat(), "known_to_csc": True}
    instances.start(somebody("dora"), "remand_yda", alex, remanded)

    christmas = week.week(somebody("sam"), date(2026, 12, 25))
    after = week.week(somebody("sam"), date(2026, 12, 28))

    named = {day.on: day.holiday for shown in (christmas, after) for day in shown.days if day.holiday}
    assert {date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1)} <= set(named)
    assert named[date(2026, 12, 25)] == "Christmas Day"
    assert (christmas.is_now, after.is_now, after.monday) == (True, False, date(2026, 12, 28))
    assert [one.name for one in after.days[1].appointments] == ["Hearing"]
    assert "Visit the child in custody" in [task.name for task in after.days[3].due]
    assert week.week(somebody("sam", "stockport"), date(2026, 12, 28)).days[1].appointments == ()
