"""What must hold for every route there is: taken from the app's own map, so that a new one cannot be forgotten."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app.domain.clock import SimulatedClock
from app.services import accounts, demo
from app.store.db import transaction
from app.web.guard import DOORS_WITH_A_GUARD_OF_THEIR_OWN, OPEN, permission_of
from tests.things import OF_ONE_AUTHORITY, SAME_FOR_ALL, one_of_everything
from tests.web.browser import Browser

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Route(NamedTuple):
    """A rule of the map, and one way of asking it."""

    rule: Rule
    method: str

    def address(self, app: Flask, parts: dict[str, str]) -> str:
        values = {name: parts.get(name, SAME_FOR_ALL.get(name, "x")) for name in self.rule.arguments}
        with app.test_request_context():
            built = app.url_for(self.rule.endpoint, **values)
        return str(built)


def routes(app: Flask) -> list[Route]:
    """Every way of asking every page; files and doors with a guard of their own apart."""
    return [
        Route(rule, method)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if rule.endpoint != "static"
        and rule.endpoint.partition(".")[0] not in DOORS_WITH_A_GUARD_OF_THEIR_OWN
    ]


def is_open(app: Flask, route: Route) -> bool:
    return permission_of(app, route.rule.endpoint) == OPEN


@pytest.fixture
def things(clock: SimulatedClock, demo_app: Flask) -> dict[str, str]:
    """One of everything in Wandsworth."""
    with demo_app.app_context():
        return one_of_everything()


def csrf_token(browser: Browser) -> str:
    """A token of the browser's own session."""
    page = browser.get("/help") if browser.client.get_cookie("session") else browser.get("/sign-in")
    return str(page.read.forms[0].fields["csrf_token"])


def test_every_route_says_whom_it_opens_to(demo_app: Flask) -> None:
    silent = [
        route.rule.endpoint
        for route in routes(demo_app)
        if permission_of(demo_app, route.rule.endpoint) is None
    ]

    assert silent == []


def test_a_route_that_says_nothing_is_found_by_nobody(demo_app: Flask, browser: Browser) -> None:
    browser.sign_in("ada")
    demo_app.view_functions["shell.standing"] = lambda page: "not to be seen"
    demo_app.view_functions["work.mine"] = lambda: "not to be seen"

    assert "not to be seen" not in browser.get("/work", status=404).text


def test_only_the_pages_for_everybody_are_open_to_everybody(demo_app: Flask) -> None:
    opened = {route.rule.endpoint for route in routes(demo_app) if is_open(demo_app, route)}

    assert opened <= {
        "accounts.session_ended",
        "accounts.sign_in",
        "accounts.sign_in_now",
        "accounts.sign_out",
        "accounts.signed_out",
        "second_factor.check_code",
        "second_factor.code",
        "second_factor.confirm_first",
        "second_factor.picture",
        "second_factor.set_up_first",
        "work_account.back",
        "work_account.leave",
        "calendars.feed",
        "health.alive",
        "health.ready",
        "metrics.show",
        "help.guide",
        "help.words",
        "shell.favicon",
        "shell.home",
        "shell.standing",
        "shell.theme_css",
    }


def test_without_a_session_every_other_route_leads_to_signing_in(
    demo_app: Flask, browser: Browser, things: dict[str, str]
) -> None:
    token = csrf_token(browser)
    for route in routes(demo_app):
        if is_open(demo_app, route):
            continue
        address = route.address(demo_app, things)
        sent = {"csrf_token": token} if route.method in WRITES else None
        answer = browser.client.open(address, method=route.method, data=sent)
        assert answer.status_code == 303, f"{route.method} {address}"
        assert answer.headers["Location"].startswith("/sign-in"), f"{route.method} {address}"


def test_every_write_without_a_token_is_refused(
    demo_app: Flask, browser: Browser, things: dict[str, str]
) -> None:
    browser.sign_in("mo")

    for route in routes(demo_app):
        if route.method in WRITES:
            browser.post(route.address(demo_app, things), status=400)


def test_every_write_with_the_token_of_another_session_is_refused(
    demo_app: Flask, browser: Browser, another_browser: Callable[[], Browser], things: dict[str, str]
) -> None:
    other = another_browser()
    other.sign_in("dora")
    stolen = csrf_token(other)
    browser.sign_in("mo")

    for route in routes(demo_app):
        if route.method in WRITES:
            browser.post(route.address(demo_app, things), {"csrf_token": stolen}, status=400)


@pytest.mark.parametrize(
    ("who", "authority"),
    [
        pytest.param("mo", "stockport", id="a manager of another authority"),
        pytest.param("ada", "stockport", id="an administrator of another authority"),
        pytest.param("nia", "wandsworth", id="an agency without work on the child"),
        pytest.param("new", "wandsworth", id="a person without a team"),
    ],
)
def test_a_stranger_finds_nothing_by_its_address(
    demo_app: Flask, browser: Browser, things: dict[str, str], who: str, authority: str
) -> None:
    if who == "new":
        with demo_app.app_context():
            accounts.add_person(authority, f"new@{authority}.example", "Nell New", password=demo.PASSWORD)
    if authority != "wandsworth":
        things = {**things, "team_id": "no_such_team"}  # the demo's teams have the same keys everywhere
    browser.sign_in(who, authority)
    token = csrf_token(browser)

    for route in routes(demo_app):
        if route.rule.arguments & OF_ONE_AUTHORITY:
            address = route.address(demo_app, things)
            sent = {"csrf_token": token} if route.method in WRITES else None
            answer = browser.client.open(address, method=route.method, data=sent)
            assert answer.status_code == 404, f"{answer.status_code} for {route.method} {address}"
            assert "Placeholder" not in answer.text
            assert "Robin" not in answer.text


def test_those_who_work_with_the_child_find_everything(
    demo_app: Flask, browser: Browser, another_browser: Callable[[], Browser], things: dict[str, str]
) -> None:
    things = {**things, "team_id": "youth_justice"}
    browser.sign_in("dora")
    of_social_care, designer, administrator = another_browser(), another_browser(), another_browser()
    of_social_care.sign_in("mo")
    administrator.sign_in("ada")
    designer.sign_in("desi")
    others = {
        "settle_status": of_social_care,
        "director_pages.show": of_social_care,
        "director_pages.pdf": of_social_care,
        "migrate": designer,
        "design": designer,
        "connect_systems": administrator,
        "manage_people": administrator,
    }

    for route in routes(demo_app):
        if route.rule.arguments & OF_ONE_AUTHORITY and route.method == "GET":
            endpoint = route.rule.endpoint
            looks = others.get(endpoint) or others.get(permission_of(demo_app, endpoint) or "", browser)
            looks.get(route.address(demo_app, things))


def test_no_route_answers_an_odd_address_with_a_fault(demo_app: Flask, browser: Browser) -> None:
    browser.sign_in("ada")
    for odd in ("%00", "..%2f..", "'--", "x" * 3000, "%F0%9F%92%A9", "<script>"):
        for route in routes(demo_app):
            if route.method == "GET" and route.rule.arguments:
                address = route.rule.rule
                for name in route.rule.arguments:
                    address = address.replace(f"<{name}>", odd)
                if "<" in address.replace("<script>", ""):
                    continue
                assert browser.client.get(address).status_code < 500, address


def test_removed_from_the_team_between_page_and_button_is_refused(
    demo_app: Flask, browser: Browser, things: dict[str, str]
) -> None:
    # given: the task is open on the screen
    from app.store.people import PersonTeam

    browser.sign_in("casey")
    browser.get(f"/tasks/{things['task_id']}")
    with demo_app.app_context():
        casey = accounts.viewer_named("casey@wandsworth.example")
        with transaction() as session:
            session.execute(PersonTeam.__table__.delete().where(PersonTeam.person_id == casey.person_id))

    # then
    browser.submit("/claim", status=404)
