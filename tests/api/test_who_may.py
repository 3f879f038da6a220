"""The door and the permission table: who is let in, for what, and what a stranger sees, which is nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from app.domain.access import TABLE
from app.domain.clock import SimulatedClock, now
from app.domain.scopes import SCOPES
from app.services import accounts, tokens
from app.services.access import looks
from app.services.sessions import Place
from app.store.audit import AuditEntry
from app.store.db import reading
from tests.api.conftest import DAYS, OtherSystem
from tests.things import one_of_everything

pytestmark = pytest.mark.usefixtures("clock")
Connect = Callable[..., OtherSystem]
BODIES = {
    "create_child": {"given_name": "A", "family_name": "B"},
    "start_instance": {"pathway": "remand_yda", "child_id": "{child_id}"},
    "cancel_instance": {"reason": "A test."},
    "assign_task": {"user_id": "{person_id}"},
    "save_draft": {"answers": {}},
    "complete_task": {"answers": {}},
    "send_message": {"name": "remand_ended", "child_id": "{child_id}"},
    "change_child": {},
    "add_webhook": {"url": "https://receiver.example/events"},
}
OF_NAMES = {
    "key": "remand_yda",
    "number": "1",
    "name": "bed-nights",
    "webhook_id": "none",
    "event_id": "none",
}


@pytest.fixture
def served(filled_sqlite_app: Flask) -> Flask:
    """The app on SQLite alone: who may do what is no question of the database."""
    return filled_sqlite_app


def operations(app: Flask) -> dict[str, tuple[str, str]]:
    """Every operation of the door: its name -> (method, address)."""
    return {
        rule.endpoint.partition(".")[2]: (method, rule.rule.removeprefix("/api/v1"))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_operation_names_its_scope_and_its_row_of_the_table(served: Flask) -> None:
    for name in operations(served):
        view = served.view_functions[f"api.{name}"]
        assert view.scope in SCOPES, name
        assert view.permission in TABLE, name


def test_each_is_closed_to_who_has_no_token_another_scope_or_another_authority(
    served: Flask, connect: Connect
) -> None:
    # given: something real of everything, and three who have no business with it
    real = {**one_of_everything(), **OF_NAMES}
    nobody, stranger = connect(None), connect("mo", authority="stockport")
    by_scope = {scope: connect("mo", scope) for scope in SCOPES}
    for name, (method, rule) in operations(served).items():
        address = re.sub(r"<(?:\w+:)?(\w+)>", lambda part: real[part[1]], rule)
        body = {key: str(value).format(**real) if isinstance(value, str) else value
                for key, value in BODIES.get(name, {}).items()}  # fmt: skip
        sent = {"json": body} if method != "GET" and name in BODIES else {}
        needed = served.view_functions[f"api.{name}"].scope

        # then: no token, no answer; a token for all else, a sentence that names the scope
        assert nobody.raw(method, address, **sent).status_code == 401, name
        other = next(scope for scope in SCOPES if scope != needed)
        refused = by_scope[other].ask(method, address, status=403, **sent)
        assert needed in refused["detail"], name

        # and: what is of one child is not there for another authority, whatever they ask for it
        if any(part in rule for part in ("child_id", "instance_id", "task_id")) or "child_id" in body:
            assert stranger.raw(method, address, **sent).status_code in (404, 422), name
            told = stranger.raw(method, address, **sent).get_data(as_text=True)
            assert "Placeholder" not in told, name


def test_lists_counts_searches_and_the_feed_hold_nothing_of_another_authority(
    served: Flask, connect: Connect
) -> None:
    real = one_of_everything()
    stranger, worker = connect("mo", authority="stockport"), connect("mo")
    assert worker.ask("GET", f"/tasks?child_id={real['child_id']}")["total"] > 0

    for address in (
        f"/tasks?child_id={real['child_id']}",
        f"/instances?child_id={real['child_id']}",
        "/children?q=robin placeholder",
    ):
        shown = stranger.ask("GET", address)
        assert not [one for one in shown["items"] if real["child_id"] in str(one)], address
    assert real["child_id"] not in str(stranger.ask("GET", "/events?page_size=200"))


def test_a_list_shows_exactly_the_tasks_whose_pages_open(served: Flask, connect: Connect) -> None:
    real = one_of_everything()
    everybody = connect("ada").ask("GET", f"/tasks?child_id={real['child_id']}&page_size=200")["items"]
    assert len(everybody) > 3

    for who in ("mo", "dora", "sam", "vera", "probe", "desi"):
        system = connect(who)
        listed = {
            task["id"]
            for task in system.ask("GET", f"/tasks?child_id={real['child_id']}&page_size=200")["items"]
        }
        opened = {
            task["id"] for task in everybody if system.raw("GET", f"/tasks/{task['id']}").status_code == 200
        }
        assert listed == opened, who


def test_a_token_ends_with_its_days_its_account_and_its_revocation(
    served: Flask, clock: SimulatedClock, connect: Connect
) -> None:
    expiring, of_leaver, revoked = connect("sam"), connect("casey"), connect("dora")
    for system in (expiring, of_leaver, revoked):
        system.ask("GET", "/tasks")

    accounts.disable_person("casey@wandsworth.example")
    tokens.revoke(tokens.listed("dora@wandsworth.example")[0].id)
    for system in (of_leaver, revoked):
        system.ask("GET", "/tasks", status=401)
    expiring.ask("GET", "/tasks")
    clock.move_to(now() + timedelta(days=DAYS))
    expiring.ask("GET", "/tasks", status=401)
    assert tokens.listed("sam@wandsworth.example")[0].state == "expired"


def test_a_page_s_session_opens_nothing_at_the_door(served: Flask, connect: Connect) -> None:
    began = accounts.sign_in("sam@wandsworth.example", "Only-for-the-demo-1", place=Place())
    nobody = connect(None)
    with nobody.client.session_transaction() as session:
        session["token"] = began.token

    nobody.ask("GET", "/tasks", status=401)
    nobody.ask("GET", "/tasks", status=401, headers={"Authorization": f"Bearer {began.token}"})


def test_a_token_that_asks_too_often_is_told_to_wait(
    filled_sqlite_database: str, make_app: Callable[..., Flask]
) -> None:
    app = make_app(filled_sqlite_database, API_RATE="3 per minute")
    with app.app_context():
        made = [
            tokens.create(f"{who}@wandsworth.example", ["read"], name="A test", days=1)
            for who in ("sam", "mo")
        ]
    busy, other = (OtherSystem(app, token) for token in made)

    for _ in range(3):
        busy.ask("GET", "/tasks")
    told = busy.raw("GET", "/tasks")

    assert told.status_code == 429
    assert int(told.headers["Retry-After"]) <= 60
    other.ask("GET", "/tasks")


def test_what_a_system_was_answered_about_a_child_stands_among_the_looks_with_its_token(
    served: Flask, connect: Connect
) -> None:
    real = one_of_everything()
    dora = accounts.viewer_named("dora@wandsworth.example")
    looks.remember(accounts.viewer_named("mo@wandsworth.example"), real["child_id"])
    system, stranger = connect("mo"), connect("mo", authority="stockport")

    # when: read, twice within a quarter of an hour; asked for in vain; and listed among others
    for address in (f"/children/{real['child_id']}", f"/tasks?child_id={real['child_id']}"):
        system.ask("GET", address)
    stranger.ask("GET", f"/children/{real['child_id']}", status=404)
    stranger.ask("GET", f"/tasks?child_id={real['child_id']}")
    connect("sam").ask("GET", "/tasks")

    # then
    rows = looks.of_child(dora, real["child_id"]).rows
    assert sorted((row.person, row.through, row.visits) for row in rows) == [
        ("Mo Manager", "", 1),
        ("Mo Manager", "A test", 1),
    ]
    [token] = tokens.listed("mo@wandsworth.example")
    with reading() as session:
        said = [one.facts for one in session.query(AuditEntry).filter_by(kind="child_looked_at")]
    assert [one.get("token") for one in said] == [None, token.id]
