"""The pathway plan of a young person, its reviews, the personal adviser, and staying in touch."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from lxml import etree

from tests.house.drawings import PROJECT
from tests.pathways.walks import Story, told_once, walk

# The simulated child has its sixteenth birthday on 1 December 2026, the eighteenth on 1 December 2028.
AREAS = ("default", "wandsworth", "stockport", "knowsley", "salford", "stoke")
PATHWAYS = (
    "pathway_plan", "leaving_care_support", "pathway_plan_review_cycle", "leaving_care_contact_cycle",
    "adviser_at_meetings",
)  # fmt: skip
SUPPORT_ENDS = {
    "at": "P400D",
    "name": "leaving_care_ends",
    "payload": {"reason": "declined", "ended_on": "2028-01-28", "note": None},
}


@told_once
def stoke() -> Story:
    return walk("pathway_plan", "stoke", until="P730D")


@told_once
def planned_before() -> Story:
    return walk("pathway_plan", "stoke", until="P120D", variables={"pathway_plan_on": "2026-10-01"})


@told_once
def ended_early() -> Story:
    return walk("pathway_plan", "stoke", until="P500D", messages=(SUPPORT_ENDS,))


@told_once
def unsuitable_home() -> Story:
    return walk("pathway_plan", "stoke", until="P90D", tasks={"assess_housing": {"is_suitable": False}})


@told_once
def no_longer_wanted() -> Story:
    return walk(
        "pathway_plan", "stoke", until="P300D", tasks={"review_pathway_plan": {"support_continues": False}}
    )


def meeting(kind: str, profile: str = "stockport", **tasks: Any) -> Story:
    variables = {"kind": kind, "meeting_at": "2027-01-14T14:00:00+00:00"}
    return walk("adviser_at_meetings", profile, until="P60D", variables=variables, tasks=tasks)


def ends_of(story: Story, definition: str) -> set[str]:
    return {end for how in story.ends(definition) for end in how.split(", ")}


def days(story: Story, kind: str, element: str) -> list[str]:
    return [event["at"][:10] for event in story.of(kind, element=element)]


# The plan


@pytest.mark.parametrize(
    ("element", "due", "lane"),
    [
        ("assess_needs", "2027-01-26", "Social worker"),  # planning began late: 20 working days
        ("write_pathway_plan", "2027-03-01", "Social worker"),  # three months after the sixteenth birthday
        ("set_date_for_plan", "2027-01-05", "Leaving care manager"),
        ("allocate_adviser", "2027-01-12", "Leaving care manager"),
        ("assess_housing", "2027-02-09", "Personal adviser"),
        ("agree_money", "2027-02-09", "Personal adviser"),
    ],
)
def test_the_plan_is_there_three_months_after_the_birthday_at_the_latest(
    element: str, due: str, lane: str
) -> None:
    assert stoke().due(element)[:10] == due
    assert stoke().one("task_created", element=element)["lane"] == lane


def test_a_child_who_is_entitled_later_has_three_months_from_then() -> None:
    story = walk("pathway_plan", "stoke", until="P100D", variables={"eligible_from_on": "2026-12-20"})

    assert story.due("write_pathway_plan") == "2027-03-20T23:59"


def test_a_plan_that_nobody_writes_is_escalated_at_the_last_day() -> None:
    story = walk("pathway_plan", "stoke", complete="never", until="P70D")
    waiting = walk("pathway_plan", "stoke", until="P70D", tasks={})

    assert story.of("escalated", element="assess_needs")
    assert not waiting.of("duty_overdue")


def test_a_late_plan_goes_up_the_ladder_and_comes_down_again_once_it_is_written() -> None:
    story = walk("pathway_plan", "stoke", complete="late", until="P120D")

    assert days(story, "escalated", "write_pathway_plan") == ["2027-03-01"]
    assert days(story, "task_completed", "write_pathway_plan") == ["2027-03-03"]


def test_stoke_sees_every_duty_of_its_clause() -> None:
    duties = {duty for event in stoke().events for duty in event["duty"]}

    assert {f"STK-3.2-0{number}" for number in range(1, 7)} <= duties


def test_a_plan_that_is_there_is_not_written_again() -> None:
    story = planned_before()

    assert not story.of("task_created", element="write_pathway_plan")
    assert story.due("review_pathway_plan") == "2027-04-01T23:59"  # six months after 1 October


# Reviews, contact, and the end


def test_reviews_come_every_six_months_from_the_last_one() -> None:
    assert days(stoke(), "task_completed", "review_pathway_plan") == [
        "2027-09-01",
        "2028-03-01",
        "2028-09-01",
    ]


def test_a_review_held_early_moves_the_next_one() -> None:
    story = walk(
        "pathway_plan", "stoke", until="P400D", tasks={"review_pathway_plan": {"reviewed_on": "2027-08-10"}}
    )

    second = story.of("task_created", element="review_pathway_plan")[1]
    assert second["due_at"][:10] == "2028-02-10"


def test_the_adviser_is_in_touch_every_eight_weeks() -> None:
    done = days(stoke(), "task_completed", "stay_in_touch")

    assert done[:3] == ["2027-03-09", "2027-05-04", "2027-06-29"]  # counted from 12 January
    assert len(done) == 12


def test_the_transition_opens_three_months_before_eighteen() -> None:
    (opened,) = stoke().of("instance_started", definition="transition_to_adult")

    assert opened["at"][:10] == "2028-09-01"
    assert ends_of(stoke(), "pathway_plan") == {"plan_written", "date_for_plan_set", "transition_begins"}


def test_reviews_and_contact_end_with_the_support() -> None:
    story = ended_early()

    for definition in ("pathway_plan", "pathway_plan_review_cycle", "leaving_care_contact_cycle"):
        (ended,) = story.of("instance_ended", definition=definition)
        assert ended["at"][:10] == "2028-01-28"
    assert not [one for one in story.of("task_created") if one["at"][:10] > "2028-01-28"]


def test_a_review_can_end_the_support() -> None:
    story = no_longer_wanted()

    assert "end_support" in ends_of(story, "pathway_plan_review_cycle")
    assert "cycle_over" in ends_of(story, "leaving_care_contact_cycle")
    assert "plan_closed" in ends_of(story, "pathway_plan")


def test_a_home_that_is_not_suitable_is_looked_for_with_the_housing_authority() -> None:
    (found,) = unsuitable_home().of("task_created", element="find_home")

    assert (found["due_at"][:10], found["duty"]) == ("2027-02-23", ["STK-3.2-05"])
    assert "home_found" in ends_of(unsuitable_home(), "leaving_care_support")


# The personal adviser at meetings


def test_the_adviser_is_invited_five_working_days_before_a_planning_meeting() -> None:
    story = meeting("planning")

    invited = story.one("task_created", element="invite_adviser")
    assert (invited["due_at"][:10], invited["lane"]) == ("2027-01-07", "YJS case manager")
    assert (invited["duty"], story.due("attend_planning_meeting")) == (["STP-4.4-04"], "2027-01-14T14:00")
    assert story.one("task_created", element="attend_planning_meeting")["lane"] == "Personal adviser"


def test_an_invitation_at_short_notice_is_due_the_same_day() -> None:
    story = walk("adviser_at_meetings", "stockport", until="P20D",
                 variables={"kind": "planning", "meeting_at": "2026-12-29T10:00:00+00:00"})  # fmt: skip

    assert story.due("invite_adviser") == "2026-12-24T23:59"
    assert not story.of("duty_overdue")


def test_an_adviser_who_could_not_come_is_told() -> None:
    story = meeting("planning", attend_planning_meeting={"attended": False, "reason_absent": "Ill"})

    assert story.due("tell_adviser_outcome")[:10] == "2027-01-21"
    assert ends_of(story, "adviser_at_meetings") == {"adviser_told"}


def test_only_stockport_has_a_link_adviser_at_team_meetings() -> None:
    here, elsewhere = meeting("team"), meeting("team", "wandsworth")

    assert here.one("task_created", element="invite_link_adviser")["duty"] == ["STP-4.4-07", "STP-4.4-05"]
    assert ends_of(here, "adviser_at_meetings") == {"team_meeting_held"}
    assert not elsewhere.of("task_created")
    assert ends_of(elsewhere, "adviser_at_meetings") == {"no_link_adviser"}


# Every end, every area


@cache
def every_walk() -> tuple[Story, ...]:
    return (
        stoke(), planned_before(), ended_early(), unsuitable_home(), no_longer_wanted(),
        meeting("planning"), meeting("team"), meeting("team", "wandsworth"),
        meeting("planning", attend_planning_meeting={"attended": False, "reason_absent": "Ill"}),
    )  # fmt: skip


# The simulated child is sixteen: the services' tests walk an adult (tests/services/test_leaving_care.py).
OF_ADULTS = {"pathway_plan": {"reviews_go_on"}}


@pytest.mark.parametrize("key", PATHWAYS)
def test_every_end_of_every_diagram_is_reached(key: str) -> None:
    tree = etree.parse(str(PROJECT / "processes" / "shared" / f"{key}.bpmn"))
    drawn = {end.get("id") for end in tree.iter("{*}endEvent")}

    assert drawn - {end for story in every_walk() for end in ends_of(story, key)} == OF_ADULTS.get(key, set())


@pytest.mark.parametrize("profile", AREAS)
@pytest.mark.parametrize("complete", ["on-time", "never"])
@pytest.mark.parametrize("key", ["pathway_plan", "adviser_at_meetings"])
def test_two_years_pass_in_every_area(key: str, profile: str, complete: str) -> None:
    assert walk(key, profile, complete=complete, until="P730D").of("task_created")


# Where it begins


def remanded(status: str, *earlier: dict[str, Any]) -> Story:
    """A remand in Stoke that ends with bail after a month; leaving care is checked two weeks later."""
    ended = {"at": "P30D", "name": "remand_ended", "payload": {"reason": "bail"}}
    answers = {"check_leaving_care": {"status": status}}
    return walk("remand_yda", "stoke", until="P60D", messages=(*earlier, ended), tasks=answers)


@pytest.mark.parametrize(
    ("status", "plans", "end"),
    [("eligible", 1, "pathway_plan_begins"), ("none", 0, "leaving_care_checked")],
)
def test_the_plan_begins_by_itself_when_the_remand_entitles_the_child(
    status: str, plans: int, end: str
) -> None:
    story = remanded(status)

    assert len(story.of("instance_started", definition="pathway_plan")) == plans
    assert end in ends_of(story, "remand_yda")


def test_a_plan_that_has_begun_is_not_begun_again() -> None:
    begun = {
        "at": "P10D",
        "name": "pathway_plan_needed",
        "payload": {
            "opened_at": "2027-01-03T17:40:00+00:00",
            "pathway_plan_on": None,
            "eligible_from_on": None,
        },
    }
    story = remanded("eligible", begun)

    assert len(story.of("instance_started", definition="pathway_plan")) == 1
    assert "leaving_care_checked" in ends_of(story, "remand_yda")
