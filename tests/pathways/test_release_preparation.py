"""The release preparation: counted back from the earliest release, shorter when little time is left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from app.domain.clock import LONDON
from app.services import reference
from tests.house.drawings import drawings, fields
from tests.pathways.walks import Story, told_once, walk

AUTUMN = datetime(2026, 9, 1, 10, 0, tzinfo=LONDON)
RELEASE = "2026-12-01"  # a Tuesday, thirteen weeks later
PATHWAYS = {
    "release_preparation", "release_date_changes", "release_home", "release_accommodation",
    "release_short_notice", "release_meetings", "release_education", "release_information",
    "release_supervision",
}  # fmt: skip


def moved(to: str, *, at: str = "P20D") -> dict[str, object]:
    """A person tells that the release is on another day."""
    payload = {"changed_at": "2026-09-21T10:00:00+01:00", "release_on": to, "reason": "Time on remand counts"}
    return {"at": at, "name": "release_date_changed", "payload": payload}


def prepared(profile: str = "wandsworth", *, release_on: str = RELEASE, **more: object) -> Story:
    """The story of one release, until it is over."""
    options: dict[str, object] = {"until": "P120D", "start": AUTUMN, **more}
    return walk("release_preparation", profile, variables={"release_on": release_on}, **options)  # type: ignore[arg-type]


@told_once
def wandsworth() -> Story:
    return prepared()


@told_once
def stockport() -> Story:
    licence = {"record_release": {"licence_to_amend": True}}
    return prepared("stockport", tasks=licence)


@told_once
def knowsley() -> Story:
    return prepared("knowsley")


@told_once
def never() -> Story:
    """Nobody does anything, and the child is released all the same."""
    told = {
        "at": "P91D",
        "name": "released",
        "payload": {
            "released_at": "2026-12-01T10:00:00+00:00",
            "release_address": None,
            "supervised_by": "yjs",
        },
    }
    return prepared(complete="never", messages=(told,))


@told_once
def in_three_days() -> Story:
    return prepared(release_on="2026-09-04")


@told_once
def brought_forward() -> Story:
    return prepared(messages=(moved("2026-09-25"),))


@told_once
def brought_forward_and_nothing_done() -> Story:
    off = {"at": "P22D", "name": "release_called_off", "payload": {"reason": "refused", "note": None}}
    return prepared(complete="never", messages=(moved("2026-10-12"), off))


@told_once
def put_back() -> Story:
    return prepared(until="P150D", messages=(moved("2027-01-12"),))


@told_once
def soon_but_not_at_once() -> Story:
    return prepared(messages=(moved("2026-10-12"),))


@told_once
def without_school_or_provider() -> Story:
    answers = {
        "write_education_plan": {"starts_soon": False},
        "record_release_pathway_plan": {"has_provider": False},
    }
    return prepared("knowsley", tasks=answers)


@told_once
def home_as_before() -> Story:
    answers = {
        "record_home": {"new_placement": False},
        "decide_on_joint_assessment": {"is_needed": True, "earlier_assessment": False},
    }
    return prepared("stockport", tasks=answers)


@told_once
def no_joint_assessment() -> Story:
    return prepared("stockport", tasks={"decide_on_joint_assessment": {"is_needed": False}})


@told_once
def grown_up() -> Story:
    """Eighteen some weeks before the release: the simulated child is sixteen in the month of the start."""
    return prepared("knowsley", release_on="2028-10-17", until="P800D")


@told_once
def still_looked_after() -> Story:
    """A sentence with a care order opens the preparation twelve weeks before the release."""
    answers = {
        "decide_status_route": {"status_route": "still_looked_after"},
        "record_sentence": {"release_on": "2026-12-01"},
    }
    return walk("custodial_sentence", "wandsworth", start=AUTUMN, until="P100D", tasks=answers)


STORIES: tuple[Callable[[], Story], ...] = (
    wandsworth, stockport, knowsley, never, in_three_days, brought_forward, brought_forward_and_nothing_done,
    put_back, soon_but_not_at_once, without_school_or_provider, home_as_before, no_joint_assessment, grown_up,
)  # fmt: skip


def test_the_stories_reach_every_end_of_every_diagram() -> None:
    drawn = {
        (drawing.key, end.get("id"))
        for drawing in drawings()
        if drawing.key in PATHWAYS
        for end in drawing.all("endEvent")
    }
    reached = {
        (str(event["definition"]), end.strip())
        for story in STORIES
        for event in story().of("instance_ended")
        for end in str(event["detail"]).split(",")
    }

    assert drawn - reached == set()


@pytest.mark.parametrize(
    ("element", "due"),
    [
        ("open_release_plan", "2026-09-22"),
        ("consult_placements_team", "2026-10-06"),
        ("record_home", "2026-10-30"),  # 1 November is a Sunday
        ("hold_preparation_meeting", "2026-10-30"),
        ("invite_to_release_meetings", "2026-10-23"),
        ("present_release_plans", "2026-11-17"),
        ("tell_the_child", "2026-11-17"),
        ("write_education_plan", "2026-11-17"),
        ("hold_pre_release_meeting", "2026-11-20"),  # ten days before is a Saturday
        ("record_release", "2026-12-01"),
    ],
)
def test_everything_is_counted_back_from_the_release(element: str, due: str) -> None:
    assert wandsworth().due(element)[:10] == due


def test_work_done_on_time_is_never_overdue_nor_escalated() -> None:
    for story in (wandsworth(), stockport(), knowsley(), in_three_days(), brought_forward(), put_back()):
        assert not story.of("duty_overdue")
        assert not story.of("escalated")
    assert not wandsworth().of("task_created", element="escalate_to_service")


def test_without_a_home_the_service_hears_a_month_before_and_the_director_seven_days() -> None:
    service = never().one("task_created", element="escalate_to_service")
    director = never().one("task_created", element="escalate_home_to_director")

    assert (service["at"][:10], service["lane"]) == ("2026-10-30", "Social worker")
    assert director["at"][:10] == "2026-11-24"
    assert {"WAN-9-21"} <= set(service["duty"])
    assert {"WAN-9-22", "WAN-A-18"} <= set(director["duty"])


def test_service_and_director_have_to_answer() -> None:
    late = prepared(tasks={}, complete="late", until="P100D")

    assert late.one("task_created", element="answer_as_service")["lane"] == "Head of service"
    immediate = in_three_days().one("task_created", element="answer_on_home_as_director")
    assert immediate["lane"] == "Director of Children's Services"
    assert immediate["due_at"][:10] == "2026-09-02"


def test_an_immediate_release_takes_the_short_way() -> None:
    story = in_three_days()
    created = {event["element"]: event["due_at"][:10] for event in story.of("task_created")}

    assert created["find_home_first"] == "2026-09-02"
    assert created["hold_one_meeting"] == "2026-09-02"
    assert created["tell_the_child"] == "2026-09-02"
    assert created["escalate_home_to_director"] == "2026-09-02"
    assert "hold_preparation_meeting" not in created
    assert story.one("timer_fired", element="no_home_seven_days_before")["at"][:10] == "2026-09-01"


def test_a_release_that_is_put_back_moves_what_hangs_from_it() -> None:
    done = {event["element"]: event["at"][:10] for event in put_back().of("task_completed")}

    assert done["present_release_plans"] == "2026-12-29"
    assert done["hold_preparation_meeting"] == "2026-12-11"
    assert done["record_release"] == "2027-01-12"


def test_a_release_that_turns_immediate_takes_the_short_way_from_there() -> None:
    story = brought_forward()
    cancelled = {event["element"] for event in story.of("task_cancelled")}
    done = {event["element"]: event["at"][:10] for event in story.of("task_completed")}

    assert {"hold_preparation_meeting"} <= cancelled
    assert done["find_home_at_short_notice"] == "2026-09-22"
    assert done["hold_one_meeting"] == "2026-09-22"
    assert done["tell_the_child"] == "2026-09-22"
    assert done["record_release"] == "2026-09-25"


def test_at_short_notice_the_home_comes_first_and_there_is_time_for_two_meetings() -> None:
    done = {event["element"] for event in soon_but_not_at_once().of("task_completed")}

    assert {"find_home_at_short_notice", "hold_preparation_meeting", "hold_pre_release_meeting"} <= done
    assert "hold_one_meeting" not in done


def test_the_ten_things_are_asked_for_together_and_all_of_them_are_needed() -> None:
    asked = fields("release_preparation/ten_things")
    told = knowsley().one("task_created", element="tell_ten_things")

    assert set(asked) == {
        "collector", "release_address", "reporting", "support_sources", "out_of_hours", "education_options",
        "health", "finance", "adviser_visit_on", "roles", "sharing_told", "told_on",
    }  # fmt: skip
    assert [key for key, field in asked.items() if not field.get("validate", {}).get("required")] == []
    assert (told["due_at"][:10], told["lane"], told["duty"]) == (
        "2026-11-17",
        "Personal adviser",
        ["KNO-2-05"],
    )


def test_the_leaving_care_worker_plans_in_knowsley_and_nobody_is_told_twice() -> None:
    created = {event["element"]: event["lane"] for event in knowsley().of("task_created")}

    assert created["record_release_pathway_plan"] == "Personal adviser"
    assert {"arrange_visits_before_release", "send_plan_copies", "plan_for_independence"} <= set(created)
    assert "tell_the_child" not in created
    assert not knowsley().of("task_created", element="present_release_plans")
    assert all(duty.startswith("KNO") for event in knowsley().events for duty in event["duty"])


def test_stockport_speaks_at_its_two_panels_and_visits_the_placement() -> None:
    created = {event["element"]: event["due_at"][:10] for event in stockport().of("task_created")}

    assert created["attend_accommodation_panels"] == "2026-11-17"
    assert created["visit_placement_jointly"] == "2026-11-13"  # five working days before the final meeting
    assert created["assess_risk_jointly"] == "2026-10-06"
    assert created["amend_licence"] == "2026-12-02"
    assert "present_release_plans" not in created


def test_who_is_18_at_the_release_is_supervised_by_agreement_of_both_managers() -> None:
    decided = grown_up().one("task_created", element="decide_supervisor")
    agreed = grown_up().one("task_created", element="agree_supervisor")

    assert (decided["lane"], agreed["lane"]) == ("YJS team manager", "Probation manager")
    assert decided["due_at"][:10] == "2028-09-15"  # a month before is a Sunday
    assert not wandsworth().of("task_created", element="decide_supervisor")


def test_the_reviewing_officer_holds_the_final_review_of_a_child_who_is_still_looked_after() -> None:
    (review,) = still_looked_after().of("task_completed", element="hold_final_review")

    assert review["lane"] == "Independent reviewing officer"
    assert review["at"][:10] == "2026-10-30"
    assert not still_looked_after().of("task_created", element="hold_preparation_meeting")


def test_the_release_ends_the_sentence_that_opened_the_preparation() -> None:
    (end,) = still_looked_after().of("instance_ended", definition="custodial_sentence")

    assert end["at"][:10] == "2026-12-01"
    assert "released_to_yjs" in end["detail"]


def test_a_release_that_is_called_off_closes_its_preparation() -> None:
    story = brought_forward_and_nothing_done()

    assert any("release_off" in end for end in story.ends("release_preparation"))
    assert story.ends("release_short_notice") == ["too_late"]
    assert {event["at"][:10] for event in story.of("instance_ended", definition="release_home")} == {
        "2026-09-23"
    }


@pytest.mark.parametrize("profile", ["default", "wandsworth", "stockport", "knowsley", "salford", "stoke"])
@pytest.mark.parametrize("complete", ["on-time", "never"])
def test_two_years_of_it_go_well_everywhere(profile: str, complete: str) -> None:
    story = walk("release_preparation", profile, complete=complete, until="P730D")

    assert bool(story.of("duty_overdue")) == (complete == "never")


@pytest.mark.parametrize("area", ["wandsworth", "stockport", "knowsley", "salford", "stoke"])
def test_no_duty_of_the_release_is_open(area: str) -> None:
    found = reference.duty_coverage("release_preparation", area)

    assert [one.duty.id for one in found if one.status == "open"] == []
