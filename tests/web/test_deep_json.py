"""JSON that is nested without end is answered with a sentence, wherever a script or another system sends some."""

from __future__ import annotations

import re

import pytest

from app.services import tokens
from tests.things import one_of_everything
from tests.web.browser import Browser

pytestmark = pytest.mark.usefixtures("clock")
DRAFT = "/workbench/drafts/{draft_id}"
FORM = f"{DRAFT}/forms/remand_yda/record_first_visit/design"
FOR_SCRIPTS = {
    f"{DRAFT}/drawing": "removed",
    f"{DRAFT}/drawing/expression": "text",
    FORM: "schema",
    f"{FORM}/part": "schema",
    f"{FORM}/preview": "schema",
}
"""What the scripts of the workbench send to, and what of it may be an object or a list."""


def nested(name: str, levels: int) -> str:
    return f'{{"revision": 1, "{name}": {"[" * levels}{"]" * levels}}}'


def test_json_without_end_is_refused_with_a_sentence(browser: Browser) -> None:
    app = browser.app
    with app.app_context():
        things = one_of_everything()
        token = {
            who: tokens.create(f"{who}@wandsworth.example", ["write"], name="A test", days=1)
            for who in ("mo", "ada")
        }
    browser.sign_in("desi")
    csrf = browser.get("/workbench/new").form("Begin").fields["csrf_token"]
    page = {"Accept": "application/json", "X-CSRFToken": csrf}
    bearer = {who: {"Authorization": f"Bearer {one}"} for who, one in token.items()}
    asked = [("POST", address.format(**things), name, page) for address, name in FOR_SCRIPTS.items()]
    paths = app.extensions["api_description"].to_dict()["paths"]
    asked += [
        (
            method.upper(),
            re.sub(r"{[^}]*}", "1", path),
            "variables",
            bearer["ada" if "webhooks" in path else "mo"],
        )
        for path, operations in paths.items()
        for method, operation in operations.items()
        if "requestBody" in operation
    ]
    assert len(asked) > len(FOR_SCRIPTS) + 3

    for method, address, name, headers in asked:
        for levels in (101, 10_000):
            answer = browser.client.open(
                address,
                method=method,
                data=nested(name, levels),
                headers=headers,
                content_type="application/json",
            )
            told = answer.get_json()
            sentence = told.get("sentence") or told["detail"]
            assert (answer.status_code, "cannot be read" in sentence) == (400, True), (address, levels, told)
