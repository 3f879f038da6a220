"""Counts and lists, over random work, in every combination of filters, beside a plain reading of the same rows."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, product
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select

from app.domain.access import Viewer
from app.domain.clock import SimulatedClock, now, today
from app.domain.errors import NotFound
from app.domain.ids import new_id
from app.domain.moments import start_of_day
from app.services import absences, lists
from app.services.absences import Plan
from app.services.lists import PUT_OFF, SECTIONS, Filters, WorkPage
from app.store.children import Child, ChildWorker
from app.store.db import reading, table_of, transaction
from app.store.instances import ProcessInstance
from app.store.tasks import UserTask
from app.store.ties import sees_child
from app.store.work import Snooze
from tests.services.test_lists import remand_of, somebody

ROLES = ("social_worker", "csc_team_manager", "yjs_case_manager", "yjs_court_officer")
TEAMS = ("looked_after", "youth_justice", None)
PATHWAYS = ("remand_yda", "court_date")
TASKS = 160
SEED = 1


@dataclass(frozen=True)
class Row:
    """A task as the oracle reads it."""

    id: str
    instance: str
    child: str
    role: str
    team: str | None
    person: str | None
    pathway: str
    due_at: datetime | None
    put_off_by: str | None
    put_off_at: datetime | None

    def section(self, *, own: bool) -> str:
        due = self.due_at
        is_away = self.put_off_at is not None and self.put_off_by == self.person and self.put_off_at > now()
        if own and is_away and (due is None or (self.put_off_at is not None and due >= self.put_off_at)):
            return PUT_OFF
        if due is None:
            return "none"
        tomorrow = start_of_day(today() + timedelta(days=1))
        monday = start_of_day(today() + timedelta(days=7 - today().weekday()))
        limits = (("overdue", now()), ("today", tomorrow), ("week", monday))
        return next((name for name, limit in limits if due < limit), "later")


@pytest.fixture
def rows(clock: SimulatedClock, filled_app: Flask) -> list[Row]:
    """Random tasks of a few children for random people, roles, teams and days; Ash covers for Sam today."""
    rng = random.Random(SEED)
    remand_of("alex", clock)
    sam, ash = somebody("sam"), somebody("ash")
    absences.record(sam, Plan(sam.person_id, ash.person_id, today(), today()))
    people = [None, sam.person_id, ash.person_id, somebody("mo").person_id, somebody("casey").person_id]
    with transaction() as session:
        child_ids = list(session.scalars(select(Child.id).where(Child.authority_id == "wandsworth")))
        instance = session.execute(select(table_of(ProcessInstance))).mappings().first()
        assert instance is not None
        template = session.execute(select(table_of(UserTask)).limit(1)).mappings().one()
        session.execute(table_of(UserTask).update().values(state="completed"))
        for child_id in child_ids:
            own = {**instance, "id": new_id(), "child_id": child_id, "created_by": rng.choice(people)}
            own["root_id"] = own["id"]
            session.execute(insert(table_of(ProcessInstance)), [own])
            for _ in range(TASKS // len(child_ids)):
                _add(session, rng, dict(template), own, people)
        return _read(session)


def _add(
    session: Any, rng: random.Random, template: dict[str, Any], instance: Any, people: list[Any]
) -> None:
    hours = rng.choice([None, -50, -1, 3, 20, 40, 80, 140, 300, 900])
    task = {
        **template,
        "id": new_id(),
        "ref": new_id(),
        "instance_id": instance["id"],
        "root_id": instance["id"],
        "child_id": instance["child_id"],
        "role": rng.choice(ROLES),
        "team_id": rng.choice(TEAMS),
        "assignee_id": rng.choice(people),
        "definition_key": rng.choice(PATHWAYS),
        "due_at": None if hours is None else now() + timedelta(hours=hours, minutes=rng.randrange(60)),
        "state": rng.choice(["open", "open", "open", "open", "completed"]),
    }
    session.execute(insert(table_of(UserTask)), [task])
    if task["assignee_id"] and rng.random() < 0.4:
        until = today() + timedelta(days=rng.choice([-2, 0, 1, 3, 10, 40]))
        session.execute(
            insert(table_of(Snooze)),
            [
                {
                    "authority_id": task["authority_id"],
                    "task_id": task["id"],
                    "for_id": rng.choice([task["assignee_id"], task["assignee_id"], people[1]]),
                    "until_on": until,
                    "until_at": start_of_day(until),
                    "reason": "Later",
                    "by_id": task["assignee_id"],
                    "at": now(),
                }
            ],
        )


def _read(session: Any) -> list[Row]:
    found = session.execute(
        select(UserTask, Snooze.for_id, Snooze.until_at)
        .outerjoin(Snooze, Snooze.task_id == UserTask.id)
        .where(UserTask.state == "open")
    )
    return [
        Row(
            t.id,
            t.instance_id,
            t.child_id,
            t.role,
            t.team_id,
            t.assignee_id,
            t.definition_key,
            t.due_at,
            by,
            at,
        )
        for t, by, at in found
    ]


def whose(viewer: Viewer, who: str, team_ids: Iterable[str], rows: list[Row]) -> list[Row]:
    teams = set(team_ids)
    if who == "mine":
        return [
            row
            for row in rows
            if row.person in viewer.stands_for
            or (row.person is None and row.team in teams and row.role in viewer.roles)
        ]
    of_teams = [row for row in rows if row.team in teams]
    if who == "team":
        return of_teams
    return [row for row in of_teams if row.person == (None if who == "nobody" else who)]


def all_pages(load: Any) -> tuple[WorkPage, list[Any]]:
    first = load(1)
    groups = [group for page in range(1, first.pages + 1) for group in load(page).groups]
    return first, groups


def narrowed(rows: list[Row], filters: Filters) -> list[Row]:
    return [
        row for row in rows if filters.role in (None, row.role) and filters.pathway in (None, row.pathway)
    ]


def agrees(load: Any, expected: list[Row], filters: Filters, *, own: bool) -> None:
    """The list and every number on its page are those of the oracle; every page's tasks stand in order."""
    of_child = [row for row in expected if filters.child in (None, row.child)]
    sections = [row.section(own=own) for row in of_child]
    shown = {
        row.id
        for row, section in zip(of_child, sections, strict=True)
        if section == filters.due or (filters.due is None and section != PUT_OFF)
    }

    first, groups = all_pages(load)

    listed = [task for group in groups for task in group.tasks]
    assert len(listed) == len({task.id for task in listed}) == first.total
    assert {task.id for task in listed} == shown
    assert first.counts == {key: sections.count(key) for key in SECTIONS}
    assert first.put_off == sections.count(PUT_OFF)
    in_order = [(task.due_at is None, task.due_at.timestamp() if task.due_at else 0) for task in listed]
    by_child: dict[str, list[Any]] = {}
    for task, place in zip(listed, in_order, strict=True):
        by_child.setdefault(task.child.id, []).append(place)
    assert all(places == sorted(places) for places in by_child.values())
    firsts = [places[0] for places in by_child.values()]
    assert firsts == sorted(firsts), "the child with the earliest due task is first"
    together = [child for child, _ in groupby(task.child.id for task in listed)]
    assert len(together) == len(set(together)), "the tasks of a child stand together, across pages too"
    totals = {group.child.id: group.total for group in groups}
    assert totals == {child: len(places) for child, places in by_child.items()}


@pytest.mark.parametrize("name", ["sam", "ash", "mo", "casey"])
def test_counts_and_lists_agree_whatever_is_asked_for(
    rows: list[Row], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PAGE_SIZE", 7)
    viewer = somebody(name)
    teams = lists.teams_of(viewer)
    colleagues = [person_id for person_id, _ in lists.people_of(viewer, teams)][:2]
    child = rows[0].child
    asked = product(
        ("mine", "team", "nobody", *colleagues), (None, *SECTIONS, PUT_OFF), (None, ROLES[0]), (None, PATHWAYS[1]),
        (None, child),
    )  # fmt: skip
    for who, due, role, pathway, of_child in asked:
        if due == PUT_OFF and who != "mine":
            continue
        filters = Filters(who, role, pathway, due, of_child)
        own_teams = viewer.team_ids if who in ("mine", "team", "nobody") else {team.id for team in teams}
        expected = narrowed(whose(viewer, who, own_teams, rows), filters)
        agrees(
            lambda page, filters=filters: lists.my_work(viewer, filters, page),
            expected,
            filters,
            own=who == "mine",
        )


@pytest.mark.parametrize("name", ["sam", "ash", "mo", "casey", "dora"])
def test_what_one_waits_for_is_what_others_have_for_ones_children_or_in_what_one_started(
    rows: list[Row], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PAGE_SIZE", 7)
    viewer = somebody(name)
    mine = {row.id for row in whose(viewer, "mine", viewer.team_ids, rows)}
    allocated, started = _ties(viewer)
    for due, of_child in product((None, *SECTIONS), (None, rows[0].child)):
        filters = Filters("waiting", None, None, due, of_child)
        expected = [
            row for row in rows if row.id not in mine and (row.child in allocated or row.instance in started)
        ]
        agrees(lambda page, f=filters: lists.waiting(viewer, f, page), expected, filters, own=False)


def _ties(viewer: Viewer) -> tuple[set[str], set[str]]:
    """The children to whom the viewer (or whom they cover for) is allocated, and what they started."""
    with reading() as session:
        seen = set(session.scalars(select(Child.id).where(sees_child(viewer, Child.authority_id, Child.id))))
        allocated = set(
            session.scalars(select(ChildWorker.child_id).where(ChildWorker.person_id.in_(viewer.stands_for)))
        )
        started = set(
            session.scalars(
                select(ProcessInstance.id).where(
                    ProcessInstance.created_by.in_(viewer.stands_for),
                    ProcessInstance.status == "running",
                    ProcessInstance.child_id.in_(seen),
                )
            )
        )
    return allocated & seen, started


def test_the_work_of_a_colleague_is_only_for_those_who_may_see_a_queue_of_theirs(
    clock: SimulatedClock, filled_app: Flask
) -> None:
    sam, casey = somebody("sam"), somebody("casey")

    with pytest.raises(NotFound):
        lists.my_work(sam, Filters(who=casey.person_id))
    with pytest.raises(NotFound):
        lists.my_work(somebody("sam", "stockport"), Filters(who=sam.person_id))
    assert lists.my_work(somebody("ash"), Filters(who=sam.person_id)).total == 0
