"""What the managers of the services owe one another: their meetings, the review of the agreement, the annual plan."""

from __future__ import annotations

import pytest

from tests.pathways.walks import Story, told_once, walk

AREAS = ("default", "wandsworth", "stockport", "knowsley", "salford", "stoke")
WHERE = {
    "quarterly_meeting": ({"salford"}, "no_quarterly_meeting"),
    "agreement_review": ({"default", "stockport", "stoke"}, "no_review_here"),
    "youth_justice_plan": ({"wandsworth"}, "no_plan_here"),
}
THE_END = {"ended_on": "2027-08-31", "reason": "Another agreement"}


@told_once
def a_year_of_meetings() -> Story:
    end = {"at": "P340D", "name": "quarterly_meetings_end", "payload": THE_END}
    return walk("quarterly_meeting", "salford", until="P365D", messages=(end,))


def dues(story: Story, element: str) -> list[str]:
    return [event["due_at"][:10] for event in story.of("task_created", element=element)]


def test_the_managers_meet_every_quarter_counted_from_the_last_meeting() -> None:
    assert dues(a_year_of_meetings(), "hold_quarterly_meeting") == ["2027-03-24", "2027-06-24", "2027-09-24"]
    assert dues(a_year_of_meetings(), "call_quarterly_meeting")[0] == "2027-03-17"


def test_the_notes_go_round() -> None:
    notes = [
        event for event in a_year_of_meetings().of("task_created") if event["element"].endswith("_notes")
    ]

    assert [event["lane"] for event in notes] == [
        "Leaving care manager", "Probation manager", "Leaving care manager",
    ]  # fmt: skip
    assert {duty for event in notes for duty in event["duty"]} == {"SAL-3-02"}


def test_probation_begins_the_round_where_it_is_its_turn() -> None:
    story = walk("quarterly_meeting", "salford", until="P100D", variables={"notes_by": "probation"})

    assert [event["element"] for event in story.of("task_created")][-1] == "write_probation_notes"


def test_a_manager_of_each_side_links_the_teams() -> None:
    linking = [event for event in a_year_of_meetings().of("task_created") if "SAL-3-11" in event["duty"]]

    assert {event["lane"] for event in linking} == {"Leaving care manager", "Probation manager"}


def test_the_meetings_can_end() -> None:
    (end,) = a_year_of_meetings().ends("quarterly_meeting")

    assert set(end.split(", ")) == {"leaving_care_linked", "probation_linked", "round_done", "meetings_over"}


@pytest.mark.parametrize(("area", "due"), [("stoke", "2027-12-24"), ("stockport", "2028-12-24")])
def test_the_agreement_is_reviewed_at_the_interval_of_the_area(area: str, due: str) -> None:
    story = walk("agreement_review", area, until="P730D")

    assert dues(story, "review_agreement")[0] == due
    assert {event["lane"] for event in story.of("task_created")} == {"YJS team manager", "Service manager"}


def test_a_day_that_was_agreed_comes_before_the_interval() -> None:
    story = walk("agreement_review", "stockport", until="P365D", variables={"next_review_on": "2027-06-01"})

    assert dues(story, "review_agreement") == ["2027-06-01"]


def test_an_agreement_whose_review_is_long_overdue_says_so_at_once() -> None:
    story = walk("agreement_review", "stoke", complete="never", until="P10D",
                 variables={"last_reviewed_on": "2021-02-01"})  # fmt: skip

    assert dues(story, "propose_changes")[0] < "2022-02-01"
    assert story.of("duty_overdue", element="propose_changes")


def test_an_agreement_that_did_not_change_is_not_signed_again() -> None:
    end = {"at": "P400D", "name": "agreement_ends", "payload": THE_END}
    story = walk("agreement_review", "stoke", until="P410D", messages=(end,),
                 tasks={"review_agreement": {"changed": False, "changes": None}})  # fmt: skip

    assert not story.of("task_created", element="sign_changed_agreement")
    assert story.ends("agreement_review") == ["round_done, agreement_over"]


def test_the_plan_is_published_each_year_and_names_what_partners_offer() -> None:
    end = {"at": "P500D", "name": "youth_justice_plan_ends", "payload": THE_END}
    story = walk("youth_justice_plan", "wandsworth", until="P510D", messages=(end,))

    assert dues(story, "publish_youth_justice_plan") == ["2027-12-24"]
    assert story.one("task_created", element="gather_prevention_services")["lane"] == "Service manager"
    assert story.ends("youth_justice_plan") == ["round_done, plans_over"]


@pytest.mark.parametrize("complete", ["on-time", "never"])
@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("pathway", WHERE)
def test_only_areas_whose_protocol_has_it_get_it_and_nothing_breaks_in_two_years(
    pathway: str, area: str, complete: str
) -> None:
    areas, nothing = WHERE[pathway]
    story = walk(pathway, area, complete=complete, until="P730D")

    assert (story.ends(pathway) == [nothing]) is (area not in areas)
    assert bool(story.of("task_created")) is (area in areas)
