"""The ends that an ordinary course never reaches: what is refused, settled late, or told by phone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.domain.clock import LONDON
from app.engine import catalogue, runner
from app.engine.contracts import CompiledVersion, EngineContext, Step
from app.services import definitions, reference, simulation
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


# Ends that no shipped profile and no punctual person reaches: walked by hand, step by step


class Hand:
    """A pathway that a test takes from step to step; `ends` are those reached so far."""

    def __init__(self, version: CompiledVersion, context: EngineContext, step: Step) -> None:
        self.version, self.context, self.ends = version, context, set[str]()
        self.take(step)

    def take(self, step: Step) -> None:
        """What a step led to."""
        self.step = step
        self.ends |= {
            row.element_id
            for row in step.history
            if row.element_type == "endEvent" and row.left == "completed"
        }

    def hear(self, message: str) -> None:
        """The message reaches everything that waits for it."""
        refs = [waiting.ref for waiting in self.step.subscriptions if waiting.name == message]
        self.take(runner.deliver(self.version, self.step.state, self.context, refs, message, {}))

    def complete(self, element: str, **answers: Any) -> None:
        """Somebody does the task of an element."""
        (task,) = [task for task in self.step.tasks if task.element.id == element]
        self.take(runner.complete(self.version, self.step.state, self.context, task.ref, answers))


def by_hand(key: str, payload: dict[str, Any], **changes: Any) -> Hand:
    """A pathway of Stockport's, started by its message; `changes` are of the profile."""
    profile = replace(reference.profile("stockport"), **changes)
    now = CHRISTMAS_EVE + timedelta(days=3)
    context = EngineContext(now, profile, reference.calendar_for(profile.division))
    version = catalogue.compile(definitions.shipped()[key], reference.roles())
    return Hand(version, context, runner.start(version, context, {}, payload))


HEARING = {
    "known_at": "2026-12-24T17:40:00+00:00",
    "court_name": None,
    "next_hearing_on": "2027-01-12",
    "next_hearing_time": None,
    "hearing_type": None,
    "heard_elsewhere": True,
    "looked_after_before": True,
}


@pytest.mark.parametrize("key", ["court_officer_duty", "ten_point_plan_check"])
def test_what_should_have_come_before_the_hearing_is_closed_by_its_result(key: str) -> None:
    switches = {**reference.profile("stockport").switches, "ten_point_plan": True}
    hand = by_hand(key, HEARING, switches=switches)
    assert hand.step.tasks

    hand.hear("court_day_over")

    assert not hand.step.tasks
    assert "closed_by_the_result" in hand.ends


def test_a_ladder_of_four_levels_can_be_settled_at_the_fourth() -> None:
    late = {"correlation_key": "x", "element": "x", "name": "A visit", "duty": "", "agency": "csc", "level": 4,
            "due_at": "2026-12-24T17:40:00+00:00"}  # fmt: skip
    rung = reference.profile("stockport").ladder[0]
    hand = by_hand("escalation", late, ladder=(rung, rung, rung, rung))

    hand.complete("respond_at_fourth_level", settled=True)

    assert "settled_at_fourth_level" in hand.ends


def test_probation_as_a_partner_without_managers_who_meet() -> None:
    switches = {
        **reference.profile("stockport").switches,
        "probation_partner": True,
        "quarterly_meeting": False,
    }
    hand = by_hand("working_with_probation", {"opened_at": "2026-12-24T17:40:00+00:00"}, switches=switches)

    assert "no_managers_meeting" in hand.ends


def test_social_care_is_warned_of_a_likely_remand_before_the_hearing_is_over() -> None:
    story = walk(
        "before_court",
        start=datetime(2027, 1, 12, 9, 30, tzinfo=LONDON),
        tasks={"assess_for_bail": {"rilaa_likely": True}},
    )

    assert "social_care_warned" in ends(story, "before_court")
