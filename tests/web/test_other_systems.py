"""Tokens and webhooks by hand: made, shown once, revoked, and for administrators alone."""

from __future__ import annotations

import re

from flask import Flask

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
