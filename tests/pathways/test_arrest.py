"""An arrest, and a new offence: who helps the child, who is told, and what follows from the charge."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from app.domain.clock import LONDON
from tests.pathways.walks import Story, walk

FRIDAY_EVENING = datetime(2026, 11, 27, 20, 0, tzinfo=LONDON)
PROFILES = ("default", "wandsworth", "stockport", "salford", "stoke", "knowsley")
ARRESTED: Mapping[str, Any] = {"looked_after_before": True, "open_to_yjs": True}
OFFENCE: Mapping[str, Any] = {"looked_after_before": True, "learned_by": "csc", "placed_out_of_area": True}


def arrest(profile: str, variables: Mapping[str, Any] = ARRESTED, **more: Any) -> Story:
    return walk("arrest", profile, start=FRIDAY_EVENING, until="P30D", variables=variables, **more)


def offence(profile: str, variables: Mapping[str, Any]) -> Story:
    return walk("new_offence", profile, start=FRIDAY_EVENING, until="P30D", variables=variables)


def done(told: Story) -> set[str]:
    return {str(event["element"]) for event in told.of("task_created")}


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("complete", ["on-time", "never"])
def test_two_years_go_by_in_every_area(profile: str, complete: str) -> None:
    told = walk("arrest", profile, start=FRIDAY_EVENING, complete=complete, until="P730D", variables=ARRESTED)

    assert told.of("instance_started")


@pytest.mark.parametrize(
    ("profile", "element", "lane", "duty"),
    [
        ("wandsworth", "find_adult_and_solicitor", "Social worker", "WAN-4-24"),
        ("stockport", "check_contractor_called", "YJS case manager", "STP-4.1-01"),
        ("stoke", "provide_pre_court_service", "YJS case manager", "STK-2.1-02"),
    ],
)
def test_the_area_says_who_provides_the_appropriate_adult(
    profile: str, element: str, lane: str, duty: str
) -> None:
    told = arrest(profile)

    (adult,) = told.of("task_created", element=element)
    assert (adult["lane"], adult["due_at"][:16]) == (lane, "2026-11-27T21:00")
    assert duty in adult["duty"]
    others = {"find_adult_and_solicitor", "check_contractor_called", "provide_pre_court_service"} - {element}
    assert done(told).isdisjoint(others)


@pytest.mark.parametrize("profile", ["salford", "knowsley"])
def test_a_protocol_for_care_leavers_arranges_none_and_tells_nobody(profile: str) -> None:
    assert done(arrest(profile)) & {
        "find_adult_and_solicitor", "check_contractor_called", "provide_pre_court_service", "tell_of_arrest",
        "consider_transfer", "ask_for_yjs_advice",
    } == set()  # fmt: skip


def test_a_child_who_is_not_looked_after_is_not_the_authoritys_to_accompany() -> None:
    told = arrest("wandsworth", {**ARRESTED, "looked_after_before": False})

    assert "find_adult_and_solicitor" not in done(told)


def test_social_care_is_told_of_the_arrest_in_24_hours_also_at_a_weekend() -> None:
    told = arrest("stoke")

    assert told.due("tell_of_arrest") == "2026-11-28T20:00"
    assert "STK-5.3-03" in told.of("task_created", element="tell_of_arrest")[0]["duty"]


@pytest.mark.parametrize(("open_to_yjs", "asked"), [(False, True), (True, False)])
def test_stockport_may_ask_youth_justice_about_a_child_whom_it_does_not_know(
    open_to_yjs: bool, asked: bool
) -> None:
    told = arrest("stockport", {**ARRESTED, "open_to_yjs": open_to_yjs})

    assert ("ask_for_yjs_advice" in done(told)) is asked


def test_a_child_who_is_kept_overnight_is_thought_of_for_a_move() -> None:
    told = arrest("stockport")

    (move,) = told.of("task_created", element="consider_transfer")
    assert "STP-4.1-02" in move["duty"]
    assert move["lane"] == "Social worker"
    assert "consider_transfer" not in done(arrest("stoke"))


def test_a_child_who_is_not_kept_is_not_moved() -> None:
    told = arrest("stockport", tasks={"record_police_decision": {"kept_overnight": False}})

    assert "consider_transfer" not in done(told)


def test_a_charge_leads_to_the_court_date_and_to_the_offence() -> None:
    told = arrest("wandsworth")

    assert {"court_date", "new_offence"} <= {event["definition"] for event in told.of("instance_started")}
    assert "tell_of_court_date" in done(told)
    assert "add_to_history" in done(told)


def test_a_charge_without_a_date_waits_for_one() -> None:
    told = arrest("wandsworth", tasks={"record_police_decision": {"date_set": False}})

    assert not told.of("instance_started", definition="court_date")


def test_a_child_who_is_not_charged_has_no_court_date() -> None:
    told = arrest("wandsworth", tasks={"record_police_decision": {"decision": "no_action"}})

    assert {event["definition"] for event in told.of("instance_started")} == {"arrest"}


# New offences


def test_the_home_service_is_told_of_an_offence_elsewhere_in_24_hours() -> None:
    told = offence("wandsworth", OFFENCE)

    assert told.due("tell_home_yjs") == "2026-11-28T20:00"
    assert "WAN-4-21" in told.of("task_created", element="tell_home_yjs")[0]["duty"]
    assert told.ends("new_offence") == ["home_yjs_told"]


@pytest.mark.parametrize("not_so", ["placed_out_of_area", "looked_after_before"])
def test_an_offence_at_home_is_known_to_the_service_of_the_area(not_so: str) -> None:
    assert offence("wandsworth", {**OFFENCE, not_so: False}).ends("new_offence") == ["yjs_knows_already"]


@pytest.mark.parametrize(
    ("profile", "ends", "told_of"),
    [
        ("default", "history_added", {"tell_of_offence", "add_to_history"}),
        ("wandsworth", "history_added", {"add_to_history"}),
        ("stoke", "nothing_to_share", {"tell_of_offence"}),
        ("stockport", "nothing_to_share", set()),
        ("knowsley", "nothing_to_share", set()),
    ],
)
def test_what_youth_justice_learns_is_passed_on_as_the_area_says(
    profile: str, ends: str, told_of: set[str]
) -> None:
    told = offence(profile, {**OFFENCE, "learned_by": "yjs"})

    assert done(told) == told_of
    assert told.ends("new_offence") == [ends]
