"""Help where one stands: each page leads to the section that is about it, and each section is there."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from app.services import glossary
from app.web.guard import DOORS_WITH_A_GUARD_OF_THEIR_OWN, OPEN, permission_of
from app.web.help_topics import GUIDES, TOPICS, topic_of
from tests.web.browser import Browser


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_has_a_section_for_each_of_its_contents(browser: Browser, guide: str) -> None:
    page = browser.get(f"/help/{guide}")

    headings = re.findall(r'<h2[^>]*id="([^"]+)"', page.html)
    contents = [
        href.removeprefix("#")
        for href, _ in page.read.links
        if href.startswith("#") and href != "#main-content"
    ]
    assert contents == [one for one in headings if one not in {"contents", "contact"}]
    titles = {text.strip() for href, text in page.read.links if href.startswith("#")}
    assert len(titles) >= len(contents)


def test_every_link_of_a_guide_leads_to_a_page(demo_app: Flask, browser: Browser) -> None:
    adapter = demo_app.url_map.bind("localhost")

    for guide in (*(f"/help/{key}" for key in GUIDES), "/help", "/help/glossary"):
        for href, _ in browser.get(guide).read.links:
            if href.startswith("/"):
                assert adapter.match(href.partition("?")[0].partition("#")[0], method="GET")


def test_every_topic_is_a_section_of_its_guide(browser: Browser) -> None:
    for guide, section in TOPICS.values():
        assert f'id="{section}"' in browser.get(f"/help/{guide}").html, (guide, section)
    assert 'id="team-queue"' in browser.get("/help/manager").html


def test_every_page_for_somebody_signed_in_has_a_topic(demo_app: Flask) -> None:
    without = {
        rule.endpoint
        for rule in demo_app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and rule.endpoint.partition(".")[0] not in DOORS_WITH_A_GUARD_OF_THEIR_OWN
        and permission_of(demo_app, rule.endpoint) != OPEN
        and topic_of(rule.endpoint) is None
    }

    assert not without, without


def test_the_footer_leads_to_the_help_with_this_page(browser: Browser) -> None:
    browser.sign_in("sam")
    assert browser.get("/work").href("Help with this page") == "/help/practitioner#my-work"
    assert browser.get("/cover").href("Help with this page") == "/help/practitioner#cover"
    assert browser.get("/help").href("Help with this page") == "/help"


def test_a_manager_at_the_queue_is_led_to_the_guide_for_managers(browser: Browser) -> None:
    browser.sign_in("mo")

    assert browser.get("/team/looked_after").href("Help with this page") == "/help/manager#team-queue"


def test_the_council_says_whom_to_contact(
    filled_sqlite_database: str, make_app: Callable[..., Flask]
) -> None:
    browser = Browser(make_app(filled_sqlite_database, HELP_CONTACT="the service desk on 020 7946 0000"))

    assert "contact the service desk on 020 7946 0000." in browser.get("/help").text
    assert "the service desk on 020 7946 0000" in browser.get("/nowhere", status=404).text


def test_the_glossary_has_an_anchor_for_each_word_and_the_areas_own_words(browser: Browser) -> None:
    page = browser.get("/help/glossary")
    for word in glossary.words():
        assert f'id="{word.anchor}"' in page.html
    assert "What your area calls things" not in page.text

    browser.sign_in("sam", "stockport")

    page = browser.get("/help/glossary")
    assert "MASSH" in page.text
    assert "Elsewhere: Front door" in page.text


def test_an_unknown_guide_is_not_found(browser: Browser) -> None:
    browser.get("/help/nobody", status=404)


def test_abbreviations_of_a_duty_are_explained_where_it_stands(browser: Browser) -> None:
    browser.sign_in("mo")

    page = browser.get("/protocols/WAN-8-12")

    assert "DPP : Detention placement plan" in page.text
    assert page.href("DPP") == "/help/glossary#word-dpp"
