"""What every page stands in: headers, theme, error pages, standing pages, and assets without GOV.UK's branding."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app.domain import errors
from app.domain.errors import BadInput
from app.web import theme
from app.web.errors import ANSWERS, answer_to
from tests.web.browser import Browser

STATIC = Path("app/web/static")
STANDING = ("/help", "/accessibility-statement", "/privacy", "/privacy-for-children", "/cookies")


@pytest.mark.parametrize("address", STANDING)
def test_a_standing_page_is_there_for_everybody(browser: Browser, address: str) -> None:
    assert browser.get(address).h1


@pytest.mark.parametrize(
    "address", [*STANDING, "/nowhere", "/sign-in", "/work", "/favicon.ico", "/%00", "/static/x.css"]
)
def test_every_answer_carries_the_headers(browser: Browser, address: str) -> None:
    headers = browser.client.get(address).headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_a_built_file_may_be_kept_for_ever_because_its_name_changes_with_it(browser: Browser) -> None:
    manifest = json.loads((STATIC / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest) >= {"app.js", "viewer.js", "site.css", "diagram.css", "favicon.svg"}

    for name in manifest.values():
        answer = browser.client.get(f"/static/{name}")
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        answer.close()


def test_no_font_crown_or_crest_of_others_is_shipped() -> None:
    for file in [path for path in STATIC.rglob("*") if path.is_file()]:
        is_symbols = file.name.startswith("bpmn-")  # the modeller's icons, which bpmn.io ships with bpmn-js
        assert is_symbols or file.suffix not in {".woff", ".woff2", ".ttf", ".eot"}, file
        assert not any(word in file.name for word in ("crest", "crown", "govuk-icon")), file
        if file.suffix == ".css":
            css = file.read_text(encoding="utf-8")
            assert "GDS Transport" not in css
            assert "data:" not in css
            assert "/assets/" not in css


def test_nobody_has_to_see_a_crown(browser: Browser) -> None:
    page = browser.get("/help").html

    assert "crown" not in page.lower()
    assert "govuk-generic-header" in page


def test_each_error_of_the_domain_has_a_status_and_a_page() -> None:
    named = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]

    assert set(named) <= set(ANSWERS)
    for kind in named:
        assert (Path("app/web/templates/errors") / f"{ANSWERS[kind].page}.html").exists()
    assert answer_to(ZeroDivisionError()).status == 500


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (errors.NotFound(), 404, "Page not found"),
        (errors.NotAllowed("Only a manager may do this."), 403, "Only a manager may do this."),
        (errors.BadInput("No.", {"a": ["Enter the <b>date</b>"]}), 422, "Enter the <b>date</b>"),
        (errors.StaleTask("Sam has done it."), 409, "Sam has done it."),
        (errors.TooManyTries("Wait.", 60), 429, "Too many tries"),
        (errors.EngineFailure("x", "The step failed."), 500, "This pathway needs attention"),
        (errors.Busy("Locked."), 503, "nothing is lost"),
        (ZeroDivisionError("a child's name"), 500, "There is a problem with the service"),
    ],
)
def test_an_error_is_told_on_a_page_and_to_a_script(
    demo_app: Flask, error: Exception, status: int, words: str
) -> None:
    def fail() -> str:
        raise error

    fail.permission = "open_to_all"  # type: ignore[attr-defined]
    demo_app.config["PROPAGATE_EXCEPTIONS"] = False
    demo_app.add_url_rule("/fail", view_func=fail)
    browser = Browser(demo_app)

    page = browser.get("/fail", status=status)
    told = browser.client.get("/fail", headers={"Accept": "application/json"})

    assert words in page.text
    assert "a child's name" not in page.html
    assert told.status_code == status
    assert told.get_json()["sentence"]
    if status in {429, 503}:
        assert int(page.response.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("name", "colour"),
    [("BRAND_COLOUR", "#ffdd00"), ("LINK_COLOUR", "blue"), ("BRAND_COLOUR", "#fff};*{x:y")],
)
def test_a_colour_that_cannot_be_read_stops_the_start(name: str, colour: str) -> None:
    with pytest.raises(BadInput, match=name):
        theme.read_theme({name: colour})


def test_a_council_has_its_own_name_and_colours(
    filled_sqlite_database: str, make_app: Callable[..., Flask]
) -> None:
    app = make_app(filled_sqlite_database, COUNCIL_NAME="Example <Council>", BRAND_COLOUR="#6b2c91")
    browser = Browser(app)

    page = browser.get("/help")

    assert "Example <Council>" in page.text
    css = browser.client.get(f"/theme-{app.extensions['theme'].version()}.css")
    assert "--govuk-brand-colour:#6b2c91" in css.get_data(as_text=True)
    assert css.mimetype == "text/css"


def test_contrast_is_measured_as_wcag_does() -> None:
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert theme.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
