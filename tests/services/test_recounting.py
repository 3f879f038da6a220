"""A fact of the child that due times hang on has changed: what is open moves and says why, what is done stays."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.domain.clock import LONDON, SimulatedClock
from app.services import accounts, agreed_dates, chronology, facts, incidents, messages, timers
from app.services.agreed_dates import Move
from app.store.audit import AuditEntry
from app.store.children import Child
from app.store.db import reading, transaction
from app.store.incidents import Incident
from app.store.tasks import UserTask
from app.store.timers import Timer
from tests.crash import pathways
from tests.crash.invariants import assert_all
from tests.engine import diagrams as d

RELEASE = "release_countdown"


@pytest.fixture
def planned(house: Flask, clock: SimulatedClock) -> str:
    """A child with a day of release, on a pathway that plans back from it."""
    pathways.publish(
        pathways.bundle(
            RELEASE,
            d.diagram(
                d.start(),
                d.task("prepare", due='deadline("release.prep_meeting_lead", fact("release_on"))'),
                d.gateway("fork", "parallel"),
                d.catch(
                    "comes_up", d.timer('deadline("release.info_to_yp_lead", fact("release_on"))', "timeDate")
                ),
                d.task("tell", due='deadline("release.info_to_yp_lead", fact("release_on"))'),
                d.end("told"),
                d.task("escort", due='fact("release_on")'),
                d.end("free"),
                d.flows("start > prepare > fork; fork > comes_up > tell > told; fork > escort > free"),
                key=RELEASE,
            ),
        )
    )
    child = pathways.child()
    learn(child, release_on="2027-06-30")
    return child


def learn(child: str, **known: str | None) -> None:
    """Somebody answers; what waits for it hears."""
    viewer = pathways.viewer()
    with transaction() as session:
        facts.record(session, viewer.authority_id, child, known, person_id=viewer.person_id, task_id=None)
    messages.deliver_pending()


def due(element: str) -> str:
    """The day on which the last task of an element is due."""
    with reading() as session:
        query = select(UserTask).where(UserTask.element_id == element).order_by(UserTask.id.desc())
        return str(session.scalars(query).first().due["due_on"])


def rings(element: str) -> str:
    """The day on which the timer of an element rings."""
    with reading() as session:
        timer = session.scalars(select(Timer).where(Timer.element_id == element)).one()
        return timer.due_at.astimezone(LONDON).date().isoformat()


def moves() -> list[dict[str, str]]:
    """What moved, in the order in which it did."""
    with reading() as session:
        rows = session.scalars(
            select(AuditEntry).where(AuditEntry.kind == "deadline_moved").order_by(AuditEntry.id)
        )
        return [dict(row.facts) for row in rows]


def test_a_release_that_moves_takes_along_open_tasks_their_clocks_and_waiting_timers(planned: str) -> None:
    instance = pathways.begin(RELEASE, planned)
    assert due("prepare") == "2027-05-28"  # a month before, a Sunday: back to the working day before
    pathways.complete(pathways.one_task("prepare", instance))
    assert (rings("comes_up"), due("escort")) == ("2027-06-16", "2027-06-30")

    learn(planned, release_on="2027-07-14")

    assert (rings("comes_up"), due("escort"), rings("escort")) == ("2027-06-30", "2027-07-14", "2027-07-14")
    assert due("prepare") == "2027-05-28"  # done: it stays as it was
    assert {(move["element"], move["was"][:10], move["due_at"][:10]) for move in moves()} == {
        ("comes_up", "2027-06-16", "2027-06-30"),
        ("escort", "2027-06-30", "2027-07-14"),
    }
    (reason,) = {move["reason"] for move in moves()}
    assert reason.endswith("changed from Wednesday 30 June 2027 to Wednesday 14 July 2027")
    assert_all()


def test_the_chronology_says_what_moved_and_why(planned: str) -> None:
    pathways.begin(RELEASE, planned)

    learn(planned, release_on="2027-07-14")

    told = [
        one.words
        for one in chronology.of_child(pathways.viewer(), planned).happenings
        if one.kind == "deadline_moved"
    ]
    assert len(told) == 1
    assert told[0].startswith("Moved from Friday 28 May 2027 to Monday 14 June 2027: ")
    assert told[0].endswith("changed from Wednesday 30 June 2027 to Wednesday 14 July 2027")


@pytest.mark.parametrize(("stays", "becomes"), [(True, "2027-05-20"), (False, "2027-06-14")])
def test_a_day_that_was_agreed_stays_unless_the_manager_said_otherwise(
    planned: str, stays: bool, becomes: str
) -> None:
    instance = pathways.begin(RELEASE, planned)
    task = pathways.one_task("prepare", instance)
    manager = accounts.viewer_named("mo@wandsworth.example")
    agreed_dates.move(manager, task, Move(date(2027, 5, 20), "The school asks for it.", stays))

    learn(planned, release_on="2027-07-14")

    assert due("prepare") == becomes
    assert_all()


def test_the_same_answer_again_moves_nothing(planned: str) -> None:
    pathways.begin(RELEASE, planned)

    learn(planned, release_on="2027-06-30")
    learn(planned, establishment="Fernhill")

    assert moves() == []


def test_another_child_and_another_fact_are_left_alone(planned: str) -> None:
    other = pathways.child("Robin")
    pathways.begin(RELEASE, planned)

    learn(other, release_on="2027-07-14")
    learn(planned, next_hearing_on="2027-07-14")

    assert moves() == []
    assert due("prepare") == "2027-05-28"


def test_a_day_that_moves_into_the_past_rings_at_once(planned: str, clock: SimulatedClock) -> None:
    instance = pathways.begin(RELEASE, planned)
    pathways.complete(pathways.one_task("prepare", instance))

    learn(planned, release_on=(clock.now().date() + timedelta(days=2)).isoformat())
    timers.drain()

    assert pathways.one_task("tell", instance)
    assert_all()


def test_what_cannot_be_counted_again_stops_with_an_incident_and_catches_up_later(planned: str) -> None:
    hanging, beside = pathways.begin(RELEASE, planned), pathways.begin(pathways.COUNTDOWN, planned)

    learn(planned, release_on="soon")

    assert pathways.status_of(hanging) == "suspended"
    assert pathways.status_of(beside) == "running"
    learn(planned, release_on="2027-07-14")
    with reading() as session:
        incident = session.scalars(select(Incident.id).where(Incident.resolved_at.is_(None))).one()
    incidents.resume(pathways.AUTHORITY, incident, None)
    assert pathways.status_of(hanging) == "running"
    assert due("prepare") == "2027-06-14"
    assert_all()


def test_a_birthday_is_counted_from_the_date_of_birth(house: Flask, clock: SimulatedClock) -> None:
    pathways.publish(
        pathways.bundle(
            "coming_of_age",
            d.diagram(
                d.start(),
                d.task("celebrate", due="birthday(18)"),
                d.end(),
                d.flows("start > celebrate > end"),
                key="coming_of_age",
            ),
        )
    )
    child = pathways.child()
    with transaction() as session:
        session.execute(update(Child).where(Child.id == child).values(date_of_birth=date(2012, 2, 29)))

    pathways.begin("coming_of_age", child)

    assert due("celebrate") == "2030-03-01"  # no 29 February in 2030
