"""What is measured on: instances that the services themselves have taken somewhere, and copies of their rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from app.domain.ids import new_id
from app.engine.contracts import Bundle
from app.services import definitions, instances, tasks
from app.store import audit
from app.store.audit import AuditEntry
from app.store.children import Child, ChildWorker
from app.store.db import Base, db, reading, table_of, transaction
from app.store.instances import ProcessInstance, TaskHistory
from app.store.outbox import Subscription
from app.store.people import ChildAgency
from app.store.tasks import Answer, UserTask
from app.store.timers import Timer
from benchmarks.databases import AUTHORITY, Place

HERE = Path(__file__).parent
VISITS = "recurring_visits"
ANSWERS = {
    "seen_on": "2026-01-05",
    "seen_alone": True,
    "child_said": "That the room is cold, and that the calls home help.",
    "actions": "The case manager asks for a heater.",
}
NOW_AND_HISTORY = (ProcessInstance, UserTask, Timer, Subscription, TaskHistory, Answer, AuditEntry)
NOW_ALONE = (ProcessInstance, UserTask, Timer, Subscription)


@cache
def visits_bundle() -> Bundle:
    """The pathway of the growth runs: ten steps, a fork, then visits without end, each with a timer of 14 days."""
    form = json.loads((HERE / "record_visit.json").read_text("utf-8"))
    text = (HERE / f"{VISITS}.bpmn").read_text("utf-8")
    return Bundle(VISITS, {f"benchmarks/{VISITS}.bpmn": text}, {"benchmarks/record_visit": form})


def publish_visits(place: Place) -> None:
    """Put the pathway in force, once for a place."""
    if "visits" not in place.kept:
        place.kept["visits"] = definitions.make_current(visits_bundle(), note="For the benchmarks")


def child_ids(session: Session, number: int = 1) -> list[str]:
    """The first `number` of the demo's children and their copies, which have the same worker and agencies."""
    alex = session.scalars(
        select(Child.id).where(Child.authority_id == AUTHORITY, Child.given_name == "Alex").order_by(Child.id)
    )
    found = list(alex)
    return (
        found + _more_children(session, found[0], number - len(found))
        if number > len(found)
        else found[:number]
    )


def start_visits(place: Place, child_id: str | None = None) -> str:
    """A real instance of the pathway, at its first step; its id."""
    publish_visits(place)
    if child_id is None:
        with reading() as session:
            child_id = child_ids(session)[0]
    return instances.start(place.viewer("dora"), VISITS, child_id, {"route": "usual"})


def open_tasks(instance_id: str) -> list[tuple[str, str]]:
    """(id, element) of each open task of an instance."""
    with reading() as session:
        rows = session.execute(
            select(UserTask.id, UserTask.element_id).where(
                UserTask.authority_id == AUTHORITY,
                UserTask.instance_id == instance_id,
                UserTask.state == "open",
            )
        )
        return [(row.id, row.element_id) for row in rows]


def advance_to_visits(place: Place, instance_id: str) -> None:
    """Complete every step before the first visit."""
    sam = place.viewer("sam")
    while (first := open_tasks(instance_id)[0])[1] != "visit":
        tasks.complete(sam, first[0], ANSWERS)


def copies(instance_id: str, number: int, *, history: bool = True, children: int = 1) -> list[str]:
    """Copies of an instance, row by row, in the state that it is in; their ids.

    Without `history` a copy has its state, open tasks and timers, and an audit that begins with its next step.
    """
    tables = NOW_AND_HISTORY if history else NOW_ALONE
    with transaction() as session:
        own_children = child_ids(session, children)
        rows = {table: _rows(session, table, instance_id) for table in tables}
        if not history:
            rows[UserTask] = [row for row in rows[UserTask] if row["state"] == "open"]
        made: list[str] = []
        for begin in range(0, number, 500):
            wanted = range(begin, min(begin + 500, number))
            made += _copy(
                session, rows, [own_children[n % len(own_children)] for n in wanted], history=history
            )
    return made


def refresh_statistics(where: Place) -> None:
    """What a server in use does by itself after so many rows."""
    if where.kind == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))


def _rows(session: Session, table: type[Base], instance_id: str) -> list[dict[str, Any]]:
    columns = table_of(table).columns
    own = columns["id"] if table is ProcessInstance else columns["instance_id"]
    query = select(*columns).where(columns["authority_id"] == AUTHORITY, own == instance_id)
    if table is AuditEntry:
        query = query.order_by(columns["seq"])
    return [dict(row) for row in session.execute(query).mappings()]


def _copy(
    session: Session, rows: dict[Any, list[dict[str, Any]]], children: Sequence[str], *, history: bool
) -> list[str]:
    fresh: dict[Any, list[dict[str, Any]]] = {table: [] for table in rows}
    made: list[str] = []
    old_child = rows[ProcessInstance][0]["child_id"]
    for child_id in children:
        names = {row["id"]: new_id() for table in rows for row in rows[table] if "id" in row}
        names[old_child] = child_id
        made.append(names[rows[ProcessInstance][0]["id"]])
        for table, found in rows.items():
            fresh[table] += [_renamed(row, names) for row in found]
        instance = fresh[ProcessInstance][-1]
        tip = _linked(fresh[AuditEntry][-len(rows[AuditEntry]) :]) if history else audit.Tip()
        instance["audit_seq"], instance["audit_hash"] = tip.seq, tip.hash
    for table, found in fresh.items():
        if found:
            session.execute(insert(table_of(table)), found)
    return made


def _renamed(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {key: names.get(value, value) if isinstance(value, str) else value for key, value in row.items()}


def _linked(entries: Iterable[dict[str, Any]]) -> audit.Tip:
    tip = audit.Tip()
    for entry in entries:
        entry["hash"] = audit.link(tip.hash, entry)
        tip = audit.Tip(entry["seq"], entry["hash"])
    return tip


def _more_children(session: Session, child_id: str, number: int) -> list[str]:
    made: list[str] = []
    for table in (Child, ChildAgency, ChildWorker):
        columns = table_of(table).columns
        own = columns["id"] if table is Child else columns["child_id"]
        query = select(*columns).where(columns["authority_id"] == AUTHORITY, own == child_id)
        found = [dict(row) for row in session.execute(query).mappings()]
        if table is Child:
            made = [new_id() for _ in range(number)]
        fresh = [
            _renamed(
                {**row, **({"id": new_id()} if table is ChildWorker else {}), **_reference(table, other)},
                {child_id: other},
            )
            for other in made
            for row in found
        ]
        if fresh:
            session.execute(insert(table_of(table)), fresh)
    return made


def _reference(table: type[Base], child_id: str) -> dict[str, str]:
    return {"reference": child_id[-12:].upper()} if table is Child else {}
