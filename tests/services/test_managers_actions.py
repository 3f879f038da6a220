"""Everything that a manager does to a pathway and its work, in one table.

Each is refused to those without the right and without a reason, leaves one entry in the audit with the reason, and is
done to a rehearsal: afterwards every row of every table is as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.access import Viewer
from app.domain.clock import SimulatedClock, now
from app.domain.errors import BadInput, NotAllowed, NotFound
from app.domain.ids import new_id
from app.services import (
    agreed_dates,
    correct_starts,
    course_changes,
    foresight,
    handing_out,
    handing_over,
    incidents,
    instances,
    messages,
    suspending,
    task_life,
    tasks,
)
from app.store.audit import AuditEntry
from app.store.db import reading, transaction
from app.store.incidents import Incident
from app.store.instances import ProcessInstance
from app.store.rehearsing import rehearsing
from app.store.tasks import UserTask
from tests.services.conftest import Snapshot
from tests.services.test_lists import remand_of, somebody
from tests.services.test_task_life import VISIT, task_of

Act = Callable[[Viewer, str, str], object]
REASON = "The court has decided."
ELSEWHERE = "mo@stockport"


def nothing(_remand: str) -> None:
    """Nothing has to come before it."""


@dataclass(frozen=True)
class Row:
    """An action: what it does (as whom, to which remand, why), its entry, and to whom it is refused."""

    kind: str
    act: Act
    before: Callable[[str], None] = nothing
    by: str = "mo"
    refused: tuple[str, ...] = ("sam", "desi", ELSEWHERE)
    told: str = "reason"


def visit(remand: str) -> Any:
    return task_of(remand, "record_first_visit")


def free(remand: str) -> Any:
    return task_of(remand, "start_resettlement_planning")


def visited(remand: str) -> None:
    tasks.complete(somebody("sam"), visit(remand).id, VISIT)


def suspended(remand: str) -> None:
    suspending.suspend(somebody("mo"), remand, "It is looked into.", None)


def broken(remand: str) -> None:
    """A fault has stopped it."""
    with transaction() as session:
        row = session.get(ProcessInstance, ("wandsworth", remand))
        assert row is not None
        row.status = "suspended"
        session.add(
            Incident(
                authority_id="wandsworth", id="broken", child_id=row.child_id, instance_id=remand,
                definition_key="remand_yda", element_id=None, sentence="A step could not be taken.",
                command={"do": "fire"}, created_at=now(), resolved_at=None, resolved_by=None,
            )
        )  # fmt: skip


def hand_out(viewer: Viewer, remand: str, why: str) -> None:
    """Several at once: what is refused is told as its outcome, and refused here."""
    press = new_id()
    handing_out.hand_out(viewer, [visit(remand).id], somebody("ash").person_id, press, why)
    outcome = handing_out.outcome(viewer, press)
    assert outcome is not None
    for _, sentence in outcome.refused:
        if sentence.startswith("Enter why"):
            raise BadInput(sentence, {"reason": [sentence]})
        raise NotAllowed(sentence)


def hand_over(viewer: Viewer, remand: str, why: str) -> None:
    """All of Sam's."""
    to = {visit(remand).child_id: somebody("ash").person_id}
    handing_over.move(viewer, somebody("sam").person_id, to, why)


def ended(viewer: Viewer, remand: str, why: str) -> None:
    """The court's own reasons are choices of its form, which the page asks for."""
    messages.send(viewer, remand, "remand_ended", {"reason": why or "bail", "ended_at": now().isoformat()})


ACTIONS = {
    "give one task to somebody else": Row(
        "task_assigned",
        lambda viewer, remand, why: tasks.assign(viewer, visit(remand).id, somebody("ash").person_id, why),
    ),
    "give many": Row("task_assigned", hand_out),
    "give all that a leaver has": Row("task_assigned", hand_over),
    "move a deadline": Row(
        "deadline_moved",
        lambda viewer, remand, why: agreed_dates.move(
            viewer, visit(remand).id, agreed_dates.Move(date(2026, 12, 2), why)
        ),
    ),
    "set aside, so that the pathway skips it": Row(
        "task_not_needed",
        lambda viewer, remand, why: task_life.not_needed(viewer, free(remand).id, why),
        by="tess",
        refused=("desi", ELSEWHERE),  # it is no duty of the law, so whoever works with the child may
    ),
    "go back": Row(
        "course_changed",
        lambda viewer, remand, why: course_changes.change(
            viewer, remand, course_changes.Asked("back:record_first_visit", why)
        ),
        visited,
    ),
    "suspend": Row(
        "instance_suspended", lambda viewer, remand, why: suspending.suspend(viewer, remand, why, None)
    ),
    "let it go on": Row("instance_resumed", suspending.resume, suspended),
    "cancel": Row("instance_cancelled", instances.cancel),
    "try a fault again": Row(
        "incident_retried", lambda viewer, _, why: incidents.retry(viewer, "broken", why), broken
    ),
    "correct the start": Row(
        "start_corrected",
        lambda viewer, remand, why: correct_starts.correct(
            viewer, remand, correct_starts.Asked(correct_starts.show(viewer, remand) - timedelta(days=1), why)
        ),
    ),
    "end a remand that the court ended": Row(
        "message_sent", ended, refused=("desi", ELSEWHERE), told="detail"
    ),
}


def who(name: str) -> Viewer:
    return somebody(*name.split("@")) if "@" in name else somebody(name)


def test_every_action_has_its_right_its_reason_and_its_entry(
    filled_app: Flask, clock: SimulatedClock, everything: Callable[[], Snapshot]
) -> None:
    remand = remand_of("alex", clock)
    before = everything()

    for name, row in ACTIONS.items():
        with rehearsing():
            row.before(remand)
            for refused in row.refused:
                with pytest.raises((NotAllowed, NotFound)):
                    row.act(who(refused), remand, REASON)
            if row.told == "reason":
                with pytest.raises(BadInput) as wrong:
                    row.act(who(row.by), remand, "  ")
                assert list(wrong.value.errors) == ["reason"], name
            row.act(who(row.by), remand, REASON)
            with reading() as session:
                own = AuditEntry.kind == row.kind, AuditEntry.person_id == who(row.by).person_id
                entry = session.scalars(select(AuditEntry).where(*own).order_by(AuditEntry.id.desc())).first()
            assert entry is not None, name
            assert REASON in str(entry.facts[row.told]), name

    assert everything() == before


def test_what_is_foreseen_of_a_remand_that_ends_is_what_comes(
    filled_app: Flask, clock: SimulatedClock
) -> None:
    remand = remand_of("alex", clock)
    mo, child_id = somebody("mo"), visit(remand).child_id
    open_before = open_tasks(child_id)

    seen = foresight.of(mo, child_id, lambda: ended(mo, remand, "bail"))
    assert open_tasks(child_id) == open_before
    ended(mo, remand, "bail")

    after = open_tasks(child_id)
    assert seen.withdrawn
    assert sorted(one.name for one in seen.withdrawn) == sorted(
        open_before[key] for key in open_before.keys() - after.keys()
    )
    assert sorted(one.name for one in seen.opens) == sorted(
        after[key] for key in after.keys() - open_before.keys()
    )
    with reading() as session:
        of_child = ProcessInstance.child_id == child_id, ProcessInstance.ended_at.is_not(None)
        assert sorted(seen.ends) == sorted(session.scalars(select(ProcessInstance.name).where(*of_child)))
    assert foresight.of(mo, child_id, lambda: None).is_nothing


def open_tasks(child_id: str) -> dict[str, str]:
    """Id and name of everything open."""
    with reading() as session:
        query = select(UserTask.id, UserTask.name).where(
            UserTask.child_id == child_id, UserTask.state == "open"
        )
        return {row.id: row.name for row in session.execute(query)}
