"""The child's page: the story tells what is recorded and nothing else, the parts agree with the record."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.domain.access import Viewer
from app.domain.clock import SimulatedClock
from app.domain.errors import NotFound
from app.services import (
    accounts,
    case_system,
    child_record,
    child_tasks,
    child_view,
    children,
    chronology,
    documents,
    instances,
)
from app.services import tasks as task_services
from app.services.chronology import Narrowed
from tests.services.test_task_life import START, VISIT, task_of

pytestmark = pytest.mark.usefixtures("filled_app", "clock")


def person(name: str) -> Viewer:
    return accounts.viewer_named(f"{name}@wandsworth.example")


@pytest.fixture
def alex() -> str:
    (found,) = children.search(person("dora"), "alex example")
    return found.id


@pytest.fixture
def remand(clock: SimulatedClock, alex: str) -> str:
    """A remand of Alex that began an hour ago, with a court, a hearing and an establishment."""
    answers = {
        **START,
        "remanded_at": (clock.now() - timedelta(hours=1)).isoformat(),
        "court_name": "Westbridge Youth Court",
        "establishment": "Oakhollow",
        "next_hearing_on": "2026-12-29",
        "next_hearing_time": "10:00",
    }
    return instances.start(person("dora"), "remand_yda", alex, answers)


def test_a_child_of_whom_little_is_known_has_a_story_that_says_so(alex: str) -> None:
    view = child_view.show(person("dora"), alex)

    assert view.story == ("Nothing has been started for Alex yet.",)


def test_the_story_of_a_remand(remand: str, alex: str) -> None:
    story = " ".join(child_view.show(person("sam"), alex).story)

    assert (
        "Alex was remanded to youth detention accommodation on Tuesday 1 December 2026 by Westbridge Youth Court "
        "and is held at Oakhollow." in story
    )
    assert "The next hearing is on Tuesday 29 December 2026 at 10:00." in story
    assert "overdue" in story


def test_what_was_done_last_stands_in_the_story_with_who_did_it(
    remand: str, alex: str, clock: SimulatedClock
) -> None:
    clock.move_to(clock.now() + timedelta(minutes=5))
    task_services.complete(person("sam"), task_of(remand, "record_first_visit").id, VISIT)

    story = child_view.show(person("sam"), alex).story

    assert "Last done: Visit the child in custody, on Tuesday 1 December 2026 by Sam Socialworker." in story


def test_a_court_date_that_moved_is_kept_beside_the_new_one(remand: str, alex: str) -> None:
    before = child_view.show(person("dora"), alex).hearings
    assert [hearing.on for hearing in before] == [date(2026, 12, 29)]

    task_services.complete(
        person("dora"),
        task_of(remand, "upload_papers").id,
        {"papers": "All papers", "refusal_reasons": "None", "next_hearing_on": "2027-01-05"},
    )

    hearings = child_view.show(person("dora"), alex).hearings
    assert [(hearing.on, hearing.moved_to) for hearing in hearings] == [
        (date(2027, 1, 5), None),
        (date(2026, 12, 29), date(2027, 1, 5)),
    ]


def test_the_timeline_is_narrowed_by_kind_pathway_and_day(remand: str, alex: str) -> None:
    dora = person("dora")
    everything = chronology.of_child(dora, alex)

    for group, (_, kinds) in chronology.GROUPS.items():
        found = chronology.of_child(dora, alex, Narrowed(group=group))
        assert found.total == sum(one.kind in kinds for one in everything.happenings)
    of_remand = chronology.of_child(dora, alex, Narrowed(pathway="remand_yda"))
    assert 0 < of_remand.total <= everything.total
    tomorrow = chronology.of_child(dora, alex, Narrowed(from_on=date(2026, 12, 2)))
    assert tomorrow.total == 0
    today = chronology.of_child(dora, alex, Narrowed(from_on=date(2026, 12, 1), until_on=date(2026, 12, 1)))
    assert today.total == sum(one.at.date() == date(2026, 12, 1) for one in everything.happenings)
    yjs = chronology.of_child(dora, alex, Narrowed(agency="yjs"))
    assert yjs.total == sum(one.person == "Dora Dutymanager" for one in everything.happenings) > 0
    assert chronology.of_child(dora, alex, Narrowed(agency="health")).total == 0


def test_the_tasks_of_a_child_are_open_or_over(remand: str, alex: str) -> None:
    sam = person("sam")
    opened = child_tasks.show(sam, alex)
    visit = task_of(remand, "record_first_visit")
    assert visit.id in {task.id for task in opened.open}

    task_services.complete(sam, visit.id, VISIT)

    after = child_tasks.show(sam, alex)
    assert visit.id in {task.id for task in after.over}
    assert after.total == opened.total + 1
    assert visit.id in after.to_record
    case_system.record(sam, visit.id, "M-1")
    assert visit.id not in child_tasks.show(sam, alex).to_record


def test_every_open_task_of_a_child_is_on_one_of_the_pages(
    remand: str, alex: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_tasks, "PAGE_SIZE", 4)
    sam = person("sam")

    first = child_tasks.show(sam, alex)
    listed = [
        task.id
        for page in range(1, first.open_pages + 1)
        for task in child_tasks.show(sam, alex, open_page=page).open
    ]

    assert first.open_pages > 1
    assert len(listed) == len(set(listed)) == first.open_total


def test_who_worked_with_a_child_before_stays_on_the_page(alex: str) -> None:
    from app.store.db import transaction

    bo = person("bo")
    with transaction() as session:
        children.allocate(session, "wandsworth", alex, "social_worker", bo.person_id, by=None)

    people = child_record.people(person("dora"), alex)

    assert [one.name for one in people.before] == ["Sam Socialworker"]
    assert "Bo" in " ".join(one.name for one in people.now)


def test_readiness_is_red_when_the_release_is_near_and_amber_before(
    remand: str, alex: str, clock: SimulatedClock
) -> None:
    from app.services import facts
    from app.store.db import transaction

    sam = person("sam")
    with transaction() as session:
        facts.record(
            session, "wandsworth", alex, {"release_on": "2027-01-31"}, person_id=sam.person_id, task_id=None
        )
    first = child_record.readiness(sam, alex)
    assert first.release_on == date(2027, 1, 31)
    assert first.counts["red"] == 0
    assert first.counts["amber"] > 5

    clock.move_to(clock.now() + timedelta(days=50))

    later = child_record.readiness(sam, alex)
    assert later.counts["amber"] == 0
    assert later.counts["red"] > 5


def test_an_agency_that_answers_when_asked_sees_the_child_and_not_what_casework_shares(
    remand: str, alex: str
) -> None:
    from app.store.db import transaction
    from app.store.ties import tie

    nia, sam = person("nia"), person("sam")
    with transaction() as session:
        tie(session, "wandsworth", alex, {"health"})

    seen = child_view.show(nia, alex)

    assert {"see_money", "see_documents", "see_timeline", "see_network"}.isdisjoint(seen.can)
    assert (seen.newest, seen.workers, seen.payments) == ((), (), ())
    assert child_record.readiness(nia, alex).panels == ()
    for part in (chronology.of_child, child_record.people, documents.of_child):
        with pytest.raises(NotFound):
            part(nia, alex)
    assert {"see_money", "see_documents", "see_timeline", "see_network"} <= child_view.show(sam, alex).can
