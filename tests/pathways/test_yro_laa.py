"""The order with local authority residence: time for the report, the work of both agencies, the sentence, the end."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from app.domain.clock import LONDON
from app.services import reference
from tests.pathways.walks import Story, told_once, walk

FOLDER = Path(__file__).resolve().parents[2] / "processes/yro_laa"
DIAGRAMS = sorted(path.stem for path in FOLDER.glob("*.bpmn"))
AREAS = ("default", "wandsworth", "stockport", "knowsley", "salford", "stoke")
HEARING = datetime(2026, 12, 24, 10, 0, tzinfo=LONDON)


def told(at: str, name: str, **payload: Any) -> dict[str, Any]:
    """A message from a person."""
    return {"at": at, "name": name, "payload": payload}


def considered(profile: str = "stockport", **options: Any) -> Story:
    return walk("yro_laa", profile, start=HEARING, **options)


@told_once
def on_time() -> Story:
    """Heard on Christmas Eve, sentenced on 14 January to an order that ends on 13 June."""
    return considered(until="P250D")


@told_once
def late() -> Story:
    return considered(complete="late", until="P60D", tasks={"decide_attendance": {"attend": True}})


@lru_cache(maxsize=8)
def sentenced(outcome: str) -> Story:
    return considered(
        until="P30D",
        variables={"has_social_worker": True},
        tasks={"record_order_outcome": {"outcome": outcome, "decided_at": "2027-01-14T15:00:00+00:00"},
               "decide_attendance": {"attend": True}},
    )  # fmt: skip


@lru_cache(maxsize=4)
def ended_early(reason: str) -> Story:
    payload = {"reason": reason, "ended_at": "2027-03-04T10:00:00+00:00", "note": None}
    return considered(until="P100D", messages=(told("P70D", "residence_ended", **payload),))


@told_once
def too_long() -> Story:
    return considered(
        until="P60D",
        complete="on-time",
        tasks={"record_order_outcome": {"requirement_ends_on": "2027-10-01"}},
    )


@lru_cache(maxsize=2)
def nearly_eighteen(ends_on: str) -> Story:
    """A second order, ten weeks before the eighteenth birthday of the child on 1 December 2028."""
    order = told(
        "P641D", "residence_ordered", ordered_at="2028-09-25T12:00:00+01:00", ends_on=ends_on,
        court_name=None, known_to_csc=True, has_social_worker=True, looked_after_before=False,
    )  # fmt: skip
    answers = {
        "record_order_outcome": {"outcome": "other"},
        "correct_end_date": {"put_right_to_on": "2028-11-20"},
    }
    return considered(until="P730D", tasks=answers, messages=(order,))


@told_once
def sentence_comes_first() -> Story:
    return considered(until="P12D", messages=(told("P3D", "sentence_passed"),))


@pytest.mark.parametrize(
    ("element", "lane", "due", "duty"),
    [
        ("ask_adjournment", "YJS court officer", "2026-12-24T10:00", "STP-5.9-01"),
        ("refer_to_front_door", "YJS court officer", "2026-12-29T23:59", "STP-5.9-03"),
        ("allocate_assessing_worker", "Social care team manager", "2026-12-30T23:59", "STP-5.9-08"),
        ("send_information", "Pre-sentence report writer", "2026-12-30T23:59", "STP-5.9-04"),
        ("write_full_report", "Pre-sentence report writer", "2027-01-12T23:59", "STP-5.9-02"),
        ("share_report", "Pre-sentence report writer", "2027-01-12T23:59", "STP-5.9-06"),
        ("contact_report_writer", "Social worker", "2026-12-30T23:59", "STP-5.9-05"),
        ("visit_together", "Pre-sentence report writer", "2027-01-12T23:59", "STP-5.9-05"),
        ("assess_accommodation", "Social worker", "2027-01-12T23:59", "STP-5.9-09"),
        ("send_assessment", "Social worker", "2027-01-12T23:59", "STP-5.9-10"),
        ("decide_attendance", "Social care team manager", "2027-01-12T23:59", "STP-5.9-11"),
        ("present_report", "YJS court officer", "2027-01-14T23:59", "STP-5.9-07"),
    ],
)
def test_who_does_what_by_when_before_the_sentence(element: str, lane: str, due: str, duty: str) -> None:
    (task,) = on_time().of("task_created", element=element)

    assert (task["lane"], task["due_at"][:16]) == (lane, due)
    assert duty in task["duty"]


def test_a_case_that_is_open_is_not_referred_again() -> None:
    open_case = considered(until="P10D", variables={"known_to_csc": True})

    assert not open_case.of("task_created", element="refer_to_front_door")
    assert open_case.of("task_created", element="allocate_assessing_worker")
    assert not sentenced("custody").of("task_created", element="allocate_assessing_worker")


def test_both_managers_hear_of_an_assessment_that_did_not_come_in_time() -> None:
    raised = late().of("escalated", element="send_assessment")
    tasks = late().of("task_created", definition="escalation")
    chased = late().one("task_created", element="chase_assessment")

    assert {event["at"][:10] for event in raised} == {"2027-01-18"}  # the hearing is on the 20th
    assert "Social care team manager" in {task["lane"] for task in tasks if task["at"] == raised[0]["at"]}
    assert (chased["lane"], chased["at"][:10]) == ("YJS team manager", "2027-01-18")
    assert not on_time().of("escalated")


def test_the_worker_goes_to_court_where_that_was_decided() -> None:
    assert sentenced("custody").due("attend_sentence") == "2027-01-14T23:59"
    assert not on_time().of("task_created", element="attend_sentence")


def test_without_time_the_sentence_is_recorded_at_once() -> None:
    story = considered(
        until="P5D",
        tasks={"ask_adjournment": {"granted": False}, "record_order_outcome": {"outcome": "other"}},
    )

    assert story.ends("yro_laa") == ["ended_otherwise"]
    assert not story.of("instance_started", definition="yro_report")


@pytest.mark.parametrize(
    ("outcome", "end", "then"),
    [
        ("yro_other", "ended_with_other_order", None),
        ("custody", "ended_with_custody", "custodial_sentence"),
        ("other", "ended_otherwise", None),
    ],
)
def test_the_sentence_decides_what_follows(outcome: str, end: str, then: str | None) -> None:
    story = sentenced(outcome)

    assert end in story.ends("yro_laa")[0]
    assert not story.of("instance_started", definition="residence_requirement")
    if then:
        assert story.of("instance_started", definition=then)


def test_the_order_opens_the_way_of_a_looked_after_child() -> None:
    story = on_time()

    for definition in (
        "residence_requirement",
        "rilaa_placement",
        "rilaa_care",
        "rilaa_visit_cycle",
        "review_cycle",
    ):
        assert story.of("instance_started", definition=definition), definition
    assert not story.of("task_created", element="complete_rilaa_assetplus")
    assert not story.of("instance_started", definition="allowance_cycle")


def test_the_end_is_planned_four_weeks_before_and_ends_everything() -> None:
    story = on_time()

    plan = story.one("task_created", element="plan_next_home")
    assert (plan["at"][:10], plan["due_at"][:10]) == ("2027-05-14", "2027-06-04")
    assert "requirement_completed" in story.ends("residence_requirement")[0]
    assert story.one("instance_ended", definition="residence_requirement")["at"][:10] == "2027-06-13"
    assert story.of("instance_ended", definition="rilaa_visit_cycle")


def test_a_requirement_of_more_than_six_months_goes_back_to_the_court() -> None:
    story = too_long()

    query = story.one("task_created", element="correct_end_date")
    assert query["lane"] == "YJS court officer"
    assert query["due_at"][:10] == "2027-01-15"
    assert not on_time().of("task_created", element="correct_end_date")


def test_a_requirement_that_would_outlast_childhood_goes_back_to_the_court() -> None:
    story = nearly_eighteen("2028-12-20")  # the child is 18 on 1 December 2028

    query = story.one("task_created", element="correct_end_date")
    assert (query["lane"], query["due_at"][:10]) == ("YJS court officer", "2028-09-26")
    assert story.one("instance_ended", definition="residence_requirement")["at"][:10] == "2028-11-20"
    assert story.due("plan_next_home")[:10] == "2028-11-13"
    assert "requirement_completed" in story.ends("residence_requirement")[0]


def test_a_requirement_that_ends_before_the_eighteenth_birthday_stands() -> None:
    story = nearly_eighteen("2028-11-30")

    assert not story.of("task_created", element="correct_end_date")
    assert story.one("instance_ended", definition="residence_requirement")["at"][:10] == "2028-11-30"


@pytest.mark.parametrize(
    ("reason", "end"), [("revoked", "requirement_revoked"), ("custody", "ended_with_custody")]
)
def test_a_requirement_can_end_early(reason: str, end: str) -> None:
    story = ended_early(reason)

    assert end in story.ends("residence_requirement")[0]
    assert story.of("task_created", element="tell_of_status_change", definition="rilaa_closing")


@pytest.mark.parametrize("key", DIAGRAMS)
def test_every_end_of_every_diagram_is_reached(key: str) -> None:
    tree = etree.parse(str(FOLDER / f"{key}.bpmn"))
    drawn = {end.get("id") for end in tree.iter("{*}endEvent")}
    stories = [on_time(), late(), too_long(), sentence_comes_first()]
    stories += [sentenced(outcome) for outcome in ("yro_other", "custody", "other")]
    stories += [ended_early(reason) for reason in ("revoked", "custody")]

    reached = {end for story in stories for how in story.ends(key) for end in re.split(r",\s*", how)}
    assert drawn - reached == set()


@pytest.mark.parametrize("profile", AREAS)
@pytest.mark.parametrize("complete", ["on-time", "never"])
def test_every_area_runs_two_years_without_an_incident(profile: str, complete: str) -> None:
    story = considered(profile, complete=complete, until="P730D")

    assert story.of("task_created")
    assert bool(story.of("duty_overdue")) == (complete == "never")


def test_no_duty_of_this_order_is_open() -> None:
    found = reference.duty_coverage("yro_laa", "stockport")

    assert [one.duty.id for one in found if one.duty.strength == "must" and one.status == "open"] == []
