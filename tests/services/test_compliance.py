"""What was met on time: against a count from the audit alone, and every number against the list behind it."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from statistics import median

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.access import Viewer
from app.domain.clock import LONDON, SimulatedClock, now
from app.domain.deadlines import Deadline
from app.domain.errors import BadInput, NotAllowed, NotFound, StaleTask
from app.domain.small_numbers import hidden_keys
from app.services import chronology, late_reasons
from app.services.oversight import compliance, compliance_tasks, heat, meeting
from app.services.oversight.compliance_groups import WAYS
from app.services.oversight.compliance_rules import LIMITS, PARTNERSHIP
from app.services.oversight.compliance_tasks import Behind
from app.services.oversight.scope import ALL
from app.store.audit import AuditEntry
from app.store.db import reading
from app.store.people import teams
from app.store.tasks import LateReason, UserTask
from tests.services.test_lists import somebody

pytestmark = pytest.mark.on_both_databases


@pytest.fixture
def years(clock: SimulatedClock, lived_app: Flask) -> Viewer:
    """A year of a few children; and who sees everything of it."""
    return somebody("ada")


def from_the_audit() -> dict[str, tuple[datetime, str]]:
    """Each task with a due date: the date as it was moved last, and what became of it, told by the audit alone."""
    due: dict[str, datetime] = {}
    end: dict[str, str] = {}
    with reading() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    for entry in entries:
        task_id = entry.task_id or ""
        if entry.kind in ("task_created", "deadline_moved") and task_id and entry.facts.get("due_at"):
            due[task_id] = datetime.fromisoformat(entry.facts["due_at"])
        elif entry.kind == "task_completed":
            end[task_id] = "met" if task_id not in due or entry.at <= due[task_id] else "missed"
        elif entry.kind in ("task_cancelled", "task_not_needed"):
            end[task_id] = {"task_cancelled": "cancelled", "task_not_needed": "not_needed"}[entry.kind]
    return {
        task_id: (at, end.get(task_id) or ("missed" if at < now() else "waiting"))
        for task_id, at in due.items()
    }


def test_the_figures_are_those_of_the_audit_alone(years: Viewer) -> None:
    looked_at = compliance.asked(years, PARTNERSHIP, *_whole())
    inside = {
        task_id: (at, end)
        for task_id, (at, end) in from_the_audit().items()
        if looked_at.period.first <= at.astimezone(LONDON).date() < looked_at.period.last + timedelta(days=31)
    }
    ends = Counter(end for _, end in inside.values())

    found = compliance.figures(years, looked_at, "month")

    share = found.total.shares["due"]
    assert (share.met, share.missed, share.waiting) == (ends["met"], ends["missed"], ends["waiting"])
    assert (found.total.not_needed, found.total.cancelled) == (ends["not_needed"], ends["cancelled"])
    assert share.met > 50
    assert share.missed > 5
    by_month = Counter(
        at.astimezone(LONDON).strftime("%Y-%m") for at, end in inside.values() if end == "missed"
    )
    assert {
        line.key: line.shares["due"].missed for line in found.months if line.shares["due"].missed
    } == by_month


def test_either_side_of_a_deadline_is_held_against_its_own_limit(years: Viewer) -> None:
    looked_at = compliance.asked(years, PARTNERSHIP, *_whole())
    with reading() as session:
        tasks = session.scalars(select(UserTask).where(UserTask.due_at.is_not(None))).all()
    expected = Counter[tuple[str, str]]()
    for task in tasks:
        deadline = Deadline.from_json(task.due or {})
        sides = {"local": deadline.local, "statutory": deadline.statutory}
        ends = {name: side.due_at for name, side in sides.items() if side}
        for name, at in (ends or {"local": deadline.due_at}).items():
            done_at = task.completed_at
            if task.state == "completed" and done_at:
                expected[name, "met" if done_at <= at else "missed"] += 1
            elif task.state == "open" and at < now():
                expected[name, "missed"] += 1

    total = compliance.figures(years, looked_at, "duty").total

    found = {
        (limit, which): getattr(total.shares[limit], which)
        for limit in ("local", "statutory")
        for which in ("met", "missed")
    }
    assert found == {key: expected[key] for key in found}
    assert expected["statutory", "met"] > 0


def test_every_number_is_the_length_of_the_list_behind_it(years: Viewer) -> None:
    looked_at = compliance.asked(years, ALL, *_whole())
    for by in WAYS:
        line = compliance.figures(years, looked_at, by).lines[0]
        for limit in LIMITS:
            for which in ("met", "missed"):
                number = getattr(line.shares[limit], which)
                listed = compliance_tasks.behind(years, looked_at, Behind(limit, which, by, line.key))
                assert (by, limit, which, listed.total) == (by, limit, which, number)
    one = compliance_tasks.behind(years, looked_at, Behind(outcome="missed"))
    assert len(one.tasks) == min(one.total, 50) > 0
    assert all(row.is_late for row in one.tasks)


def test_managers_see_their_own_teams_and_share_no_small_number(years: Viewer) -> None:
    mo = somebody("mo")
    with reading() as session:
        own = {team.id for team in teams(session, "wandsworth") if team.id in mo.team_ids}
    looked_at = compliance.asked(mo, "", *_whole())
    keys = {line.key for line in compliance.figures(mo, looked_at, "team").lines}
    assert keys
    assert keys <= own

    everybody = compliance.asked(mo, PARTNERSHIP, *_whole())
    shown = compliance.figures(mo, everybody, "duty")

    assert any(line.hidden for line in shown.lines)
    for line in shown.lines:
        for limit in set(LIMITS) - line.hidden:
            assert not any(0 < number < 5 for number in (line.shares[limit].met, line.shares[limit].missed))
    together = meeting.figures(mo, *_whole())
    assert together.by_step == meeting.figures(years, *_whole()).by_step, (
        "not even an administrator shares one"
    )
    assert together.steps or together.steps_too_few
    for share in (line.shares["local"] for line in together.steps):
        assert share.missed >= 5
        assert not 0 < share.met < 5
    assert together.nights is not None
    assert together.nights.made.rows == ()
    with pytest.raises(NotAllowed):
        compliance_tasks.behind(mo, everybody, Behind())
    with pytest.raises(NotFound):
        compliance.figures(somebody("sam"), everybody, "duty")


def test_why_it_was_late_is_kept_counted_and_told(years: Viewer) -> None:
    mo = somebody("mo")
    looked_at = compliance.asked(mo, ALL, *_whole())
    late = compliance_tasks.behind(mo, looked_at, Behind(outcome="missed")).tasks[0].task
    met = compliance_tasks.behind(mo, looked_at, Behind(outcome="met")).tasks[0].task
    late_reasons.say(mo, late.id, "told_late", "The court wrote a week later.")
    late_reasons.say(mo, late.id, "no_worker")
    late_reasons.say(mo, late.id, "no_worker")

    said = late_reasons.of_task(mo, late.id)
    numbers = {line.key: line.number for line in compliance.figures(mo, looked_at, "duty").reasons}
    listed = compliance_tasks.behind(mo, looked_at, Behind(outcome="missed", reason="no_worker"))
    told = chronology.of_child(mo, late.child.id, chronology.Narrowed(group="late")).happenings
    assert (said.reason, said.words, said.by) == ("no_worker", "", mo.name)
    assert numbers["no_worker"] == listed.total == 1
    assert [one.kind for one in told].count("late_reason_given") == 2
    with pytest.raises(StaleTask):
        late_reasons.say(mo, met.id, "no_worker")
    with pytest.raises(BadInput):
        late_reasons.say(mo, late.id, "the weather")
    with pytest.raises(NotFound):
        late_reasons.say(somebody("wanda", "wiltshire"), late.id, "no_worker")
    with reading() as session:
        assert session.query(LateReason).count() == 1


def test_a_single_hidden_line_takes_the_next_smallest_with_it() -> None:
    assert hidden_keys({"a": (20, 3), "b": (9, 0), "c": (50, 7), "d": (0, 0)}) == {"a", "b"}
    assert hidden_keys({"a": (20, 8), "b": (9, 0)}) == set()


@pytest.mark.parametrize(("first", "last"), [("2026-13", ""), ("2026-05", "2026-04"), ("2020-01", "2026-01")])
@pytest.mark.usefixtures("clock", "filled_sqlite_app")
def test_a_period_that_cannot_be_is_refused(first: str, last: str) -> None:
    with pytest.raises(BadInput):
        compliance.asked(somebody("mo"), "", first, last)


def _whole() -> tuple[str, str]:
    """The months that hold everything that was made."""
    today = now().date()
    first = date(today.year - 1, today.month, 1)
    ahead = today + timedelta(days=500)
    return f"{first:%Y-%m}", f"{ahead:%Y-%m}"


def test_the_heat_map_says_the_median_and_how_many_as_a_plain_count_does(years: Viewer) -> None:
    looked_at = compliance.asked(years, PARTNERSHIP, *_whole())
    with reading() as session:
        done = session.scalars(
            select(UserTask).where(UserTask.definition_key == "remand_yda", UserTask.state == "completed")
        ).all()
    waits: dict[str, list[timedelta]] = {}
    for task in done:
        waits.setdefault(task.element_id, []).append((task.completed_at or now()) - task.created_at)

    assert waits
    volume = heat.heat(years, "remand_yda", looked_at, "volume").spots
    waiting = heat.heat(years, "remand_yda", looked_at, "waiting").spots
    on_time = heat.heat(years, "remand_yda", looked_at, "compliance").spots

    assert {one.element_id: one.words for one in volume if one.words} == {
        key: str(len(found)) for key, found in waits.items()
    }
    assert {one.element_id: one.words for one in waiting if one.words} == {
        key: heat.length(median(wait.total_seconds() for wait in found)) for key, found in waits.items()
    }
    assert {one.band for one in on_time} - {""} <= {"good", "fair", "poor"}
    assert any(one.words.endswith("%") for one in on_time)
