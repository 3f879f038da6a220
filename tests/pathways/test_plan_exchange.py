"""A plan or paper is written: who hands it on, by when, and who signs it."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.domain.clock import LONDON
from tests.pathways.walks import Story, walk

MONDAY = datetime(2026, 11, 30, 10, 0, tzinfo=LONDON)
FIVE_DAYS, TEN_DAYS = "2026-12-07T23:59", "2026-12-14T23:59"
PROFILES = ("default", "salford")


def written(kind: str, profile: str) -> Story:
    return walk("plan_exchange", profile, start=MONDAY, until="P30D", variables={"kind": kind})


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("complete", ["on-time", "never"])
@pytest.mark.parametrize("pathway", ["plan_exchange", "meeting_report"])
def test_two_years_go_by_with_either_partner(pathway: str, profile: str, complete: str) -> None:
    assert walk(pathway, profile, start=MONDAY, complete=complete, until="P730D").of("instance_started")


@pytest.mark.parametrize(
    ("profile", "kind", "element", "duty", "ends"),
    [
        ("wandsworth", "sentence_plan", "share_youth_justice_plan", "WAN-7-08", "youth_justice_plan_shared"),
        ("wandsworth", "care_plan", "share_care_plan", "WAN-7-02", "care_plan_shared"),
        ("wandsworth", "pathway_plan", "share_care_plan", "WAN-4-22", "care_plan_shared"),
        ("stockport", "report", "send_report_copies", "STP-2.1-01", "report_copied"),
        ("stockport", "minutes", "post_minutes", "STP-2.2-01", "minutes_posted"),
        ("salford", "sentence_plan", "send_sentence_plan", "SAL-3-09", "sentence_plan_sent"),
        ("salford", "report", "share_risk_assessment", "SAL-2-02", "paper_shared"),
    ],
)
def test_what_is_written_is_shared_in_five_working_days(
    profile: str, kind: str, element: str, duty: str, ends: str
) -> None:
    told = written(kind, profile)

    assert told.due(element) == FIVE_DAYS
    assert duty in told.of("task_created", element=element)[0]["duty"]
    assert told.ends("plan_exchange") == [ends]


def test_a_pathway_plan_is_sent_signed_and_taken_into_the_plan_of_probation() -> None:
    told = written("pathway_plan", "salford")

    steps = [(event["element"], event["lane"]) for event in told.of("task_created")]
    assert steps == [
        ("send_pathway_plan", "Personal adviser"),
        ("get_plan_signed", "Personal adviser"),
        ("add_plan_snapshot", "Probation officer"),
    ]
    assert told.due("add_plan_snapshot") == TEN_DAYS
    assert told.ends("plan_exchange") == ["snapshot_added"]


def test_nobody_in_youth_justice_shares_a_plan_in_salford() -> None:
    assert not [
        event for event in written("care_plan", "salford").events if str(event["lane"]).startswith("YJS")
    ]


def test_who_cannot_come_reports_two_working_days_before_the_meeting() -> None:
    told = walk("meeting_report", "wandsworth", start=MONDAY, until="P30D")

    assert told.due("write_meeting_report") == "2026-12-10T23:59"  # the meeting is on Monday 14 December
    assert told.of("task_created", element="take_report_to_meeting")[0]["lane"] == "Social worker"
    assert told.ends("meeting_report") == ["report_heard"]
