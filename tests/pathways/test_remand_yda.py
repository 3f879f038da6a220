"""The remand to youth detention accommodation: what happens, on which day, to whom, in which area."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from app.services import reference
from tests.pathways.walks import CHRISTMAS_EVE, Story, told_once, walk

REMAND_ENDS = {"at": "P30D", "name": "remand_ended"}
CYCLES = ("visit_cycle", "review_cycle", "allowance_cycle", "clothing_cycle", "release_or_trial_planning")


@told_once
def on_time() -> Story:
    return walk()


@told_once
def never() -> Story:
    return walk(complete="never", until="P60D")


@told_once
def stockport() -> Story:
    return walk(profile="stockport")


@told_once
def ended() -> Story:
    return walk(until="P120D", messages=({**REMAND_ENDS, "payload": {"reason": "bail"}},))


def test_the_five_people_and_the_front_door_are_told_at_once() -> None:
    told = on_time().of("notification_queued", element="send_remand_alert")

    assert {event["lane"] for event in told} == {
        "Social care team manager",
        "Independent reviewing manager",
        "Head of service",
        "Virtual school",
        "Looked-after children nurse",
        "Front door",
    }
    assert {event["at"][:16] for event in told} == {"2026-12-24T17:40"}


@pytest.mark.parametrize(
    ("element", "due"),
    [
        ("confirm_all_told", "2026-12-25T17:40"),
        ("allocate_social_worker", "2026-12-25T17:40"),
        ("record_first_visit", "2026-12-31T23:59"),
        ("attend_planning_meeting", "2027-01-05T23:59"),
        ("complete_initial_assessment", "2027-01-03T23:59"),
        ("write_placement_plan", "2027-01-12T23:59"),
        ("hold_first_review", "2027-01-21T23:59"),
    ],
)
def test_a_christmas_remand_has_its_work_due_on_these_days(element: str, due: str) -> None:
    assert on_time().due(element) == due


def test_the_first_visit_says_that_the_statute_wins_and_what_was_skipped() -> None:
    (visit,) = on_time().of("task_created", element="record_first_visit")

    assert visit["due_explanation"].startswith("Thursday 31 December 2026: one week after")
    assert "Tuesday 5 January 2027" in visit["due_explanation"]
    assert {"WAN-8-10", "WAN-A-04"} <= set(visit["duty"])


def test_each_next_visit_is_counted_from_the_last_one_that_was_made() -> None:
    early = walk(until="P80D", tasks={"record_first_visit": {"seen_on": "2026-12-29"}})

    visits = early.of("task_created", element="record_visit")

    assert visits[0]["due_at"][:10] == "2027-01-27"  # 20 working days after Tuesday 29 December
    assert visits[1]["due_at"][:10] == "2027-02-24"  # and 20 after that


def test_work_done_on_time_is_never_overdue_nor_escalated() -> None:
    assert not on_time().of("duty_overdue")
    assert not on_time().of("escalated")


def test_an_unallocated_child_is_escalated_after_24_hours() -> None:
    late = never().of("escalated", element="allocate_social_worker")

    assert [event["at"][:16] for event in late] == ["2026-12-25T17:40"]


def test_a_missed_visit_climbs_the_ladder_of_the_area() -> None:
    visit = [
        event
        for event in never().of("task_created", definition="escalation")
        if "Visit the child" in event["name"]
    ]

    assert [(event["at"][:10], event["lane"]) for event in visit] == [
        ("2026-12-31", "Social care team manager"),
        ("2027-01-10", "Service manager"),
        ("2027-01-20", "Deputy director"),
    ]


def test_doing_the_late_work_ends_its_escalation() -> None:
    late = walk(complete="late", until="P60D")

    overdue = {event["element"] for event in late.of("escalated")}
    assert "record_first_visit" in overdue
    assert "escalation_over" in late.ends("escalation")


def test_stockport_has_no_care_panel_and_keeps_its_own_words() -> None:
    story = stockport()

    assert not [
        event
        for event in story.events
        if "panel" in (event["element"] or "") and event["kind"] == "task_created"
    ]
    assert all(duty.startswith("STP") for event in story.events for duty in event["duty"])
    assert story.due("record_first_visit") == "2026-12-31T23:59"
    assert story.due("hold_first_review") == "2027-01-21T23:59"
    assert on_time().of("task_created", element="request_care_panel")


def test_the_default_profile_runs_with_the_statutory_dates() -> None:
    story = walk(profile="default", until="P40D")

    assert story.due("record_first_visit") == "2026-12-31T23:59"
    assert story.due("attend_planning_meeting") == "2027-01-05T23:59"


def test_the_end_of_the_remand_ends_the_cycles_and_what_stood_open() -> None:
    story = ended()

    ended_at = (CHRISTMAS_EVE + timedelta(days=30)).isoformat()[:10]
    for cycle in CYCLES:
        assert story.of("instance_ended", definition=cycle), cycle
    cancelled = {event["element"] for event in story.of("task_cancelled", definition="remand_yda")}
    assert {event["at"][:10] for event in story.of("task_cancelled")} <= {ended_at}
    assert "record_visit" not in {
        event["element"] for event in story.of("task_created") if event["at"][:10] > ended_at
    }
    assert "complete_single_assessment" not in cancelled


def test_the_single_assessment_outlives_the_remand() -> None:
    (done,) = ended().of("task_completed", element="complete_single_assessment")

    assert done["at"][:10] == "2027-03-02"  # 45 working days after the allocation on Christmas Day
    assert ended().ends("single_assessment") == ["assessment_signed_off"]


def test_the_end_is_told_within_a_day_and_everything_is_settled() -> None:
    story = ended()

    assert story.of("task_created", element="tell_of_status_change")
    for element in ("settle_payments", "check_leaving_care", "settle_bed_nights"):
        assert story.of("task_completed", element=element), element
    (end,) = story.ends("remand_yda")
    assert "ended_with_bail" in end


@pytest.mark.parametrize(
    ("reason", "end"),
    [
        ("bail", "ended_with_bail"),
        ("rilaa", "ended_with_rilaa"),
        ("custody", "ended_with_custody"),
        ("yro", "ended_with_yro"),
        ("acquitted", "ended_without_order"),
    ],
)
def test_the_reason_decides_the_end(reason: str, end: str) -> None:
    story = walk(until="P60D", messages=({**REMAND_ENDS, "at": "P3D", "payload": {"reason": reason}},))

    assert any(end in how for how in story.ends("remand_yda"))


def test_a_known_trial_date_is_planned_for_and_a_moved_one_again() -> None:
    moved = {
        "at": "P20D",
        "name": "hearing_date_set",
        "payload": {"held_on": "2027-03-25", "held_time": None, "kind": "hearing", "reason": "x"},
    }
    story = walk(until="P120D", variables={"next_hearing_on": "2027-02-25"}, messages=(moved,))

    plans = story.of("task_created", element="present_parallel_plans")

    assert [event["due_at"][:10] for event in plans] == ["2027-03-11"]  # two weeks before the new date


def test_no_address_seven_days_before_the_day_goes_to_the_director() -> None:
    story = walk(complete="never", until="P90D", variables={"next_hearing_on": "2027-02-25"})

    (escalated,) = story.of("task_created", element="escalate_to_director")
    assert escalated["at"][:10] == "2027-02-18"


def test_a_child_with_a_social_worker_keeps_them() -> None:
    story = walk(until="P20D", variables={"has_social_worker": True})

    assert story.of("task_created", element="keep_social_worker")
    assert not story.of("task_created", element="allocate_social_worker")


def test_a_safety_concern_is_acted_on_at_once() -> None:
    story = walk(until="P5D", variables={"safety_concern": True, "safety_concern_words": "simulated"})

    assert story.due("act_on_safety_concern") == "2026-12-24T17:40"


def test_the_court_pathway_leads_to_the_remand() -> None:
    story = walk(
        "before_court",
        until="P20D",
        tasks={"record_court_outcome": {"outcome": "yda", "decided_at": "2026-12-25T10:00:00+00:00"}},
    )

    assert story.of("instance_started", definition="remand_yda")
    assert (
        story.ends("before_court") == ["remanded_to_yda"]
        or "remanded_to_yda" in story.ends("before_court")[0]
    )


@pytest.mark.parametrize("profile", ["default", "wandsworth", "stockport", "knowsley", "salford", "stoke"])
@pytest.mark.parametrize("complete", ["on-time", "late", "never", "immediately"])
def test_every_area_runs_a_year_without_an_incident(profile: str, complete: str) -> None:
    story = walk(profile=profile, complete=complete, until="P200D")

    assert story.of("task_created")


def test_the_same_input_tells_the_same_story() -> None:
    assert walk(until="P40D").events == on_time().events[: len(walk(until="P40D").events)]


def test_no_must_duty_of_wandsworth_or_stockport_is_open() -> None:
    for area in ("wandsworth", "stockport"):
        found = reference.duty_coverage("remand_yda", area)
        assert [one.duty.id for one in found if one.duty.strength == "must" and one.status == "open"] == []


def test_a_remand_at_a_weekend_and_over_the_clock_change() -> None:
    story = walk(start=datetime(2027, 3, 27, 22, 0, tzinfo=CHRISTMAS_EVE.tzinfo), until="P40D")

    assert story.of("task_created", element="confirm_all_told")[0]["due_at"] == "2027-03-28T23:00:00+01:00"
