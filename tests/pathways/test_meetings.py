"""Meetings and reviews about a child that two services share: who is asked, by when, and what becomes of it."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.services import reference
from tests.pathways.walks import CHRISTMAS_EVE, Story, told_once, walk

AREAS = ("default", "wandsworth", "stockport", "knowsley", "salford", "stoke")
PATHWAYS = ("joint_meeting", "relevant_review_cycle", "shared_case", "victim_support")
SERVICE_LEAVES = {"at": "P250D", "name": "shared_case_ended",
                  "payload": {"ended_on": "2027-08-31", "who_leaves": "yjs", "reason": None}}  # fmt: skip

JOINT_CASE_ENDS = {"at": "P250D", "name": "relevant_reviews_end",
                   "payload": {"ended_on": "2027-08-31", "reason": "Moved"}}  # fmt: skip


@told_once
def called_by_social_care() -> Story:
    return walk("joint_meeting", "stoke", variables={"called_by": "csc"})


@told_once
def called_by_youth_justice() -> Story:
    return walk("joint_meeting", "wandsworth")


@told_once
def joint_case() -> Story:
    return walk(
        "relevant_review_cycle",
        "salford",
        until="P500D",
        tasks={"involve_other_services": {"services": "Housing"}},
    )


def ends_of(story: Story, definition: str) -> set[str]:
    return {end for how in story.ends(definition) for end in how.split(", ")}


# A joint meeting


def test_whoever_calls_invites_the_other_who_answers_before_the_meeting() -> None:
    by_social_care, by_youth_justice = called_by_social_care(), called_by_youth_justice()

    assert by_social_care.one("task_created", element="invite_youth_justice")["lane"] == "Social worker"
    assert (
        by_social_care.one("task_created", element="answer_for_youth_justice")["lane"] == "YJS case manager"
    )
    assert (
        by_youth_justice.one("task_created", element="invite_social_work_team")["lane"] == "YJS case manager"
    )
    assert by_youth_justice.one("task_created", element="answer_for_social_care")["lane"] == "Social worker"


def test_a_meeting_in_two_weeks_is_announced_five_working_days_before() -> None:
    story = called_by_youth_justice()  # called on Christmas Eve for 7 January

    assert story.due("invite_social_work_team") == "2026-12-30T23:59"
    assert story.due("answer_for_social_care") == "2027-01-06T23:59"
    assert story.due("record_yjs_meeting") == "2027-01-14T23:59"


def test_a_meeting_at_short_notice_is_not_late_from_the_start() -> None:
    story = walk("joint_meeting", "wandsworth", complete="never", until="P1D",
                 variables={"meeting_at": "2026-12-29T10:00:00+00:00"})  # fmt: skip

    assert story.due("invite_social_work_team") == "2026-12-29T23:59"


def test_both_plans_are_made_to_fit_once_the_meeting_was_held() -> None:
    story = called_by_social_care()

    assert story.one("task_created", element="fit_youth_justice_plan")["duty"] == ["STK-5.3-07"]
    assert story.one("task_created", element="fit_social_care_plan")["duty"] == ["STK-5.2-04"]
    assert ends_of(story, "joint_meeting") == {
        "csc_answered", "csc_meeting_recorded", "youth_justice_plan_fits", "social_care_plan_fits",
    }  # fmt: skip


@pytest.mark.parametrize("service", ["yjs", "csc"])
def test_an_invitation_that_is_not_answered_lapses_when_the_meeting_begins(service: str) -> None:
    story = walk("joint_meeting", "wandsworth", complete="late", variables={"called_by": service})

    assert f"{service}_not_answered" in ends_of(story, "joint_meeting")
    assert f"{service}_answered" not in ends_of(story, "joint_meeting")


def test_a_meeting_that_moves_is_announced_again_for_its_new_day() -> None:
    moved = {
        "outcome": "moved",
        "held_at": None,
        "new_meeting_at": "2027-03-10T10:00:00+00:00",
        "actions": None,
    }
    story = walk("joint_meeting", "wandsworth", until="P70D", tasks={"record_yjs_meeting": moved})

    invitations = story.of("task_created", element="invite_social_work_team")
    assert [event["due_at"][:10] for event in invitations] == ["2026-12-30", "2027-03-03"]


def test_a_meeting_that_is_called_off_asks_for_nothing_more() -> None:
    off = {"outcome": "called_off", "held_at": None, "actions": None}
    story = walk("joint_meeting", "wandsworth", tasks={"record_yjs_meeting": off})

    assert "meeting_called_off" in ends_of(story, "joint_meeting")
    assert not story.of("task_created", element="fit_social_care_plan")


# Statutory and relevant reviews with probation


def test_a_joint_case_is_planned_early_by_both_teams() -> None:
    lanes = {event["element"]: event["lane"] for event in joint_case().of("task_created")[:2]}

    assert lanes == {"plan_early": "Personal adviser", "assess_early": "Probation officer"}
    assert joint_case().due("plan_early") == "2027-01-12T23:59"


def test_reviews_are_six_months_apart_counted_from_the_one_that_was_held() -> None:
    held = {"held_on": "2027-06-21"}
    story = walk("relevant_review_cycle", "salford", until="P360D", tasks={"hold_relevant_review": held})

    reviews = story.of("task_created", element="hold_relevant_review")
    assert [event["due_at"][:10] for event in reviews][:2] == ["2027-06-24", "2027-12-21"]


def test_the_last_known_review_starts_the_count() -> None:
    story = walk("relevant_review_cycle", "salford", variables={"last_review_on": "2026-09-30"}, until="P90D")

    assert story.due("hold_relevant_review")[:10] == "2027-03-30"


def test_the_young_person_is_encouraged_and_probation_is_invited_and_contributes() -> None:
    asked = {event["element"]: event["lane"] for event in joint_case().of("task_created")}

    assert asked["encourage_to_attend"] == "Personal adviser"
    assert asked["invite_probation"] == "Personal adviser"
    assert asked["contribute_to_review"] == "Probation officer"
    assert asked["hold_relevant_review"] == "Relevant review officer"
    assert asked["involve_other_services"] == "Personal adviser"


def test_a_review_that_is_not_held_is_escalated() -> None:
    story = walk("relevant_review_cycle", "salford", complete="late", until="P110D",
                 variables={"last_review_on": "2026-09-30"})  # fmt: skip

    assert "hold_relevant_review" in {event["element"] for event in story.of("escalated")}


@pytest.mark.parametrize(
    ("answers", "messages", "ends"),
    [
        ({"another_review": False, "services_needed": False}, (), {"no_services_needed", "last_review_held"}),
        ({"another_review": False}, (), {"services_involved", "last_review_held"}),
        ({}, (JOINT_CASE_ENDS,), {"joint_case_over", "services_involved"}),
    ],
)  # fmt: skip
def test_the_reviews_end_with_the_joint_case(
    answers: dict[str, object], messages: tuple[dict[str, object], ...], ends: set[str]
) -> None:
    story = walk("relevant_review_cycle", "salford", until="P260D", tasks={"hold_relevant_review": answers},
                 messages=messages)  # fmt: skip

    assert ends | {"planned_early", "assessed_early", "contributed", "encouraged"} == ends_of(
        story, "relevant_review_cycle"
    )


@pytest.mark.parametrize("area", [area for area in AREAS if area != "salford"])
def test_only_salford_has_these_reviews(area: str) -> None:
    assert ends_of(walk("relevant_review_cycle", area), "relevant_review_cycle") == {"no_reviews_here"}


# Two services, one child


def test_each_service_says_what_it_leads_and_the_record_is_opened() -> None:
    story = walk("shared_case", "wandsworth", until="P20D")

    assert story.due("open_yjs_record") == "2026-12-29T23:59"
    assert story.one("task_created", element="open_yjs_record")["lane"] == "YJS business support"
    assert story.one("task_created", element="lead_social_work")["duty"] == ["WAN-6-01"]
    assert story.one("task_created", element="own_youth_justice_work")["duty"] == ["WAN-6-03"]


def test_supervision_covers_youth_justice_every_month_in_wandsworth_until_a_service_leaves() -> None:
    story = walk("shared_case", "wandsworth", until="P300D", messages=(SERVICE_LEAVES,))

    sessions = [event["due_at"][:7] for event in story.of("task_created", element="cover_in_supervision")]
    assert sessions[:3] == ["2027-01", "2027-02", "2027-03"]
    assert {event["lane"] for event in story.of("task_created", element="cover_in_supervision")} == {
        "Social care team manager"
    }
    assert ends_of(story, "supervision_cycle") == {"round_done", "cycle_over"}
    assert ends_of(story, "shared_case") == {
        "record_opened", "youth_justice_leads", "social_work_leads", "supervision_started",
        "no_lead_professional", "shared_work_over",
    }  # fmt: skip


def test_in_stoke_one_person_leads_and_looks_at_it_every_three_months() -> None:
    story = walk("shared_case", "stoke", until="P300D", messages=(SERVICE_LEAVES,))

    assert [event["due_at"][:7] for event in story.of("task_created", element="review_coordination")][:2] == [
        "2027-03", "2027-06",
    ]  # fmt: skip
    assert ends_of(story, "coordination_cycle") == {"round_done", "cycle_over"}
    assert {"coordination_started", "no_supervision_here"} <= ends_of(story, "shared_case")


def test_a_young_victim_is_offered_support() -> None:
    assert walk("victim_support", "stoke", until="P100D").ends("victim_support") == ["support_given"]
    refused = walk("victim_support", "stoke", tasks={"offer_victim_support": {"accepted": False}})
    assert refused.ends("victim_support") == ["support_not_wanted"]


# All of them


@pytest.mark.parametrize("complete", ["on-time", "never"])
@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("pathway", PATHWAYS)
def test_two_years_pass_without_an_incident(pathway: str, area: str, complete: str) -> None:
    story = walk(pathway, area, complete=complete, until="P730D")

    duties = {duty for event in story.events for duty in event["duty"]}
    mine = {"wandsworth": "WAN", "stockport": "STP", "knowsley": "KNO", "salford": "SAL", "stoke": "STK"}
    assert area == "default" or {duty.partition("-")[0] for duty in duties} <= {mine[area]}


@pytest.mark.parametrize("pathway", PATHWAYS)
def test_every_duty_that_these_pathways_name_is_met_by_one_of_their_elements(pathway: str) -> None:
    named = [one for one in reference.duty_coverage() if pathway in {key for key, _ in one.elements}]

    assert named
    assert {one.status for one in named} == {"pathway"}


def test_an_early_start_of_the_year_is_no_different() -> None:
    story = walk("joint_meeting", "stoke", start=datetime(2027, 3, 27, 22, 0, tzinfo=CHRISTMAS_EVE.tzinfo))

    assert story.ends("joint_meeting")
