"""Joint working: who looks, who is told, on which day, and what each area does of it."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.domain.clock import LONDON
from tests.pathways.walks import Story, told_once, walk

MONDAY = datetime(2026, 11, 30, 10, 0, tzinfo=LONDON)
TWO_YEARS = "P730D"
PROFILES = ("default", "wandsworth", "stockport", "salford", "stoke", "knowsley")
ENDED = {"at": "P40D", "name": "involvement_ended",
         "payload": {"ended_at": "2027-01-09T12:00:00+00:00", "service": "yjs", "reason": None}}  # fmt: skip


def story(profile: str, **more: object) -> Story:
    return walk("joint_working", profile, start=MONDAY, **more)  # type: ignore[arg-type]


@told_once
def wandsworth() -> Story:
    return story("wandsworth", until="P60D", messages=(ENDED,))


@told_once
def stoke() -> Story:
    return story("stoke", until="P100D")


@told_once
def salford() -> Story:
    return story("salford", until="P120D", messages=(ENDED | {"at": "P110D"},))


def done(told: Story) -> set[str]:
    return {str(event["element"]) for event in told.of("task_created")}


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("complete", ["on-time", "never"])
def test_two_years_go_by_in_every_area(profile: str, complete: str) -> None:
    assert story(profile, complete=complete, until=TWO_YEARS).of("instance_started")


@pytest.mark.parametrize(
    ("element", "lane", "due"),
    [
        ("check_social_care_record", "YJS business support", "2026-11-30T23:59"),
        ("allocate_case_manager", "YJS team manager", "2026-12-01T23:59"),
        ("put_reference_on_record", "YJS business support", "2026-12-02T23:59"),
        ("record_objection", "YJS case manager", "2026-12-02T23:59"),
        ("tell_social_care", "YJS case manager", "2026-12-02T23:59"),
        ("note_social_care_status", "YJS case manager", "2026-12-08T23:59"),
    ],
)
def test_a_new_case_is_looked_up_and_passed_on_in_the_first_days(element: str, lane: str, due: str) -> None:
    created = wandsworth().of("task_created", element=element)

    assert [event["lane"] for event in created] == [lane]
    assert wandsworth().due(element) == due


def test_the_notice_of_involvement_goes_out_within_24_hours_of_the_allocation() -> None:
    told = wandsworth().of("notification_queued", element="send_involvement_notice")

    assert {event["lane"] for event in told} == {"Social worker", "Social care team manager"}
    assert {"WAN-4-08", "WAN-4-12", "WAN-10-13"} <= set(told[0]["duty"])


def test_plans_history_and_assessment_are_shared_as_both_begin() -> None:
    assert {"share_plans_at_start", "share_history", "contribute_to_assessment"} <= done(wandsworth())


def test_the_end_of_the_involvement_closes_what_is_shared_and_enters_the_date() -> None:
    assert wandsworth().due("enter_end_of_involvement") == "2027-01-11T23:59"
    assert wandsworth().ends("working_together")[0].endswith("joint_working_over")


def test_what_is_still_to_be_shared_is_closed_by_the_end_of_the_involvement() -> None:
    early = story("wandsworth", until="P20D", messages=({**ENDED, "at": "P3D"},))

    assert {"share_plans_at_start", "share_history"} <= {
        str(event["element"]) for event in early.of("task_cancelled")
    }


def test_a_child_whom_social_care_does_not_know_needs_no_notice() -> None:
    told = story("wandsworth", until="P10D", tasks={"check_social_care_record": {"known_to_csc": False}})

    assert "tell_social_care" not in done(told)
    assert "not_known_to_social_care" in told.ends("joint_working")[0]
    assert not told.of("instance_started", definition="working_together")


@pytest.mark.parametrize(("upheld", "ends"), [(True, "objection_upheld"), (False, "both_services_involved")])
def test_an_objection_is_ruled_on_by_the_team_manager(upheld: bool, ends: str) -> None:
    told = story(
        "wandsworth",
        until="P10D",
        tasks={
            "record_objection": {"objected": True, "objection": "I do not want it."},
            "rule_on_objection": {"upheld": upheld},
        },
    )

    assert told.of("task_created", element="rule_on_objection")[0]["lane"] == "YJS team manager"
    assert ends in told.ends("joint_working")[0]
    assert ("tell_social_care" in done(told)) is not upheld


@pytest.mark.parametrize(("known", "ends"), [(True, "shared_from_referral"), (False, "not_known_to_yjs")])
def test_a_referral_of_a_known_child_is_passed_on_within_24_hours(known: bool, ends: str) -> None:
    told = story(
        "wandsworth",
        until="P10D",
        variables={"comes_from": "csc"},
        tasks={"check_youth_justice_record": {"known_to_yjs": known}},
    )

    assert told.due("check_youth_justice_record") == "2026-12-01T10:00"
    assert ("tell_yjs_of_referral" in done(told)) is known
    assert told.ends("joint_working") == [ends]


@pytest.mark.parametrize(
    ("by", "element", "lane"),
    [
        ("yjs", "tell_social_care_of_change", "YJS case manager"),
        ("csc", "tell_yjs_of_change", "Social worker"),
    ],
)
def test_each_service_tells_the_other_of_a_change_in_24_hours(by: str, element: str, lane: str) -> None:
    change = {"learned_at": "2026-12-14T10:00:00+00:00", "learned_by": by, "what_changed": "A new address."}
    told = story(
        "stoke",
        until="P20D",
        messages=({"at": "P14D", "name": "circumstances_changed", "payload": change},),
    )

    assert told.due(element) == "2026-12-15T10:00"
    assert told.of("task_created", element=element)[0]["lane"] == lane


def test_a_new_worker_is_entered_on_the_social_care_system() -> None:
    change = {"changed_at": "2026-12-14T10:00:00+00:00", "worker_name": "Rowan Field", "service": "yjs"}
    told = story(
        "wandsworth", until="P20D", messages=({"at": "P14D", "name": "worker_changed", "payload": change},)
    )

    assert told.due("update_worker_dates") == "2026-12-15T23:59"
    assert "WAN-4-11" in told.of("task_created", element="update_worker_dates")[0]["duty"]


def test_stoke_speaks_every_month_and_the_next_month_counts_from_the_talk() -> None:
    talks = stoke().of("task_created", element="tell_social_care_how_things_are")

    assert [event["due_at"][:10] for event in talks[:3]] == ["2026-12-30", "2027-01-30", "2027-02-28"]
    assert {"STK-5.2-01", "STK-5.2-05"} <= set(
        stoke().of("task_created", element="tell_yjs_how_things_are")[0]["duty"]
    )


def test_liaison_ends_with_the_joint_work() -> None:
    told = story("stoke", until="P60D", messages=(ENDED,))

    assert told.ends("liaison_cycle")[0].endswith("cycle_over")


@pytest.mark.parametrize("profile", ["stockport", "stoke", "knowsley"])
def test_an_area_without_the_entries_the_objection_and_the_first_sharing_does_none_of_it(
    profile: str,
) -> None:
    told = story(profile, until="P60D")

    assert done(told).isdisjoint(
        {"put_reference_on_record", "note_social_care_status", "record_objection", "share_plans_at_start",
         "share_history", "contribute_to_assessment"}
    )  # fmt: skip
    assert "tell_social_care" in done(told)
    assert bool(told.of("instance_started", definition="liaison_cycle")) is (profile == "stoke")


def test_in_salford_probation_tells_leaving_care_within_five_working_days() -> None:
    assert salford().due("tell_leaving_care") == "2026-12-07T23:59"
    assert salford().of("task_created", element="tell_leaving_care")[0]["lane"] == "Probation officer"
    assert {"SAL-3-04", "SAL-3-05"} <= set(
        salford().of("task_created", element="tell_leaving_care")[0]["duty"]
    )
    assert not [one for one in salford().of("task_created") if str(one["lane"]).startswith("YJS")]


def test_in_salford_the_two_agree_who_does_what_in_a_community_sentence_only() -> None:
    custody = story("salford", until="P30D", tasks={"tell_leaving_care": {"order_type": "custody"}})

    assert "clarify_roles" in done(salford())
    assert "clarify_roles" not in done(custody)
    assert {"share_objectives", "send_pathway_plan"} <= done(custody)


def test_in_salford_the_managers_consult_on_the_case_each_quarter() -> None:
    assert salford().due("consult_on_case") == "2027-02-28T23:59"
    assert salford().ends("case_consultation_cycle")[0].endswith("cycle_over")
    assert "joint_work_with_probation_over" in salford().ends("working_with_probation")[0]
