"""What people type is never markup: planted wherever the database holds words, and looked for on every page."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask
from sqlalchemy import JSON, String, inspect, text

from app.domain.clock import SimulatedClock
from app.store.db import Base, transaction
from tests.things import one_of_everything
from tests.web.browser import Browser
from tests.web.test_every_route import Route, routes

PLANTED = """'"--></title></script><app-planted onfocus=alert(1) autofocus>"""
NOT_TYPED = frozenset({"audit", "definition_versions", "definition_files", "kept_rows", "alembic_version"})
"""Tables that nobody types into: what they hold is checked where it comes in, or only copied from the others."""


def planted(value: Any) -> Any:
    """The same with markup behind everything that is words: a key or a code has no space in it."""
    if isinstance(value, str):
        return value + PLANTED if " " in value and not value.startswith(("<", "{")) else value
    if isinstance(value, list):
        return [planted(one) for one in value]
    if isinstance(value, dict):
        return {key: planted(one) for key, one in value.items()}
    return value


def plant() -> int:
    """Everywhere in the database; how many places."""
    places = 0
    with transaction() as session:
        there = set(inspect(session.connection()).get_table_names())
        for table in Base.metadata.sorted_tables:
            if table.name in NOT_TYPED or table.name not in there:
                continue
            columns = [
                one for one in table.columns if isinstance(one.type, String | JSON) and not one.primary_key
            ]
            key = [column.name for column in table.primary_key]
            whose = " AND ".join(f'"{name}" = :{name}' for name in key)
            for column in columns:
                name = f'"{table.name}"', f'"{column.name}"'
                read = ", ".join([*(f'"{one}"' for one in key), name[1]])
                rows = session.execute(text(f"SELECT {read} FROM {name[0]}")).all()
                for *keys, value in rows:
                    known = json.loads(value) if isinstance(column.type, JSON) and value else value
                    if (after := planted(known)) == known:
                        continue
                    after = json.dumps(after) if isinstance(column.type, JSON) else after
                    session.execute(
                        text(f"UPDATE {name[0]} SET {name[1]} = :after WHERE {whose}"),
                        {"after": after, **dict(zip(key, keys, strict=True))},
                    )
                    places += 1
    return places


def test_what_people_type_stays_words_on_every_page(clock: SimulatedClock, demo_app: Flask) -> None:
    with demo_app.app_context():
        things = one_of_everything()
        assert plant() > 100
    to_see = [route for route in routes(demo_app) if route.method == "GET" and not is_paper(route)]
    shown = 0
    for name in ("dora", "mo", "desi", "ada"):
        browser = Browser(demo_app)
        browser.sign_in(name)
        for route in list(to_see):
            answer = browser.client.get(route.address(demo_app, things))
            if answer.status_code != 200:
                continue
            to_see.remove(route)  # one who sees it is enough
            if answer.mimetype in {"text/html", "image/svg+xml"}:
                html = answer.get_data(as_text=True)
                assert "<app-planted" not in html, route.rule
                shown += "app-planted" in html
    assert shown > 50


def is_paper(route: Route) -> bool:
    """A PDF, a picture of one or a whole record: slow, and nothing in it is run."""
    endpoint = route.rule.endpoint
    return endpoint in {"records.file", "subject_access.file"} or endpoint.partition(".")[0] in {
        "manuals", "workbench_manual", "papers"
    }  # fmt: skip
