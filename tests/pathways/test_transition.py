"""The transition to adult services: who supervises from eighteen, and what probation is given by when."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from lxml import etree

from tests.house.drawings import PROJECT
from tests.pathways.walks import Story, told_once, walk

# The simulated child has its eighteenth birthday on 1 December 2028.
AREAS = ("default", "wandsworth", "stockport", "knowsley", "salford", "stoke")
STAYS = {"supervisor": "yjs", "reason": "Special needs"}


def transition(profile: str = "stockport", *, until: str = "P730D", **tasks: Any) -> Story:
    return walk("transition_to_adult", profile, until=until, tasks=tasks)


@told_once
def stockport() -> Story:
    return transition()


@told_once
def salford() -> Story:
    return transition("salford")


@cache
def stays(profile: str) -> Story:
    return transition(profile, decide_supervision=STAYS)


@told_once
def not_in_care() -> Story:
    return transition(decide_supervision={"is_care_leaver": False})


@told_once
def order_over() -> Story:
    return transition(decide_supervision={"supervisor": "nobody"})


def ends_of(story: Story) -> set[str]:
    return {end for how in story.ends("transition_to_adult") for end in how.split(", ")}


@pytest.mark.parametrize(
    ("element", "due", "lane"),
    [
        ("decide_supervision", "2028-09-01", "YJS team manager"),  # three months before eighteen
        ("set_up_transfer_meeting", "2028-09-01", "YJS team manager"),
        ("hold_transfer_meeting", "2028-09-15", "YJS team manager"),
        ("send_risk_information", "2028-09-22", "YJS case manager"),
        ("give_plan_to_probation", "2028-09-22", "Personal adviser"),
        ("take_over_supervision", "2028-11-27", "Probation officer"),
    ],
)
def test_the_handover_has_its_days_and_its_people(element: str, due: str, lane: str) -> None:
    assert stockport().due(element)[:10] == due
    assert stockport().one("task_created", element=element)["lane"] == lane


def test_a_late_start_is_not_late_from_the_first_day() -> None:
    story = walk("pathway_plan", "stockport", until="P660D")

    (opened,) = story.of("instance_started", definition="transition_to_adult")
    (decided,) = story.of("task_created", element="decide_supervision")
    assert (opened["at"][:10], decided["due_at"][:10]) == ("2028-09-01", "2028-09-08")
    assert not [event for event in story.of("duty_overdue") if event["definition"] == "transition_to_adult"]


def test_stockport_meets_with_leaving_care_and_has_the_adviser_invited() -> None:
    story = stockport()

    for element in ("set_up_transfer_meeting", "hold_transfer_meeting"):
        assert story.one("task_created", element=element)["duty"] == ["STP-4.7-01"]
    invited = story.one("task_created", element="invite_adviser")
    assert (invited["due_at"][:10], invited["duty"]) == ("2028-09-08", ["STP-4.4-04"])


def test_salford_gives_the_pathway_plan_and_the_risk_assessment_to_probation() -> None:
    given = salford().one("task_created", element="give_plan_to_probation")

    assert (given["lane"], given["duty"]) == ("Personal adviser", ["SAL-2-01"])
    assert {duty for event in salford().events for duty in event["duty"]} == {"SAL-2-01"}


def test_who_is_not_a_care_leaver_has_no_pathway_plan_to_give() -> None:
    assert not not_in_care().of("task_created", element="give_plan_to_probation")
    assert "no_pathway_plan" in ends_of(not_in_care())


@pytest.mark.parametrize("profile", ["knowsley", "stockport"])
def test_the_service_goes_on_where_the_area_lets_managers_agree(profile: str) -> None:
    assert ends_of(stays(profile)) == {"stays_with_youth_justice"}
    assert stays(profile).one("task_created", element="plan_to_stay")["lane"] == "YJS case manager"


@pytest.mark.parametrize("profile", ["stoke", "salford", "default"])
def test_elsewhere_probation_takes_over_whatever_is_preferred(profile: str) -> None:
    assert "probation_supervises" in ends_of(stays(profile))
    assert not stays(profile).of("task_created", element="plan_to_stay")


def test_nothing_is_handed_over_when_the_order_ends_before() -> None:
    assert ends_of(order_over()) == {"no_supervision"}


def test_a_second_meeting_is_held_on_its_own_day() -> None:
    story = transition(
        hold_transfer_meeting={"another_needed": True, "next_meeting_at": "2028-10-12T10:00:00+01:00"},
        until="P650D",  # the simulated manager would want another meeting each time
    )

    meetings = [event["due_at"][:10] for event in story.of("task_created", element="hold_transfer_meeting")]
    assert meetings[:2] == ["2028-09-15", "2028-10-12"]


def test_a_meeting_that_nobody_sets_up_is_escalated() -> None:
    story = transition(until="P640D", decide_supervision={}, hold_transfer_meeting={})
    never = walk("transition_to_adult", "stockport", complete="never", until="P640D")

    assert not story.of("escalated")
    assert [event["at"][:10] for event in never.of("escalated", element="decide_supervision")] == [
        "2028-09-01"
    ]


def test_every_end_of_the_diagram_is_reached() -> None:
    tree = etree.parse(str(PROJECT / "processes" / "shared" / "transition_to_adult.bpmn"))
    drawn = {end.get("id") for end in tree.iter("{*}endEvent")}

    stories = (stockport(), stays("knowsley"), not_in_care(), order_over())
    assert drawn - {end for story in stories for end in ends_of(story)} == set()


@pytest.mark.parametrize("profile", AREAS)
@pytest.mark.parametrize("complete", ["on-time", "never"])
def test_two_years_pass_in_every_area(profile: str, complete: str) -> None:
    assert walk("transition_to_adult", profile, complete=complete, until="P730D").of("task_created")
