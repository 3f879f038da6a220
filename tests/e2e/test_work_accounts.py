"""Signing in with a work account, in a real browser and at a real OpenID provider."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from app.services import accounts
from app.store.db import reading, transaction
from app.store.people import Person
from app.store.sign_ins import Identity, SignInFlow
from tests.chromium import open_page
from tests.e2e.reader import Reader
from tests.openid.running import CLIENT, free_port, running_provider
from tests.web_server import LiveServer

EMAIL = "kay@council.example"
ROLES = """
Throughcare.DutyManager: {authority: wandsworth, roles: [yjs_duty_manager], teams: [youth_justice]}
Throughcare.SocialWorker: {authority: wandsworth, roles: [social_worker], teams: [looked_after]}
"""
PEOPLE = {
    "kay": {"name": "Kay Known", "email": EMAIL, "roles": ["Throughcare.DutyManager", "Something.Else"]},
    "nora": {"name": "Nora Nobody", "email": "nora@council.example", "roles": ["Something.Else"]},
}
NAMESAKE = {"kim": {"name": "Kay Namesake", "email": EMAIL, "roles": ["Throughcare.SocialWorker"]}}
BUTTON = "Sign in with your work account"


@dataclass(frozen=True)
class Council:
    """A service in production, whose people sign in at `issuer`."""

    app: Flask
    address: str
    issuer: str
    chromium: Browser
    windows: ExitStack

    def browser(self) -> Reader:
        """A browser that has been nowhere yet."""
        page = self.windows.enter_context(open_page(self.chromium))
        return Reader(page, self.address, javascript=True)


@pytest.fixture
def council(
    filled_sqlite_database: str, make_app: Callable[..., Flask], chromium: Browser, tmp_path: Path
) -> Iterator[Callable[..., Council]]:
    """Makes councils, each with a provider of its own, on one and the same database."""
    roles = tmp_path / "roles.yaml"
    roles.write_text(ROLES, encoding="utf-8")
    with ExitStack() as running:

        def make(people: Mapping[str, Mapping[str, object]], *, claims_in_id_token: bool) -> Council:
            port = free_port()
            address = f"http://127.0.0.1:{port}"
            provider = running_provider(address, people, claims_in_id_token=claims_in_id_token)
            issuer = running.enter_context(provider)
            settings = {"BASE_URL": address, "OIDC_ISSUER": issuer, "OIDC_ROLES_FILE": str(roles), **CLIENT}
            app = make_app(filled_sqlite_database, LOCAL_ACCOUNTS=False, **settings)
            running.enter_context(LiveServer(app, port=port))
            return Council(app, address, issuer, chromium, running)

        yield make


def at_the_provider(somebody: Reader, login: str) -> None:
    """On the provider's own pages."""
    page = somebody.page
    page.get_by_placeholder("Enter any login").fill(login)
    page.get_by_placeholder("and password").fill("whatever this provider takes")
    page.get_by_role("button", name="Sign-in").click()


def sign_in(somebody: Reader, login: str, *, at: str = "/") -> None:
    """From a link to one of our pages, by the provider, to the page that comes."""
    somebody.go(at)
    somebody.page.get_by_role("button", name=BUTTON).click()
    at_the_provider(somebody, login)


def begun_with(app: Flask, **facts: str) -> None:
    """Change what is remembered of the sign-in that is on its way."""
    with app.app_context(), transaction() as session:
        flow = session.scalars(select(SignInFlow)).one()
        flow.facts = {**flow.facts, **facts}


def test_people_sign_in_with_their_work_account(council: Callable[..., Council]) -> None:
    """One journey after the other in one test, because a provider and a service take seconds to start."""
    ours = council(PEOPLE, claims_in_id_token=True)
    kay = ours.browser()
    main = kay.page.locator("main")
    came_back: list[str] = []
    kay.page.on("request", lambda sent: came_back.append(sent.url) if "/back?" in sent.url else None)

    # she comes by a link, and is there what her claims make of her
    kay.go("/account?from=a-link")
    expect(kay.page.locator("#username")).to_have_count(0)
    kay.look_on_a_phone()
    kay.page.get_by_role("button", name=BUTTON).click()
    at_the_provider(kay, "kay")
    expect(main).to_contain_text("YJS duty manager")
    expect(main).to_contain_text("Kay Known")
    assert kay.page.url == f"{ours.address}/account?from=a-link"
    kay.look()

    # signing out ends the session at the provider too
    kay.page.get_by_role("button", name="Sign out").click()
    kay.page.get_by_role("button", name="Yes, sign me out").click()
    expect(kay.page.get_by_role("heading", level=1)).to_have_text("You have signed out")
    kay.go(came_back[0].removeprefix(ours.address))  # what brought her in brings nobody in again
    expect(main).to_contain_text("This sign-in took too long, or was begun in another window")

    # an account without a role is refused, and the provider asks again who it is
    kay.page.get_by_role("button", name=BUTTON).click()
    at_the_provider(kay, "nora")
    expect(main).to_contain_text("Your work account has no role in Throughcare. Ask your administrator")
    kay.look_on_a_phone()

    # neither another nonce nor another verifier than it began with is taken
    for changed in ({"nonce": "of another"}, {"verifier": "of-another-sign-in-" + "0" * 40}):
        kay.page.get_by_role("button", name=BUTTON).click()
        expect(kay.page.get_by_placeholder("Enter any login")).to_be_visible()
        begun_with(ours.app, **changed)
        at_the_provider(kay, "kay")
        expect(main).to_contain_text("Your work account could not be checked")

    # the same e-mail at another issuer is another person; there the claims are asked for at userinfo
    theirs = council(NAMESAKE, claims_in_id_token=False)
    kim = theirs.browser()
    sign_in(kim, "kim", at="/account")
    expect(kim.page.locator("main")).to_contain_text("Kay Namesake")
    expect(kim.page.locator("main")).to_contain_text("Social worker")
    with ours.app.app_context(), reading() as session:
        found = session.execute(
            select(Identity.issuer, Identity.subject, Person.name, Person.username)
            .join(Person, Person.id == Identity.person_id)
            .where(Person.email == EMAIL)
            .order_by(Person.username)
        ).all()
    assert [tuple(row) for row in found] == [
        (ours.issuer, "kay", "Kay Known", EMAIL),
        (theirs.issuer, "kim", "Kay Namesake", f"{EMAIL}#2"),
    ]

    # an account that was closed here cannot enter, whatever the provider says; the other one stays
    kay.page.get_by_role("button", name=BUTTON).click()
    at_the_provider(kay, "kay")
    expect(kay.page.get_by_role("button", name="Sign out")).to_be_visible()
    with ours.app.app_context():
        accounts.disable_person(EMAIL)
    kay.go("/account")
    kay.page.get_by_role("button", name=BUTTON).click()
    expect(main).to_contain_text("Your account in Throughcare is closed")
    kim.go("/account")
    expect(kim.page.locator("main")).to_contain_text("Kay Namesake")
