"""The board: each number is the length of the list behind it, and is of what the manager may see."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from app.domain.access import Viewer
from app.domain.clock import SimulatedClock
from app.domain.errors import NotFound
from app.services import absences, facts, timers
from app.services.absences import Plan
from app.services.oversight import board
from app.services.oversight.scope import ALL, scope
from app.store.db import transaction
from tests.services.test_lists import remand_of, somebody

pytestmark = pytest.mark.usefixtures("filled_app")


def every_task(viewer: Viewer, which: str, team: str = ALL) -> list[str]:
    chosen = scope(viewer, team)
    first = board.tasks(viewer, chosen, which)
    rest = [board.tasks(viewer, chosen, which, page) for page in range(2, first.pages + 1)]
    return [task.child.name for page in (first, *rest) for task in page.tasks]


def test_numbers_are_the_lists_that_open_from_them(clock: SimulatedClock, filled_app: Flask) -> None:
    remand_of("robin", clock)
    mo = somebody("mo")
    assert board.show(mo, scope(mo, ALL)).unallocated == len(set(every_task(mo, "unallocated"))) == 1

    assert board.show(mo, scope(mo, ALL)).soon == len(every_task(mo, "soon")) > 0
    clock.move_to(clock.now() + timedelta(hours=30))
    while timers.drain():
        pass

    shown = board.show(mo, scope(mo, ALL))
    assert shown.breached == len(every_task(mo, "breached")) > 0
    own = board.show(mo, scope(mo))
    assert own.breached == len(every_task(mo, "breached", "looked_after")) <= shown.breached
    youth_justice = board.show(somebody("tess"), scope(somebody("tess")))
    assert youth_justice.breached > 0
    assert not set(every_task(somebody("tess"), "breached")) - {"Robin Placeholder"}


def test_a_child_who_has_a_worker_is_not_waiting_for_one(clock: SimulatedClock, filled_app: Flask) -> None:
    remand_of("alex", clock)

    assert every_task(somebody("mo"), "unallocated") == []


def test_the_director_first_sees_the_numbers_of_every_team(clock: SimulatedClock, filled_app: Flask) -> None:
    remand_of("alex", clock)
    dee = somebody("dee")

    assert board.show(dee, scope(dee)).soon == board.show(dee, scope(dee, ALL)).soon > 0


def test_a_release_within_30_days_without_an_address(clock: SimulatedClock, filled_app: Flask) -> None:
    remand_of("alex", clock)
    mo, sam = somebody("mo"), somebody("sam")
    child_id = remand_child(mo)
    on = clock.now().date() + timedelta(days=30)

    def know(**said: str) -> None:
        with transaction() as session:
            facts.record(session, "wandsworth", child_id, said, person_id=sam.person_id, task_id=None)

    know(release_on=on.isoformat())
    assert [(one.child.name, one.days) for one in board.releases(mo)] == [("Alex Example", 30)]
    assert board.show(mo, scope(mo)).releases == 1

    know(release_on=(on + timedelta(days=1)).isoformat())
    assert board.releases(mo) == []

    know(release_on=on.isoformat(), release_address="1 Invented Street")
    assert board.releases(mo) == []


def remand_child(viewer: Viewer) -> str:
    return board.tasks(viewer, scope(viewer, ALL), "soon").tasks[0].child.id


def test_the_coming_week_counts_people_who_are_away_and_bank_holidays(
    clock: SimulatedClock, filled_app: Flask
) -> None:
    clock.move_to(datetime(2026, 12, 24, 8, 45, tzinfo=UTC))
    mo, sam, pat = somebody("mo"), somebody("sam"), somebody("pat")
    before = {week.team.id: week for week in board.show(mo, scope(mo)).weeks}["looked_after"]

    absences.record(mo, Plan(sam.person_id, pat.person_id, date(2026, 12, 24), date(2026, 12, 29)))

    after = {week.team.id: week for week in board.show(mo, scope(mo)).weeks}["looked_after"]
    assert before.holidays == (date(2026, 12, 25), date(2026, 12, 28))
    assert before.person_days == 3 * before.people  # Thursday, Tuesday and Wednesday
    assert (after.away_days, after.person_days) == (2, before.person_days - 2)


@pytest.mark.parametrize("name", ["sam", "desi", "nia"])
def test_the_board_is_not_for_everybody(name: str, clock: SimulatedClock, filled_app: Flask) -> None:
    viewer = somebody(name)

    with pytest.raises(NotFound):
        board.show(viewer, scope(viewer))
    with pytest.raises(NotFound):
        board.tasks(viewer, scope(viewer), "breached")
    with pytest.raises(NotFound):
        board.releases(viewer)
