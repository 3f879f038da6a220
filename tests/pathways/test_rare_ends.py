"""The ends that an ordinary course never reaches: what is refused, settled late, or told by phone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.services import simulation
from tests.pathways.walks import CHRISTMAS_EVE, Story, walk


def ends(story: Story, definition: str) -> set[str]:
    """Every end, also inside boxes, that the instances of a definition reached."""
    return {end.strip() for said in story.ends(definition) for end in said.split(",")}


def before_court(outcome: str) -> Story:
    """Another court, a looked-after child, a package, a worry about home, and an early warning."""
    return walk(
        "before_court",
        variables={"heard_elsewhere": True, "looked_after_before": True},
        tasks={
            "assess_for_bail": {"package_practical": True, "home_concern": True, "rilaa_likely": True},
            "record_court_outcome": {"outcome": outcome},
        },
    )


def test_everything_is_prepared_before_a_hearing_that_ends_with_bail() -> None:
    reached = ends(before_court("bail"), "before_court")

    assert reached >= {
        "package_done", "home_referred", "terms_agreed", "views_given", "companion_arranged", "bail_granted",
    }  # fmt: skip


def test_a_child_who_is_sentenced_at_once_goes_over_to_the_sentence() -> None:
    story = before_court("custody")

    assert "sentenced_at_once" in ends(story, "before_court")
    assert len(story.of("instance_started", definition="custodial_sentence")) == 1


def test_panel_reviews_end_with_a_confirmed_placement() -> None:
    story = walk(tasks={"return_to_panel": {"placement_confirmed": True}}, until="P120D")

    assert "panel_reviews_over" in ends(story, "care_panel_cycle")


@pytest.mark.parametrize(
    ("profile", "unsettled", "end"),
    [
        ("wandsworth", ["first"], "settled_at_second_level"),
        ("wandsworth", ["first", "second"], "settled_at_third_level"),
    ],
)
def test_a_dispute_is_settled_where_somebody_settles_it(profile: str, unsettled: list[str], end: str) -> None:
    said: dict[str, Any] = {f"respond_at_{level}_level": {"settled": False} for level in unsettled}
    story = walk("dispute", profile, variables={"parties": ["yjs"]}, tasks=said, until="P90D")

    assert end in ends(story, "escalation")


def test_a_director_answers_when_there_is_no_address_seven_days_before() -> None:
    story = walk(complete="late", variables={"next_hearing_on": "2027-03-15"}, until="P95D")

    assert story.of("task_completed", element="answer_as_director")


def test_who_cannot_be_written_to_is_rung() -> None:
    failed = {"correlation_key": "n1", "recipient": "the nurse", "phone": "01632 960000", "reason": "It bounced.",
              "queued_at": "2026-12-24T17:40:00+00:00"}  # fmt: skip
    story = walk(messages=({"at": "PT1H", "name": "notification_failed", "payload": failed},), until="P5D")

    assert story.ends("tell_by_phone") == ["told_by_phone"]


def test_a_pathway_that_a_message_cannot_start_is_an_incident_of_the_story() -> None:
    lacking = {"correlation_key": "n1", "recipient": "the nurse", "phone": None, "reason": "It bounced."}
    told = simulation.run(
        "remand_yda",
        profile="wandsworth",
        start=CHRISTMAS_EVE,
        until=CHRISTMAS_EVE + timedelta(days=2),
        scenario=simulation.Scenario(
            messages=({"at": "PT1H", "name": "notification_failed", "payload": lacking},)
        ),
    )

    (incident,) = [event for event in told["events"] if event["kind"] == "incident"]
    assert (incident["definition"], incident["element"]) == ("tell_by_phone", "ring_recipient")
