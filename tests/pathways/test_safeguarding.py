"""A concern about a child: who is rung, who is told, and how it comes to social care in each area."""

from __future__ import annotations

from typing import Any

import pytest

from tests.pathways.walks import Story, walk

LOOKED_AFTER = {"open_to_social_care": True, "is_looked_after": True}
HARM = {"immediate_harm": True}


def concern(profile: str = "wandsworth", *, until: str = "P30D", **weighed: Any) -> Story:
    return walk("safeguarding_referral", profile, until=until, tasks={"weigh_concern": weighed})


def referral(profile: str, *, harm: bool = False, **tasks: Any) -> Story:
    return walk(
        "social_care_referral",
        profile,
        until="P30D",
        variables={"significant_harm": harm},
        tasks=tasks,
    )


def done(story: Story) -> set[str]:
    return {event["element"] for event in story.of("task_completed")}


def test_immediate_harm_is_rung_through_at_once_and_a_late_call_goes_up_the_ladder() -> None:
    rung = concern(immediate_harm=True, risk_identified_at="2026-12-24T17:40:00+00:00")
    late = walk(
        "safeguarding_referral",
        complete="late",
        until="P20D",
        tasks={"weigh_concern": {**HARM, "risk_identified_at": "2026-12-29T23:30:00+00:00"}},
    )

    assert rung.due("call_front_door") == "2026-12-24T17:40"
    (call, *_) = rung.of("task_created", element="call_front_door")
    assert (call["lane"], call["duty"]) == ("YJS case manager", ["WAN-2-01"])
    assert "call_front_door" in {event["element"] for event in late.of("escalated")}


def test_a_child_in_danger_is_referred_the_same_day_without_waiting_for_consent() -> None:
    story = concern("stockport", immediate_harm=True)

    assert "ask_for_consent" not in done(story)
    assert story.due("send_social_care_referral") == "2026-12-24T23:59"
    (sent,) = story.of("task_created", element="send_social_care_referral")
    assert sent["duty"] == ["STP-3.2-04", "STP-3.2-05"]


def test_a_new_concern_goes_to_the_front_door_by_the_next_working_day() -> None:
    story = concern()

    assert story.due("weigh_concern") == "2026-12-24T23:59"
    assert story.due("send_social_care_referral") == "2026-12-29T23:59"
    assert story.ends("safeguarding_referral") == ["referral_started"]
    assert story.ends("social_care_referral") == ["answer_recorded"]


def test_the_worker_and_the_reviewing_officer_of_a_looked_after_child_are_told() -> None:
    story = concern(**LOOKED_AFTER)

    assert {"raise_with_social_worker", "tell_reviewing_officer"} <= done(story)
    assert story.due("raise_with_social_worker") == "2026-12-29T23:59"
    (ends,) = story.ends("safeguarding_referral")
    assert {"social_worker_told", "reviewing_officer_told"} <= set(ends.split(", "))
    assert not story.of("instance_started", definition="social_care_referral")


def test_a_team_around_the_child_takes_the_concern_where_there_is_one() -> None:
    wandsworth, knowsley = concern(has_team=True), concern("knowsley", has_team=True)

    assert "team_told" in wandsworth.ends("safeguarding_referral")[0]
    assert wandsworth.due("update_team_around_child") == "2027-01-05T23:59"
    assert "update_team_around_child" not in done(knowsley)
    assert knowsley.ends("social_care_referral") == ["answer_recorded"]


def test_stockport_answers_additional_needs_with_early_help() -> None:
    story = concern("stockport", needed="early_help")

    assert "early_help_offered" in story.ends("safeguarding_referral")[0]
    (offered,) = story.of("task_created", element="offer_early_help")
    assert offered["duty"] == ["STP-3.2-01"]


@pytest.mark.parametrize(
    ("profile", "exploitation", "considered"),
    [
        ("stockport", False, True),
        ("wandsworth", True, True),
        ("wandsworth", False, False),
        ("salford", True, False),
    ],
)
def test_siblings_are_considered_as_the_area_says(profile: str, exploitation: bool, considered: bool) -> None:
    story = concern(profile, exploitation=exploitation)

    assert ("consider_siblings" in done(story)) is considered
    assert ("siblings_considered" in story.ends("safeguarding_referral")[0]) is considered


def test_in_stoke_the_social_worker_is_confirmed_as_the_lead() -> None:
    story = concern("stoke", **LOOKED_AFTER)

    (lead,) = story.of("task_created", element="confirm_lead_worker")
    assert (lead["lane"], lead["duty"]) == ("Social worker", ["STK-4.4-01"])
    assert "lead_confirmed" in story.ends("safeguarding_referral")[0]
    assert "confirm_lead_worker" not in done(concern("knowsley", **LOOKED_AFTER))


def test_a_concern_that_needs_nothing_ends_there() -> None:
    assert concern("default", needed="nothing").ends("safeguarding_referral") == ["nobody_else"]


def test_another_pathway_raises_a_concern_by_message() -> None:
    story = walk(
        "need_to_know",
        "wandsworth",
        until="P20D",
        messages=(
            {
                "at": "P1D",
                "name": "concern_raised",
                "payload": {"raised_at": "2026-12-25T17:40:00+00:00", "concern": None},
            },
        ),
    )

    assert story.due("weigh_concern") == "2026-12-25T23:59"


# Consent and objection


def test_stockport_asks_the_parent_and_refers_with_consent() -> None:
    story = referral("stockport")

    assert story.due("ask_for_consent") == "2026-12-29T23:59"
    (asked,) = story.of("task_created", element="ask_for_consent")
    assert asked["duty"] == ["STP-3.2-03"]
    assert "consult_line_manager" not in done(story)
    assert story.ends("social_care_referral") == ["answer_recorded"]


def test_a_refusal_is_overridden_by_the_manager_the_same_day_and_the_parent_is_told() -> None:
    story = referral("stockport", ask_for_consent={"consent": "refused", "needed_to_safeguard": True})

    (decision,) = story.of("task_created", element="consult_line_manager")
    assert (decision["lane"], decision["duty"]) == ("YJS team manager", ["STP-3.2-04"])
    assert decision["due_at"][:10] == story.of("task_completed", element="ask_for_consent")[0]["at"][:10]
    assert {"tell_parent_of_referral", "send_social_care_referral"} <= done(story)
    assert set(story.ends("social_care_referral")[0].split(", ")) == {"answer_recorded", "parent_told"}


def test_without_consent_and_without_need_nothing_is_referred() -> None:
    story = referral("stockport", ask_for_consent={"consent": "refused", "needed_to_safeguard": False})

    assert story.ends("social_care_referral") == ["not_referred"]


def test_an_objection_that_is_overridden_is_told_to_the_child_first() -> None:
    story = referral("wandsworth", check_objection={"objection": "overridden"})

    order = [event["element"] for event in story.of("task_completed")]
    assert order.index("tell_child_of_referral") < order.index("send_social_care_referral")
    (told,) = story.of("task_created", element="tell_child_of_referral")
    assert told["duty"] == ["WAN-4-03"]


def test_an_objection_that_is_upheld_ends_the_referral() -> None:
    story = referral("wandsworth", check_objection={"objection": "upheld"})

    assert story.ends("social_care_referral") == ["objection_upheld"]


def test_the_service_helps_with_a_child_protection_enquiry() -> None:
    story = referral("wandsworth", harm=True, record_social_care_answer={"enquiry": True})

    assert story.ends("social_care_referral") == ["enquiry_helped"]
    assert story.of("task_created", element="help_with_enquiry")[0]["duty"] == ["WAN-4-04"]


@pytest.mark.parametrize("profile", ["knowsley", "salford", "stoke"])
def test_areas_without_such_a_clause_refer_straight_away(profile: str) -> None:
    story = referral(profile)

    assert done(story) == {"send_social_care_referral", "record_social_care_answer"}
    assert [duty for event in story.events for duty in event["duty"]] == []


# Housing


@pytest.mark.parametrize(
    ("need", "tasks", "end"),
    [
        ("welfare", {"refer_for_accommodation"}, "accommodation_referred"),
        ("homeless", {"notify_housing_authority"}, "housing_notified"),
        ("both", {"refer_for_accommodation", "notify_housing_authority"}, "housing_notified"),
    ],
)
def test_a_housing_need_is_told_to_whoever_can_house_the_child(need: str, tasks: set[str], end: str) -> None:
    story = walk("housing_need", "stockport", until="P30D", variables={"need": need})

    assert done(story) == tasks
    assert story.ends("housing_need") == [end]


def test_the_housing_authority_is_notified_within_five_working_days() -> None:
    story = walk("housing_need", "stockport", until="P30D", variables={"need": "both"})

    assert story.due("refer_for_accommodation") == "2026-12-29T23:59"
    assert story.due("notify_housing_authority") == "2027-01-05T23:59"
    assert story.of("task_created", element="notify_housing_authority")[0]["duty"] == ["STP-4.2-04"]
