"""Pages that somebody reads when something is wrong: what happened, what became of it, what to do, whom to ask."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from tests.web.browser import Browser, Reading

PAGES = sorted(path.stem for path in Path("app/web/templates/errors").glob("*.html"))
SHARED = {"page", "again"}
JARGON = (
    "exception", "traceback", "invalid", "illegal", "forbidden", "unauthorised", "token", "csrf", "http", "server",
    "database", "session", "timeout", "request", "payload", "null", "bad gateway", "oops", "sorry", "please",
)  # fmt: skip
CONTACT = "the service desk on 020 7946 0000"


@pytest.fixture
def desk(filled_sqlite_database: str, make_app: Callable[..., Flask]) -> Flask:
    """The app of a council that says whom to contact."""
    return make_app(filled_sqlite_database, HELP_CONTACT=CONTACT)


@pytest.mark.parametrize("name", [name for name in PAGES if name not in SHARED])
def test_an_error_page_says_what_happened_what_became_of_it_and_whom_to_ask(desk: Flask, name: str) -> None:
    from flask import render_template

    with desk.test_request_context():
        html = render_template(f"errors/{name}.html", sentence=None, error=None, reference="0123456789ab")

    page = Reading(html)
    words = " ".join(" ".join(page.words).split())
    assert len(page.h1) == 1
    assert page.title.strip() == f"{' '.join(page.h1[0].split())} – Throughcare"
    assert CONTACT in words
    main = html[html.index("<main") : html.index("</main>")]
    plain = re.sub(r"<[^>]+>", " ", main).casefold()
    assert [word for word in JARGON if re.search(rf"\b{word}\b", plain)] == []
    if name not in {"401", "429"}:
        assert re.search(r"nothing|not recorded|not made|draft", plain), (
            "it says what became of what was sent"
        )


@pytest.mark.parametrize(("address", "status"), [("/nowhere", 404), ("/tasks/x/claim", 400)])
def test_a_wrong_turn_is_answered_with_its_page(desk: Flask, address: str, status: int) -> None:
    browser = Browser(desk)

    page = browser.get(address, status=404) if status == 404 else browser.post(address, status=400)

    assert CONTACT in page.text


def test_the_maintenance_page_stands_alone(browser: Browser) -> None:
    html = Path("app/web/static/maintenance.html").read_text(encoding="utf-8")
    page = Reading(html)

    assert len(page.h1) == 1
    assert page.title.endswith("Throughcare")
    assert 'lang="en-GB"' in html
    assert not re.search(r"(src|href)=|url\(|@import|<script", html), "the proxy has no other file of ours"
    assert "Nothing is lost" in html


def test_the_privacy_notices_lead_to_each_other(browser: Browser) -> None:
    page = browser.get(browser.get("/privacy").href("for children and young people"))

    assert page.h1 == "How we look after your information"
    assert "75 years" in page.text
