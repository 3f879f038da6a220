"""Signing in and out in the browser: what is refused, what ends, and where one lands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from app.domain.clock import SimulatedClock
from app.services import accounts, demo
from app.web.cookie import CookieSessions
from app.web.session import safe_next
from tests.web.browser import Browser

DORA = {"username": "dora@wandsworth.example", "password": demo.PASSWORD}
A_CLOSED_PAGE = "/session/stay"


def test_a_person_signs_in_and_out(browser: Browser) -> None:
    browser.get("/sign-in")
    browser.submit("Sign in", DORA)
    assert browser.page is not None
    assert browser.page.location == "/"

    browser.get("/help")
    assert "Dora Dutymanager" in browser.page.text
    browser.submit("Sign out")

    assert browser.follow().h1 == "You have signed out"
    assert "Dora Dutymanager" not in browser.page.text


@pytest.mark.parametrize(
    "wrong", [{"password": "not the password"}, {"username": "nobody@wandsworth.example"}]
)
def test_a_wrong_name_or_password_is_said_without_saying_which(
    browser: Browser, wrong: dict[str, str]
) -> None:
    browser.get("/sign-in")

    page = browser.submit("Sign in", {**DORA, **wrong}, status=401)

    assert page.read.title.strip().startswith("Error: ")
    assert "The user name or the password is not right" in page.text
    assert page.form("Sign in").fields["username"] == {**DORA, **wrong}["username"]
    assert page.form("Sign in").fields["password"] == ""


def test_what_is_missing_is_asked_for(browser: Browser) -> None:
    browser.get("/sign-in")

    page = browser.submit("Sign in", status=422)

    assert "Enter your user name" in page.text
    assert "Enter your password" in page.text


def test_too_many_tries_are_held_back_with_the_time_to_wait(browser: Browser) -> None:
    browser.get("/sign-in")
    for _ in range(5):
        browser.submit("Sign in", {**DORA, "password": "not the password"}, status=401)

    page = browser.submit("Sign in", DORA, status=429)

    assert int(page.response.headers["Retry-After"]) > 0


def test_a_stolen_cookie_is_worth_nothing_after_signing_out(
    browser: Browser, another_browser: Callable[[], Browser]
) -> None:
    # given: somebody copied the cookie
    browser.sign_in("dora")
    cookie = browser.client.get_cookie("session")
    assert cookie is not None
    thief = another_browser()
    thief.client.set_cookie("session", cookie.decoded_value)

    # when
    browser.get("/help")
    browser.submit("Sign out")

    # then
    assert "Dora" not in thief.get("/help").text


def test_the_session_is_another_one_after_signing_in(
    browser: Browser, another_browser: Callable[[], Browser]
) -> None:
    # given: an attacker knows the cookie from before
    browser.get("/sign-in")
    cookie = browser.client.get_cookie("session")
    assert cookie is not None
    attacker = another_browser()
    attacker.client.set_cookie("session", cookie.decoded_value)

    # when
    browser.submit("Sign in", DORA)

    # then
    after = browser.client.get_cookie("session")
    assert after is not None
    assert after.decoded_value != cookie.decoded_value
    assert "Dora" not in attacker.get("/help").text


def test_a_closed_account_is_out_at_the_next_click(browser: Browser) -> None:
    browser.sign_in("dora")

    with browser.app.app_context():
        accounts.disable_person(DORA["username"])

    assert "Dora" not in browser.get("/help").text


def test_an_idle_session_ends_and_the_way_back_is_kept(clock: SimulatedClock, browser: Browser) -> None:
    browser.sign_in("dora")
    clock.move_to(clock.now() + timedelta(minutes=31))

    page = browser.get("/children?q=alex", status=303)

    assert page.location == "/sign-in?next=/children?q%3Dalex"
    browser.follow()
    assert browser.submit("Sign in", DORA).location == "/children?q=alex"


def test_a_script_is_told_that_the_session_has_ended(browser: Browser) -> None:
    browser.get("/sign-in")
    token = browser.page.form("Sign in").fields["csrf_token"] if browser.page else ""

    browser.post("/session/stay", {"csrf_token": token}, status=401, headers={"Accept": "application/json"})


def test_staying_signed_in_keeps_the_session_alive(clock: SimulatedClock, browser: Browser) -> None:
    browser.sign_in("dora")
    browser.get("/help")
    for _ in range(3):
        clock.move_to(clock.now() + timedelta(minutes=20))
        browser.get("/help")
        browser.submit("Stay signed in", status=204)

    assert "Dora" in browser.get("/help").text


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "evil.example",
        "/\t/evil.example",
        "/%09/evil.example",
        "/%2f/evil.example",
        "/%2fevil.example",
        "/%5cevil.example",
        "/%255cevil.example",
        "/work%0d%0aSet-Cookie:x=1",
        "/work\r\nSet-Cookie:x=1",
        "@evil.example",
        "/ /evil.example",
        "",
        None,
    ],
)
def test_signing_in_never_leads_to_another_place(app_context: Flask, target: str | None) -> None:
    assert safe_next(target) == "/"


@pytest.mark.parametrize("target", ["/work", "/work?role=iro&page=2", "/tasks/00ab", "/children?q=O%27Neill"])
def test_signing_in_leads_back_to_where_one_was(app_context: Flask, target: str) -> None:
    assert safe_next(target) == target


@pytest.fixture
def app_context(sqlite_app: Flask) -> Iterator[Flask]:
    with sqlite_app.test_request_context():
        yield sqlite_app


def test_the_cookie_is_kept_from_scripts_and_other_sites(browser: Browser) -> None:
    page = browser.get("/sign-in")

    cookie = page.response.headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Domain" not in cookie


def test_with_https_the_cookie_is_bound_to_this_host(
    sqlite_database: str, make_app: Callable[..., Flask]
) -> None:
    app = make_app(sqlite_database, BASE_URL="https://throughcare.example")

    answer = app.test_client().get("/sign-in", base_url="https://throughcare.example")

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert "Secure" in cookie
    assert "Path=/" in cookie


def test_a_cookie_that_flask_itself_has_signed_is_read_and_ours_is_read_by_flask(app: Flask) -> None:
    ours, flasks = CookieSessions(), SecureCookieSessionInterface()

    for content in ({"token": "wandsworth.short"}, {"typed": "long " * 400}):
        for one, other in ((ours, flasks), (flasks, ours)):
            writer, reader = one.get_signing_serializer(app), other.get_signing_serializer(app)
            assert writer is not None
            assert reader is not None
            signed = writer.dumps(content)
            assert reader.loads(signed) == content
            assert len(signed) < 500
