"""One child through all of it: remand, hearings that move, a new placement, custody, release and support after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.clock import LONDON
from app.services import facts
from app.store.audit import AuditEntry
from app.store.children import LegalStatus
from app.store.instances import ProcessInstance
from app.store.tasks import UserTask
from tests.pathways.walks import Story, told_once, walk

KNOWN_AT_FIRST = {
    "court_name": "Wimbledon Youth Court",
    "establishment": "Castle Rock",
    "next_hearing_on": "2027-01-21",
    "next_hearing_time": "10:00",
    "looked_after_before": True,
    "known_to_csc": True,
    "has_social_worker": True,
}
MAIN = {
    "remand_yda": "ended_with_custody",
    "court_date": "no_further_hearing",
    "placement_change": "move_recorded",
    "custodial_sentence": "released_to_yjs",
    "release_preparation": "child_released",
    "community_support": "support_over",
}
ROUND_AFTER_ROUND = (
    "visit_cycle", "allowance_cycle", "bed_night_cycle", "sentence_visit_cycle", "sentence_review_cycle",
    "sentence_care_panel", "release_date_notices", "joint_appointment_cycle",
)  # fmt: skip


def told(at: str, name: str, **payload: Any) -> dict[str, Any]:
    """A message from a person."""
    return {"at": at, "name": name, "payload": payload}


def release_moved(at: str, changed_at: str, release_on: str) -> dict[str, Any]:
    return told(
        at,
        "release_date_changed",
        changed_at=changed_at,
        release_on=release_on,
        reason="Time on remand counts",
    )


HEARING_SET = told(
    "P14D", "court_date_known", known_at="2027-01-07T10:00:00+00:00", court_name="Wimbledon Youth Court",
    next_hearing_on="2027-02-18", next_hearing_time="10:00", hearing_type="trial", heard_elsewhere=False,
    looked_after_before=True,
)  # fmt: skip
HEARING_MOVED = told(
    "P35D", "court_date_moved", learned_at="2027-01-28T10:00:00+00:00", next_hearing_on="2027-03-04",
    next_hearing_time="10:00", reason="A witness is ill",
)  # fmt: skip
PLACEMENT_MOVES = told(
    "P30D", "placement_changes", decided_at="2027-01-23T10:00:00+00:00", planned_on="2027-02-15",
    reason="Nearer to home",
)  # fmt: skip
SENTENCED = told("P70D", "remand_ended", reason="custody", ended_at="2027-03-04T16:00:00+00:00", note=None)
SOONER = release_moved("P100D", "2027-04-03T10:00:00+01:00", "2027-09-20")
SOONER_STILL = release_moved("P230D", "2027-08-11T10:00:00+01:00", "2027-09-06")
SUPPORT_BY_HAND = told(
    "P257D", "start_community_support", released_at="2027-09-06T10:00:00+01:00", release_address="simulated",
    supervised_by="yjs",
)  # fmt: skip
SUPPORT_ENDS = told(
    "P400D",
    "community_support_ended",
    reason="supervision_over",
    ended_at="2028-01-28T10:00:00+00:00",
    note=None,
)


@dataclass
class Life:
    """What a child's story has told, and what it has left behind."""

    story: Story = field(init=False)
    facts: Mapping[str, Any] = field(default_factory=dict)
    statuses: Mapping[str, tuple[datetime, datetime | None]] = field(default_factory=dict)
    moves: list[Mapping[str, Any]] = field(default_factory=list)
    running: list[str] = field(default_factory=list)
    open_tasks: list[str] = field(default_factory=list)

    def read(self, session: Session, child_id: str) -> None:
        """Look at the child's record when all is over."""
        (authority_id,) = session.scalars(select(LegalStatus.authority_id).distinct())
        self.facts = facts.known(session, authority_id, child_id)
        rows = session.scalars(select(LegalStatus)).all()
        assert len({row.status for row in rows}) == len(rows)
        self.statuses = {row.status: (row.from_at, row.until_at) for row in rows}
        moved = select(AuditEntry).where(AuditEntry.kind == "deadline_moved").order_by(AuditEntry.id)
        self.moves = [dict(row.facts) for row in session.scalars(moved)]
        running = select(ProcessInstance.definition_key).where(ProcessInstance.status == "running")
        self.running = list(session.scalars(running))
        self.open_tasks = list(session.scalars(select(UserTask.element_id).where(UserTask.state == "open")))

    def days(self, element: str) -> list[str]:
        """The days on which something was due, one after the other, as it moved."""
        found = [move for move in self.moves if move["element"] == element]
        return [day(move["was"]) for move in found[:1]] + [day(move["due_at"]) for move in found]

    def reasons(self, element: str) -> list[str]:
        return [move["reason"] for move in self.moves if move["element"] == element]


def day(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(LONDON).date().isoformat()


def live(profile: str, *more: Mapping[str, Any]) -> Life:
    life = Life()
    life.story = walk(
        "remand_yda",
        profile,
        until="P410D",
        variables=KNOWN_AT_FIRST,
        messages=(
            HEARING_SET, PLACEMENT_MOVES, HEARING_MOVED, SENTENCED, SOONER, SOONER_STILL, *more, SUPPORT_ENDS,
        ),
        tasks={
            "describe_move": {"out_of_area": True},
            "record_sentence": {"release_on": "2027-10-04", "sentence_ends_on": "2028-04-04"},
        },
        afterwards=life.read,
    )  # fmt: skip
    return life


@told_once
def wandsworth() -> Life:
    """Remanded on Christmas Eve; the area has no support after release by protocol, so a person starts it."""
    return live("wandsworth", SUPPORT_BY_HAND)


@told_once
def stockport() -> Life:
    return live("stockport")


@pytest.mark.parametrize("life", [wandsworth, stockport])
def test_each_pathway_starts_once_and_ends_as_it_should(life: Any) -> None:
    started = Counter(event["definition"] for event in life().story.of("instance_started"))

    assert {key: how for key, how in started.items() if how > 1} == {}
    for key, end in MAIN.items():
        (reached,) = life().story.ends(key)
        assert end in reached.split(", "), key


@pytest.mark.parametrize("life", [wandsworth, stockport])
def test_nothing_goes_on_when_all_is_over(life: Any) -> None:
    assert life().running == []
    assert life().open_tasks == []


@pytest.mark.parametrize("life", [wandsworth, stockport])
def test_work_of_a_pathway_is_closed_when_it_ends(life: Any) -> None:
    open_now: Counter[int] = Counter()
    for event in life().story.events:
        open_now[event["instance"]] += event["kind"] == "task_created"
        open_now[event["instance"]] -= event["kind"] in ("task_completed", "task_cancelled")
        if event["kind"] == "instance_ended":
            assert open_now[event["instance"]] == 0, event["definition"]


@pytest.mark.parametrize("life", [wandsworth, stockport])
def test_only_what_comes_round_is_asked_again(life: Any) -> None:
    asked = Counter((event["definition"], event["element"]) for event in life().story.of("task_created"))

    assert {one for one, times in asked.items() if times > 1 and one[0] not in ROUND_AFTER_ROUND} == set()


def test_what_was_known_at_the_remand_is_known_at_the_end() -> None:
    known = wandsworth().facts

    for name in ("court_name", "establishment", "looked_after_before"):
        assert known[name] == KNOWN_AT_FIRST[name]
    assert (known["next_hearing_on"], known["release_on"]) == ("2027-03-04", "2027-09-06")
    assert (known["social_worker"], known["yjs_case_manager"]) == ("simulated", "simulated")
    assert known["supervising_service"] == "yjs"


@pytest.mark.parametrize("life", [wandsworth, stockport])
def test_the_child_stays_looked_after_since_the_day_of_the_remand(life: Any) -> None:
    since, until = life().statuses["looked_after"]

    assert since == datetime(2026, 12, 24, 17, 40, tzinfo=LONDON)
    assert until is None
    assert life().facts["looked_after_from_on"] == "2026-12-24"


def test_the_detention_counts_from_the_sentence_to_the_release() -> None:
    since, until = wandsworth().statuses["youth_detention"]

    assert since == datetime(2027, 3, 4, 16, 0, tzinfo=LONDON)
    assert until is not None
    assert until.astimezone(LONDON).date().isoformat() == "2027-09-06"


@pytest.mark.parametrize(
    ("element", "days"),
    [
        ("confirm_plan", ["2027-01-21", "2027-02-18", "2027-03-04"]),
        ("present_parallel_plans", ["2027-01-07", "2027-02-04", "2027-02-18"]),
        ("record_release_address", ["2027-01-14", "2027-02-11", "2027-02-25"]),
        ("hearing_day", ["2027-02-18", "2027-03-04"]),
        ("say_whether_you_go", ["2027-02-16", "2027-03-02"]),
        ("serve_own_court", ["2027-02-18", "2027-03-04"]),
    ],
)
def test_what_hangs_from_the_hearing_moves_with_it_and_says_why(element: str, days: list[str]) -> None:
    assert wandsworth().days(element) == days
    assert wandsworth().reasons(element)[-1] == (
        "The date of the next hearing changed from Thursday 18 February 2027 to Thursday 4 March 2027"
    )


def test_the_preparation_opens_twelve_weeks_before_the_release_as_it_is_now() -> None:
    opened = wandsworth().story.one("instance_started", definition="release_preparation")

    assert wandsworth().days("release_comes_up")[:2] == ["2027-07-12", "2027-06-28"]
    assert opened["at"][:10] == "2027-06-28"


@pytest.mark.parametrize(
    ("element", "days"),
    [
        ("present_release_plans", ["2027-09-06", "2027-08-23"]),
        ("record_home", ["2027-08-20", "2027-08-12"]),
        ("hold_final_review", ["2027-08-20", "2027-08-12"]),
        ("propose_licence_conditions", ["2027-09-10", "2027-08-27"]),
    ],
)
def test_what_hangs_from_the_release_moves_with_it_and_says_why(element: str, days: list[str]) -> None:
    assert wandsworth().days(element) == days
    assert wandsworth().reasons(element) == [
        "The earliest possible release date changed from Monday 20 September 2027 to Monday 6 September 2027"
    ]


def test_the_placement_change_asks_both_services_before_and_after() -> None:
    created = wandsworth().story.of("task_created", definition="placement_change")

    assert [event["element"] for event in created] == [
        "describe_move", "consult_yjs_on_move", "record_move", "ask_host_service",
    ]  # fmt: skip


def test_reviews_go_on_from_the_last_one_of_the_remand() -> None:
    first, *_ = wandsworth().story.of("task_created", element="hold_combined_review")

    assert first["due_at"][:10] == "2027-04-21"  # three months after 21 January


def test_support_starts_by_itself_where_the_area_has_it() -> None:
    (released,) = stockport().story.of("message_sent", detail="released")
    started = stockport().story.one("instance_started", definition="community_support")

    assert started["at"] == released["at"]
    assert stockport().story.of("task_created", element="make_joint_plan")
