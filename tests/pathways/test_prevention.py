"""Preventive work, its enhanced form for care leavers, and incidents answered without a criminal record."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from lxml import etree

from tests.house.drawings import PROJECT
from tests.pathways.walks import Story, told_once, walk

AREAS = ("default", "wandsworth", "stockport", "knowsley", "salford", "stoke")
PATHWAYS = ("prevention_referral", "care_leaver_prevention", "preventing_criminalisation")


@told_once
def referred() -> Story:
    return walk("prevention_referral", "stockport", until="P200D")


def seen_by(who: str, profile: str = "stockport", **tasks: Any) -> Story:
    return walk("prevention_referral", profile, until="P200D", variables={"seen_by": who}, tasks=tasks)


@told_once
def hub() -> Story:
    return seen_by("early_help_hub")


@told_once
def partner() -> Story:
    return seen_by("other_agency")


@told_once
def care_leaver() -> Story:
    return walk("care_leaver_prevention", "stockport", until="P200D")


@told_once
def usual_way() -> Story:
    return walk("care_leaver_prevention", "stoke", until="P200D")


def incident(profile: str = "wandsworth", *, feared: bool = False, **tasks: Any) -> Story:
    return walk(
        "preventing_criminalisation",
        profile,
        until="P60D",
        variables={"exploitation_feared": feared, "what_happened": "A door was broken."},
        tasks=tasks,
    )


@told_once
def answered() -> Story:
    return incident()


@told_once
def forced() -> Story:
    return incident(feared=True, record_incident_outcome={"outcome": "charged"})


def done(story: Story) -> list[str]:
    return [event["element"] for event in story.of("task_completed")]


def ends_of(story: Story, definition: str) -> set[str]:
    return {end for how in story.ends(definition) for end in how.split(", ")}


# A referral for preventive work


def test_a_social_worker_asks_the_family_before_a_child_is_referred() -> None:
    assert done(referred()) == [
        "consider_prevention", "get_consent", "refer_to_service", "decide_on_referral",
        "assess_prevention_needs", "write_prevention_plan", "give_preventive_support",
    ]  # fmt: skip
    assert ends_of(referred(), "prevention_referral") == {"support_given"}


@pytest.mark.parametrize(
    ("element", "due", "lane"),
    [
        ("consider_prevention", "2027-01-05", "Social worker"),
        ("get_consent", "2027-01-12", "Social worker"),
        ("refer_to_service", "2027-01-19", "Social worker"),  # five working days after they agreed
        ("decide_on_referral", "2027-02-02", "YJS team manager"),
        ("assess_prevention_needs", "2027-02-23", "YJS case manager"),
        ("write_prevention_plan", "2027-03-02", "YJS case manager"),  # 20 working days after it was accepted
        ("give_preventive_support", "2027-05-25", "YJS case manager"),
    ],
)
def test_each_step_of_a_referral_has_its_day_and_its_person(element: str, due: str, lane: str) -> None:
    assert referred().due(element)[:10] == due
    assert referred().one("task_created", element=element)["lane"] == lane


def test_the_weekly_hub_allocates_only_where_there_is_one() -> None:
    assert hub().due("take_to_hub") == "2026-12-31T23:59"
    assert hub().one("task_created", element="take_to_hub")["lane"] == "Early help hub"
    elsewhere = seen_by("early_help_hub", "wandsworth")
    assert "take_to_hub" not in done(elsewhere)
    assert "record_partner_referral" in done(elsewhere)


def test_another_agency_is_sent_back_when_nobody_was_asked() -> None:
    refused = seen_by("other_agency", record_partner_referral={"agreed": False})

    assert ends_of(partner(), "prevention_referral") == {"support_given"}
    assert ends_of(refused, "prevention_referral") == {"sent_back"}
    assert "decide_on_referral" not in done(refused)


@pytest.mark.parametrize(
    ("who", "tasks", "end"),
    [
        ("social_worker", {"consider_prevention": {"next_step": "early_help"}}, "early_help_started"),
        ("social_worker", {"consider_prevention": {"next_step": "nothing"}}, "nothing_needed"),
        ("social_worker", {"get_consent": {"agreed": False}}, "consent_refused"),
        ("early_help_hub", {"take_to_hub": {"allocated": False}}, "kept_by_hub"),
        ("other_agency", {"decide_on_referral": {"decision": "rejected"}}, "not_accepted"),
    ],
)
def test_a_referral_can_end_before_there_is_a_plan(who: str, tasks: dict[str, Any], end: str) -> None:
    story = seen_by(who, **tasks)

    assert ends_of(story, "prevention_referral") == {end}
    assert "write_prevention_plan" not in done(story)


def test_each_area_sees_its_own_duties() -> None:
    def duties(story: Story) -> set[str]:
        return {duty for event in story.events for duty in event["duty"]}

    stoke = seen_by("social_worker", "stoke")
    wandsworth = seen_by("social_worker", "wandsworth")

    assert duties(stoke) == {"STK-2.1-01", "STK-2.2-01"}
    assert duties(wandsworth) == {"WAN-3-01"}
    assert duties(referred()) == {f"STP-3.1-0{number}" for number in range(2, 8)}


# Care leavers


def test_a_care_leaver_gets_more_than_the_usual_service_for_twelve_weeks() -> None:
    story = care_leaver()

    assert done(story) == [
        "refer_care_leaver", "decide_on_care_leaver", "start_enhanced_service", "close_enhanced_service",
    ]  # fmt: skip
    (started,) = story.of("task_completed", element="start_enhanced_service")
    (over,) = story.of("timer_fired", element="agreed_time_is_over")
    assert (started["at"][:10], over["at"][:10]) == ("2027-02-02", "2027-04-27")
    assert "enhanced_service_over" in ends_of(story, "care_leaver_prevention")


def test_support_that_is_still_needed_runs_once_more_from_the_day_that_was_agreed() -> None:
    story = walk(
        "care_leaver_prevention",
        "stockport",
        until="P300D",
        tasks={"close_enhanced_service": {"is_longer_needed": True}},
    )

    periods = [event["at"][:10] for event in story.of("timer_fired", element="agreed_time_is_over")]
    assert periods == ["2027-04-27", "2027-07-28"]  # looked at on 5 May
    assert not story.ends("care_leaver_prevention")


@pytest.mark.parametrize(
    ("tasks", "end"),
    [
        ({"refer_care_leaver": {"agreed": False}}, "young_person_declines"),
        ({"decide_on_care_leaver": {"decision": "rejected"}}, "care_leaver_not_accepted"),
    ],
)
def test_support_for_a_care_leaver_needs_a_yes_from_both(tasks: dict[str, Any], end: str) -> None:
    story = walk("care_leaver_prevention", "stockport", until="P60D", tasks=tasks)

    assert ends_of(story, "care_leaver_prevention") == {end}


def test_where_there_is_no_such_service_the_usual_referral_is_made() -> None:
    story = usual_way()

    assert "refer_care_leaver" not in done(story)
    assert ends_of(story, "care_leaver_prevention") == {"referred_the_usual_way"}
    assert ends_of(story, "prevention_referral") == {"support_given"}


# Incidents


def test_an_incident_is_answered_as_the_plan_says_and_the_partners_hear_of_it() -> None:
    story = answered()

    assert story.due("look_up_plan") == "2026-12-29T23:59"
    assert story.due("tell_partners") == "2026-12-29T23:59"
    assert ends_of(story, "preventing_criminalisation") == {
        "partners_told", "answered_without_charge", "no_exploitation_feared",
    }  # fmt: skip
    assert "agree_responses" not in done(story)


def test_a_plan_without_answers_gets_them_within_a_week() -> None:
    story = incident(look_up_plan={"responses_agreed": False})

    agreed = story.one("task_created", element="agree_responses")
    assert (agreed["due_at"][:10], agreed["lane"]) == ("2027-01-05", "Social worker")
    assert agreed["duty"] == ["WAN-12-01", "WAN-12-04"]


def test_a_charge_is_questioned_and_a_child_who_was_forced_is_protected() -> None:
    story = forced()

    assert story.due("assess_exploitation") == "2026-12-29T23:59"
    assert {"charge_questioned", "exploitation_passed_on"} <= ends_of(story, "preventing_criminalisation")
    assert story.of("instance_started", definition="safeguarding_referral")


def test_preventive_work_is_asked_for_where_it_would_help() -> None:
    story = incident(record_incident_outcome={"prevention_helps": True})

    assert "prevention_asked_for" in ends_of(story, "preventing_criminalisation")
    assert story.of("instance_started", definition="prevention_referral")


def test_signs_that_come_to_nothing_are_written_down() -> None:
    story = incident(feared=True, assess_exploitation={"is_likely": False})

    assert "no_exploitation_found" in ends_of(story, "preventing_criminalisation")
    assert not story.of("instance_started", definition="safeguarding_referral")


def test_work_that_nobody_does_is_escalated() -> None:
    story = walk("prevention_referral", "wandsworth", complete="never", until="P60D",
                 variables={"seen_by": "other_agency"})  # fmt: skip
    plan = incident(look_up_plan={"responses_agreed": False})

    assert story.of("duty_overdue", element="record_partner_referral")
    assert not plan.of("duty_overdue")


# Every end, every area


@cache
def every_walk() -> tuple[Story, ...]:
    leaver = "care_leaver_prevention"
    return (
        referred(), hub(), usual_way(), care_leaver(), answered(), forced(),
        seen_by("other_agency", record_partner_referral={"agreed": False}),
        seen_by("social_worker", consider_prevention={"next_step": "early_help"}),
        seen_by("social_worker", consider_prevention={"next_step": "nothing"}),
        seen_by("social_worker", get_consent={"agreed": False}),
        seen_by("early_help_hub", take_to_hub={"allocated": False}),
        seen_by("other_agency", decide_on_referral={"decision": "rejected"}),
        walk(leaver, "stockport", until="P60D", tasks={"refer_care_leaver": {"agreed": False}}),
        walk(leaver, "stockport", until="P60D", tasks={"decide_on_care_leaver": {"decision": "rejected"}}),
        incident(record_incident_outcome={"prevention_helps": True}),
        incident(feared=True, assess_exploitation={"is_likely": False}),
    )  # fmt: skip


@pytest.mark.parametrize("key", PATHWAYS)
def test_every_end_of_every_diagram_is_reached(key: str) -> None:
    tree = etree.parse(str(PROJECT / "processes" / "shared" / f"{key}.bpmn"))
    drawn = {end.get("id") for end in tree.iter("{*}endEvent")}

    assert drawn - {end for story in every_walk() for end in ends_of(story, key)} == set()


@pytest.mark.parametrize("profile", AREAS)
@pytest.mark.parametrize("complete", ["on-time", "never"])
@pytest.mark.parametrize("key", PATHWAYS)
def test_two_years_pass_in_every_area(key: str, profile: str, complete: str) -> None:
    assert walk(key, profile, complete=complete, until="P730D").of("task_created")
