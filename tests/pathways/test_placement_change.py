"""A looked-after child moves: who is asked before, who is told, and what follows in each area."""

from __future__ import annotations

from typing import Any

import pytest

from tests.pathways.walks import Story, told_once, walk

ON = "2027-02-01"  # a Monday
EVERYTHING = {"out_of_area": True, "bail_conditions": True, "on_order": True, "significant": True}


def move(
    profile: str = "wandsworth", *, planned_on: str | None = ON, decided: Any = None, **said: Any
) -> Story:
    return walk(
        "placement_change",
        profile,
        until="P90D",
        variables={"planned_on": planned_on},
        tasks={"describe_move": said, "consult_yjs_on_move": decided or {}},
    )


@told_once
def wandsworth() -> Story:
    return move(**EVERYTHING)


@told_once
def stockport() -> Story:
    return move("stockport", **EVERYTHING)


def done(story: Story) -> set[str]:
    return {event["element"] for event in story.of("task_completed")}


def test_the_yjs_is_asked_five_working_days_before_a_planned_move() -> None:
    assert wandsworth().due("consult_yjs_on_move") == "2027-01-25T23:59"
    assert stockport().due("consult_yjs_on_move") == "2027-01-25T23:59"
    (asked,) = wandsworth().of("task_created", element="consult_yjs_on_move")
    assert (asked["lane"], asked["duty"]) == ("Social worker", ["WAN-7-03"])


def test_an_emergency_is_talked_about_on_the_next_working_day() -> None:
    story = move(planned_on=None, emergency=True)

    assert story.due("consult_yjs_on_move") == "2026-12-29T23:59"


def test_a_move_under_bail_conditions_is_warned_of_within_a_day_and_taken_to_court() -> None:
    story = wandsworth()

    assert story.due("alert_yjs_of_move") == "2026-12-25T17:40"
    assert story.of("task_created", element="alert_yjs_of_move")[0]["duty"] == ["WAN-7-04"]
    (court,) = story.of("task_created", element="ask_court_to_amend_bail")
    assert (court["lane"], court["duty"]) == ("YJS case manager", ["WAN-7-07"])
    assert "alert_yjs_of_move" not in done(stockport())


def test_the_service_of_the_new_area_is_asked_to_supervise() -> None:
    (asked,) = wandsworth().of("task_created", element="ask_host_service")

    assert (asked["due_at"][:10], asked["duty"]) == ("2027-02-08", ["WAN-7-06"])
    assert "ask_host_service" not in done(stockport())


def test_stockport_tells_the_worker_who_tells_the_manager() -> None:
    order = [event["element"] for event in stockport().of("task_completed")]

    assert order.index("tell_yjs_of_move") < order.index("tell_line_manager_of_move")
    assert stockport().due("tell_yjs_of_move") == "2027-01-26T23:59"
    assert "tell_yjs_of_move" not in done(wandsworth())


def test_a_move_that_may_change_risk_is_visited_together_and_talked_over_by_managers() -> None:
    (visit,) = stockport().of("task_created", element="visit_home_together")
    (talk,) = stockport().of("task_created", element="agree_risk_management")

    assert (visit["due_at"][:10], visit["duty"]) == ("2027-02-08", ["STP-4.3-03"])
    assert (talk["lane"], talk["duty"]) == ("YJS team manager", ["STP-4.3-04"])
    assert "visit_home_together" not in done(move("stockport"))


def test_every_end_of_a_move_is_reached() -> None:
    ends = set(wandsworth().ends("placement_change")[0].split(", "))
    ends |= set(stockport().ends("placement_change")[0].split(", "))

    assert ends == {
        "manager_told", "home_visited", "risk_agreed", "order_amended", "bail_amended", "host_asked", "move_recorded",
    }  # fmt: skip


def test_a_move_that_does_not_go_ahead_asks_for_nothing_more() -> None:
    story = move(decided={"goes_ahead": False}, **EVERYTHING)

    assert story.ends("placement_change") == ["move_called_off"]
    assert "ask_host_service" not in done(story)


def test_an_open_issue_goes_to_the_panel_where_there_is_one() -> None:
    said = {"record_move": {"issue_open": True}}
    story = walk("placement_change", "stockport", until="P90D", tasks=said)
    without = walk("placement_change", "stoke", until="P90D", tasks=said)

    assert "raised_at_panel" in story.ends("placement_change")[0]
    assert story.of("task_created", element="raise_at_placement_panel")[0]["duty"] == ["STP-4.3-06"]
    assert set(without.ends("placement_change")[0].split(", ")) == {"move_recorded", "nothing_more"}


@pytest.mark.parametrize("profile", ["knowsley", "salford", "stoke"])
def test_areas_without_such_a_clause_only_record_the_move(profile: str) -> None:
    story = move(profile, **EVERYTHING)

    assert done(story) == {"describe_move", "record_move"}
    assert [duty for event in story.events for duty in event["duty"]] == []


def test_a_missed_consultation_goes_up_the_ladder_of_the_area() -> None:
    late = walk("placement_change", complete="late", until="P60D")

    assert "consult_yjs_on_move" in {event["element"] for event in late.of("escalated")}


# Children of other authorities


@pytest.mark.parametrize(
    ("profile", "occasion", "element", "duty", "end"),
    [
        ("wandsworth", "plan_transfer", "consult_yjs_manager_on_transfer", "WAN-11-01", "manager_consulted"),
        ("stoke", "moves_in", "tell_yjs_of_arrival", "STK-5.2-02", "yjs_told"),
        ("stoke", "supervision_transfer", "tell_social_care_of_transfer", "STK-5.3-02", "social_care_told"),
        ("stockport", "moves_out", "tell_virtual_school_of_move", "STP-2.8-01", "virtual_school_told"),
    ],
)
def test_the_one_whom_the_protocol_names_hears_of_a_child_of_another_authority(
    profile: str, occasion: str, element: str, duty: str, end: str
) -> None:
    story = walk("transfer_in", profile, until="P30D", variables={"occasion": occasion})

    (task,) = story.of("task_created")
    assert (task["element"], task["duty"]) == (element, [duty])
    assert story.ends("transfer_in") == [end]


def test_the_virtual_school_is_told_within_five_working_days() -> None:
    story = walk("transfer_in", "stockport", until="P30D")

    assert story.due("tell_virtual_school_of_move") == "2027-01-05T23:59"


def test_where_no_clause_asks_for_it_nobody_is_told() -> None:
    assert walk("transfer_in", "knowsley", until="P30D").ends("transfer_in") == ["no_notice_here"]


def test_the_home_service_is_invited_to_a_meeting_about_a_child_placed_away_and_attends() -> None:
    meeting = {"meeting_at": "2027-02-01T10:00:00+00:00"}
    story = walk("placed_away_meeting", until="P60D", variables=meeting)

    assert story.due("invite_home_yjs") == "2027-01-25T23:59"
    assert story.due("attend_placed_away_meeting") == "2027-02-01T10:00"
    assert story.ends("placed_away_meeting") == ["meeting_attended"]
    assert walk("placed_away_meeting", "stoke", until="P60D").ends("placed_away_meeting") == [
        "not_part_of_it"
    ]
