"""The day of release: somebody says that the child has arrived, or the emergency duty team finds out that evening."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.domain.clock import LONDON
from tests.house.drawings import drawings
from tests.pathways.walks import Story, told_once, walk

AUTUMN = datetime(2026, 9, 1, 10, 0, tzinfo=LONDON)
RELEASE = "2026-12-01"


def released(profile: str = "wandsworth", **more: object) -> Story:
    """The story of one release on 1 December."""
    options: dict[str, object] = {"until": "P100D", "start": AUTUMN, **more}
    return walk("release_preparation", profile, variables={"release_on": RELEASE}, **options)  # type: ignore[arg-type]


@told_once
def arrived() -> Story:
    return released()


@told_once
def nobody_says() -> Story:
    return released(complete="never")


@told_once
def not_arrived() -> Story:
    return released(
        tasks={"confirm_arrival": {"arrived": False}, "find_out_arrival": {"outcome": "elsewhere"}}
    )


@told_once
def called_off() -> Story:
    off = {"at": "P30D", "name": "release_called_off", "payload": {"reason": "refused", "note": None}}
    return released(messages=(off,))


def test_the_stories_reach_every_end_of_the_diagram() -> None:
    (drawing,) = (one for one in drawings() if one.key == "release_day")
    drawn = {end.get("id") for end in drawing.all("endEvent")}
    stories = (arrived(), nobody_says(), not_arrived(), called_off())
    reached = {
        end.strip() for story in stories for one in story.ends("release_day") for end in one.split(",")
    }
    inner = {"arrived_safely", "found_out"}  # ends within the subprocess: seen by what was done

    assert drawn - reached - inner == set()
    assert arrived().of("task_completed", element="confirm_arrival")
    assert not_arrived().of("task_completed", element="find_out_arrival")


def test_the_child_is_expected_by_six_in_the_evening() -> None:
    task = arrived().one("task_created", element="confirm_arrival")

    assert (task["due_at"][:16], task["lane"]) == ("2026-12-01T18:00", "Social worker")
    assert not arrived().of("task_created", element="find_out_arrival")


def test_without_a_word_by_eight_the_emergency_duty_team_is_told_and_has_to_find_out() -> None:
    story = nobody_says()
    task = story.one("task_created", element="find_out_arrival")

    assert task["at"][:16] == "2026-12-01T20:00"
    assert (task["lane"], task["due_at"][:16]) == ("Emergency duty team", "2026-12-01T22:00")
    told = [event for event in story.of("notification_queued") if "mergency" in str(event["detail"])]
    assert [event["at"][:16] for event in told] == ["2026-12-01T20:00"]
    assert story.one("task_cancelled", element="confirm_arrival")["at"][:16] == "2026-12-01T20:00"


def test_a_child_who_has_not_arrived_is_looked_for_at_once() -> None:
    said = not_arrived().one("task_completed", element="confirm_arrival")
    found = not_arrived().one("task_created", element="find_out_arrival")

    assert found["at"] == said["at"]


def test_a_release_that_is_called_off_alerts_nobody() -> None:
    assert called_off().ends("release_day") == ["nobody_leaves"]
    assert not called_off().of("task_created", element="find_out_arrival")


@pytest.mark.parametrize("profile", ["default", "stockport", "knowsley", "salford", "stoke"])
def test_the_evening_is_the_same_everywhere_whatever_clock_an_area_has(profile: str) -> None:
    story = released(profile, complete="never")

    assert story.one("task_created", element="find_out_arrival")["at"][:16] == "2026-12-01T20:00"


def test_a_release_on_a_saturday_is_watched_on_that_saturday() -> None:
    options: dict[str, object] = {"start": AUTUMN, "until": "P100D", "complete": "never"}
    story = walk("release_preparation", variables={"release_on": "2026-11-28"}, **options)  # type: ignore[arg-type]

    assert story.one("task_created", element="find_out_arrival")["at"][:16] == "2026-11-28T20:00"
