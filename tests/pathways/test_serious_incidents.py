"""Serious incidents and emergency protection: who must know the same day, and what the courts bring with them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.pathways.walks import Story, told_once, walk

CONVICTED = {
    "at": "P60D",
    "name": "serious_offence_outcome",
    "payload": {"result": "convicted", "decided_on": "2027-02-22"},
}
BREACH = {
    "at": "P40D",
    "name": "parenting_order_breached",
    "payload": {"breached_on": "2027-02-01", "breach": "x"},
}


@told_once
def alert() -> Story:
    return walk("need_to_know", until="P90D", messages=(CONVICTED,))


def legal(profile: str = "wandsworth", *, until: str = "P30D", messages: Any = (), **tasks: Any) -> Story:
    return walk("legal_planning", profile, until=until, tasks=tasks, messages=messages)


def done(story: Story) -> set[str]:
    return {event["element"] for event in story.of("task_completed")}


def test_senior_managers_know_of_a_serious_offence_the_same_day() -> None:
    (form,) = alert().of("task_created", element="write_need_to_know")
    told = alert().of("notification_queued", element="send_need_to_know")

    assert (form["lane"], form["duty"], form["due_at"][:16]) == (
        "Social worker",
        ["WAN-11-11"],
        "2026-12-24T23:59",
    )
    assert {event["lane"] for event in told} == {
        "Head of service",
        "Assistant director",
        "Director of Children's Services",
    }
    assert alert().due("confirm_need_to_know") == "2026-12-24T23:59"


def test_a_missed_alert_goes_up_the_ladder() -> None:
    late = walk("need_to_know", complete="late", until="P30D")

    assert "write_need_to_know" in {event["element"] for event in late.of("escalated")}


def test_a_conviction_is_decided_on_within_five_working_days() -> None:
    (decision,) = alert().of("task_created", element="decide_on_safeguarding_review")

    assert (decision["lane"], decision["duty"]) == ("Children's social care", ["WAN-11-13"])
    assert decision["due_at"][:10] == "2027-03-01"
    assert alert().ends("need_to_know") == ["review_decided"]


def test_no_conviction_ends_the_alert() -> None:
    cleared = {**CONVICTED, "payload": {"result": "not_convicted", "decided_on": "2027-02-22"}}

    assert walk("need_to_know", until="P70D", messages=(cleared,)).ends("need_to_know") == ["not_convicted"]


def test_the_alert_about_a_victim_ends_when_it_has_gone_round() -> None:
    story = walk("need_to_know", until="P20D", variables={"child_was": "victim"})

    assert story.ends("need_to_know") == ["alert_circulated"]


@pytest.mark.parametrize("profile", ["stockport", "knowsley"])
def test_areas_without_the_alert_send_none(profile: str) -> None:
    story = walk("need_to_know", profile, until="P20D")

    assert story.ends("need_to_know") == ["no_alert_here"]
    assert not story.of("notification_queued")


# Emergency protection orders


@told_once
def ordered() -> Story:
    return legal(until="P500D", messages=(BREACH,), record_protection_order={"parenting_order": True})


def test_managers_talk_and_the_legal_meeting_is_held_the_same_day() -> None:
    (talk,) = ordered().of("task_created", element="recommend_protection_order")
    (meeting,) = ordered().of("task_created", element="hold_legal_planning_meeting")

    assert (talk["lane"], talk["duty"], talk["due_at"][:10]) == (
        "Social care team manager", ["WAN-5-02"], "2026-12-24",
    )  # fmt: skip
    assert (meeting["lane"], meeting["duty"], meeting["due_at"][:10]) == (
        "Children's social care", ["WAN-5-03"], "2026-12-24",
    )  # fmt: skip


def test_a_social_worker_supervises_under_the_order() -> None:
    (task,) = ordered().of("task_created", element="supervise_under_order")

    assert (task["lane"], task["duty"]) == ("Social worker", ["WAN-5-04"])


def test_a_parenting_order_is_commissioned_enforced_on_breach_and_runs_out() -> None:
    (work,) = ordered().of("task_created", element="commission_parenting_work")
    (breach,) = ordered().of("task_created", element="enforce_parenting_order")

    assert (work["lane"], work["duty"]) == ("Parenting coordinator", ["WAN-5-05"])
    assert breach["due_at"][:10] == "2027-02-08"
    assert set(ordered().ends("legal_planning")[0].split(", ")) == {
        "supervision_taken_on",
        "parenting_order_over",
    }


@pytest.mark.parametrize(
    ("tasks", "end"),
    [
        ({"recommend_protection_order": {"recommended": False}}, "not_recommended"),
        ({"hold_legal_planning_meeting": {"applies": False}}, "no_application"),
        ({"record_protection_order": {"order_kind": "none"}}, "no_order_made"),
        ({}, "no_parenting_order"),
    ],
)
def test_each_decision_can_end_the_planning(tasks: dict[str, Any], end: str) -> None:
    assert end in legal(**tasks).ends("legal_planning")[0]


def test_the_planning_is_wandsworths() -> None:
    assert legal("stockport").ends("legal_planning") == ["no_joint_planning"]
