"""The remand to local authority accommodation: a safe wait, a placement, the care in it, and every way out."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from app.domain.clock import LONDON
from app.engine import catalogue, runner
from app.engine.contracts import EngineContext
from app.services import definitions, reference
from tests.pathways.walks import CHRISTMAS_EVE, Story, told_once, walk

FOLDER = Path(__file__).resolve().parents[2] / "processes/rilaa"
DIAGRAMS = sorted(path.stem for path in FOLDER.glob("*.bpmn"))
AREAS = ("default", "wandsworth", "stockport", "knowsley", "salford", "stoke")
TWO_PM = datetime(2026, 12, 24, 14, 0, tzinfo=LONDON)


def told(at: str, name: str, **payload: Any) -> dict[str, Any]:
    """A message from a person."""
    return {"at": at, "name": name, "payload": payload}


def remand_over(at: str, reason: str, ended_at: str) -> dict[str, Any]:
    return told(
        at,
        "rilaa_ended",
        reason=reason,
        ended_at=ended_at,
        establishment=None,
        next_hearing_on=None,
        note=None,
    )


@told_once
def on_time() -> Story:
    return walk("rilaa", until="P130D", messages=(remand_over("P100D", "bail", "2027-04-03T17:00:00+00:00"),))


@told_once
def stockport() -> Story:
    return walk("rilaa", "stockport", start=TWO_PM, until="P20D")


@told_once
def never() -> Story:
    return walk("rilaa", "stockport", complete="never", start=TWO_PM, until="P40D")


@told_once
def from_detention_and_back() -> Story:
    """Forty days of detention, then local authority accommodation, then detention again after a breach."""
    to_rilaa = told("P40D", "remand_ended", reason="rilaa", ended_at="2027-02-02T17:40:00+00:00", note=None)
    move = told("P60D", "move_planned", decided_at="2027-02-22T17:40:00+00:00", planned_on=None, reason="x")
    breach = remand_over("P150D", "yda", "2027-05-23T17:40:00+00:00")
    return walk("remand_yda", until="P190D", messages=(to_rilaa, move, breach))


@lru_cache(maxsize=8)
def ended(reason: str) -> Story:
    return walk(
        "rilaa",
        until="P35D",
        complete="never" if reason == "acquitted" else "on-time",
        variables={"has_social_worker": reason == "yro"},
        messages=(remand_over("P3D", reason, "2026-12-27T17:40:00+00:00"),),
    )


# Who is told, who finds the placement, who waits with the child


def test_social_care_and_the_others_are_told_at_once() -> None:
    letters = on_time().of("notification_queued", element="send_rilaa_notice")

    assert {"Front door", "Social worker", "Social care team manager", "Placements team"} <= {
        letter["lane"] for letter in letters
    }
    assert {letter["at"][:16] for letter in letters} == {"2026-12-24T17:40"}


@pytest.mark.parametrize(
    ("element", "due"),
    [
        ("confirm_social_care_told", "2026-12-24T18:40"),
        ("confirm_all_told", "2026-12-25T17:40"),
        ("allocate_social_worker", "2026-12-25T17:40"),
        ("supervise_waiting_child", "2026-12-24T21:40"),
        ("find_placement", "2026-12-24T23:59"),
        ("arrange_transport", "2026-12-24T23:59"),
        ("visit_on_day_placed", "2026-12-24T23:59"),
        ("record_placement_visit", "2026-12-31T23:59"),  # the week ends before the five working days
        ("write_care_plan", "2027-01-05T23:59"),
        ("hold_first_review", "2027-01-21T23:59"),
        ("complete_pep", "2027-01-26T23:59"),
        ("record_later_visit", "2027-02-11T23:59"),  # six weeks after the visit, before 30 working days
    ],
)
def test_a_christmas_remand_has_its_work_due_on_these_days(element: str, due: str) -> None:
    assert on_time().due(element) == due


@pytest.mark.parametrize(
    ("element", "lane", "duty"),
    [
        ("confirm_social_care_told", "YJS court officer", "STP-5.6-01"),
        ("find_placement", "Placements team", "STP-5.6-02"),
        ("complete_rilaa_assetplus", "YJS case manager", "STP-5.6-03"),
        ("arrange_transport", "YJS case manager", "STP-5.6-04"),
        ("supervise_waiting_child", "YJS case manager", "STP-5.6-05"),
        ("allocate_case_manager", "YJS team manager", "STP-5.6-06"),
        ("allocate_social_worker", "Social care team manager", "STP-5.6-06"),
        ("arrange_placement_payment", "Placements team", "STP-5.6-08"),
        ("help_find_placement", "YJS case manager", "STP-5.6-10"),
    ],
)
def test_stockport_gives_each_duty_to_who_has_it(element: str, lane: str, duty: str) -> None:
    task = stockport().one("task_created", element=element)

    assert task["lane"] == lane
    assert duty in task["duty"]


def test_the_social_worker_whom_the_child_has_decides_and_stays() -> None:
    story = ended("yro")

    assert story.one("task_completed", element="decide_placement")["lane"] == "Social worker"
    assert not story.of("task_created", element="decide_placement_as_manager")
    assert story.of("task_created", element="keep_social_worker")
    assert stockport().of("task_created", element="decide_placement_as_manager")


def test_a_child_who_waits_longer_than_four_hours_is_raised() -> None:
    raised = never().one("escalated", element="supervise_waiting_child")

    assert raised["at"][:16] == "2026-12-24T18:00"
    assert not stockport().of("escalated")


def test_a_search_that_is_late_climbs_the_ladder() -> None:
    assert never().of("escalated", element="find_placement")
    assert never().of("escalated", element="allocate_social_worker")


def test_only_stockports_duties_are_named_in_stockport() -> None:
    assert all(duty.startswith("STP") for event in stockport().events for duty in event["duty"])


def test_each_visit_is_counted_from_the_last_one() -> None:
    visits = on_time().of("task_created", element="record_later_visit")

    assert [visit["due_at"][:10] for visit in visits] == ["2027-02-11", "2027-03-25"]


def test_the_end_of_the_remand_ends_what_recurs_and_what_stood_open() -> None:
    story = on_time()

    for cycle in (
        "rilaa_visit_cycle",
        "review_cycle",
        "allowance_cycle",
        "clothing_cycle",
        "iro_contact_cycle",
    ):
        assert story.of("instance_ended", definition=cycle), cycle
    assert "care_over" in story.ends("rilaa_care")[0]
    for element in ("tell_of_status_change", "settle_payments", "check_leaving_care"):
        assert story.of("task_completed", element=element, definition="rilaa_closing"), element


def test_work_done_on_time_is_never_overdue() -> None:
    assert not on_time().of("duty_overdue")


# From detention to the placement and back: what runs is kept, what is done is not asked again


def test_the_placement_starts_on_the_day_on_which_the_detention_ends() -> None:
    started = from_detention_and_back().one("instance_started", definition="rilaa")

    assert started["at"][:10] == "2027-02-02"


def test_a_first_review_that_was_held_is_not_asked_again() -> None:
    story = from_detention_and_back()

    assert len(story.of("task_created", element="hold_first_review")) == 1
    assert len(story.of("task_created", element="complete_pep")) == 1


def test_the_review_clock_runs_on() -> None:
    story = from_detention_and_back()

    done = story.one("task_completed", element="hold_second_review")
    assert done["definition"] == "review_cycle"
    assert story.due("hold_second_review") == "2027-04-21T23:59"  # three months after the first, in detention
    assert len(story.of("task_created", element="hold_second_review")) == 1


def test_a_review_of_the_first_remand_is_due_when_it_would_have_been() -> None:
    early = told("P5D", "remand_ended", reason="rilaa", ended_at="2026-12-29T17:40:00+00:00", note=None)
    story = walk("remand_yda", until="P30D", messages=(early,))

    dues = {task["due_at"][:10] for task in story.of("task_created", element="hold_first_review")}
    assert dues == {"2027-01-21"}


def test_clothing_money_is_counted_from_the_last_that_was_paid() -> None:
    story = from_detention_and_back()

    assert not story.of("task_created", element="start_payments", definition="rilaa_care")
    assert len(story.of("instance_started", definition="clothing_cycle")) >= 2


def test_a_case_manager_whom_the_child_has_is_not_allocated_again() -> None:
    story = from_detention_and_back()

    assert not story.of("task_created", element="allocate_case_manager", definition="rilaa_allocation")


def test_a_planned_move_starts_the_change_of_placement() -> None:
    assert from_detention_and_back().of("instance_started", definition="placement_change")


def test_a_breach_leads_back_to_detention() -> None:
    remands = from_detention_and_back().of("instance_started", definition="remand_yda")

    assert [remand["at"][:10] for remand in remands] == ["2026-12-24", "2027-05-23"]


def test_before_court_warns_of_it_and_hands_it_over() -> None:
    story = walk(
        "before_court",
        "stockport",
        until="P20D",
        tasks={
            "assess_for_bail": {"rilaa_likely": True},
            "record_court_outcome": {"outcome": "rilaa", "decided_at": "2026-12-24T17:00:00+00:00"},
        },
    )

    assert story.of("task_created", element="warn_of_likely_rilaa")[0]["duty"] == ["STP-5.6-11"]
    assert story.of("instance_started", definition="rilaa")


# Every end, every area


@pytest.mark.parametrize(
    ("reason", "end"),
    [
        ("bail", "ended_with_bail"),
        ("yda", "ended_with_detention"),
        ("custody", "ended_with_custody"),
        ("yro", "ended_with_yro"),
        ("acquitted", "ended_without_order"),
    ],
)
def test_the_reason_decides_the_end(reason: str, end: str) -> None:
    story = on_time() if reason == "bail" else ended(reason)

    sent = {event["name"] for event in story.of("message_sent", element=end)}
    assert bool(sent) == (reason in ("yda", "custody"))
    if reason == "acquitted":
        assert "rilaa" not in {
            event["definition"] for event in story.of("instance_ended")
        }  # letters still open
    else:
        assert end in re.split(r",\s*", story.ends("rilaa")[0])


def test_a_custodial_sentence_starts_the_sentence_pathway() -> None:
    assert ended("custody").of("instance_started", definition="custodial_sentence")


def every_walk() -> list[Story]:
    return [
        on_time(),
        stockport(),
        from_detention_and_back(),
        walk("rilaa", complete="late", start=TWO_PM, until="P10D"),
        walk("rilaa", complete="late", start=TWO_PM, until="P30D", messages=(
            remand_over("PT1H", "acquitted", "2026-12-24T15:00:00+00:00"),)),
        *(ended(reason) for reason in ("yda", "custody", "yro", "acquitted")),
        walk("yro_laa", "stockport", until="P250D"),
    ]  # fmt: skip


@pytest.mark.parametrize("key", DIAGRAMS)
def test_every_end_of_every_diagram_is_reached(key: str) -> None:
    tree = etree.parse(str(FOLDER / f"{key}.bpmn"))
    drawn = {end.get("id") for end in tree.iter("{*}endEvent")}

    reached = {end for story in all_walks() for how in story.ends(key) for end in re.split(r",\s*", how)}
    assert drawn - reached == NOT_IN_ANY_AREA.get(key, set())


@lru_cache(maxsize=1)
def all_walks() -> tuple[Story, ...]:
    return tuple(every_walk())


# Every area visits on the first day; what a profile without the switch does is walked by hand below.
NOT_IN_ANY_AREA = {"rilaa_care": {"no_first_day_visit"}}


def test_an_area_without_the_first_day_visit_is_not_asked_for_it() -> None:
    version = catalogue.compile(definitions.shipped()["rilaa_care"], reference.roles())
    profile = reference.profiles()["default"]
    without = replace(profile, switches={**profile.switches, "visit_same_day_rilaa": False})
    context = EngineContext(
        now=CHRISTMAS_EVE, profile=without, calendar=reference.calendar_for(profile.division), facts={}
    )
    at = CHRISTMAS_EVE.isoformat()
    payload = {
        "ordered_at": at,
        "placed_at": at,
        "is_remand": True,
        "looked_after_before": False,
        "care_from": at,
    }

    step = runner.start(version, context, {}, payload)

    assert "no_first_day_visit" in {row.element_id for row in step.history}
    assert "visit_on_day_placed" not in {task.element.id for task in step.tasks}


@pytest.mark.parametrize("profile", AREAS)
@pytest.mark.parametrize("complete", ["on-time", "never"])
def test_every_area_runs_two_years_without_an_incident(profile: str, complete: str) -> None:
    story = walk("rilaa", profile, complete=complete, until="P730D")

    assert story.of("task_created")
    assert bool(story.of("duty_overdue")) == (complete == "never")


@pytest.mark.parametrize("area", ["wandsworth", "stockport"])
def test_no_duty_of_this_remand_is_open(area: str) -> None:
    found = reference.duty_coverage("rilaa", area)

    assert [one.duty.id for one in found if one.duty.strength == "must" and one.status == "open"] == []
