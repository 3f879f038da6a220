"""The pages of the second factor and of open sessions, without a script."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.clock import SimulatedClock
from app.services import demo
from app.store.db import reading
from app.store.people import Person
from app.store.sign_ins import SecondFactor
from tests.web.browser import Browser, Page

DORA = {"username": "dora@wandsworth.example", "password": demo.PASSWORD}
WORDS = "Ring his gran first, after six."


def telephone(app: Flask) -> pyotp.TOTP:
    """What Dora's app makes of the picture."""
    with app.app_context(), reading() as session:
        query = select(SecondFactor.secret).join(Person, Person.id == SecondFactor.person_id)
        return pyotp.TOTP(session.scalars(query.where(Person.username == DORA["username"])).one())


@pytest.fixture
def strict(filled_sqlite_database: str, make_app: Callable[..., Flask]) -> Flask:
    """The service where a password alone is not enough."""
    return make_app(filled_sqlite_database, SECOND_FACTOR=True)


def with_a_code(browser: Browser, clock: SimulatedClock, words: str, *, status: int = 303) -> Page:
    """Half a minute later, with the code that the telephone shows then."""
    clock.move_to(clock.now() + timedelta(seconds=30))
    return browser.submit(words, {"code": telephone(browser.app).at(clock.now())}, status=status)


def test_where_it_is_required_it_is_set_up_before_anything_else(strict: Flask, clock: SimulatedClock) -> None:
    # given: something that was typed when the session had ended
    browser = Browser(strict)
    browser.get("/sign-in")
    browser.submit("Sign in", DORA)
    assert browser.follow().h1 == "Set up a second factor"
    assert browser.get("/work", status=303).location.startswith("/sign-in")  # half way in is not in

    # when
    browser.get("/sign-in/second-factor")
    picture = browser.get(browser.page.html.split('src="')[-1].split('"')[0]) if browser.page else None
    browser.get("/sign-in/second-factor")
    assert "Enter the code from the app" in browser.submit("Continue", status=422).text
    assert "The code is not right" in browser.submit("Continue", {"code": "12"}, status=422).text
    with_a_code(browser, clock, "Continue")

    # then
    page = browser.follow()
    assert page.h1 == "Your recovery codes"
    assert page.href("I have kept them") == "/sign-in/after"
    assert browser.get("/account/second-factor/codes", status=303).location == "/account/second-factor"
    assert browser.get("/sign-in/after", status=303).location == "/"
    assert "needs a second factor here" in browser.get("/account/second-factor").text
    assert picture is not None
    assert picture.response.mimetype == "image/svg+xml"
    assert picture.response.headers["Cache-Control"] == "no-store"
    assert "style" not in picture.html
    browser.get("/account/second-factor/picture", status=404)


def test_what_was_typed_waits_for_the_code(strict: Flask, clock: SimulatedClock) -> None:
    # given
    browser = Browser(strict)
    browser.get("/sign-in")
    browser.submit("Sign in", DORA)
    browser.follow()
    with_a_code(browser, clock, "Continue")
    form = browser.get("/cover").form("Set")
    clock.move_to(clock.now() + timedelta(minutes=31))
    browser.post(form.action, {**form.fields, "note": WORDS}, status=401)

    # when
    browser.submit("Sign in", DORA)
    assert browser.follow().h1 == "Enter your code"
    page = with_a_code(browser, clock, "Continue", status=200)

    # then
    assert page.h1 == "What you typed is still here"
    assert browser.submit("Go back to what I typed", status=200).form("Set").fields["note"] == WORDS


def test_a_person_sets_it_up_renews_the_codes_and_turns_it_off(
    browser: Browser, clock: SimulatedClock
) -> None:
    browser.sign_in("dora")
    browser.get("/account")
    browser.get("/account/second-factor")
    page = browser.submit("Set up a second factor", {"password": "not hers"}, status=422)
    assert "The password is not right" in page.text
    browser.submit("Set up a second factor", {"password": demo.PASSWORD})
    browser.follow()
    with_a_code(browser, clock, "Continue")
    first = browser.follow()

    browser.get("/account/second-factor")
    assert "10 recovery codes left" in (browser.page.text if browser.page else "")
    page = browser.submit("Make new recovery codes", {"code": "123"}, status=422)
    assert "The code is not right" in page.text
    with_a_code(browser, clock, "Make new recovery codes")
    assert browser.follow().text != first.text

    browser.get("/account/second-factor")
    with_a_code(browser, clock, "Turn the second factor off")
    assert "You sign in without a code from now on" in browser.follow().text


def test_nobody_gets_to_the_code_without_the_password(browser: Browser) -> None:
    browser.get("/sign-in/code", status=401)
    browser.get("/sign-in/second-factor", status=401)
    browser.get("/account/second-factor/picture", status=404)
    token = browser.get("/sign-in").form("Sign in").fields["csrf_token"]
    browser.post("/sign-in/code", {"csrf_token": token, "code": "123456"}, status=401)


def test_a_browser_is_signed_out_from_another_one(
    browser: Browser, another_browser: Callable[[], Browser]
) -> None:
    phone, ada = another_browser(), another_browser()
    phone.sign_in("dora")
    browser.sign_in("dora")
    assert "In 2 browsers" in browser.get("/account").text

    browser.get("/account/sessions")
    browser.submit("Sign out everywhere else")
    assert "One browser is signed out" in browser.follow().text
    phone.get("/work", status=303)

    # and by an administrator, who sees where everybody is
    ada.sign_in("ada")
    ada.get("/people")
    with browser.app.app_context(), reading() as session:
        dora = session.scalars(select(Person.id).where(Person.username == DORA["username"])).one()
    page = ada.get(f"/people/{dora}/sessions")
    assert page.h1 == "Where Dora Dutymanager is signed in"
    ada.submit("out everywhere")
    browser.get("/work", status=303)
    assert "Dora Dutymanager is not signed in anywhere now" in ada.follow().text
    assert "Dora Dutymanager has not set one up" in ada.page.text if ada.page else False
