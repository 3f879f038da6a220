"""Every page there is, from the app's own map, with few and with many open tasks in the database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from app.store.db import reading
from app.store.tasks import UserTask
from benchmarks import pages
from benchmarks.databases import AUTHORITY, Place, place
from benchmarks.door import Door
from benchmarks.measuring import Action, Figure, alternating
from benchmarks.sizes import Progress, Size

PEOPLE = ("sam", "dora", "mo", "ada")
MOST_MILLISECONDS = 50
FIXED = {
    "key": "remand_yda",
    "pathway": "remand_yda",
    "duty_id": "WAN-8-10",
    "team_id": "looked_after",
}
HTML = re.compile(r"^<!DOCTYPE html>", re.IGNORECASE)


def every_page(here: Place, size: Size, progress: Progress) -> list[Figure]:
    """The server's time for each page that somebody of the demo is shown, beside the same with few open tasks."""
    small, large = size.waiting
    progress("seeding open tasks")
    with place(here.server) as many, place(here.server) as few:
        with many.app.app_context():
            pages.seed(many, large)
            parts = {"large": _parts()}
        pages.seed(few, small)
        parts["small"] = _parts()
        doors = {name: {"small": Door(few, name), "large": Door(many, name)} for name in PEOPLE}
        found = []
        for rule in islice(_pages(many.app), size.pages):
            progress(rule.rule)
            figure = _measured(here, rule, many.app, doors, parts, size)
            if figure is not None:
                found.append(figure)
        return found


def _parts() -> dict[str, str]:
    """What the addresses name: a task of the social worker's, its pathway and its child."""
    with reading() as session:
        row = session.execute(
            select(UserTask.id, UserTask.instance_id, UserTask.child_id)
            .where(UserTask.authority_id == AUTHORITY, UserTask.state == "open")
            .order_by(UserTask.id)
            .limit(1)
        ).one()
    return {**FIXED, "task_id": row.id, "instance_id": row.instance_id, "child_id": row.child_id}


def _pages(app: Flask) -> Iterator[Rule]:
    known = {*FIXED, "task_id", "instance_id", "child_id"}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        is_page = rule.endpoint != "static" and not rule.endpoint.startswith("api")
        if "GET" in (rule.methods or ()) and is_page and rule.arguments <= known:
            yield rule


def _measured(
    here: Place,
    rule: Rule,
    app: Flask,
    doors: dict[str, dict[str, Door]],
    parts: dict[str, dict[str, str]],
    size: Size,
) -> Figure | None:
    addresses = {which: _address(app, rule, parts[which]) for which in ("small", "large")}
    for name in PEOPLE:
        page = doors[name]["large"].shown(addresses["large"])
        if page is None:
            continue
        if not HTML.match(page):
            return None
        rounds: list[dict[str, Action]] = [
            {which: partial(doors[name][which].get, addresses[which]) for which in addresses}
            for _ in range(max(2, size.rounds // 4))
        ]
        middle = alternating(rounds)
        ours, limit = middle["large"], middle["small"]
        return Figure(
            "every_page",
            here.kind,
            f"GET {rule.rule} with {size.waiting[1]} open tasks, beside {size.waiting[0]}",
            ours.wall,
            "ms",
            limit.wall,
            ours.wall / limit.wall,
            target=f"at most {MOST_MILLISECONDS} ms",
            reached=ours.wall <= MOST_MILLISECONDS,
            note=f"{len(page.encode()) / 1000:.0f} KB; processor {ours.cpu:.2f} of {limit.cpu:.2f} ms",
        )
    return None


def _address(app: Flask, rule: Rule, parts: dict[str, str]) -> str:
    values: dict[str, Any] = {name: parts[name] for name in rule.arguments}
    with app.test_request_context():
        return str(app.url_for(rule.endpoint, **values))
