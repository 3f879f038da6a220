"""After release: who supports the child, how often the two services meet it together, what they tell each other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from app.domain.clock import LONDON
from app.services import reference
from tests.house.drawings import drawings
from tests.pathways.walks import Story, told_once, walk

RELEASED = datetime(2026, 12, 1, 10, 0, tzinfo=LONDON)
PATHWAYS = {
    "community_support", "joint_appointment_cycle", "compliance_support", "enforcement_consultation",
    "news_during_supervision",
}  # fmt: skip


def ends(reason: str, *, at: str = "P60D") -> dict[str, object]:
    """A person tells that the support is over."""
    payload = {"reason": reason, "ended_at": "2027-01-30T10:00:00+00:00", "note": None}
    return {"at": at, "name": "community_support_ended", "payload": payload}


def supported(profile: str, reason: str, at: str = "P60D", complete: str = "on-time") -> Story:
    """The story of support that ends."""
    message = ends(reason, at=at)
    return walk(
        "community_support", profile, start=RELEASED, until="P90D", complete=complete, messages=(message,)
    )


@told_once
def knowsley() -> Story:
    return supported("knowsley", "supervision_over")


@told_once
def stockport() -> Story:
    return supported("stockport", "moved")


@told_once
def recalled_at_once() -> Story:
    return supported("knowsley", "recalled", "P1D", "never")


@told_once
def hard_to_comply() -> Story:
    return walk("compliance_support", "knowsley", start=RELEASED, until="P30D")


@told_once
def enforcement() -> Story:
    variables = {"supervised_by": "probation"}
    return walk("enforcement_consultation", "knowsley", start=RELEASED, until="P30D", variables=variables)


@told_once
def enforcement_by_yjs() -> Story:
    variables = {"supervised_by": "yjs"}
    return walk("enforcement_consultation", "knowsley", start=RELEASED, until="P30D", variables=variables)


def news(noticed_by: str, supervised_by: str) -> Story:
    """Something happened."""
    variables = {"noticed_by": noticed_by, "supervised_by": supervised_by}
    return walk("news_during_supervision", "knowsley", start=RELEASED, until="P30D", variables=variables)


@told_once
def news_from_adviser() -> Story:
    return news("personal_adviser", "probation")


@told_once
def news_from_probation() -> Story:
    return news("supervisor", "probation")


@told_once
def news_from_yjs() -> Story:
    return news("supervisor", "yjs")


STORIES: tuple[Callable[[], Story], ...] = (
    knowsley, stockport, recalled_at_once, hard_to_comply, enforcement, enforcement_by_yjs,
    news_from_adviser, news_from_probation, news_from_yjs,
)  # fmt: skip


def test_the_stories_reach_every_end_of_every_diagram() -> None:
    drawn = {
        (drawing.key, end.get("id"))
        for drawing in drawings()
        if drawing.key in PATHWAYS
        for end in drawing.all("endEvent")
    }
    reached = {
        (str(event["definition"]), end.strip())
        for story in STORIES
        for event in story().of("instance_ended")
        for end in str(event["detail"]).split(",")
    }

    assert drawn - reached == set()


def appointments(story: Story) -> list[str]:
    """The days by which a joint appointment is due."""
    return [event["due_at"][:10] for event in story.of("task_created", element="hold_joint_appointment")]


def test_the_adviser_plans_the_support_and_agrees_how_to_work_together() -> None:
    created = {event["element"]: event for event in knowsley().of("task_created")}

    assert created["plan_community_support"]["lane"] == "Personal adviser"
    assert created["plan_community_support"]["due_at"][:10] == "2026-12-08"
    assert created["agree_work_with_supervisor"]["duty"] == ["KNO-3-02"]


def test_the_two_services_meet_the_child_together_once_a_month_until_the_support_ends() -> None:
    assert appointments(knowsley()) == ["2027-01-01", "2027-02-01"]
    (end,) = knowsley().ends("joint_appointment_cycle")
    assert end.endswith("cycle_over")


def test_stockport_makes_one_plan_for_adult_life() -> None:
    plan = stockport().one("task_created", element="make_joint_plan")

    assert plan["duty"] == ["STP-4.4-01"]
    assert not stockport().of("task_created", element="plan_community_support")


@pytest.mark.parametrize(
    ("reason", "end"),
    [
        ("supervision_over", "support_over"),
        ("support_over", "support_over"),
        ("recalled", "back_in_custody"),
        ("moved", "passed_on"),
    ],
)
def test_the_reason_decides_the_end(reason: str, end: str) -> None:
    assert end in supported("knowsley", reason, "P10D").ends("community_support")[0]


def test_a_recall_closes_what_was_not_done_yet() -> None:
    cancelled = {event["element"] for event in recalled_at_once().of("task_cancelled")}

    assert {"plan_community_support", "agree_work_with_supervisor"} <= cancelled


def test_help_to_comply_begins_within_five_working_days() -> None:
    support = hard_to_comply().one("task_created", element="add_support")

    assert (support["due_at"][:10], support["lane"], support["duty"]) == (
        "2026-12-08",
        "Personal adviser",
        ["KNO-3-06"],
    )


def test_the_authority_is_asked_before_enforcement_by_whoever_supervises() -> None:
    probation = enforcement().one("task_created", definition="enforcement_consultation")
    yjs = enforcement_by_yjs().one("task_created", definition="enforcement_consultation")

    assert (probation["lane"], probation["due_at"][:10]) == ("Probation officer", "2026-12-02")
    assert (yjs["lane"], yjs["duty"]) == ("YJS case manager", ["KNO-3-05", "KNO-3-09"])


def test_each_tells_the_other_within_a_day() -> None:
    told = [
        story.one("task_created", definition="news_during_supervision")
        for story in (news_from_adviser(), news_from_probation(), news_from_yjs())
    ]

    assert [event["lane"] for event in told] == ["Personal adviser", "Probation officer", "YJS case manager"]
    assert {event["due_at"][:16] for event in told} == {"2026-12-02T10:00"}


@pytest.mark.parametrize("profile", ["default", "wandsworth", "stockport", "knowsley", "salford", "stoke"])
@pytest.mark.parametrize("complete", ["on-time", "never"])
def test_two_years_of_it_go_well_everywhere(profile: str, complete: str) -> None:
    story = walk("community_support", profile, start=RELEASED, complete=complete, until="P730D")

    assert bool(story.of("duty_overdue")) == (complete == "never")


@pytest.mark.parametrize("area", ["knowsley", "salford"])
def test_no_duty_of_support_after_custody_is_open(area: str) -> None:
    found = reference.duty_coverage("custody_support", area)

    assert [one.duty.id for one in found if one.status == "open"] == []
