"""Absence and cover: who may set it, what clashes, what the cover may do, and how it is said afterwards."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.access import Viewer
from app.domain.clock import SimulatedClock, today
from app.domain.errors import BadInput, Conflict, NotAllowed, NotFound
from app.services import (
    absence_changes,
    absence_choices,
    absences,
    accounts,
    audits,
    children,
    chronology,
    comments,
    cover_view,
    drafts,
    instances,
    task_view,
    tasks,
)
from app.services.absences import Plan
from app.store.absences import DoneFor
from app.store.audit import AuditEntry
from app.store.db import reading
from app.store.tasks import UserTask

START = {
    "remanded_at": "2026-12-01T08:00:00+00:00",
    "looked_after_before": False,
    "has_social_worker": True,
    "safety_concern": False,
}


def somebody(name: str, authority: str = "wandsworth") -> Viewer:
    return accounts.viewer_named(f"{name}@{authority}.example")


def plan(person: str, cover: str, first: int = 0, last: int = 4, note: str = "") -> Plan:
    """An absence that begins and ends so many days from today."""
    day = today()
    return Plan(
        somebody(person).person_id,
        somebody(cover).person_id,
        day + timedelta(days=first),
        day + timedelta(days=last),
        note,
    )


@pytest.fixture
def of_sam(clock: SimulatedClock, filled_app: Flask) -> str:
    """A task of Sam's: the first one that comes to the social worker when Alex is remanded."""
    dora = somebody("dora")
    (alex,) = children.search(dora, "Alex")
    instances.start(dora, "remand_yda", alex.id, START)
    with reading() as session:
        task_id = session.scalar(
            select(UserTask.id).where(
                UserTask.assignee_id == somebody("sam").person_id,
                UserTask.state == "open",
            )
        )
    assert task_id
    return str(task_id)


def answers_for(task_id: str, viewer: Viewer) -> dict[str, object]:
    """Something acceptable for every question that the task asks."""
    form = task_view.show(viewer, task_id).form
    found: dict[str, object] = {}
    for field in form.fields if form else ():
        if field.boolean:
            found[field.key] = True
        elif field.options:
            found[field.key] = (
                [field.options[0].value] if field.kind == "checklist" else field.options[0].value
            )
        elif field.kind == "date":
            found[field.key] = (today() + timedelta(days=0 if field.day != "future" else 1)).isoformat()
        elif field.kind == "datetime":
            found[field.key] = (
                "2026-12-01T09:00:00+00:00" if field.day == "past" else "2026-12-02T09:00:00+00:00"
            )
        elif field.kind == "number":
            found[field.key] = 1
        elif field.required:
            found[field.key] = "12:00" if field.kind == "time" else "As agreed"
    return found


def test_a_person_sets_cover_for_themselves_and_their_manager_for_them(
    clock: SimulatedClock, filled_app: Flask
) -> None:
    # when
    absences.record(somebody("sam"), plan("sam", "pat", 0, 2, "Ring Alex’s aunt."))
    absences.record(somebody("mo"), plan("ivy", "ira"))

    # then
    rows = cover_view.listed(somebody("mo"))
    assert [(row.person, row.cover) for row in rows] == [
        ("Sam Socialworker", "Pat Placements"),
        ("Ivy Reviewingofficer", "Ira Reviewingmanager"),
    ]
    assert somebody("pat").covers == {somebody("sam").person_id}
    with reading() as session:
        kinds = session.scalars(select(AuditEntry.kind).where(AuditEntry.kind.like("absence%"))).all()
    assert kinds == ["absence_recorded", "absence_recorded"]


@pytest.mark.parametrize("name", ["pat", "casey", "tess", "nia"])
def test_nobody_else_sets_it(clock: SimulatedClock, filled_app: Flask, name: str) -> None:
    with pytest.raises(NotFound):
        absences.record(somebody(name), plan("sam", "ash"))


def test_the_other_agency_and_another_authority_neither_see_nor_end_it(
    clock: SimulatedClock, filled_app: Flask
) -> None:
    absence_id = absences.record(somebody("sam"), plan("sam", "pat"))

    for stranger in (
        somebody("tess"),
        somebody("nia"),
        somebody("mo", "stockport"),
        somebody("ada", "stockport"),
    ):
        with pytest.raises(NotFound):
            cover_view.show(stranger, absence_id)
        with pytest.raises(NotFound):
            absences.end(stranger, absence_id)
        assert cover_view.listed(stranger) == []


def test_a_colleague_reads_in_the_list_that_somebody_is_away_and_no_more(
    clock: SimulatedClock, filled_app: Flask
) -> None:
    absence_id = absences.record(somebody("sam"), plan("sam", "pat", note="Something of a child"))
    ash = somebody("ash")

    (row,) = cover_view.listed(ash)

    assert cover_view.openable(ash, [row]) == frozenset()
    with pytest.raises(NotFound):
        cover_view.show(ash, absence_id)


def test_the_cover_sees_it_and_cannot_end_it(clock: SimulatedClock, filled_app: Flask) -> None:
    absence_id = absences.record(somebody("sam"), plan("sam", "pat", note="Ring the aunt"))

    assert cover_view.show(somebody("pat"), absence_id).row.note == "Ring the aunt"
    with pytest.raises(NotAllowed):
        absences.end(somebody("pat"), absence_id)


@pytest.mark.parametrize(
    ("wanted", "field", "sentence"),
    [
        (("sam", "sam", 0, 1), "cover_id", "Select somebody else of Sam Socialworker’s agency"),
        (("sam", "casey", 0, 1), "cover_id", "Select somebody else of Sam Socialworker’s agency"),
        (("sam", "nia", 0, 1), "cover_id", "Select somebody else of Sam Socialworker’s agency"),
        (("sam", "ash", 3, 8), "cover_id", "Ash Administrator is away from Sunday 6 December 2026 to"),
        (
            ("ash", "pat", 3, 5),
            "from_on",
            "Ash Administrator is recorded as away from Sunday 6 December 2026 to",
        ),
        (("sam", "pat", 2, 1), "until_on", "must be the same as or after the first day"),
        (("sam", "pat", -9, -1), "until_on", "must be today or in the future"),
        (("sam", "pat", 0, 600), "until_on", "must be within 400 days"),
    ],
)
def test_what_clashes_is_refused_with_its_name(
    clock: SimulatedClock, filled_app: Flask, wanted: tuple[str, str, int, int], field: str, sentence: str
) -> None:
    absences.record(somebody("mo"), plan("ash", "pat", 5, 9))

    with pytest.raises(BadInput) as refused:
        absences.record(somebody("mo"), plan(*wanted))

    assert sentence in refused.value.errors[field][0]


def test_somebody_whose_account_is_closed_covers_for_nobody(clock: SimulatedClock, filled_app: Flask) -> None:
    wanted = plan("sam", "pat")
    accounts.disable_person("pat@wandsworth.example")

    with pytest.raises(NotFound):
        absences.record(somebody("sam"), wanted)
    assert wanted.cover_id not in dict(absence_choices.show(somebody("sam")).covers)


def test_pressed_twice_it_is_recorded_once(clock: SimulatedClock, filled_app: Flask) -> None:
    first = absences.record(somebody("sam"), plan("sam", "pat"), submission="press")
    again = absences.record(somebody("sam"), plan("sam", "pat"), submission="press")

    assert first == again
    assert len(cover_view.listed(somebody("sam"))) == 1


def test_cover_begins_and_ends_by_itself_at_midnight_in_london(
    clock: SimulatedClock, filled_app: Flask
) -> None:
    # given: away on 29 and 30 March 2027; the clocks go forward on the 28th, so London is an hour ahead
    sam = somebody("sam").person_id
    wanted = Plan(sam, somebody("pat").person_id, date(2027, 3, 29), date(2027, 3, 30))
    absences.record(somebody("sam"), wanted)

    for moment, covers in (
        (datetime(2027, 3, 28, 22, 59, tzinfo=UTC), frozenset[str]()),
        (datetime(2027, 3, 28, 23, 0, tzinfo=UTC), {sam}),
        (datetime(2027, 3, 30, 22, 59, tzinfo=UTC), {sam}),
        (datetime(2027, 3, 30, 23, 0, tzinfo=UTC), frozenset[str]()),
    ):
        clock.move_to(moment)
        assert somebody("pat").covers == covers, moment


def test_the_cover_completes_for_the_absent_person_and_everything_says_so(of_sam: str) -> None:
    # given: Pat is in no team of the task
    assert of_sam
    with pytest.raises(NotFound):
        task_view.show(somebody("pat"), of_sam)
    absence_id = absences.record(somebody("mo"), plan("sam", "pat"))
    pat = somebody("pat")

    # when
    tasks.complete(pat, of_sam, answers_for(of_sam, pat))

    # then
    sam = somebody("sam")
    with reading() as session:
        told = session.scalars(
            select(AuditEntry).where(AuditEntry.task_id == of_sam, AuditEntry.kind == "task_completed")
        ).one()
        assert (told.person_id, told.facts["for"]) == (pat.person_id, sam.person_id)
        child_id = told.child_id
    assert task_view.show(sam, of_sam).completed_by == "Pat Placements for Sam Socialworker"
    assert child_id is not None
    line = next(one for one in chronology.of_child(sam, child_id).happenings if one.kind == "task_completed")
    assert line.person == "Pat Placements for Sam Socialworker"
    (done,) = cover_view.show(sam, absence_id).done
    assert (done.words, done.by) == ("Completed", "Pat Placements")
    assert audits.verify() == []


def test_back_again_the_work_is_the_persons_own_and_they_read_what_was_done(
    of_sam: str, clock: SimulatedClock
) -> None:
    # given
    absence_id = absences.record(somebody("sam"), plan("sam", "pat", 0, 1))
    pat = somebody("pat")
    tasks.complete(pat, of_sam, answers_for(of_sam, pat))

    # when: two days later
    clock.move_to(clock.now() + timedelta(days=2))

    # then
    sam = somebody("sam")
    assert [row.id for row in cover_view.on_my_work(sam).back] == [absence_id]
    assert cover_view.on_my_work(somebody("pat")).covering == ()
    absences.mark_read(sam, absence_id)
    assert cover_view.on_my_work(sam).back == ()
    with pytest.raises(NotFound):
        absences.mark_read(somebody("pat"), absence_id)


def test_ended_early_it_ends_now_and_only_once(clock: SimulatedClock, filled_app: Flask) -> None:
    absence_id = absences.record(somebody("sam"), plan("sam", "pat"))

    absences.end(somebody("sam"), absence_id)
    absences.end(somebody("mo"), absence_id)

    assert somebody("pat").covers == frozenset()
    assert cover_view.listed(somebody("sam")) == []
    with reading() as session:
        ended = session.scalars(select(AuditEntry.id).where(AuditEntry.kind == "absence_ended")).all()
    assert len(ended) == 1
    absences.record(somebody("sam"), plan("sam", "ash"))


def test_what_a_cover_covers_passes_to_their_own_cover_for_the_days_on_which_they_are_away(
    clock: SimulatedClock, filled_app: Flask
) -> None:
    # given: Pat covers for Sam for ten days
    absences.record(somebody("sam"), plan("sam", "pat", 0, 9, "Ring the aunt"))

    # when: Pat falls ill on the third day for two days
    absences.record(somebody("mo"), plan("pat", "ash", 2, 3))

    # then
    of_sam = [row for row in cover_view.listed(somebody("mo")) if row.person == "Sam Socialworker"]
    first = today()
    assert [
        (row.cover, (row.from_on - first).days, (row.until_on - first).days, row.note) for row in of_sam
    ] == [
        ("Pat Placements", 0, 1, "Ring the aunt"),
        ("Ash Administrator", 2, 3, "Ring the aunt"),
        ("Pat Placements", 4, 9, "Ring the aunt"),
    ]


def test_whoever_is_covered_cannot_cover_for_their_cover(clock: SimulatedClock, filled_app: Flask) -> None:
    absences.record(somebody("sam"), plan("sam", "pat", 0, 9))

    with pytest.raises(BadInput) as refused:
        absences.record(somebody("mo"), plan("pat", "sam", 2, 3))

    assert "Sam Socialworker is away" in refused.value.errors["cover_id"][0]


def test_the_hand_over_lists_each_child_with_what_is_due(of_sam: str) -> None:
    lines = cover_view.hand_over_lines(somebody("sam"), somebody("sam").person_id)

    assert "Alex Example (" in lines
    absence_id = absences.record(somebody("sam"), plan("sam", "pat", 0, 30))
    view = cover_view.show(somebody("pat"), absence_id)
    assert [child.name for child, _ in view.due] == ["Alex Example"]


def test_what_a_person_does_of_their_own_right_is_not_done_for_somebody(of_sam: str) -> None:
    absences.record(somebody("sam"), plan("sam", "pat"))

    sam = somebody("sam")
    tasks.complete(sam, of_sam, answers_for(of_sam, sam))

    with reading() as session:
        assert session.scalars(select(DoneFor.id)).all() == []
    assert task_view.show(sam, of_sam).completed_by == "Sam Socialworker"


def test_the_cover_goes_on_with_the_draft_and_it_says_for_whom(of_sam: str, clock: SimulatedClock) -> None:
    # given: Sam has begun, and falls ill
    key = next(
        field.key
        for field in task_view.show(somebody("sam"), of_sam).form.fields
        if field.kind == "long_text"
    )  # type: ignore[union-attr]
    drafts.save(somebody("sam"), of_sam, {key: "Half a"}, 0)
    absences.record(somebody("sam"), plan("sam", "pat", 0, 1))

    # when
    seen = task_view.show(somebody("pat"), of_sam)
    drafts.save(somebody("pat"), of_sam, {key: f"{seen.answers[key]} sentence"}, seen.draft_version)

    # then
    view = task_view.show(somebody("sam"), of_sam)
    assert (view.answers[key], view.draft_saved_by) == (
        "Half a sentence",
        "Pat Placements for Sam Socialworker",
    )
    clock.move_to(clock.now() + timedelta(days=2))
    assert task_view.show(somebody("sam"), of_sam).draft_saved_by == "Pat Placements for Sam Socialworker"


def test_a_remark_of_the_cover_says_for_whom(of_sam: str) -> None:
    absences.record(somebody("sam"), plan("sam", "pat"))

    comments.add(somebody("pat"), of_sam, "The aunt rang.")
    comments.add(somebody("sam"), of_sam, "Thank you.")

    with reading() as session:
        made = comments.of_task(session, somebody("sam"), of_sam)
    assert [one.by for one in made] == ["Pat Placements for Sam Socialworker", "Sam Socialworker"]


def test_an_absence_ahead_is_put_right_and_the_audit_says_what_was_different(
    clock: SimulatedClock, filled_app: Flask
) -> None:
    # given
    sam = somebody("sam")
    absence_id = absences.record(sam, plan("sam", "pat", 3, 5, "Ring the aunt."))

    # when: other days that overlap with the old ones, another cover
    assert absence_changes.change(sam, absence_id, plan("sam", "ash", 4, 9, "Ring the aunt."))
    assert not absence_changes.change(sam, absence_id, plan("sam", "ash", 4, 9, "Ring the aunt."))

    # then
    (row,) = cover_view.listed(sam)
    assert (row.cover, row.from_on, row.until_on) == (
        "Ash Administrator", today() + timedelta(days=4), today() + timedelta(days=9),
    )  # fmt: skip
    with reading() as session:
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.kind == "absence_changed")).all()
    assert entry.facts["changed"] == ["cover", "first day", "last day"]
    assert entry.facts["was"]["cover"] == somebody("pat").person_id
    assert "aunt" not in str(entry.facts)


def test_another_cover_in_the_middle_covers_from_today_and_what_was_done_before_stays_the_firsts(
    clock: SimulatedClock, filled_app: Flask, of_sam: str
) -> None:
    # given: Pat covered for two days and did something
    sam, first = somebody("sam"), today()
    absence_id = absences.record(sam, plan("sam", "pat", 0, 9))
    tasks.release(somebody("pat"), of_sam)
    clock.move_to(clock.now() + timedelta(days=2))

    # when
    wanted = Plan(sam.person_id, somebody("ash").person_id, today(), first + timedelta(days=6), "New")
    absence_changes.change(somebody("mo"), absence_id, wanted)

    # then
    assert (somebody("pat").covers, somebody("ash").covers) == (frozenset(), {sam.person_id})
    (row,) = cover_view.listed(sam)
    assert (row.id, row.from_on, row.until_on) == (absence_id, today(), first + timedelta(days=6))
    assert cover_view.on_my_work(sam).back == (), "not while Sam is away"
    clock.move_to(clock.now() + timedelta(days=9))
    (told,) = cover_view.on_my_work(sam).back
    assert (told.cover, told.from_on) == ("Pat Placements", first)
    assert [done.by for done in cover_view.show(sam, told.id).done] == ["Pat Placements"]


def test_what_clashes_changes_nothing_what_is_over_stays_and_nobody_else_changes_it(
    clock: SimulatedClock, filled_app: Flask
) -> None:
    sam = somebody("sam")
    absences.record(sam, plan("sam", "pat", 10, 12))
    absence_id = absences.record(sam, plan("sam", "pat", 0, 4))

    with pytest.raises(BadInput) as refused:
        absence_changes.change(sam, absence_id, plan("sam", "pat", 0, 11))
    assert list(refused.value.errors) == ["from_on"]
    with pytest.raises(NotAllowed):
        absence_changes.change(somebody("pat"), absence_id, plan("sam", "ash", 0, 4))
    for stranger in ("casey", "tess"):
        with pytest.raises(NotFound):
            absence_changes.change(somebody(stranger), absence_id, plan("sam", "ash", 0, 4))
    # the first day of what has begun is a fact
    absence_changes.change(sam, absence_id, plan("sam", "pat", 2, 5))
    assert cover_view.show(sam, absence_id).row.from_on == today()
    absences.end(sam, absence_id)
    with pytest.raises(Conflict):
        absence_changes.change(sam, absence_id, plan("sam", "pat", 0, 6))
