"""Disputes, complaints and late work: up which ladder they go, and how each ends."""

from __future__ import annotations

from typing import Any

import pytest

from tests.pathways.walks import Story, walk


def dispute(profile: str, *parties: str, until: str = "P60D", complete: str = "never", **said: Any) -> Story:
    return walk(
        "dispute", profile, complete=complete, until=until, variables={"parties": list(parties), **said}
    )


def ladder(story: Story) -> list[tuple[str, str]]:
    return [(event["at"][:10], event["lane"]) for event in story.of("task_created", definition="escalation")]


@pytest.mark.parametrize(
    ("profile", "party", "levels"),
    [
        (
            "wandsworth",
            "yjs",
            [
                ("2026-12-24", "YJS team manager"),
                ("2027-01-03", "Head of service"),
                ("2027-01-13", "Deputy director"),
            ],
        ),
        (
            "stockport",
            "social_care",
            [("2026-12-24", "Social care team manager"), ("2027-01-12", "Service manager")],
        ),
        (
            "knowsley",
            "probation",
            [
                ("2026-12-24", "Probation manager"),
                ("2027-01-12", "Senior manager"),
                ("2027-01-26", "Safeguarding partnership"),
            ],
        ),
        (
            "salford",
            "leaving_care",
            [("2026-12-24", "Leaving care manager"), ("2027-01-12", "Senior manager")],
        ),
        (
            "stoke",
            "social_care",
            [
                ("2026-12-24", "Social care team manager"),
                ("2027-01-12", "Service manager"),
                ("2027-01-26", "Head of service"),
            ],
        ),
    ],
)
def test_a_dispute_goes_up_the_ladder_of_the_area_level_by_level(
    profile: str, party: str, levels: list[tuple[str, str]]
) -> None:
    assert ladder(dispute(profile, party)) == levels


def test_in_salford_both_managers_take_it_up_and_then_the_senior_managers() -> None:
    story = dispute("salford", "leaving_care", "probation")

    first = [event for event in story.of("task_created") if event["element"] == "respond_at_first_level"]
    assert {event["lane"] for event in first} == {"Leaving care manager", "Probation manager"}
    assert {duty for event in first for duty in event["duty"]} == {"SAL-6-01"}
    second = [event for event in story.of("task_created") if event["element"] == "respond_at_second_level"]
    assert [event["lane"] for event in second] == ["Senior manager", "Senior manager"]
    assert {duty for event in second for duty in event["duty"]} == {"SAL-6-02"}


def test_in_knowsley_the_board_comes_after_the_line() -> None:
    story = dispute("knowsley", "social_care", kind="non_compliance")

    levels = story.of("task_created", definition="escalation")
    assert [event["duty"] for event in levels] == [["KNO-4-01"], ["KNO-4-01"], ["KNO-4-02"]]


def test_what_a_manager_settles_goes_no_higher() -> None:
    story = dispute("stockport", "yjs", complete="on-time", until="P90D")

    assert story.ends("escalation") == ["settled_at_first_level, escalation_closed"] or any(
        "escalation_closed" in how for how in story.ends("escalation")
    )
    assert not story.of("task_created", element="respond_at_second_level")
    assert story.ends("dispute") == ["managers_settled_yjs"]


def test_a_manager_who_cannot_settle_it_passes_it_up_at_once() -> None:
    story = walk(
        "dispute",
        "wandsworth",
        until="P60D",
        variables={"parties": ["yjs"]},
        tasks={
            "respond_at_first_level": {"settled": False},
            "respond_at_second_level": {"settled": False},
            "respond_at_third_level": {"settled": False},
        },
    )

    assert [lane for _, lane in ladder(story)] == ["YJS team manager", "Head of service", "Deputy director"]


def test_what_one_service_settles_ends_the_ladders_of_all() -> None:
    story = dispute("wandsworth", "yjs", "social_care", complete="immediately")

    assert story.ends("dispute") == ["settled_for_yjs"]
    assert len(story.ends("escalation")) == 2
    assert story.of("task_cancelled", element="settle_for_social_care")


def test_what_one_manager_settles_on_the_ladder_is_settled_for_the_other_agency() -> None:
    """The youth justice manager leaves it to the head of service, who settles it; social care is silent."""
    story = walk(
        "dispute",
        "stockport",
        complete="on-time",
        until="P60D",
        variables={"parties": ["yjs", "social_care"]},
        tasks={"respond_at_first_level": {"settled": False}, "respond_at_second_level": {"settled": True}},
    )

    assert story.ends("dispute") == ["managers_settled_yjs, managers_settled_social_care"]
    assert len(story.of("instance_ended", definition="escalation")) == 2
    assert not story.of("task_completed", definition="dispute")


@pytest.mark.parametrize("party", ["yjs", "social_care", "leaving_care", "probation"])
def test_each_service_may_record_how_it_was_settled(party: str) -> None:
    assert dispute("salford", party, complete="immediately").ends("dispute") == [f"settled_for_{party}"]


def test_what_the_workers_try_once_more_is_only_put_on_record() -> None:
    story = walk("dispute", "stockport", until="P30D", variables={"kind": "record", "parties": None})

    assert story.ends("dispute") == ["put_on_record"]
    assert not story.of("escalated")


@pytest.mark.parametrize(
    ("agency", "lane", "end"),
    [
        ("leaving_care", "Personal adviser", "leaving_care_answered"),
        ("probation", "Probation officer", "probation_answered"),
    ],
)
def test_a_complaint_follows_the_procedure_of_its_agency(agency: str, lane: str, end: str) -> None:
    story = walk("complaint", "salford", until="P30D", variables={"agency": agency})

    (task,) = story.of("task_created")
    assert (task["lane"], task["duty"], task["due_at"][:10]) == (lane, ["SAL-6-03"], "2027-01-12")
    assert story.ends("complaint") == [end]


@pytest.mark.parametrize(("profile", "agency"), [("stoke", "leaving_care"), ("salford", "other")])
def test_other_complaints_are_not_the_protocols(profile: str, agency: str) -> None:
    story = walk("complaint", profile, until="P30D", variables={"agency": agency})

    assert story.ends("complaint") == ["no_procedure_here"]
