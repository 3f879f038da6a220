"""A court date is known: who is told, who goes with the child, what moves with the date, and the result."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from app.domain.clock import LONDON
from tests.pathways.walks import Story, told_once, walk

MONDAY = datetime(2026, 11, 30, 10, 0, tzinfo=LONDON)
PROFILES = ("default", "wandsworth", "stockport", "salford", "stoke", "knowsley")
HEARING = "2026-12-17"  # a Thursday
KNOWN: Mapping[str, Any] = {"next_hearing_on": HEARING, "looked_after_before": True, "heard_elsewhere": False}


def story(profile: str, variables: Mapping[str, Any] = KNOWN, **more: Any) -> Story:
    return walk(
        "court_date", profile, start=MONDAY, until=more.pop("until", "P60D"), variables=variables, **more
    )


@told_once
def wandsworth() -> Story:
    return story("wandsworth")


@told_once
def stockport() -> Story:
    return story("stockport")


@told_once
def salford() -> Story:
    return story("salford")


def done(told: Story) -> set[str]:
    return {str(event["element"]) for event in told.of("task_created")}


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("complete", ["on-time", "never"])
def test_two_years_go_by_in_every_area(profile: str, complete: str) -> None:
    assert story(profile, complete=complete, until="P730D").of("instance_started")


@pytest.mark.parametrize(
    ("profile", "duty", "told_by_letter"),
    [
        ("wandsworth", "WAN-4-13", {"Social worker", "Social care team manager"}),
        ("stoke", "STK-5.3-04", {"Social worker", "Personal adviser"}),
    ],
)
def test_social_care_is_told_within_24_hours(profile: str, duty: str, told_by_letter: set[str]) -> None:
    told = story(profile)

    assert told.due("tell_of_court_date") == "2026-12-01T10:00"
    assert duty in told.of("task_created", element="tell_of_court_date")[0]["duty"]
    assert {event["lane"] for event in told.of("notification_queued")} == told_by_letter


@pytest.mark.parametrize("profile", ["salford", "knowsley"])
def test_nobody_is_told_where_the_protocol_names_nobody(profile: str) -> None:
    assert done(story(profile)).isdisjoint({"tell_of_court_date", "tell_result", "serve_own_court"})


def test_the_result_is_asked_for_on_the_day_and_passed_on() -> None:
    (result,) = wandsworth().of("task_created", element="record_hearing_result")

    assert result["at"][:16] == "2026-12-17T00:00"
    assert result["due_at"][:16] == "2026-12-17T23:59"
    assert "WAN-4-14" in wandsworth().of("task_created", element="tell_result")[0]["duty"]
    assert set(wandsworth().ends("court_date")[0].split(", ")) >= {"no_further_hearing"}


def test_a_date_that_moves_takes_with_it_what_hangs_from_it() -> None:
    moved = {"learned_at": "2026-12-07T10:00:00+00:00", "next_hearing_on": "2027-01-14",
             "next_hearing_time": "10:00", "reason": None}  # fmt: skip
    told = story(
        "wandsworth",
        until="P80D",
        messages=({"at": "P7D", "name": "court_date_moved", "payload": moved},),
    )

    assert told.due("tell_of_new_date") == "2026-12-08T10:00"
    assert told.due("record_hearing_result") == "2027-01-14T23:59"
    assert told.of("task_completed", element="say_whether_you_go")[0]["at"][:10] == "2027-01-12"
    assert told.of("task_created", element="go_to_court")[0]["due_at"][:10] == "2027-01-14"


def test_a_date_that_moves_is_recorded_where_nobody_is_told() -> None:
    moved = {"learned_at": "2026-12-07T10:00:00+00:00", "next_hearing_on": "2027-01-14",
             "next_hearing_time": None, "reason": None}  # fmt: skip
    message = {"at": "P7D", "name": "court_date_moved", "payload": moved}

    knowsley = story("knowsley", until="P80D", messages=(message,))
    salford = story("salford", until="P80D", messages=(message,))

    assert "tell_of_new_date" not in done(knowsley)
    assert knowsley.due("record_hearing_result") == "2027-01-14T23:59"
    assert salford.due("go_to_court_with_person") == "2027-01-14T23:59"


def test_another_hearing_is_a_court_date_of_its_own() -> None:
    told = story(
        "wandsworth",
        until="P40D",
        tasks={"record_hearing_result": {"another_hearing": True, "another_hearing_on": "2027-01-14"}},
    )

    assert len(told.of("instance_started", definition="court_date")) == 2
    assert told.of("task_created", element="say_whether_you_go")[1]["due_at"][:10] == "2027-01-12"


# Who goes with the child


def test_the_social_worker_says_two_working_days_before_and_goes() -> None:
    assert wandsworth().due("say_whether_you_go") == "2026-12-15T23:59"
    assert wandsworth().due("go_to_court") == "2026-12-17T23:59"
    assert "WAN-4-25" in wandsworth().of("task_created", element="go_to_court")[0]["duty"]


@pytest.mark.parametrize(
    ("profile", "element", "lane"),
    [("wandsworth", "go_as_carer", "Placement provider"), ("stoke", "go_as_adviser", "Personal adviser")],
)
def test_somebody_goes_where_the_worker_cannot(profile: str, element: str, lane: str) -> None:
    told = story(profile, tasks={"say_whether_you_go": {"can_attend": False, "reason": "On leave."}})

    assert told.of("task_created", element=element)[0]["lane"] == lane
    assert "go_to_court" not in done(told)


def test_in_stockport_social_care_finds_somebody_for_a_looked_after_child() -> None:
    free = story("stockport", {**KNOWN, "looked_after_before": False})

    assert "STP-5.3-01" in stockport().of("task_created", element="arrange_companion_for_court")[0]["duty"]
    assert "arrange_companion_for_court" not in done(free)
    assert "nobody_named" in free.ends("court_companion")[0]


def test_what_is_not_done_is_closed_by_the_result() -> None:
    late = story("wandsworth", complete="late")

    assert [end.split(", ")[-1] for end in late.ends("court_companion")] == ["closed_by_the_result"]


# The officer


def test_the_service_is_at_its_own_court_on_the_day() -> None:
    for profile, duty in (("wandsworth", "WAN-8-01"), ("stockport", "STP-5.1-01"), ("stoke", "STK-2.1-03")):
        told = story(profile)
        assert told.due("serve_own_court") == "2026-12-17T23:59"
        assert duty in told.of("task_created", element="serve_own_court")[0]["duty"]


@pytest.mark.parametrize(
    ("day", "needed"), [("2026-12-19", True), ("2026-12-28", True), ("2026-12-17", False)]
)
def test_a_saturday_or_bank_holiday_court_has_an_officer_and_a_manager(day: str, needed: bool) -> None:
    told = story("stockport", {**KNOWN, "next_hearing_on": day})

    assert ("arrange_weekend_officer" in done(told)) is needed


@pytest.mark.parametrize("goes", [True, False])
def test_the_team_manager_decides_whether_the_officer_goes_elsewhere(goes: bool) -> None:
    told = story(
        "stockport",
        {**KNOWN, "heard_elsewhere": True},
        tasks={"decide_own_officer": {"officer_goes": goes}},
    )

    assert "contact_other_court" in done(told)
    assert told.of("task_created", element="decide_own_officer")[0]["lane"] == "YJS team manager"
    assert ("attend_other_court" in done(told)) is goes


def test_elsewhere_is_left_to_their_service_where_nothing_is_decided_case_by_case() -> None:
    assert done(story("wandsworth", {**KNOWN, "heard_elsewhere": True})).isdisjoint(
        {"contact_other_court", "serve_own_court"}
    )


@pytest.mark.parametrize("missing", [True, False])
def test_without_the_ten_point_plan_an_adjournment_is_asked_for(missing: bool) -> None:
    told = story("stockport", tasks={"check_ten_point_plan": {"plan_missing": missing}})

    assert "STP-4.2-06" in told.of("task_created", element="check_ten_point_plan")[0]["duty"]
    assert ("ask_for_adjournment" in done(told)) is missing


def test_the_ten_point_plan_is_stockports_and_for_looked_after_children() -> None:
    assert "check_ten_point_plan" not in done(wandsworth())
    assert "check_ten_point_plan" not in done(story("stockport", {**KNOWN, "looked_after_before": False}))


# Salford


def test_in_salford_the_adviser_finds_a_solicitor_explains_and_goes_to_court() -> None:
    told = salford()

    assert told.ends("court_date") == ["handed_to_leaving_care"]
    assert told.due("find_youth_solicitor") == "2026-12-01T23:59"
    assert told.due("explain_events") == "2026-12-15T23:59"
    assert told.due("go_to_court_with_person") == "2026-12-17T23:59"
    assert {event["lane"] for event in told.of("task_created")} == {"Personal adviser"}
    assert "tell_advocate" not in done(told)


def test_a_trafficking_advocate_is_told() -> None:
    told = story("salford", tasks={"explain_events": {"has_advocate": True}})

    assert "SAL-3-17" in told.of("task_created", element="tell_advocate")[0]["duty"]
