"""Lists and reports find its rows by an index, and read no more when more pathways have ended. Nothing is timed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text

from app.domain.access import Viewer
from app.domain.clock import SimulatedClock, now
from app.services import accounts, child_view, finding, lists
from app.services.oversight import board, compliance, compliance_tasks, running
from app.services.oversight.reports import making
from app.services.oversight.reports.registry import REPORTS
from app.services.oversight.running import Narrowed
from app.services.oversight.scope import scope
from app.store.bulk import gather_statistics
from app.store.db import db, transaction
from benchmarks import long_lists

pytestmark = pytest.mark.on_both_databases

GROWING = ("user_tasks", "process_instances", "audit", "answers", "task_history", "outbox_messages")
"""Tables that have rows of pathways long ended."""
MOST_STATEMENTS = 10
"""About these tables, however many children, tasks and ended pathways there are."""
Statement = tuple[str, Any]
OF_THE_OPEN = (
    "ix_user_tasks_assignee",
    "ix_user_tasks_team",
    "ix_user_tasks_instance",
    "ix_process_instances_starter",
    "ix_process_instances_newest",
)
"""Indexes that hold what is open alone: read from end to end they are no longer than that."""
SQLITE_STEP = re.compile(r"(SCAN|SEARCH) (\w+)(?: USING .*?INDEX (\w+))?(.*)")
ONLY_THE_AUTHORITY = re.compile(
    r"^\(?\(\w*\.?authority_id\)?(::text)? = '?[^ ]*'?(::text)?\)+$|^\(authority_id=\?\)$"
)


def opened(viewer: Viewer) -> dict[str, Callable[[], object]]:
    """Each list, by its name, as its page opens it."""
    whole = scope(viewer, "all")
    asked = compliance.asked(viewer, "all")
    reports = {f"report {key}": lambda key=key: making.make(viewer, key) for key in REPORTS}
    return {
        "board": lambda: board.show(viewer, whole),
        "breached": lambda: board.tasks(viewer, whole, "breached"),
        "unallocated": lambda: board.tasks(viewer, whole, "unallocated"),
        "releases": lambda: board.releases(viewer),
        "my work": lambda: lists.my_work(viewer),
        "a team": lambda: lists.team_queue(viewer, "looked_after"),
        "what I wait for": lambda: lists.waiting(viewer),
        "compliance": lambda: compliance.figures(viewer, asked, "duty"),
        "its tasks": lambda: compliance_tasks.behind(viewer, asked, compliance_tasks.Behind()),
        "running pathways": lambda: running.listed(viewer, Narrowed(whole)),
        "a child": lambda: child_view.show(viewer, finding.search(viewer, "Alex")[0].id),
        "searching": lambda: finding.search(viewer, long_lists.SEARCHED),
        **reports,
    }


@pytest.fixture
def few(filled_app: Flask, clock: SimulatedClock) -> Viewer:
    """A head of service, and some children of the last year; whatever has ended is added by the test."""
    long_lists.seed(24, now(), 4)
    with transaction() as session:
        gather_statistics(session)
    return accounts.viewer_named("hope@wandsworth.example")


def test_every_list_finds_its_rows_by_an_index_however_many_have_ended(few: Viewer) -> None:
    before = {name: asked_of(open_it) for name, open_it in opened(few).items()}
    read = {name: sum(rows_read(*one) for one in asked) for name, asked in before.items()}
    long_lists.seed_ended(96, now(), 4)

    for name, open_it in opened(few).items():
        asked = asked_of(open_it)
        assert len(asked) <= MOST_STATEMENTS, f"{name} asks {len(asked)} times"
        whole = [(table, sql) for sql, given in asked for table in read_whole(sql, given)]
        assert not whole, f"{name} reads the whole of {whole[0][0]}: {whole[0][1]}"
        now_read = sum(rows_read(*one) for one in asked)
        print(name, read[name], now_read)
        assert now_read <= 1.3 * read[name] + 100, f"{name} read {read[name]} rows, and now {now_read}"


def asked_of(open_it: Callable[[], object]) -> list[Statement]:
    """The statements of a list about tables that grow."""
    told: list[Statement] = []

    def note(*said: Any) -> None:
        told.append((said[2], said[3]))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        open_it()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return [(sql, given) for sql, given in told if any(table in sql for table in GROWING)]


def read_whole(sql: str, given: Any) -> list[str]:
    """The growing tables that a statement reads from end to end, or all that the authority has of them."""
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            plan = [str(row[-1]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given)]
        steps = [
            found
            for line in plan
            if (found := re.match(r"(SCAN|SEARCH) (\w+)(?: USING .*?INDEX (\w+))?(.*)", line))
        ]
        return [
            found[2]
            for found in steps
            if found[2].startswith(GROWING)
            and found[3] not in OF_THE_OPEN
            and (found[1] == "SCAN" or "ANY(" in found[4] or ONLY_THE_AUTHORITY.match(found[4].strip()))
        ]
    return [
        str(node.get("Relation Name") or node["Index Name"])
        for node in nodes_of(f"EXPLAIN (FORMAT JSON) {sql}", given)
        if (node["Node Type"] == "Seq Scan" and node["Relation Name"] in GROWING)
        or (
            "Index Name" in node
            and any(table in node["Index Name"] for table in GROWING)
            and node["Index Name"] not in OF_THE_OPEN
            and ONLY_THE_AUTHORITY.match(node.get("Index Cond", "(authority_id = '')"))
        )
    ]


def rows_read(sql: str, given: Any) -> int:
    """How many rows of growing tables PostgreSQL reads for a statement; SQLite does not say: 0."""
    if db.engine.dialect.name == "sqlite":
        return 0
    return sum(
        round((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])
        for node in nodes_of(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", given)
        if node.get("Relation Name") in GROWING
    )


def nodes_of(explain: str, given: Any) -> list[dict[str, Any]]:
    """Every node of PostgreSQL's plan, made as for tables that are too large to be read whole."""
    with db.engine.connect() as connection:
        for way in ("seqscan", "hashjoin", "mergejoin"):
            connection.execute(text(f"SET LOCAL enable_{way} = off"))
        (told,) = connection.exec_driver_sql(explain, given).one()
    left = [(told if isinstance(told, list) else json.loads(told))[0]["Plan"]]
    found = []
    while left:
        found.append(left.pop())
        left += found[-1].get("Plans", [])
    return found
