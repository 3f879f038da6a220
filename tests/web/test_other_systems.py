"""Tokens and webhooks by hand: made, shown once, revoked, reached or not, and for administrators alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from flask import Flask

from app.domain.clock import SimulatedClock
from app.services import webhook_post, webhooks
from app.services.listing import Paged
from app.services.webhook_way import NotReached
from app.web.other_systems import REACHED
from tests.crash import pathways
from tests.web.browser import Browser

NEW = "/other-systems/tokens/new"
TOKEN = {
    "name": "Nightly copy",
    "username": "dora@wandsworth.example",
    "scopes": ["children:read"],
    "days": "30",
}


def test_a_token_is_shown_once_works_and_is_refused_after_it_was_revoked(
    demo_app: Flask, browser: Browser
) -> None:
    browser.sign_in("ada")
    browser.get(NEW)
    wrong = browser.submit("Make it", {**TOKEN, "username": "nobody@wandsworth.example"}, status=422)
    assert "There is no open account with the user name" in wrong.text

    made = browser.submit("Make it", TOKEN, status=200)
    [token] = re.findall(r"tc_\S+", made.text)
    assert token not in browser.get("/other-systems").html
    api, sent = demo_app.test_client(), {"Authorization": f"Bearer {token}"}
    assert api.get("/api/v1/children", headers=sent).status_code == 200
    assert api.get("/api/v1/tasks", headers=sent).status_code == 403

    browser.submit("Revoke")
    assert api.get("/api/v1/children", headers=sent).status_code == 401


def test_an_administrator_makes_none_for_another_authority(browser: Browser) -> None:
    browser.sign_in("ada")
    browser.get(NEW)
    browser.submit("Make it", {**TOKEN, "username": "dora@stockport.example"}, status=422)


def test_a_webhook_is_made_by_ticks_and_says_whether_it_was_ever_reached(
    demo_app: Flask, browser: Browser, clock: SimulatedClock
) -> None:
    def state_after(*answers: int | NotReached) -> str:
        given = iter(answers)

        def send(_url: str, _body: bytes, _headers: Mapping[str, str]) -> int:
            answer = next(given)
            if isinstance(answer, NotReached):
                raise answer
            return answer

        clock.move_to(clock.now() + timedelta(minutes=1))
        with demo_app.app_context():
            webhook_post.drain(send)
        [state] = [words for words in REACHED.values() if words in browser.get("/other-systems").text]
        assert state in browser.get(f"/other-systems/webhooks/{webhook_id}").text
        return state

    browser.sign_in("ada")
    browser.get("/other-systems/webhooks/new")
    ticked = {"work": ["task_completed"], "status": ["child_created"]}
    browser.submit("Make it", {"url": "https://case-system.example/events", **ticked}, status=200)
    listed = browser.get("/other-systems")
    assert "Record made, Task completed, since" in listed.text
    [webhook_id] = re.findall(r'id="webhook-(\w+)"', listed.html)
    with demo_app.app_context():
        [made] = webhooks.listed(pathways.viewer("ada"), Paged(1, 10)).items
        assert made.kinds == ("child_created", "task_completed")

    assert state_after() == "Nothing sent yet"
    with demo_app.app_context():
        pathways.child()
    assert state_after(NotReached("Nobody answers there.")) == "Not reached"
    assert state_after(204) == "Told"
