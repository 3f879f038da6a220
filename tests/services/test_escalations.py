"""Escalations: the ladder as it stands, who has seen it, what is over, and whose it is to look at."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select

from app.domain.clock import SimulatedClock
from app.domain.errors import NotAllowed, NotFound, StaleTask
from app.services import acknowledging, children, instances, tasks, timers
from app.services.oversight import disputes, escalations
from app.services.oversight.escalations import OPEN, OVER, UNSEEN
from app.services.oversight.ladders import ANSWERED, OVERTAKEN, SILENT, WAITING, Escalation
from app.services.oversight.scope import ALL, scope
from app.store.audit import AuditEntry
from app.store.db import db, reading
from app.store.instances import ProcessInstance
from tests.services.test_lists import somebody

pytestmark = pytest.mark.usefixtures("filled_app")


def dispute(clock: SimulatedClock, *parties: str, child: str = "alex") -> str:
    """A dispute that is raised now; its id."""
    dora = somebody("dora")
    said = {
        "raised_at": clock.now().isoformat(),
        "kind": "disagreement",
        "issue": "Who goes to the prison?",
        "parties": list(parties),
    }
    return instances.start(dora, "dispute", children.search(dora, child)[0].id, said)


def listed(name: str, which: str = OPEN, team: str = ALL) -> tuple[Escalation, ...]:
    viewer = somebody(name)
    return escalations.page_of(viewer, scope(viewer, team), which).escalations


def later(clock: SimulatedClock, days: int) -> None:
    clock.move_to(clock.now() + timedelta(days=days))
    while timers.drain():
        pass


def test_a_ladder_says_who_was_told_and_who_is_next_until_it_is_over(
    clock: SimulatedClock, filled_app: Flask
) -> None:
    began = clock.now()
    dispute(clock, "yjs")

    (one,) = listed("tess")
    (step,) = one.steps
    assert (one.what, one.child.name) == ("Settle the dispute for youth justice", "Alex Example")
    assert (step.state, step.role, [told.name for told in step.told]) == (
        WAITING,
        "yjs_team_manager",
        ["Tess Teamleader"],
    )
    assert step.is_for_viewer
    assert one.next_role == "Head of service"
    assert one.runs_out_at == step.runs_out_at
    assert timedelta(days=9) < one.runs_out_at - began <= timedelta(days=11)

    later(clock, 11)
    (one,) = listed("tess")
    assert [step.state for step in one.steps] == [SILENT, WAITING]
    assert (one.steps[1].role, one.next_role) == ("head_of_service", "Deputy director")
    tasks.complete(somebody("hope"), one.steps[1].task_id, {"response": "Both of you go.", "settled": True})

    assert listed("tess") == ()
    (over,) = listed("tess", OVER)
    assert [step.state for step in over.steps] == [SILENT, ANSWERED]
    assert (over.steps[1].response, over.steps[1].answered_by) == ("Both of you go.", "Hope Headofservice")
    assert over.how_it_ended == "Settled by Head of service"


def test_the_ladder_of_the_service_that_was_silent_is_over_when_the_other_settles(
    clock: SimulatedClock, filled_app: Flask
) -> None:
    raised = dispute(clock, "yjs", "social_care")
    by_role = {one.steps[0].role: one for one in listed("ada")}
    assert set(by_role) == {"yjs_team_manager", "csc_team_manager"}
    ada, sees_none = somebody("ada"), scope(somebody("ada"), "placements")
    (one,) = disputes.page_of(ada, scope(ada, ALL)).disputes
    assert (one.kind, one.about, [(party.name, party.is_open) for party in one.parties]) == (
        "The workers disagree",
        "Who goes to the prison?",
        [("Social care", True), ("Youth justice service", True)],
    )
    assert {party.ladder.steps[0].role for party in one.parties} == set(by_role)
    assert (disputes.number(ada, sees_none), disputes.number(ada, scope(ada, "looked_after"))) == (0, 1)
    tasks.complete(
        somebody("tess"),
        by_role["yjs_team_manager"].steps[0].task_id,
        {"response": "We go.", "settled": True},
    )

    over = {one.steps[0].role: one for one in listed("ada", OVER)}
    assert disputes.number(ada, scope(ada, ALL)) == 0
    (settled,) = disputes.page_of(ada, scope(ada, ALL), OVER).disputes
    assert (settled.id, settled.how_it_ended, settled.settled_by, settled.outcome) == (
        raised,
        "Settled for every service",
        "Tess Teamleader",
        "We go.",
    )
    assert listed("ada") == ()
    assert [step.state for step in over["csc_team_manager"].steps] == [OVERTAKEN]
    assert over["csc_team_manager"].how_it_ended == "What it was about is done or settled"
    with reading() as session:
        ends = {
            row.id: row.end_event
            for row in session.execute(select(ProcessInstance.id, ProcessInstance.end_event))
        }
    assert ends[over["csc_team_manager"].id] == "escalation_over"
    assert "escalation_closed" in ends[over["yjs_team_manager"].id]
    assert ends[raised] == "managers_settled_yjs, managers_settled_social_care"


def test_whoever_was_told_acknowledges_once_and_it_is_seen_who_has_not(
    clock: SimulatedClock, filled_app: Flask
) -> None:
    dispute(clock, "yjs")
    tess, mo = somebody("tess"), somebody("mo")
    (one,) = listed("tess", UNSEEN)
    task_id = one.steps[0].task_id

    acknowledging.acknowledge(tess, task_id, " I ring them today. ")
    acknowledging.acknowledge(tess, task_id, "Again.")

    assert listed("tess", UNSEEN) == ()
    told = listed("tess")[0].steps[0].told
    assert [(one.name, one.words, one.at) for one in told] == [
        ("Tess Teamleader", "I ring them today.", clock.now())
    ]
    assert acknowledging.of_task(tess, task_id).can is False
    with reading() as session:
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.kind == "escalation_acknowledged"))
    assert (entry.person_id, entry.task_id, entry.facts["reason"]) == (
        tess.person_id,
        task_id,
        "I ring them today.",
    )
    with pytest.raises((NotAllowed, NotFound)):
        acknowledging.acknowledge(mo, task_id)
    with pytest.raises(NotAllowed):
        acknowledging.acknowledge(somebody("dora"), task_id)
    tasks.complete(tess, task_id, {"response": "No.", "settled": False})
    with pytest.raises(StaleTask):
        acknowledging.acknowledge(tess, task_id)
    assert len(listed("tess", UNSEEN)) == 1, "the head of service has not seen it yet"


def test_whose_escalations_one_looks_at(clock: SimulatedClock, filled_app: Flask) -> None:
    dispute(clock, "yjs", "social_care")
    dispute(clock, "yjs", child="charlie")

    assert {one.child.name for one in listed("tess")} == {"Alex Example", "Charlie Fictional"}
    assert {one.child.name for one in listed("mo")} == {"Alex Example"}, "social care does not know Charlie"
    assert {one.steps[0].role for one in listed("mo", team="looked_after")} == {"csc_team_manager"}
    mo, ada = somebody("mo"), somebody("ada")
    by_role = escalations.page_of(mo, scope(mo, ALL, role="yjs_team_manager"))
    assert [one.steps[0].role for one in by_role.escalations] == ["yjs_team_manager"]
    assert escalations.page_of(mo, scope(mo, ALL, pathway="remand_yda")).total == 0
    counted = escalations.counts(ada, scope(ada, ALL))
    assert (counted.open, counted.unseen) == (len(listed("ada")), len(listed("ada", UNSEEN))) == (3, 3)
    charlie = next(one for one in listed("tess") if one.child.name == "Charlie Fictional")
    with pytest.raises(NotFound):
        escalations.show(mo, charlie.id)
    for nobody in ("sam", "desi"):
        viewer = somebody(nobody)
        with pytest.raises(NotFound):
            escalations.page_of(viewer, scope(viewer, ALL))


def test_a_page_takes_as_many_statements_for_many_as_for_one(
    clock: SimulatedClock, filled_app: Flask
) -> None:
    def statements() -> int:
        seen: list[str] = []
        listener = lambda *told: seen.append(told[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listener)
        try:
            listed("ada")
        finally:
            event.remove(db.engine, "before_cursor_execute", listener)
        return len(seen)

    dispute(clock, "yjs")
    first = statements()
    dispute(clock, "yjs", "social_care", child="robin")

    assert statements() == first
