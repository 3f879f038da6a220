"""The access matrix: every page and every operation of the API, asked by every kind of person, about one child.

The rows are the actions of the permission table (`SEES`): a route of the child whose action has no row fails. Those
who are kept out get “not found”, whatever they ask for and however; those who are let in get the page. What names no
child in its address (lists, numbers, searches, files, feeds) is asked by everybody too, and says nothing of the child
to whoever is kept out. One database, filled once; requests alone.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, event
from werkzeug.test import TestResponse

from app import create_app
from app.domain.access import Viewer
from app.domain.clock import SimulatedClock, now, today, use_clock
from app.domain.scopes import SCOPES
from app.services import accounts, children, demo, documents, instances, plans, tokens
from app.services.access import restricting, sharing
from app.services.documents import Given
from app.store import erasing
from app.store.children import Child
from app.store.db import db, reading, transaction
from app.store.record_rules import OPENED, RecordRule
from app.store.tasks import UserTask
from app.web.guard import OPEN, permission_of
from tests.api.test_who_may import BODIES, OF_NAMES, operations
from tests.apps import close
from tests.databases import SqliteFiles, settings_for
from tests.things import ANSWERS, OF_ONE_AUTHORITY, SAME_FOR_ALL, one_of_everything
from tests.web.browser import Browser
from tests.web.test_every_route import WRITES, Route, csrf_token, routes

OF_NO_CHILD = frozenset(
    {"team_id", "person_id", "token_id", "webhook_id", "event_id", "absence_id", "migration_id", "simulation_id",
     "file_id", "view_id", "draft_id", "publication_id", "filename", "token"}
)  # fmt: skip
"""Parts of an address that name something which is of no child; the pages are asked what they say of one."""
OF_THE_CHILD = OF_ONE_AUTHORITY - OF_NO_CHILD
"""Parts of an address that name something of the child."""
LET_IN = {
    "worker": "casey",  # named for the restricted record, and works on the child
    "manager": "mo",
    "duty": "dora",
    "night": "fran",  # of the emergency duty team: named nowhere
}
KEPT_OUT = {
    "unnamed_admin": "ada",  # opens the most pages
    "guest": "gia",  # parts were shared with her before the record was restricted
    "without": "nia",  # another agency, no work on the child
    "teamless": "nell",
    "stranger": "mo@stockport.example",
    "strangers_admin": "ada@stockport.example",
    "relative": "pip",  # of the agency, and barred
    "unnamed": "sam",  # of the agency and team, but not named for the restricted record
    "unnamed_manager": "lee",
    "other_guest": "gus",
}
KEEPS_IT = {"keeper": "hope"}
"""Looks after the restricted records by their reference alone: who is named, and not what is in them."""
EVERYBODY = {**LET_IN, **KEPT_OUT, **KEEPS_IT}
CASEWORK = "worker manager duty night"
MANAGERS = "manager duty"
SEES = {
    "see_child": CASEWORK,
    "see_instance": CASEWORK,
    "see_documents": CASEWORK,
    "see_plans": CASEWORK,
    "make_plan": CASEWORK,
    "see_timeline": CASEWORK,
    "see_network": CASEWORK,
    "edit_child": CASEWORK,
    "add_document": CASEWORK,
    "start_pathway": CASEWORK,
    "see_money": CASEWORK,
    "see_sharing": CASEWORK,
    "share": CASEWORK,
    "send_message": CASEWORK,
    "settle_status": "manager night",
    "control_access": MANAGERS,
    "take_record": MANAGERS,
    "keep_record": MANAGERS,
    "cancel_instance": MANAGERS,
    "change_course": MANAGERS,
    "correct_start": MANAGERS,
    "suspend_instance": MANAGERS,
    "resume_instance": MANAGERS,
    "see_incident": MANAGERS,
    "retry_incident": MANAGERS,
    "see_access": MANAGERS,
    "see_escalations": MANAGERS,
    "search_children": CASEWORK,
    # of a task of the youth justice service: its own people
    **dict.fromkeys(
        (
            "see_task",
            "claim",
            "release",
            "assign",
            "put_off",
            "save_draft",
            "complete",
            "reopen",
            "set_aside",
            "set_aside_duty",
            "move_deadline",
            "say_why_late",
            "attach",
            "record_elsewhere",
            "ask",
            "sign_off",
            "sign_off_again",
            "comment",
            "acknowledge",
        ),
        "worker duty",
    ),
}
"""Who of LET_IN may find what is of the child, by the action that the route declares; nobody else ever does."""
OF_ONE_THING = {
    "task_life.ask_reopen": "duty",  # who completed it
    "director_pages.show": "manager",  # of the agency whose director is asked
    "director_pages.pdf": "manager",
    "moved_deadlines.ask": "duty",  # a manager of its agency
    "child_documents.ask_withdraw": MANAGERS,  # and who added it
    "records.show": "duty",  # who took it
    "records.file": "duty",
}
"""The same for pages of a thing that is open to fewer than its action says."""


HOLDS_A_CHILD = erasing.ERASED.keys() | {"audit"}
OF_THE_SECOND = frozenset({"child_id", "instance_id", "task_id", "document_id", "plan_id"})
SHARED_WITH = {
    "guest": ("pathways", "documents", "tasks"),
    "other_guest": ("timeline", "people", "plans"),
}
"""Which parts of a second child, whose record is open, are shared with whom."""
SEEN_BY = {
    "task_id": "see_task",
    "plan_id": "see_plans",
    "document_id": "see_documents",
    "instance_id": "see_instance",
}
"""What a guest sees a thing by: only then may a write be refused for what it holds (409, 422), since that tells that
the thing is there."""
GUESTS_SEE = {
    "guest": """see_child see_instance see_documents see_task claim release save_draft complete put_off ask comment
        attach record_elsewhere say_why_late""",
    "other_guest": "see_child see_timeline see_network see_plans",
}
"""The actions that each of them has there, and no other; those of a task on the task of their own role."""


SEE_LESS = {"teamless", "other_guest"}
"""Who is shown no list that is not shown to `without` and `guest` too: they are asked about what names the child."""


class World(NamedTuple):
    """An app with one of everything, a restricted record, and somebody signed in for each kind of person."""

    app: Flask
    things: dict[str, str]
    shared: dict[str, str]
    clients: dict[str, FlaskClient]
    csrf: dict[str, str]
    marks: tuple[str, ...]
    read: set[str]
    """The tables that were read since it was emptied."""


@pytest.fixture(scope="module")
def world(sqlite_files: SqliteFiles, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Made once for this file: nothing here changes anything for long."""
    url = sqlite_files.create("filled")
    app = create_app(settings_for(url, tmp_path_factory.mktemp("who-sees-what")))
    with (
        use_clock(SimulatedClock(datetime(2026, 12, 1, 9, 0, tzinfo=UTC))),
        patch("weasyprint.HTML", PaperAsWritten),
    ):
        yield filled(app)
    close(app)
    sqlite_files.drop(url)


def filled(app: Flask) -> World:
    """One of everything, the record restricted, a relative barred, everybody signed in."""
    with app.app_context():
        accounts.add_person("wandsworth", "nell@wandsworth.example", "Nell New", password=demo.PASSWORD)
        accounts.add_person(
            "wandsworth", "gus@wandsworth.example", "Gus Guest", password=demo.PASSWORD, roles=["guest"]
        )
        things = one_of_everything()
        dora = accounts.viewer_named("dora@wandsworth.example")
        named = [accounts.viewer_named(f"{who}@wandsworth.example").person_id for who in ("casey", "mo")]
        pip = accounts.viewer_named("pip@wandsworth.example").person_id
        child_id = things["child_id"]
        restricting.bar(dora, child_id, pip, "A cousin.")
        restricting.restrict(dora, child_id, "A colleague’s child.", named, today() + timedelta(days=14))
        with reading() as session:
            child = session.get(Child, ("wandsworth", child_id))
            assert child is not None
            marks = (child.reference, "Robin Placeholder", child_id, things["instance_id"], things["task_id"])
        shared = _shared_with_guests(dora)
    clients, csrf = {}, {}
    for kind, who in EVERYBODY.items():
        browser = Browser(app)
        name, _, authority = who.partition("@")
        browser.sign_in(name, authority.removesuffix(".example") or "wandsworth")
        clients[kind], csrf[kind] = browser.client, csrf_token(browser)
    read: set[str] = set()
    with app.app_context():
        event.listen(
            db.engine, "before_cursor_execute", lambda *asked: read.update(re.findall(r"\w+", asked[2]))
        )
    return World(app, things, shared, clients, csrf, marks, read)


def _shared_with_guests(dora: Viewer) -> dict[str, str]:
    """A child with a remand of whom each guest sees other parts; one task is of the role of the first of them."""
    child_id = children.create(
        dora, given_name="Una", family_name="Shared", date_of_birth=today() - timedelta(days=5800)
    )
    instance_id = instances.start(dora, "remand_yda", child_id, {**ANSWERS, "remanded_at": now().isoformat()})
    with transaction() as session:
        tasks = (
            session.query(UserTask)
            .filter_by(instance_id=instance_id, state="open")
            .order_by(UserTask.id)
            .all()
        )
        theirs, other = tasks[0], tasks[1]
        theirs.role = "probation_officer"
        found = {"task_id": theirs.id, "other_task_id": other.id}
    document_id = documents.add(dora, child_id, Given(b"%PDF-1.7 made up", "Order"), scan_command=None)
    for kind, parts in SHARED_WITH.items():
        guest = accounts.viewer_named(f"{EVERYBODY[kind]}@wandsworth.example")
        sharing.share(
            dora,
            child_id,
            sharing.Given(
                "probation",
                guest.name,
                "The dates",
                "crime_115",
                "To plan.",
                today(),
                guest.person_id,
                parts,
                today(),
            ),
        )
    return {
        **found,
        "child_id": child_id,
        "instance_id": instance_id,
        "document_id": document_id,
        "plan_id": plans.make(dora, child_id),
    }


def is_of_child(route: Route) -> bool:
    return bool(route.rule.arguments & OF_THE_CHILD)


def test_every_page_is_found_by_those_who_are_let_in_and_by_nobody_else(world: World) -> None:
    wrong: list[str] = []
    for route, action in _routes(world.app):
        assert route.rule.arguments <= OF_THE_CHILD | OF_NO_CHILD | SAME_FOR_ALL.keys(), route.rule
        if not is_of_child(route):
            continue
        if action not in SEES:
            wrong.append(f"{route.rule.endpoint} is of a child: {action} needs a row in SEES")
            continue
        address = route.address(world.app, world.things)
        finds = OF_ONE_THING.get(route.rule.endpoint, SEES[action]).split()
        for kind in EVERYBODY if route.method == "GET" else KEPT_OUT:
            if kind in KEEPS_IT and action in {"control_access", "see_access"}:
                continue
            answer = _ask(world, kind, route, address)
            told = (
                f"{answer.status_code} for {route.method} {address} ({route.rule.endpoint}, {action}), {kind}"
            )
            refused = {403, 404} if kind in LET_IN else {404}
            if (answer.status_code in refused) == (kind in finds):
                wrong.append(told)
            if kind not in LET_IN:
                wrong += [f"{mark}: {told}" for mark in _said(world, answer, address)]
    assert not wrong, "\n".join(wrong)


def test_a_guest_finds_of_a_child_what_is_shared_with_them_and_no_more(world: World) -> None:
    wrong: list[str] = []
    for route, action in _routes(world.app):
        if not is_of_child(route) or not route.rule.arguments & OF_THE_CHILD <= OF_THE_SECOND:
            continue
        address = route.address(world.app, {**SAME_FOR_ALL, **world.shared})
        for kind, sees in GUESTS_SEE.items():
            if action in sees.split() and route.method in WRITES:
                continue
            status = _ask(world, kind, route, address).status_code
            sees_it = any(SEEN_BY.get(name) in sees.split() for name in route.rule.arguments)
            refused = {403, 404} | ({409, 422} if route.method in WRITES and sees_it else set())
            if (status in refused) == (action in sees.split()):
                wrong.append(
                    f"{status} for {route.method} {address} ({route.rule.endpoint}, {action}), {kind}"
                )
    for kind in SHARED_WITH:
        assert world.clients[kind].get(f"/tasks/{world.shared['other_task_id']}").status_code == 404
        listed = world.clients[kind].get("/shared-with-me").text
        assert world.shared["child_id"] in listed
        assert world.marks[0] not in listed
    assert not wrong, "\n".join(wrong)


def test_who_looks_after_restricted_records_reads_the_reference_alone(world: World) -> None:
    for address in (f"/children/{world.things['child_id']}/access", "/access"):
        page = world.clients["keeper"].get(address)
        assert page.status_code == 200
        assert world.marks[0] in page.text
        assert "Robin" not in page.text


def test_what_names_no_child_says_nothing_of_the_child_to_those_who_are_kept_out(world: World) -> None:
    """A page that was shown to somebody without reading a table that holds a child is not asked by the others too."""
    wrong: list[str] = []
    for route, action in _routes(world.app):
        if is_of_child(route) or route.method in WRITES:
            continue
        address = route.address(world.app, world.things)
        asked_by = [
            *(kind for kind in KEPT_OUT if kind not in SEE_LESS),
            *(() if action == "see_access" else KEEPS_IT),
        ]
        for kind in asked_by:
            world.read.clear()
            answer = _ask(world, kind, route, address)
            told = f"{answer.status_code} for {address} ({route.rule.endpoint}, {action}), {kind}"
            wrong += [f"{mark}: {told}" for mark in _said(world, answer, address)]
            if answer.status_code == 200 and world.read.isdisjoint(HOLDS_A_CHILD):
                break
    assert not wrong, "\n".join(wrong)


def _said(world: World, answer: TestResponse, address: str) -> list[str]:
    words = _words(answer).replace(address, "")
    return [mark for mark in world.marks if mark in words]


def _routes(app: Flask) -> Iterator[tuple[Route, str]]:
    """Every way of asking every page that is not open to everybody, with its action."""
    for route in routes(app):
        action = permission_of(app, route.rule.endpoint) or ""
        if action != OPEN:
            yield route, action


def _ask(world: World, kind: str, route: Route, address: str) -> TestResponse:
    """The answer; of a page for somebody who is let in only whether there is one: nobody reads it here."""
    if kind in LET_IN:
        with patch("flask.templating._render", return_value=""):
            return world.clients[kind].open(address)
    sent = {"csrf_token": world.csrf[kind]} if route.method in WRITES else None
    return world.clients[kind].open(address, method=route.method, data=sent)


def _words(answer: TestResponse) -> str:
    """What an answer says; of a packed file what is in it."""
    if answer.data[:2] != b"PK":
        return answer.get_data(as_text=True)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        return "\n".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())


class PaperAsWritten:
    """In place of WeasyPrint's: a paper as the text that it is set from. Setting takes minutes and hides the words."""

    def __init__(self, string: str, **_: Any) -> None:
        self.text = string

    def write_pdf(self, **_: Any) -> bytes:
        """The text."""
        return self.text.encode()


def test_searching_by_name_number_and_birth_finds_the_child_for_those_who_are_let_in_alone(
    world: World,
) -> None:
    for kind, client in world.clients.items():
        for words in ("robin placeholder", "Robin Placeholder 2 11 2009", world.marks[0]):
            sent = {"csrf_token": world.csrf[kind], "q": words}
            answer = client.post("/children/search", data=sent, follow_redirects=True)
            finds = f"/children/{world.things['child_id']}" in answer.text
            assert finds is (kind in CASEWORK.split()), f"{kind} searches for {words}"
            assert finds or world.marks[2] not in answer.text


def test_every_operation_of_the_api_answers_those_who_are_let_in_and_nobody_else(world: World) -> None:
    real = {**SAME_FOR_ALL, **world.things, **OF_NAMES}
    asked, wrong = 0, []
    with world.app.app_context():
        carried = {
            kind: tokens.create(
                who if "@" in who else f"{who}@wandsworth.example", list(SCOPES), name="A test", days=1
            )
            for kind, who in EVERYBODY.items()
        }
    client = world.app.test_client()
    for name, (method, rule) in operations(world.app).items():
        address = re.sub(r"<(?:\w+:)?(\w+)>", lambda part: real[part[1]], rule)
        body = {
            key: str(value).format(**real) if isinstance(value, str) else value
            for key, value in BODIES.get(name, {}).items()
        }
        of_child = any(f"<{part}>" in rule for part in OF_THE_CHILD) or "child_id" in body
        for kind, token in carried.items():
            if method != "GET" and (kind in LET_IN or not of_child):
                continue
            sent: dict[str, Any] = {"json": body} if name in BODIES else {}
            answer = client.open(
                f"/api/v1{address}", method=method, headers={"Authorization": f"Bearer {token}"}, **sent
            )
            asked += 1
            told = f"{answer.status_code} for {method} {address} to {kind}"
            action = world.app.view_functions[f"api.{name}"].permission
            if of_child and kind in KEPT_OUT and answer.status_code not in {404, 422}:
                wrong.append(told)
            if of_child and kind in LET_IN and (answer.status_code == 404) == (kind in SEES[action].split()):
                wrong.append(told)
            if kind in KEPT_OUT:
                words = answer.get_data(as_text=True).replace(address, "")
                wrong += [f"{mark}: {told}" for mark in world.marks if mark in words]
    print(asked, "requests of the API")
    assert not wrong, "\n".join(wrong)


def test_lists_and_numbers_of_the_api_hold_the_child_for_those_who_are_let_in(world: World) -> None:
    of = world.things["child_id"]
    client = world.app.test_client()
    for who in ("mo", "pip", "lee", "ada", "gia"):
        with world.app.app_context():
            token = tokens.create(f"{who}@wandsworth.example", ["read"], name="A test", days=1)
        for address in (f"/tasks?child_id={of}", f"/instances?child_id={of}"):
            answer = client.get(f"/api/v1{address}", headers={"Authorization": f"Bearer {token}"})
            assert (answer.get_json()["total"] > 0) is (who == "mo"), f"{address} to {who}"


def test_escalations_and_their_numbers_hold_the_child_for_managers_who_are_let_in_alone(world: World) -> None:
    # one that nobody has acknowledged, a home that was asked for and a dispute: all of the restricted record
    lists = ("", "/homes", "/disputes")
    for kind in ("manager", "duty", "unnamed_manager", "unnamed_admin"):
        for place in (*(f"{one}?team=all" for one in lists), "?team=all&show=unseen", "?team=all&show=over"):
            page = world.clients[kind].get(f"/escalations{place}").text
            numbers = [int(one) for one in re.findall(r'app-figures__number">(\d+)<', page)]
            assert len(numbers) == 4, f"{kind}: {place}"
            assert all(numbers) if kind in LET_IN else not any(numbers), f"{kind}: {place}: {numbers}"
            is_listed = any(mark in page for mark in world.marks)
            assert is_listed is (kind in LET_IN and "over" not in place), f"{kind}: {place}"


def test_an_emergency_tells_a_relative_and_a_guest_nothing(world: World) -> None:
    sent = {"sought": world.marks[0], "reason": "The police have rung.", "hours": "1"}
    for kind, status in {"relative": 422, "other_guest": 404, "without": 404, "unnamed": 303}.items():
        answer = world.clients[kind].post("/emergency-access", data={**sent, "csrf_token": world.csrf[kind]})
        assert answer.status_code == status, kind
    page = f"/children/{world.things['child_id']}"
    try:
        assert world.clients["unnamed"].get(page).status_code == 200
        assert world.clients["unnamed"].get(f"{page}/details").status_code == 403
        assert world.clients["relative"].get(page).status_code == 404
        assert "Sam Socialworker" in world.clients["manager"].get("/access").text
    finally:  # the other tests of this file come in any order
        with world.app.app_context(), transaction() as session:
            opened = RecordRule.kind == OPENED, RecordRule.id != world.things["opening_id"]
            session.execute(delete(RecordRule).where(*opened))
