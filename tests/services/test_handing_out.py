"""Many tasks at once, on both databases: taken or given, each alone, and for each that was not, why."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, insert, select

from app.domain.clock import SimulatedClock, today
from app.domain.errors import BadInput
from app.domain.ids import new_id
from app.services import children, handing_out, lists, tasks, week
from app.services.lists import Filters
from app.store.bulk import gather_statistics
from app.store.children import Child
from app.store.db import db, reading, table_of, transaction
from app.store.instances import ProcessInstance
from app.store.tasks import UserTask
from tests.services.test_lists import remand_of, somebody

pytestmark = pytest.mark.on_both_databases

FIFTY = handing_out.MOST_AT_ONCE


@pytest.fixture
def fifty(clock: SimulatedClock, filled_app: Flask) -> list[str]:
    """The ids of fifty open tasks of the youth justice team that nobody has."""
    instance_id = remand_of("alex", clock)
    with transaction() as session:
        query = select(table_of(UserTask)).where(UserTask.instance_id == instance_id).limit(1)
        template = dict(session.execute(query).mappings().one())
        template |= {"team_id": "youth_justice", "role": "yjs_case_manager", "assignee_id": None}
        rows = [{**template, "id": new_id(), "ref": new_id()} for _ in range(FIFTY)]
        session.execute(insert(table_of(UserTask)), rows)
    return [str(row["id"]) for row in rows]


def holders(task_ids: list[str]) -> set[str | None]:
    with reading() as session:
        return set(session.scalars(select(UserTask.assignee_id).where(UserTask.id.in_(task_ids))))


def test_fifty_are_given_at_once(fifty: list[str]) -> None:
    tess, casey = somebody("tess"), somebody("casey")

    handing_out.hand_out(tess, fifty, casey.person_id, "once")

    outcome = handing_out.outcome(tess, "once")
    assert outcome is not None
    assert (outcome.done, outcome.to, outcome.refused) == (FIFTY, casey.name, ())
    assert holders(fifty) == {casey.person_id}


def test_what_could_not_be_taken_is_said_of_each(fifty: list[str]) -> None:
    tess, casey = somebody("tess"), somebody("casey")
    tasks.claim(casey, fifty[0])

    handing_out.hand_out(tess, [*fifty[:3], "no-such-task"], None, "once")

    outcome = handing_out.outcome(tess, "once")
    assert outcome is not None
    assert outcome.done == 2
    assert [(task.id if task else None, why) for task, why in outcome.refused] == [
        (fifty[0], f"{casey.name} has taken this task already."),
        (None, handing_out.NOT_THERE),
    ]


def test_sent_twice_it_is_done_once(fifty: list[str]) -> None:
    tess, casey = somebody("tess"), somebody("casey")
    handing_out.hand_out(tess, fifty[:2], casey.person_id, "once")
    tasks.release(casey, fifty[0])

    handing_out.hand_out(tess, fifty[:2], casey.person_id, "once")

    assert holders([fifty[0]]) == {None}


def test_what_came_of_it_is_told_to_nobody_else(fifty: list[str]) -> None:
    handing_out.hand_out(somebody("tess"), fifty[:1], None, "once")

    assert handing_out.outcome(somebody("casey"), "once") is None
    assert handing_out.outcome(somebody("tess", "stockport"), "once") is None


@pytest.mark.parametrize(
    ("number", "person_id", "field"),
    [(0, None, "task_id"), (FIFTY + 1, None, "task_id"), (1, "", "person_id")],
)
def test_what_is_missing_is_asked_for(
    fifty: list[str], number: int, person_id: str | None, field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        handing_out.hand_out(somebody("tess"), [*fifty, "more"][:number], person_id, "once")

    assert list(refused.value.errors) == [field]


def test_each_person_is_offered_with_what_they_have(fifty: list[str], clock: SimulatedClock) -> None:
    tess, casey = somebody("tess"), somebody("casey")
    teams = [team for team in lists.teams_of(tess) if team.id == "youth_justice"]
    before = {load.person_id: load for load in handing_out.loads(tess, teams)}
    handing_out.hand_out(tess, fifty[:4], casey.person_id, "once")

    after = {load.person_id: load for load in handing_out.loads(tess, teams)}

    assert after[casey.person_id].open == before[casey.person_id].open + 4
    own = lists.team_queue(tess, "youth_justice", Filters(who=casey.person_id))
    assert after[casey.person_id].overdue == own.counts["overdue"]
    assert handing_out.loads(casey, lists.teams_of(casey)) == ()


LISTS = {
    "waiting": ("ix_user_tasks_child", "GROUP BY", lambda: lists.waiting(somebody("sam"))),
    "mine": ("ix_user_tasks_assignee", "GROUP BY", lambda: lists.my_work(somebody("casey"))),
    "queue": ("ix_user_tasks_team", "GROUP BY", lambda: lists.team_queue(somebody("casey"), "youth_justice")),
    "week": (
        "ix_user_tasks_assignee",
        "ORDER BY user_tasks.due_at",
        lambda: week.week(somebody("sam"), today()),
    ),
}
"""Each list: the index that finds it, what its statement has that the others of the page lack, and how to open it."""


@pytest.fixture
def thousands(fifty: list[str]) -> None:
    """Beside the fifty three thousand open tasks of 300 other children, others' work; the database has counted them."""
    robin = children.search(somebody("dora"), "robin")[0].id
    with transaction() as session:
        query = select(table_of(UserTask)).where(UserTask.id == fifty[0])
        template = dict(session.execute(query).mappings().one())
        template |= {"team_id": "looked_after", "child_id": robin, "assignee_id": somebody("mo").person_id}
        query = select(table_of(ProcessInstance)).where(ProcessInstance.id == template["instance_id"])
        theirs = {"child_id": robin, "created_by": somebody("mo").person_id}
        pathway = dict(session.execute(query).mappings().one()) | theirs
        child = dict(session.execute(select(table_of(Child)).where(Child.id == robin)).mappings().one())
        ids = [new_id() for _ in range(300)]
        others = [{**child, "id": one, "reference": one} for one in ids]
        session.execute(insert(table_of(Child)), others)
        pathways = [{**pathway, "id": one, "root_id": one, "child_id": one} for one in ids]
        session.execute(insert(table_of(ProcessInstance)), pathways)
        rows = [
            {**template, "id": new_id(), "ref": new_id(), "instance_id": one, "child_id": one}
            for one in ids
            for _ in range(10)
        ]
        session.execute(insert(table_of(UserTask)), rows)
    with transaction() as session:
        gather_statistics(session)


@pytest.mark.parametrize("what", LISTS)
def test_a_list_is_counted_by_its_index(thousands: None, what: str) -> None:
    index, marked, opened = LISTS[what]
    told: list[tuple[str, Any]] = []

    def note(*said: Any) -> None:
        told.append((said[2], said[3]))

    event.listen(db.engine, "before_cursor_execute", note)
    opened()
    event.remove(db.engine, "before_cursor_execute", note)
    counting = next((sql, given) for sql, given in told if marked in sql and "user_tasks" in sql)

    plan = "\n".join(plan_of(*counting))

    assert index in plan
    assert "Seq Scan on user_tasks" not in plan
    assert "SCAN user_tasks" not in plan


def plan_of(sql: str, given: Any) -> list[str]:
    """How the database goes about a statement."""
    with db.engine.connect() as connection:
        explain = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        return [str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {sql}", given)]
